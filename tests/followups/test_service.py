"""Keeping a step, asking how it went, and the look-back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.followups import jobs, service
from bot.followups.records import Takeaway
from bot.followups.rules import PlannedStep, StepState, What
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.nudges import jobs as nudge_jobs
from bot.nudges import service as nudges
from bot.nudges.records import Digest
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import THEIRS, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM

STEP = "Met mijn teamleider praten."
HANDLERS = {**jobs.JOBS, **nudge_jobs.JOBS, nudges.DELIVER: nudges.digest_job(jobs.DIGESTS)}


def keep(tx: Tx, *, by: date | None = date(2027, 1, 20), shared: bool = False) -> str:
    group = make_group(tx, ANNA, BRAM)
    return service.keep_takeaway(
        tx,
        group,
        "s1",
        ANNA,
        what=What.RESPONSE,
        takeaway="Ik mis haar.",
        steps=[PlannedStep(STEP, by, shared)],
        is_presenter=True,
        shared=shared,
    ).id


def keep_another(tx: Tx) -> str:
    group = groups.channel_group(tx, "C0OOST")
    assert group is not None
    return service.keep_takeaway(
        tx,
        group,
        "s2",
        ANNA,
        what=What.HARVEST,
        takeaway="",
        steps=[PlannedStep("Iets anders", date(2027, 3, 1), False)],
        is_presenter=False,
        shared=False,
    ).id


def later(tx: Tx) -> None:
    run_due(tx, HANDLERS)


def state_of(tx: Tx, step: str) -> Takeaway:
    return tx.sql.get_one(Takeaway, step)


async def test_the_day_after_the_chosen_one_the_owner_is_asked_in_private(
    store: Store, clock: StillClock
) -> None:
    await store.transact(keep)
    clock.move_to(datetime(2027, 1, 20, 8, 30, tzinfo=UTC))
    await store.transact(later)
    assert await store.read(lambda tx: outgoing(tx, "direct")) == []
    clock.move_to(datetime(2027, 1, 21, 8, 30, tzinfo=UTC))
    await store.transact(later)
    asked = await store.read(lambda tx: [(row.user, row.payload) for row in outgoing(tx, "direct")])
    assert [user for user, _ in asked] == [ANNA]
    assert "Met mijn teamleider praten" in str(asked[0][1])


async def test_an_answer_ends_the_asking(store: Store, clock: StillClock) -> None:
    step = await store.transact(keep)
    clock.move_to(datetime(2027, 1, 21, 9, tzinfo=UTC))
    await store.transact(later)
    await store.transact(service.answer_step, step, ANNA, "done")
    await store.transact(service.answer_step, step, ANNA, "done")
    for day in (28, 29):
        clock.move_to(datetime(2027, 1, day, 9, tzinfo=UTC))
        await store.transact(later)
    [asked] = await store.read(lambda tx: texts_of(outgoing(tx, "direct")))
    assert "Gedaan, mooi" in asked
    assert (await store.read(state_of, step)).state == StepState.DONE


async def test_no_answer_is_asked_once_more_and_then_it_rests(store: Store, clock: StillClock) -> None:
    await store.transact(keep)
    for day in (21, 28, 29):
        clock.move_to(datetime(2027, 1, day, 9, tzinfo=UTC))
        await store.transact(later)
    clock.move_to(datetime(2027, 3, 1, 9, tzinfo=UTC))
    await store.transact(later)
    first, again = await store.read(lambda tx: texts_of(outgoing(tx, "direct")))
    assert "Hoe is het gegaan?" in first
    assert "Hierna vraag ik er niet meer naar" in again


async def test_snoozing_asks_again_on_that_day(store: Store, clock: StillClock) -> None:
    step = await store.transact(keep)
    await store.transact(service.snooze_step, step, ANNA, 3)
    at = await store.read(lambda tx: nudges.nudge_planned_at(tx, ANNA, service.STEP_NUDGE, step))
    # Three days after Thursday is a Sunday, so Monday.
    assert at == datetime(2027, 1, 18, 8, tzinfo=UTC)


async def test_a_step_that_is_put_off_past_the_week_after_the_session_rests_until_that_day(
    store: Store, clock: StillClock
) -> None:
    step = await store.transact(keep, by=date(2027, 1, 15))
    clock.move_to(datetime(2027, 1, 18, 9, tzinfo=UTC))
    await store.transact(later)
    # A week from Monday is eleven days after the session: too far from a week for one question.
    await store.transact(service.snooze_step, step, ANNA, 7)
    at = await store.read(lambda tx: nudges.nudge_planned_at(tx, ANNA, service.STEP_NUDGE, step))
    assert at == datetime(2027, 1, 25, 8, tzinfo=UTC)


@pytest.mark.parametrize("user", [BRAM, "U0VREEMD"])
async def test_a_step_is_its_owner_s_alone(store: Store, user: str) -> None:
    step = await store.transact(keep)
    with pytest.raises(Refused):
        await store.transact(service.answer_step, step, user, "done")
    with pytest.raises(Refused):
        await store.transact(in_workspace(THEIRS, service.answer_step), step, ANNA, "done")


async def test_a_changed_step_must_be_to_come(store: Store) -> None:
    step = await store.transact(keep)
    with pytest.raises(Refused) as refused:
        await store.transact(service.change_step, step, ANNA, "Anders", "2027-01-13")
    assert refused.value.field == "by"
    await store.transact(service.change_step, step, ANNA, "Anders", "2027-01-25")
    assert (await store.read(state_of, step)).step == "Anders"


@pytest.mark.parametrize("shared", [True, False])
async def test_the_look_back_tells_what_was_shared_and_no_more(store: Store, shared: bool) -> None:
    def look_back(tx: Tx, step: str) -> list[service.LookBack]:
        service.prepare_look_back(tx, step, ANNA, "Het was stil, en toen niet meer.", skip=False, share=None)
        kept = tx.sql.get_one(Takeaway, step)
        from bot.groups import service as groups

        group = groups.group_by_id(tx, kept.group_id)
        return service.next_look_backs(tx, group, tx.now + timedelta(days=30))

    step = await store.transact(lambda tx: keep(tx, shared=shared))
    [found] = await store.transact(look_back, step)
    assert found.presenter == ANNA
    assert found.steps == ([STEP] if shared else [])
    assert found.told == "Het was stil, en toen niet meer."


async def test_before_a_meeting_the_previous_presenter_is_asked_and_not_when_it_is_cancelled(
    store: Store, clock: StillClock
) -> None:
    def plan(tx: Tx, step: str) -> str:
        kept = tx.sql.get_one(Takeaway, step)
        return meetings.plan_meeting(tx, kept.group_id, BRAM, "", "2027-01-28", "15:00", "").id

    step = await store.transact(lambda tx: keep(tx, by=date(2027, 3, 1)))
    await store.transact(nudges.cancel_nudge, ANNA, service.STEP_NUDGE, step)
    meeting = await store.transact(plan, step)
    await store.transact(later)
    clock.move_to(datetime(2027, 1, 26, 9, tzinfo=UTC))
    await store.transact(later)
    asked = await store.read(lambda tx: texts_of(outgoing(tx, "direct")))
    assert len(asked) == 1
    assert "terugblik op jouw casus" in asked[0]
    await store.transact(meetings.cancel_meeting, meeting, BRAM)
    clock.move_to(datetime(2027, 1, 27, 9, tzinfo=UTC))
    await store.transact(later)
    assert len(await store.read(lambda tx: outgoing(tx, "direct"))) == 1


async def test_words_of_a_step_are_not_readable_in_the_database(store: Store) -> None:
    from sqlalchemy import text

    await store.transact(keep)
    rows = await store.read(lambda tx: tx.sql.execute(text("SELECT step, takeaway FROM keepsakes")).all())
    assert "teamleider" not in str(rows)
    assert "mis haar" not in str(rows)


async def test_what_was_looked_back_on_is_not_told_or_asked_for_once_more(store: Store) -> None:
    def again(tx: Tx, step: str) -> list[service.LookBack]:
        kept = state_of(tx, step)
        group = groups.group_by_id(tx, kept.group_id)
        service.finish_look_backs(tx, group, tx.now + timedelta(days=30))
        return service.next_look_backs(tx, group, tx.now + timedelta(days=60))

    step = await store.transact(keep)
    assert await store.transact(again, step) == []
    with pytest.raises(Refused):
        await store.transact(service.prepare_look_back, step, ANNA, "Te laat", skip=False, share=None)


@pytest.mark.parametrize("how", ["partly", "not"])
async def test_what_is_not_done_yet_stays_in_the_list_and_waits_for_another_day(
    store: Store, clock: StillClock, how: str
) -> None:
    step = await store.transact(keep)
    clock.move_to(datetime(2027, 1, 20, 9, tzinfo=UTC))
    await store.transact(service.answer_step, step, ANNA, how)
    [kept] = await store.read(service.unfinished_steps, ANNA)
    assert kept.id == step
    # The day that was chosen has passed: the form proposes one that has not.
    assert await store.read(lambda tx: service.proposed_day(tx, state_of(tx, step))) == "2027-01-27"
    newer = await store.transact(keep_another)
    # What is open stands before what waits, however old that is.
    assert [one.id for one in await store.read(service.unfinished_steps, ANNA)] == [newer, step]
    await store.transact(service.answer_step, newer, ANNA, "done")
    await store.transact(service.answer_step, step, ANNA, "irrelevant")
    assert await store.read(service.unfinished_steps, ANNA) == []


async def test_putting_a_question_off_does_not_use_up_the_last_one(store: Store, clock: StillClock) -> None:
    await store.transact(keep)
    clock.move_to(datetime(2027, 1, 21, 9, tzinfo=UTC))
    await store.transact(later)

    def put_off(tx: Tx) -> None:
        letter = tx.sql.query(Digest).one()
        nudges.snooze_by(tx, letter.id, ANNA, 3)

    await store.transact(put_off)
    clock.move_to(datetime(2027, 1, 25, 9, tzinfo=UTC))
    await store.transact(later)
    said = await store.read(lambda tx: texts_of(outgoing(tx, "direct")))
    assert len(said) == 2
    assert "Hierna vraag ik er niet meer naar" not in said[1]
