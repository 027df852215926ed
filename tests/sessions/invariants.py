"""What holds in every session, whatever people, time and processes do: the sentences that the tests hold the bot to."""

import json
import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

from bot.cases.rules import CaseState
from bot.delivery.outbox import DELETED
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.jobs.records import JobRow
from bot.methods.extensions import extension
from bot.rounds.records import AdviceRound, Contribution, Question, ReminderSent
from bot.sessions import service
from bot.sessions.records import Absence, Participant, Session
from bot.sessions.rules import State
from bot.sessions.service.transitions import PHASE_END, UNATTENDED, WARNING
from bot.sessions.views import card
from bot.slack import ids
from bot.texts import for_language
from sandbox.people import elements
from sandbox.workspace.model import Message
from tests.sessions.simulation import CHANNEL, Life

PROMPT = re.compile(r"session/(\w+)/phase/(\d+)/(\d+)/prompt")
AFTER_ABSENCE = (ids.SESSIONS_GIVE_BACK, ids.SESSIONS_KEEP_TO_PLAN)
STANDSTILL = (State.GATHERING, State.PAUSED, State.WAITING)
# What makes no sense any more once its moment has passed; all else that is written down must arrive.
PASSING = re.compile(
    r".*/(begun|prompt|written|turn/\d+|warning/\d+|over/\d+|everyone_done|advised|(pause|resume|extend|unattended)/\d+)"
)
# What called somebody is taken away once it is over.
TAKEN_AWAY = re.compile(r".*/(turn/\d+|over/\d+|pause/\d+)")
# Slack refuses an ephemeral message to somebody who has just left the channel; nothing else may ever be refused.
LEFT = ("chat.postEphemeral", "user_not_in_channel")


def at_every_moment(life: Life) -> None:
    """What holds between any two things that happen."""
    slack = life.slack.by_key()
    for key, messages in slack.items():
        assert len(messages) == 1, f"{key} stands there {len(messages)} times"
    assert set(life.slack.refused) <= {LEFT}, life.slack.refused
    heard = Counter(
        (str(said["user"]), said["text"])
        for method, said in life.slack.done
        if method == "chat.postEphemeral"
    )
    assert heard <= life.ephemerals, "somebody was told twice"
    due = life.due()
    assert not [row.kind for row in due if row.attempts], "something that fell due could not be handled"
    session = life.session()
    if session is None:
        return
    _one_clock(session)
    _one_end(session, [row for row in due if row.subject == session.id])
    _who_is_who(life, session)
    outbox = life.outbox()
    _prompts_in_order(session, outbox, slack)


def _one_clock(session: Session) -> None:
    assert (session.ends_at is not None) == (session.state == State.RUNNING)
    assert (session.remaining is not None) == (session.state == State.PAUSED)
    assert session.remaining is None or session.remaining >= timedelta(0)
    assert session.timer_set_at is not None or session.state in (State.ASKED, State.GATHERING, State.ENDED)
    last = len(service.method_of(session).phases) - 1
    assert 0 <= session.first_phase <= session.phase_index <= last or session.began_at is None
    assert (session.ended_at is not None) == (session.ended_how is not None) == (session.state == State.ENDED)


def _one_end(session: Session, planned: list[JobRow]) -> None:
    """A phase that runs has one end, at its time; one that stands still has none, and is asked after."""
    ends = [row for row in planned if row.kind == PHASE_END]
    warnings = [row for row in planned if row.kind == WARNING]
    asks = [row for row in planned if row.kind == UNATTENDED]
    if session.state == State.RUNNING:
        assert [row.at for row in ends] == [session.ends_at]
        assert len(warnings) <= 1
        assert all(session.ends_at is not None and row.at < session.ends_at for row in warnings)
        assert not asks
        for row in ends + warnings:
            assert (row.data["number"], row.data["round"]) == (session.phase_index, session.pass_no)
    else:
        assert not ends
        assert not warnings
        assert len(asks) == (session.state in STANDSTILL or session.state == State.ASKED)


def _who_is_who(life: Life, session: Session) -> None:
    assert session.facilitator != session.presenter
    brought: list[Contribution] = life.rows(Contribution, session)
    assert not [
        one for one in brought if one.user == session.presenter and one.what in ("question", "advice")
    ]
    reminded: list[ReminderSent] = life.rows(ReminderSent, session)
    assert not [one for one in reminded if one.user == session.presenter and one.what == "unheard"]
    rounds: list[AdviceRound] = life.rows(AdviceRound, session)
    assert len({(one.phase_index, one.pass_no) for one in rounds}) == len(rounds)
    for one in rounds:
        assert session.presenter not in one.turns, "the presenter is asked for advice in their own case"
        assert len(set(one.turns)) == len(one.turns), "somebody has two turns"
    questions: list[Question] = life.rows(Question, session)
    places = [(one.phase_index, one.pass_no, one.place) for one in questions if one.place is not None]
    assert len(set(places)) == len(places)
    assert not [one for one in questions if one.user == session.presenter]


