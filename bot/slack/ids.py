"""Every action id and callback id, in one place: "room.what". A test sees to it that each has a handler.

One word for one thing: an id never changes once messages with it stand in channels.
"""

COMMAND = "/intervisie"

# sessions
SESSIONS_START_FORM = "sessions.start_form"
SESSIONS_CONFIRM = "sessions.confirm"
SESSIONS_DECLINE = "sessions.decline"
SESSIONS_WITHDRAW = "sessions.withdraw"
SESSIONS_HERE = "sessions.here"
SESSIONS_BEGIN = "sessions.begin"
SESSIONS_BEGIN_ANYWAY = "sessions.begin_anyway"
SESSIONS_PAUSE = "sessions.pause"
SESSIONS_RESUME = "sessions.resume"
SESSIONS_EXTEND = "sessions.extend"
SESSIONS_NEXT = "sessions.next"
SESSIONS_BACK = "sessions.back"
SESSIONS_STOP = "sessions.stop"
SESSIONS_TAKE_OVER = "sessions.take_over"
SESSIONS_GO_ON = "sessions.go_on"
SESSIONS_SKIP_LOOK_BACK = "sessions.skip_look_back"

# rounds: the buttons beneath a phase's prompt, which sessions posts (value: sessions.views.PhaseRef)
ROUNDS_WRITE_QUESTION = "rounds.write_question"
ROUNDS_DONE = "rounds.done"
ROUNDS_PASS = "rounds.pass"
ROUNDS_RESPOND = "rounds.respond"
ROUNDS_HARVEST = "rounds.harvest"
ROUNDS_EVALUATE = "rounds.evaluate"
