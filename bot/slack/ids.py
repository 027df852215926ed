"""Every action id and callback id, in one place: "room.what". A test sees to it that each has a handler.

One word for one thing: an id never changes once messages with it stand in channels.
"""

COMMAND = "/intervisie"
