"""A Slack bot that facilitates intervisie: structured peer consultation in a team channel."""
