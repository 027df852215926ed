"""What arrives late, or in another order than it happened, undoes nothing that is newer and is answered kindly."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.delivery.records import OutboxRow
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.meetings import service as meetings
from bot.polls import service as polls
from bot.polls.views import PollRef
from bot.rounds.service import advice, phases
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.slack import ids
from bot.storage import Tx
from bot.texts import Refused
from tests.conftest import OURS, make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, posted
from tests.resilience.around_it import poll
from tests.resilience.button_cases import RECIPES, Act, sweep
from tests.resilience.prepared import Prepared
from tests.resilience.slack_driver import Slack, effect
from tests.rounds.people import ADVICE, THREAD, mark_card_posted, ref, turn_of, turns_at

# What people take home, their notes and whether they are nudged may still change after a session.
STILL_CHANGES = {ids.ROUNDS_HARVEST_FORM, ids.ROUNDS_NOTE_FORM, ids.ROUNDS_NO_NUDGES}
IN_A_SESSION = sorted(name for name in RECIPES if name.startswith(("sessions.", "rounds.")))
EVA = "U0EVA"


def stop_every_session(tx: Tx) -> int:
    """Whatever goes on is over; returns how many sessions that were."""
    going = tx.sql.scalars(select(Session).where(Session.state.not_in((State.ENDED, State.ASKED)))).all()
    for session in going:
        assert session.facilitator is not None
        sessions.stop(tx, session.facilitator, SessionRef(session.id))
    return len(going)


def lasting(rows: Counter[str]) -> Counter[str]:
    """Without edits of messages: whoever presses what should be gone has the card drawn again."""
    return Counter({row: number for row, number in rows.items() if '"kind": "update"' not in row})


# A use case refuses what is late before it writes, and `test_twice.py` does all of these on PostgreSQL too.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", [name for name in IN_A_SESSION if name not in STILL_CHANGES])
async def test_what_arrives_after_the_session_has_ended_changes_nothing(
    slack: Slack, prepared: Prepared, name: str
) -> None:
    (act,) = await prepared(name, OURS)
    if not await slack.store.transact(stop_every_session):
        pytest.skip("this one begins a session")
    before = await effect(slack, OURS)
    with capture_logs() as logs:
        await slack.bring(slack.payload(name, OURS, act, act.fields))
    after = await effect(slack, OURS)
    assert [entry for entry in logs if entry["event"] == "listener_failed"] == []
    assert lasting(after) == lasting(before)
    if name in slack.dispatcher._router.submissions:
        # The form stays open with what was typed in it.
        assert slack.answers[-1]["response_action"] == "errors"


async def test_a_vote_that_arrives_after_the_poll_has_closed_counts_nowhere(slack: Slack) -> None:
    def close(tx: Tx) -> PollRef:
        opened = poll(tx)
        polls.give_votes(tx, opened.id, CHLOE, {polls.ballot_of(tx, opened.id, CHLOE)[0][0].id: 3})
        polls.close_poll_by_hand(tx, opened.id, BRAM)
        return PollRef(opened.id)

    closed = await slack.store.transact(close)
    before = await effect(slack, OURS)
    late = slack.payload(ids.POLL_BALLOT_FORM, OURS, Act(DAAN, closed), {"x": {"option": "3"}})
    await slack.bring(late)
    assert "gesloten" in slack.answers[-1]["errors"]["x"]
    for button in (ids.POLL_VOTE, ids.POLL_CLOSE):
        await slack.bring(slack.payload(button, OURS, Act(BRAM, closed), {}))
    assert await effect(slack, OURS) == before


# People and channels that come and go


def happened(kind: str, at: float, user: str = EVA, channel: str = "C0OOST") -> dict[str, Any]:
    return {"type": kind, "user": user, "channel": channel, "event_ts": f"{at:.6f}"}


def members(tx: Tx) -> list[str]:
    return [member.user for member in groups.members(tx, groups.group_of_channel(tx, "C0OOST"))]


JOINED, LEFT = "member_joined_channel", "member_left_channel"


@pytest.mark.parametrize(
    ("order", "there"),
    [
        ([(LEFT, 20), (JOINED, 10)], False),
        ([(JOINED, 10), (LEFT, 20)], False),
        ([(JOINED, 10), (JOINED, 30), (LEFT, 20)], True),
        ([(LEFT, 20), (JOINED, 10), (JOINED, 30)], True),
        ([(JOINED, 30), (LEFT, 40), (LEFT, 20), (JOINED, 10)], False),
    ],
)
async def test_a_member_who_comes_and_goes_is_where_they_went_last(
    slack: Slack, order: list[tuple[str, int]], there: bool
) -> None:
    await slack.store.transact(lambda tx: make_group(tx, ANNA, BRAM, EVA).id)
    for kind, at in order:
        await slack.happens(happened(kind, 1_800_000_000 + at), OURS)
        await slack.store.transact(sweep)
    assert (EVA in await slack.store.read(members)) is there


async def test_a_member_who_was_here_all_along_can_leave(slack: Slack) -> None:
    await slack.store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    # Our clock may be ahead of Slack's: only Slack's own times are compared.
    await slack.happens(happened(LEFT, 1_000_000_000, BRAM), OURS)
    assert await slack.store.read(members) == [ANNA]


async def test_an_event_that_does_not_say_when_still_counts(slack: Slack) -> None:
    await slack.store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await slack.happens({"type": LEFT, "user": BRAM, "channel": "C0OOST"}, OURS)
    assert await slack.store.read(members) == [ANNA]


@pytest.mark.parametrize(
    ("gone", "back"),
    [
        ("channel_archive", "channel_unarchive"),
        (LEFT, JOINED),
        ("group_archive", JOINED),
        ("channel_deleted", JOINED),
        ("group_deleted", JOINED),
    ],
)
async def test_a_channel_that_is_back_is_not_gone_because_that_is_told_late(
    slack: Slack, gone: str, back: str
) -> None:
    await slack.store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await slack.happens(happened(back, 1_800_000_020, "U0BOT"), OURS)
    await slack.happens(happened(gone, 1_800_000_010, "U0BOT"), OURS)
    state = select(Group.unreachable)
    assert await slack.store.read(lambda tx: tx.sql.scalar(state)) is None
    await slack.happens(happened(gone, 1_800_000_030, "U0BOT"), OURS)
    assert await slack.store.read(lambda tx: tx.sql.scalar(state)) is not None


async def test_who_left_before_we_heard_that_they_came_leaves_no_trace_in_the_group(slack: Slack) -> None:
    await slack.store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    before = await effect(slack, OURS)
    await slack.happens(happened(LEFT, 1_800_000_020), OURS)
    await slack.happens(happened(JOINED, 1_800_000_010), OURS)
    new = await effect(slack, OURS) - before
    assert {row.split(" ", 1)[0] for row in new} == {Member.__tablename__, "seen_events"}


# Words that are told late


def test_what_was_written_in_the_phase_before_ends_nobodys_turn(tx: Tx) -> None:
    session = turns_at(tx)
    mark_card_posted(tx, session)
    prompt = posted(tx, f"phase/{ADVICE}/{session.pass_no}/prompt")
    assert isinstance(prompt, OutboxRow)
    prompt.ts = "1800000100.000000"
    tx.sql.flush()
    assert turn_of(tx, session) == CHLOE
    phases.record_thread_message(tx, "C0OOST", THREAD, CHLOE, "1800000090.000000")
    quiet(tx)
    assert turn_of(tx, session) == CHLOE
    phases.record_thread_message(tx, "C0OOST", THREAD, CHLOE, "1800000110.000000")
    quiet(tx)
    assert turn_of(tx, session) == DAAN


def quiet(tx: Tx) -> None:
    """Nobody writes for as long as a turn may be quiet."""
    tx.now += advice.QUIET_AFTER
    sweep(tx)


def test_a_form_to_move_one_meeting_never_moves_another(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    first = meetings.plan_meeting(tx, group.id, BRAM, "", "2027-02-11", "15:00", "Kamer 2")
    meetings.cancel_meeting(tx, first.id, BRAM)
    second = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-03-11", "15:00", "Kamer 3")
    with pytest.raises(Refused):
        meetings.plan_meeting(tx, group.id, BRAM, first.id, "2027-02-12", "10:00", "Kamer 4")
    assert (second.day, second.place) == ("2027-03-11", "Kamer 3")
    assert second.starts_at > tx.now + timedelta(days=50)


def test_an_advice_from_another_window_does_not_take_the_place_of_the_first(tx: Tx) -> None:
    session = turns_at(tx)
    advice.write_advice(tx, ref(session), CHLOE, "Ik zou bellen", "V1")
    with pytest.raises(Refused):
        advice.write_advice(tx, ref(session), CHLOE, "Ik zou langsgaan", "V2")
    row = posted(tx, f"advice/{CHLOE}")
    assert row is not None
    assert "Ik zou bellen" in str(row.payload)


async def test_who_takes_a_question_back_after_the_presenter_said_yes_hears_that_the_session_is_open(
    slack: Slack, prepared: Prepared
) -> None:
    (act,) = await prepared(ids.SESSIONS_WITHDRAW, OURS)
    await slack.bring(slack.payload(ids.SESSIONS_CONFIRM, OURS, Act(ANNA, act.carries), {}))
    await slack.bring(slack.payload(ids.SESSIONS_WITHDRAW, OURS, act, {}))
    shown = [slack.sandbox.workspace.views[view] for view in slack.sandbox.workspace.stacks[BRAM]]
    assert "ingetrokken" not in str(shown[-1].content)
