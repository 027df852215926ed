"""Which buttons and commands the guide and the short story rely on: the one place to adapt when the bot's change.

tests/sandbox/test_guide.py holds the ids against the bot's own.
"""

SET_UP = "group.set_up"
JOIN = "group.join"
WRITE_CASE = "case.write"
# One of these stands in the channel of every group.
GROUP_CARD = (WRITE_CASE, "group.open", JOIN)
VOTE = "poll.vote"
ACCEPT = "poll.accept"
CONFIRM = "sessions.confirm"
# A button that begins a session, where the bot offers one; otherwise the command does.
START: tuple[str, ...] = ("sessions.open",)
HERE = "sessions.here"
BEGIN = "sessions.begin"
BEGIN_ANYWAY = "sessions.begin_anyway"
PAUSE = "sessions.pause"
RESUME = "sessions.resume"
NEXT = "sessions.next"
CONTROLS = "console.controls"
STOP = "sessions.stop"
SKIP_LOOK_BACK = "sessions.skip_look_back"
WRITE_QUESTION = "rounds.write_question"
REVEAL = "rounds.reveal"
WRITE_ADVICE = "rounds.write_advice"
PASS = "rounds.pass"
TURN_DONE = "rounds.turn_done"
RATE = "rounds.rate"
NEXT_QUESTION = "rounds.next_question"
SAME_QUESTION = "rounds.same_question"
DONE = "rounds.done"
RESPOND = "rounds.respond"
HARVEST = "rounds.harvest"
EVALUATE = "rounds.evaluate"

# The button with which somebody joins by themselves; where it has another label everybody is a member already.
JOIN_LABEL = "Ik doe mee"

SET_UP_FORM = "group.set_up_form"
AGREE_FORM = "case.agree_form"
CASE_FORM = "case.form"
MORE_FORM = "case.more_form"
POLL_FORM = "poll.open_form"
BALLOT_FORM = "poll.ballot_form"
START_FORM = "sessions.start_form"
QUESTION_FORM = "rounds.question_form"
RATE_FORM = "rounds.rate_form"
ADVICE_FORM = "rounds.advice_form"
HARVEST_FORM = "rounds.harvest_form"
EVALUATION_FORM = "rounds.evaluation_form"

# After "/intervisie".
SET_UP_COMMAND, CASE_COMMAND, VOTE_COMMAND, START_COMMAND = "", "casus", "stem", "start"