def _prompts_in_order(session: Session, outbox: list[OutboxRow], slack: dict[str, list[Message]]) -> None:
    """Forward, one phase at a time; back only as another round; and so they stand in the thread."""
    begun = [
        (int(found[2]), int(found[3]))
        for row in outbox
        if (found := PROMPT.fullmatch(row.key or "")) and found[1] == session.id
    ]
    if session.began_at is None:
        assert begun == []
        return
    assert begun[0] == (session.first_phase, 1)
    assert begun[-1] == (session.phase_index, session.pass_no)
    for (number, round_), following in pairwise(begun):
        assert following in ((number + 1, round_), (number - 1, round_ + 1))
    standing = sorted(
        (message.ts, int(found[2]), int(found[3]))
        for key, [message] in slack.items()
        if (found := PROMPT.fullmatch(key)) and found[1] == session.id
    )
    order = [begun.index((number, round_)) for _, number, round_ in standing]
    assert order == sorted(order), "a prompt came too late, after one of a later phase"


def new_messages(life: Life, session: Session, rows: list[OutboxRow], were_there: set[str]) -> None:
    """What has just been written down is for people who are there; a turn is somebody's who is there too."""
    there = were_there | present(life, session)
    for row in rows:
        if row.kind == "whisper":
            assert row.user in there, "somebody who is not there is spoken to"
        if row.key and "/turn/" in row.key and row.payload and "wat zou jij doen?" in row.payload["text"]:
            named = set(re.findall(r"<@(\w+)>", row.payload["text"]))
            assert named <= there - {session.presenter}


def present(life: Life, session: Session) -> set[str]:
    found: list[Participant] = life.rows(Participant, session)
    return {one.user for one in found if one.left_at is None}


# Once everything has been handled and sent


def at_rest(life: Life) -> None:
    """What people see is what is, each thing once, and nothing waits."""
    at_every_moment(life)
    outbox = life.outbox()
    waiting = [
        row.key or row.kind for row in outbox if row.state in (OutboxState.PENDING, OutboxState.SENDING)
    ]
    assert not waiting, f"still waiting: {waiting}"
    slack = life.slack.by_key()
    session = life.session()
    for row in outbox:
        if row.state in (OutboxState.FAILED, OutboxState.DROPPED):
            _may_be_missing(row, session)
        elif row.key:
            assert row.key in slack, f"{row.key} was sent, and does not stand there"
            assert slack[row.key][0].ts == row.ts
    assert set(slack) == {row.key for row in outbox if row.key and row.state == OutboxState.SENT}
    if session is not None and session.opened_at is not None:
        _nothing_hidden(life, session, slack)
        _buttons_hold(life, session, slack)


def _may_be_missing(row: OutboxRow, session: Session | None) -> None:
    """What was overtaken before it could be sent; an ephemeral message in doubt, or to somebody who has left."""
    if row.kind == "whisper":
        assert row.error in ("outdated", "expired", "no_answer", "user_not_in_channel"), row.error
    elif row.kind == "update":
        assert row.error == "target", (row.target_key, row.error)
    elif row.error == DELETED:
        assert TAKEN_AWAY.fullmatch(str(row.key)), f"{row.key} was taken away"
    else:
        assert row.error in ("outdated", "expired"), (row.key, row.error)
        assert PASSING.fullmatch(str(row.key)), f"{row.key} was never sent"
    found = PROMPT.fullmatch(str(row.key))
    if found and session is not None and found[1] == session.id:
        is_on = (int(found[2]), int(found[3])) == (session.phase_index, session.pass_no)
        assert not is_on or session.state == State.ENDED, "the phase that is on has no prompt"


def _nothing_hidden(life: Life, session: Session, slack: dict[str, list[Message]]) -> None:
    """What was asked stands in the thread once its phase is over, and once."""
    text = "\n".join(message.text for [message] in slack.values() if message.channel == CHANNEL)
    questions: list[Question] = life.rows(Question, session)
    for one in questions:
        on = (one.phase_index, one.pass_no) == (
            session.phase_index,
            session.pass_no,
        ) and session.state != State.ENDED
        assert on or one.place is not None, "a question stays hidden"
        assert text.count(one.text) == (one.place is not None), (
            f"{one.text} stands there {text.count(one.text)} times"
        )


