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
SESSIONS_GIVE_BACK = "sessions.give_back"
SESSIONS_KEEP_TO_PLAN = "sessions.keep_to_plan"

# rounds: the buttons beneath a phase's prompt, which sessions posts (value: sessions.views.PhaseRef)
ROUNDS_WRITE_QUESTION = "rounds.write_question"
ROUNDS_DONE = "rounds.done"
ROUNDS_PASS = "rounds.pass"
ROUNDS_RESPOND = "rounds.respond"
ROUNDS_HARVEST = "rounds.harvest"
ROUNDS_EVALUATE = "rounds.evaluate"
# and those of the messages that rounds posts itself
ROUNDS_QUESTION_FORM = "rounds.question_form"
ROUNDS_REVEAL = "rounds.reveal"
ROUNDS_WRITE_ADVICE = "rounds.write_advice"
ROUNDS_ADVICE_FORM = "rounds.advice_form"
ROUNDS_NEXT_TURN = "rounds.next_turn"
ROUNDS_RESPONSE_FORM = "rounds.response_form"
ROUNDS_HARVEST_FORM = "rounds.harvest_form"
ROUNDS_HARVEST_LATER = "rounds.harvest_later"
ROUNDS_EVALUATION_FORM = "rounds.evaluation_form"
ROUNDS_WRITE_NOTE = "rounds.write_note"
ROUNDS_NOTE_FORM = "rounds.note_form"
ROUNDS_NO_NUDGES = "rounds.no_nudges"

# groups
GROUP_SET_UP = "group.set_up"
GROUP_SET_UP_FORM = "group.set_up_form"
GROUP_OPEN = "group.open"
GROUP_SETTINGS = "group.settings"
GROUP_SETTINGS_FORM = "group.settings_form"
GROUP_KEEPING_FORM = "group.keeping_form"
GROUP_JOIN = "group.join"
GROUP_LEAVE = "group.leave"
GROUP_WAKE = "group.wake"

# agreements
AGREEMENTS_OPEN = "agreements.open"
AGREEMENTS_FORM = "agreements.form"
AGREEMENTS_CHANGE = "agreements.change"
AGREEMENTS_CHANGE_FORM = "agreements.change_form"
TRIAL_GO_ON = "trial.go_on"
TRIAL_STOP = "trial.stop"

# cases
CASE_OPEN = "case.open"
CASE_WRITE = "case.write"
CASE_AGREE_FORM = "case.agree_form"
CASE_MENU = "case.menu"
CASE_LIST = "case.list"
CASE_FORM = "case.form"
CASE_MORE_FORM = "case.more_form"
CASE_WITHDRAW_FORM = "case.withdraw_form"

# polls
POLL_OPEN_FORM = "poll.open_form"
POLL_VOTE = "poll.vote"
POLL_BALLOT_FORM = "poll.ballot_form"
POLL_CLOSE = "poll.close"
POLL_TAKE = "poll.take"
POLL_ACCEPT = "poll.accept"
POLL_DECLINE = "poll.decline"

# meetings
MEETING_OPEN = "meeting.open"
MEETING_FORM = "meeting.form"
MEETING_CANCEL_FORM = "meeting.cancel_form"
MEETING_CANCEL = "meeting.cancel"
MEETING_NEW = "meeting.new"
MEETING_MENU = "meeting.menu"
MEETING_MOVE = "meeting.move"
MEETING_RHYTHM = "meeting.rhythm"
MEETING_RHYTHM_FORM = "meeting.rhythm_form"
MEETING_PREVIEW_FORM = "meeting.preview_form"
MEETING_END_FORM = "meeting.end_form"

# dates: finding one together
DATES_NEW = "dates.new"
DATES_SLOTS_FORM = "dates.slots_form"
DATES_MORE = "dates.more"
DATES_ASK_FORM = "dates.ask_form"
DATES_MARK = "dates.mark"
DATES_MARK_FORM = "dates.mark_form"
DATES_CHOOSE = "dates.choose"
DATES_CHOOSE_FORM = "dates.choose_form"
DATES_CANCEL = "dates.cancel"

# calendar
CALENDAR_OPEN = "calendar.open"
CALENDAR_SEND = "calendar.send"
CALENDAR_LINK = "calendar.link"
CALENDAR_MAKE = "calendar.make"
CALENDAR_RENEW = "calendar.renew"
CALENDAR_REVOKE = "calendar.revoke"

# presence: who comes, who leads
PRESENCE_ANSWER = "presence.answer"
PRESENCE_REASON_FORM = "presence.reason_form"
PRESENCE_LEAD = "presence.lead"
PRESENCE_NOT_LEAD = "presence.not_lead"
PRESENCE_NEVER_LEAD = "presence.never_lead"
PRESENCE_WHO = "presence.who"
PRESENCE_DECIDE = "presence.decide"
PRESENCE_PROMPTS = "presence.prompts"
PRESENCE_NOTHING = "presence.nothing"
PRESENCE_FITS = "presence.fits"
PRESENCE_SHARE_FORM = "presence.share_form"
PRESENCE_STOP_FORM = "presence.stop_form"
PRESENCE_REMINDERS = "presence.reminders"
PRESENCE_REMINDERS_FORM = "presence.reminders_form"

# followups
STEP_ANSWER = "step.answer"
STEP_SNOOZE = "step.snooze"
STEP_EDIT = "step.edit"
STEP_FORM = "step.form"
STEP_LOOK_BACK = "step.look_back"
STEP_LOOK_BACK_FORM = "step.look_back_form"

# home
HOME_SETTINGS = "home.settings"
HOME_SETTINGS_FORM = "home.settings_form"
