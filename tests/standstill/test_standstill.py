"""A group that stops: asked once what it needs, and left in peace until somebody answers, plans or begins."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import events
from bot.app import composes, due_handlers
from bot.attendance import service as attendance
from bot.delivery.records import OutboxRow
from bot.events import GroupSetUp
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.methods import catalogue
from bot.nudges import service as nudges
from bot.nudges.records import Digest
from bot.standstill import service
from bot.standstill.records import Standstill
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.attendance.people import EVERYONE, at, group_of, in_channel, kinds, letters, the
from tests.clock import StillClock
from tests.conftest import due_items, make_group, run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.remembered import remembered

# Every second Thursday.
FIRST, SECOND, THIRD = "2027-01-21", "2027-02-04", "2027-02-18"
QUESTION = "Wat heeft de groep nodig?"
# Nine in the morning in Amsterdam.
MORNING = at("2027-02-05", 8)


# Every room's, as in the bot; without asking Slack who may be disturbed.
HANDLERS = {**due_handlers(), nudges.DELIVER: nudges.digest_job(composes())}


def sweep(tx: Tx) -> int:
    return run_due(tx, HANDLERS)


async def until(store: Store, clock: StillClock, moment: datetime) -> None:
    """Moves the clock from one thing that falls due to the next, so that everything happens at its own time."""
    while clock.now() < moment:
        clock.move_to(min([*await store.read(_due_later), moment]))
        await store.transact(sweep)


def _due_later(tx: Tx) -> list[datetime]:
    return [row.at for row in due_items(tx) if row.at > tx.now]


def plan_again(tx: Tx, group: Group, day: str) -> None:
    meetings.plan_meeting(tx, group.id, ANNA, "", day, "15:00", "")
    sweep(tx)


def keep_a_rhythm(tx: Tx, /, **settings: Any) -> str:
    """A group that meets every two weeks; returns its first meeting."""
    group = make_group(tx, *EVERYONE, **settings)
    rhythm = meetings.SeriesRequest("FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=TH", FIRST, "15:00")
    meetings.plan_series(tx, group.id, ANNA, rhythm)
    sweep(tx)
    return meetings.upcoming_meetings(tx, group)[0].id


async def stalled(store: Store, clock: StillClock, **settings: Any) -> str:
    """A group that let two meetings pass; returns its first meeting."""

    def make(tx: Tx) -> str:
        meeting = keep_a_rhythm(tx, **settings)
        let_pass(tx)
        return meeting

    meeting = await store.transact(lambda tx: remembered(tx, make, stalled, repr(settings)))
    clock.move_to(MORNING)
    return meeting


def let_pass(tx: Tx) -> None:
    """As `until` does, within one transaction."""
    begun = tx.now
    while tx.now < MORNING:
        tx.now = min([*_due_later(tx), MORNING])
        sweep(tx)
        tx.sql.flush()
        tx.sql.expunge_all()
        tx._cache.clear()
    tx.now = begun


def question(tx: Tx) -> Standstill:
    return tx.sql.scalars(select(Standstill)).one()


def asked(said: list[str]) -> list[str]:
    return [one for one in said if QUESTION in one]


async def press(store: Store, user: str, answer: str) -> None:
    standstill = await store.read(question)
    await store.transact(service.answer_question, standstill.id, user, answer)
    await store.transact(sweep)


async def refusal(store: Store, user: str, answer: str) -> str:
    with pytest.raises(Refused) as refused:
        await press(store, user, answer)
    return refused.value.say(for_language("nl"))


def only_group(tx: Tx) -> Group:
    return tx.sql.scalars(select(Group)).one()


async def test_after_two_missed_meetings_the_channel_is_asked_once(store: Store, clock: StillClock) -> None:
    await store.transact(keep_a_rhythm)
    await until(store, clock, at(SECOND, 14))
    assert asked(await store.read(in_channel)) == []
    # Not in the night in which the second one is over, but when the group works again.
    await until(store, clock, MORNING - timedelta(minutes=1))
    assert asked(await store.read(in_channel)) == []
    await until(store, clock, MORNING)
    [text] = asked(await store.read(in_channel))
    assert "De laatste twee bijeenkomsten gingen niet door" in text


async def test_a_group_that_fades_is_left_in_peace_for_a_year(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    before = at(SECOND, 14)
    posts_before = await store.read(lambda tx: len(_posts_until(tx, before)))
    await until(store, clock, at("2028-02-05", 12))

    def figures(tx: Tx) -> tuple[int, dict[str, int]]:
        letters_of = {
            user: len(
                tx.sql.scalars(select(Digest.id).where(Digest.user == user, Digest.sent_at > before)).all()
            )
            for user in EVERYONE
        }
        return len(in_channel(tx)) - posts_before, letters_of

    posts, private = await store.read(figures)
    assert posts <= 2
    assert max(private.values()) <= 1
    assert len(asked(await store.read(in_channel))) == 1


def _posts_until(tx: Tx, moment: datetime) -> list[int]:
    rows = select(OutboxRow.id).where(OutboxRow.kind == "post", OutboxRow.created_at <= moment)
    return list(tx.sql.scalars(rows))


async def test_meetings_that_were_called_off_count(store: Store, clock: StillClock) -> None:
    first = await store.transact(keep_a_rhythm)
    await store.transact(meetings.cancel_meeting, first, BRAM)
    await store.transact(sweep)
    await until(store, clock, MORNING)
    assert len(asked(await store.read(in_channel))) == 1


async def test_a_rhythm_that_was_changed_missed_nothing(store: Store, clock: StillClock) -> None:
    first = await store.transact(keep_a_rhythm)

    def end(tx: Tx) -> None:
        series = meetings.running_series(tx, group_of(tx, first))
        assert series is not None
        meetings.end_series(tx, series.id, ANNA, first)
        plan_again(tx, group_of(tx, first), "2027-02-25")

    await store.transact(end)
    await until(store, clock, at("2027-02-24", 12))
    assert asked(await store.read(in_channel)) == []


async def test_only_meetings_after_the_upgrade_count(store: Store, clock: StillClock) -> None:
    first = await store.transact(keep_a_rhythm)
    await until(store, clock, at(FIRST, 16))

    def upgrade(tx: Tx) -> None:
        group_of(tx, first).meetings_count_since = tx.now

    await store.transact(upgrade)
    await until(store, clock, at("2027-02-05", 12))
    assert asked(await store.read(in_channel)) == []
    assert not any("gingen niet door" in one for one in await store.read(letters, DAAN))
    await until(store, clock, at("2027-02-19", 12))
    assert len(asked(await store.read(in_channel))) == 1


async def test_a_meeting_that_was_begun_breaks_the_row(store: Store, clock: StillClock) -> None:
    first = await store.transact(keep_a_rhythm)
    await until(store, clock, at(SECOND, 14))
    await store.transact(lambda tx: attendance.on_session_opened(tx, group_of(tx, first), "s1"))
    await until(store, clock, at("2027-02-19", 12))
    assert asked(await store.read(in_channel)) == []


async def test_a_session_outside_the_meetings_counts_as_a_sign_of_life(
    store: Store, clock: StillClock
) -> None:
    first = await store.transact(keep_a_rhythm)
    await until(store, clock, at("2027-01-28", 14))
    await store.transact(lambda tx: attendance.on_session_opened(tx, group_of(tx, first), "s1"))
    await until(store, clock, at("2027-02-05", 12))
    assert asked(await store.read(in_channel)) == []


async def test_who_answers_is_named_and_the_meetings_go_on(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    await until(store, clock, at("2027-02-09", 12))
    await press(store, BRAM, "way")
    said = await store.read(in_channel)
    assert asked(said) == []
    assert any("<@U0BRAM> wil anders bij elkaar komen" in one for one in said)
    # What was left out during the standstill comes now: the third meeting is next week.
    assert any("18 februari" in one for one in said[-2:])
    await until(store, clock, at("2027-03-05", 12))
    # And from here on two missed meetings count again.
    assert len(asked(await store.read(in_channel))) == 1


@pytest.mark.parametrize("answer", ["rhythm", "shorter", "lead", "met"])
async def test_every_answer_is_to_be_seen(store: Store, clock: StillClock, answer: str) -> None:
    await stalled(store, clock)
    await press(store, CHLOE, answer)
    said = await store.read(in_channel)
    words = {
        "rhythm": "zoekt een ander ritme",
        "shorter": f"in de korte vorm, {catalogue.shortened('incident').minutes} minuten",
        "lead": "zoekt iemand die leidt",
        "met": "Jullie kwamen wel bij elkaar, zegt <@U0CHLOE>",
    }
    assert asked(said) == []
    assert any(words[answer] in one for one in said)
    assert not await store.read(lambda tx: groups.is_stalled(only_group(tx)))


async def test_shorter_makes_the_next_meeting_short(store: Store, clock: StillClock) -> None:
    first = await stalled(store, clock)
    await press(store, CHLOE, "shorter")
    found = await store.read(lambda tx: meetings.upcoming_meetings(tx, group_of(tx, first), 1)[0])
    assert (found.day, found.decided) == (THIRD, "short")


@pytest.mark.parametrize("answer", ["rest", "stop"])
async def test_rest_and_stop_pause_the_group(store: Store, clock: StillClock, answer: str) -> None:
    await stalled(store, clock)
    await press(store, CHLOE, answer)
    assert await store.read(lambda tx: groups.is_at_rest(only_group(tx)))
    assert asked(await store.read(in_channel)) == []
    number = len(await store.read(in_channel))
    await until(store, clock, at("2027-06-05", 12))
    assert len(await store.read(in_channel)) == number


async def test_of_two_people_at_once_the_second_reads_who_chose_what(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    await press(store, BRAM, "rest")
    before = await store.read(in_channel)
    said = await refusal(store, CHLOE, "rhythm")
    assert "was je net voor en koos: Even rusten" in said
    assert "U0BRAM" in said
    assert await store.read(in_channel) == before
    assert await store.read(lambda tx: groups.is_at_rest(only_group(tx)))


async def test_two_answers_in_one_moment_are_one_answer(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    standstill = await store.read(question)
    said = await asyncio.gather(
        store.transact(service.answer_question, standstill.id, BRAM, "way"),
        store.transact(service.answer_question, standstill.id, CHLOE, "lead"),
        return_exceptions=True,
    )
    assert [type(one) for one in said].count(Refused) == 1
    kept = await store.read(question)
    assert (kept.answered_by, kept.answer) in ((BRAM, "way"), (CHLOE, "lead"))


async def test_pressed_twice_is_pressed_once(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    await press(store, BRAM, "way")
    before = await store.read(in_channel)
    await press(store, BRAM, "way")
    assert await store.read(in_channel) == before
    assert "Je koos: Anders bij elkaar komen" in await refusal(store, BRAM, "stop")


async def test_an_answer_after_the_group_was_stopped_changes_nothing(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    await store.transact(lambda tx: groups.pause_group(tx, only_group(tx).id, ANNA))
    await store.transact(sweep)
    assert asked(await store.read(in_channel)) == []
    assert "deze vraag is voorbij" in await refusal(store, BRAM, "met")
    assert await store.read(lambda tx: groups.is_at_rest(only_group(tx)))


async def test_a_former_member_answers_nothing(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    await store.transact(lambda tx: groups.leave_group(tx, only_group(tx).id, DAAN))
    await store.transact(sweep)
    assert "leden van de groep" in await refusal(store, DAAN, "stop")
    assert len(asked(await store.read(in_channel))) == 1
    assert not await store.read(lambda tx: groups.is_at_rest(only_group(tx)))


async def test_an_unknown_answer_is_refused(store: Store, clock: StillClock) -> None:
    await stalled(store, clock)
    assert "Gebruik de knoppen" in await refusal(store, ANNA, "party")


async def test_who_plans_has_answered(store: Store, clock: StillClock) -> None:
    first = await stalled(store, clock)
    await store.transact(lambda tx: plan_again(tx, group_of(tx, first), "2027-02-11"))
    said = await store.read(in_channel)
    assert asked(said) == []
    assert any("Er staat weer een bijeenkomst gepland" in one for one in said)


async def test_who_begins_has_answered(store: Store, clock: StillClock) -> None:
    first = await stalled(store, clock)

    def begin(tx: Tx) -> None:
        attendance.on_session_opened(tx, group_of(tx, first), "s1")
        sweep(tx)

    await store.transact(begin)
    assert asked(await store.read(in_channel)) == []
    assert "De groep is weer begonnen." in await store.read(in_channel)


async def test_a_date_before_the_morning_leaves_nothing_to_ask(store: Store, clock: StillClock) -> None:
    first = await store.transact(keep_a_rhythm)
    await until(store, clock, at("2027-02-05", 7))
    await store.transact(lambda tx: plan_again(tx, group_of(tx, first), "2027-02-11"))
    await until(store, clock, at("2027-02-05", 12))
    assert asked(await store.read(in_channel)) == []


async def test_nothing_planned_is_the_same_question_and_never_comes_beside_it(
    store: Store, clock: StillClock
) -> None:
    first = await store.transact(keep_a_rhythm)

    def end(tx: Tx) -> None:
        series = meetings.running_series(tx, group_of(tx, first))
        assert series is not None
        ahead = meetings.upcoming_meetings(tx, group_of(tx, first))
        meetings.end_series(tx, series.id, ANNA, ahead[2].id)
        sweep(tx)

    await store.transact(end)
    await until(store, clock, at("2027-06-05", 12))
    # Two meetings were missed, and since then nothing is planned.
    assert len(asked(await store.read(in_channel))) == 1


async def test_we_did_meet_is_said_with_one_press(store: Store, clock: StillClock) -> None:
    first = await store.transact(keep_a_rhythm)
    await until(store, clock, at("2027-01-22", 12))
    await store.transact(service.report_met, first, BRAM)
    assert any(
        "Jullie kwamen bij elkaar, donderdag 21 januari" in one for one in await store.read(in_channel)
    )
    await until(store, clock, at("2027-02-05", 12))
    assert asked(await store.read(in_channel)) == []
    # And nobody stayed away from it.
    assert "presence.fits" not in await store.read(kinds, DAAN)
    assert not any("gingen niet door" in one for one in await store.read(letters, DAAN))


async def test_we_did_meet_is_no_answer_about_a_meeting_to_come(store: Store) -> None:
    first = await store.transact(keep_a_rhythm)
    with pytest.raises(Refused):
        await store.transact(service.report_met, first, BRAM)
    assert await store.read(lambda tx: the(tx, first).outcome) is None


async def test_we_did_meet_takes_the_question_to_each_back(store: Store, clock: StillClock) -> None:
    await store.transact(keep_a_rhythm)
    await until(store, clock, at("2027-02-05", 3))
    # Before anybody's working hours.
    meeting = await store.read(
        lambda tx: tx.sql.scalars(select(Meeting.id).where(Meeting.day == SECOND)).one()
    )
    await store.transact(service.report_met, meeting, ANNA)
    await until(store, clock, at("2027-02-08", 12))
    for user in EVERYONE:
        assert not any("gingen niet door" in one for one in await store.read(letters, user))
    assert asked(await store.read(in_channel)) == []


@pytest.mark.parametrize("trial", ["", "first"])
async def test_a_group_that_never_met_is_asked_after_three_weeks(
    store: Store, clock: StillClock, trial: str
) -> None:
    def set_up(tx: Tx) -> None:
        group = make_group(tx, *EVERYONE, trial=trial)
        events.publish(tx, GroupSetUp(group.id))
        sweep(tx)

    await store.transact(set_up)
    await until(store, clock, at("2027-02-04", 12))
    assert asked(await store.read(in_channel)) == []
    await until(store, clock, at("2027-02-04", 15))
    [text] = asked(await store.read(in_channel))
    assert "begon drie weken geleden" in text
    await until(store, clock, at("2027-08-04", 15))
    assert len(asked(await store.read(in_channel))) == 1


async def test_the_third_meeting_is_silent_and_the_rhythm_waits(store: Store, clock: StillClock) -> None:
    first = await stalled(store, clock)
    await until(store, clock, at("2027-05-20", 12))
    planned = await store.read(lambda tx: meetings.upcoming_meetings(tx, group_of(tx, first)))
    assert planned == []
    await press(store, ANNA, "met")
    planned = await store.read(lambda tx: meetings.upcoming_meetings(tx, group_of(tx, first)))
    assert len(planned) == 6