def _buttons_hold(life: Life, session: Session, slack: dict[str, list[Message]]) -> None:
    """Every button in the thread is of the phase that is on; when the session is over there is none."""
    for key, [message] in slack.items():
        if not key.startswith(f"session/{session.id}/") or message.channel != CHANNEL:
            continue
        pressed = [(element["action_id"], _value(element)) for _, element in elements(message.blocks)]
        if session.state == State.ENDED and key.endswith("/summary"):
            # The summary offers to plan the next meeting.
            continue
        if session.state == State.ENDED:
            assert not pressed, f"{key} can still be pressed"
        for action, value in pressed:
            if action in AFTER_ABSENCE:
                absence = absence_of(life, session)
                assert absence is not None
                assert value["version"] == absence.version
                continue
            if action == ids.SESSIONS_PAUSE:
                # Whatever phase is on: the card has the same one all along.
                continue
            now = {"number": session.phase_index, "round": session.pass_no, "version": session.version}
            for name, current in now.items():
                assert value.get(name, current) == current, (key, action)
        if (
            key.endswith(f"phase/{session.phase_index}/{session.pass_no}/prompt")
            and session.state != State.ENDED
        ):
            assert pressed, "the prompt of the phase that is on has no button"
    controls = {
        action for _, element in elements(_card(session, slack).blocks) for action in [element["action_id"]]
    }
    expected = {
        State.GATHERING: {ids.SESSIONS_BEGIN, ids.SESSIONS_STOP},
        State.RUNNING: {ids.SESSIONS_PAUSE, ids.CONSOLE_CONTROLS, ids.SESSIONS_STOP},
        State.PAUSED: {ids.SESSIONS_RESUME, ids.CONSOLE_CONTROLS, ids.SESSIONS_STOP},
        State.WAITING: {ids.SESSIONS_PAUSE, ids.CONSOLE_CONTROLS, ids.SESSIONS_STOP},
        State.ENDED: set(),
    }[State(session.state)]
    # What belongs to one phase stands in the window alone, and with whoever leads.
    assert not controls & {ids.SESSIONS_NEXT, ids.SESSIONS_BACK, ids.SESSIONS_EXTEND}
    _controls_of_now(life, session)
    assert expected <= controls
    if session.facilitator is None and session.state != State.ENDED:
        assert ids.SESSIONS_TAKE_OVER in controls, "nobody can take over"


def _controls_of_now(life: Life, session: Session) -> None:
    """The window that the card opens has each control of the clock that the session takes now."""
    if session.state not in (State.RUNNING, State.PAUSED, State.WAITING):
        return
    view = life.view(session)
    shown = {button["action_id"] for button in card.controls(for_language("nl"), view)}
    expected = {
        State.RUNNING: {ids.SESSIONS_PAUSE, ids.SESSIONS_EXTEND, ids.SESSIONS_NEXT, ids.SESSIONS_STOP},
        State.PAUSED: {ids.SESSIONS_RESUME, ids.SESSIONS_EXTEND, ids.SESSIONS_NEXT, ids.SESSIONS_STOP},
        State.WAITING: {ids.SESSIONS_EXTEND, ids.SESSIONS_NEXT, ids.SESSIONS_STOP},
    }[State(session.state)]
    if extension(session.phase_extensions) is None:
        # After the last minute the group decides aloud.
        expected.discard(ids.SESSIONS_EXTEND)
        assert ids.SESSIONS_EXTEND not in shown
    assert expected <= shown


def _card(session: Session, slack: dict[str, list[Message]]) -> Message:
    return slack[f"session/{session.id}/card"][0]


def _value(element: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(element["value"])
    return value


def absence_of(life: Life, session: Session) -> Absence | None:
    return next(iter(life.rows(Absence, session)), None)


def thread_of(life: Life, session: Session) -> list[tuple[str, str, str]]:
    """Everything that the bot says in a session's thread, as it stands: it must not change after the end."""
    card = f"session/{session.id}/card"
    [top] = life.slack.by_key()[card]
    found = life.workspace.thread(CHANNEL, top.ts)
    return [(message.ts, message.text, str(message.only_for)) for message in found]


def over(life: Life, session: Session) -> None:
    """A session that has ended has nothing left that falls due, and has put its case where it belongs."""
    mine = [row.kind for row in life.due() if session.id in row.subject]
    assert not mine, f"still to come in a session that is over: {mine}"
    assert life.case(session.case_id).state in (CaseState.HANDED_IN, CaseState.CHOSEN, CaseState.TREATED)
    if session.ended_how == "finished":
        assert life.case(session.case_id).state == CaseState.TREATED
    if session.opened_at is None:
        return
    keys = [row.key for row in life.outbox() if row.key and row.key.startswith(f"session/{session.id}/")]
    assert keys.count(f"session/{session.id}/closing") == (session.began_at is None)
    assert keys.count(f"session/{session.id}/summary") == (session.began_at is not None)
