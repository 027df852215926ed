"""The private report after a session, the questions of the weeks after it, and forgetting."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.followups import service
from bot.followups.records import Reflection, Takeaway
from bot.followups.rules import PlannedStep, What
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import THEIRS, make_group, outgoing, texts_of
from tests.factories import ANNA, BRAM, CHLOE
from tests.followups.test_service import STEP, later

WORDS = service.Written("Een gesprek dat ik uitstel", "Dat ik wacht", "Bellen, donderdag", "Stilte")


def held(tx: Tx) -> str:
    """A session that Anna presented in and Bram was at; the id of Anna's reflection."""
    group = make_group(tx, ANNA, BRAM, CHLOE)
    service.keep_takeaway(
        tx,
        group,
        "s1",
        ANNA,
        what=What.RESPONSE,
        takeaway="Ik mis haar.",
        steps=[PlannedStep(STEP, date(2027, 3, 4), False)],
        is_presenter=True,
        shared=False,
    )
    service.open_reflections(tx, group, "s1", ANNA, [ANNA, BRAM])
    return place_of(tx, ANNA)


def place_of(tx: Tx, user: str) -> str:
    return tx.sql.scalars(select(Reflection.id).where(Reflection.user == user)).one()


def asked(tx: Tx, user: str = ANNA) -> list[str]:
    """The letters to somebody, apart from the one about a response that may settle."""
    letters = texts_of([row for row in outgoing(tx, "direct") if row.user == user])
    return [one for one in letters if "bezinken" not in one or "terugblik op" in one]


async def test_two_days_later_the_presenter_is_asked_and_nobody_else(store: Store, clock: StillClock) -> None:
    await store.transact(held)
    # Two days after Thursday is Saturday: on Monday.
    clock.move_to(datetime(2027, 1, 17, 12, tzinfo=UTC))
    await store.transact(later)
    assert await store.read(asked) == []
    clock.move_to(datetime(2027, 1, 18, 9, tzinfo=UTC))
    await store.transact(later)
    [letter] = await store.read(asked)
    assert "donderdag 14 januari" in letter
    assert "<#C0OOST>" in letter
    assert await store.read(asked, BRAM) == []


@pytest.mark.parametrize("way", ["written", "declined", "deleted"])
async def test_what_was_answered_is_never_asked_again(store: Store, clock: StillClock, way: str) -> None:
    reflection = await store.transact(held)
    if way == "declined":
        await store.transact(service.decline_reflection, reflection, ANNA)
    else:
        await store.transact(service.write_reflection, reflection, ANNA, WORDS)
    if way == "deleted":
        await store.transact(service.delete_reflection, reflection, ANNA)
    clock.move_to(datetime(2027, 1, 18, 9, tzinfo=UTC))
    await store.transact(later)
    assert await store.read(asked) == []


def test_the_others_may_write_one_too_and_each_sees_only_their_own(tx: Tx) -> None:
    held(tx)
    theirs = place_of(tx, BRAM)
    service.write_reflection(tx, theirs, BRAM, WORDS)
    assert [one.reflection.seen for one in service.reflections_of(tx, BRAM)] == ["Dat ik wacht"]
    assert [one.reflection.seen for one in service.reflections_of(tx, ANNA)] == [""]
    assert service.reflections_of(tx, CHLOE) == []


@pytest.mark.parametrize("user", [BRAM, CHLOE])
async def test_nobody_reads_writes_exports_or_deletes_another_s(store: Store, user: str) -> None:
    reflection = await store.transact(held)
    for refused in (
        lambda tx: service.reflection_draft(tx, reflection, user),
        lambda tx: service.write_reflection(tx, reflection, user, WORDS),
        lambda tx: service.export_reflection(tx, reflection, user),
        lambda tx: service.delete_reflection(tx, reflection, user),
        lambda tx: service.reflection_draft(tx.of(THEIRS), reflection, ANNA),
    ):
        with pytest.raises(Refused):
            await store.transact(refused)


def test_the_form_begins_with_what_was_taken_home_and_then_with_what_was_written(tx: Tx) -> None:
    reflection = held(tx)
    draft = service.reflection_draft(tx, reflection, ANNA)
    assert (draft.seen, draft.doing) == ("Ik mis haar.", STEP)
    service.write_reflection(tx, reflection, ANNA, service.Written("", "Anders", "", ""))
    draft = service.reflection_draft(tx, reflection, ANNA)
    assert (draft.seen, draft.doing) == ("Anders", "")


async def test_an_empty_reflection_is_refused_at_the_field(store: Store) -> None:
    reflection = await store.transact(held)
    with pytest.raises(Refused) as refused:
        await store.transact(service.write_reflection, reflection, ANNA, service.Written("", "", "", ""))
    assert refused.value.field == "brought_in"


def test_it_is_given_as_text_and_deleting_takes_that_back_too(tx: Tx) -> None:
    reflection = held(tx)
    with pytest.raises(Refused):
        service.export_reflection(tx, reflection, ANNA)
    service.write_reflection(tx, reflection, ANNA, WORDS)
    service.export_reflection(tx, reflection, ANNA)
    [sent] = asked(tx)
    for words in ("Wat bracht ik in?", "Een gesprek dat ik uitstel", "Bellen, donderdag", "Stilte"):
        assert words in sent
    service.delete_reflection(tx, reflection, ANNA)
    assert asked(tx) == []
    assert service.reflection_draft(tx, reflection, ANNA).brought_in == ""


def test_words_of_a_reflection_are_not_readable_in_the_database(tx: Tx) -> None:
    service.write_reflection(tx, held(tx), ANNA, service.Written(*["geheim"] * 4))
    tx.sql.flush()
    for table in ("reflections", "keepsakes", "outbox", "letters"):
        assert "geheim" not in str(tx.sql.execute(text(f"SELECT * FROM {table}")).all())


# Steps, in the weeks after


async def test_a_week_after_the_first_step_is_asked_for_and_after_the_chosen_day_how_it_went(
    store: Store, clock: StillClock
) -> None:
    reflection = await store.transact(held)
    await store.transact(service.decline_reflection, reflection, ANNA)
    clock.move_to(datetime(2027, 1, 21, 9, tzinfo=UTC))
    await store.transact(later)
    [first] = await store.read(asked)
    assert "Is de eerste stap gezet?" in first
    assert "donderdag 4 maart" in first
    clock.move_to(datetime(2027, 3, 4, 15, tzinfo=UTC))
    await store.transact(later)
    assert len(await store.read(asked)) == 1
    clock.move_to(datetime(2027, 3, 5, 9, tzinfo=UTC))
    await store.transact(later)
    assert "Hoe is het gegaan?" in (await store.read(asked))[1]


@pytest.mark.parametrize(("how", "letters"), [("not", 2), ("partly", 2), ("done", 1), ("irrelevant", 1)])
async def test_not_yet_before_the_chosen_day_waits_for_it_and_done_is_never_asked_again(
    store: Store, clock: StillClock, how: str, letters: int
) -> None:
    reflection = await store.transact(held)
    await store.transact(service.decline_reflection, reflection, ANNA)
    step = await store.read(lambda tx: tx.sql.scalars(select(Takeaway.id)).one())
    clock.move_to(datetime(2027, 1, 21, 9, tzinfo=UTC))
    await store.transact(later)
    await store.transact(service.answer_step, step, ANNA, how)
    for day in (datetime(2027, 3, 5, 9, tzinfo=UTC), datetime(2027, 3, 6, 9, tzinfo=UTC)):
        clock.move_to(day)
        await store.transact(later)
    assert len(await store.read(asked)) == letters


async def test_with_a_date_already_planned_the_look_back_is_asked_for_two_days_before_it(
    store: Store, clock: StillClock
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        meetings.plan_meeting(tx, group.id, BRAM, "", "2027-01-28", "15:00", "")
        later(tx)
        service.keep_takeaway(
            tx,
            group,
            "s1",
            ANNA,
            what=What.RESPONSE,
            takeaway="Iets",
            steps=[PlannedStep("", None, False)],
            is_presenter=True,
            shared=False,
        )

    await store.transact(fill)
    clock.move_to(datetime(2027, 1, 26, 9, tzinfo=UTC))
    await store.transact(later)
    [letter] = await store.read(asked)
    assert "terugblik op jouw casus" in letter


async def test_a_meeting_that_moves_away_moves_the_question(store: Store, clock: StillClock) -> None:
    def fill(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM)
        service.keep_takeaway(
            tx,
            group,
            "s1",
            ANNA,
            what=What.RESPONSE,
            takeaway="Iets",
            steps=[PlannedStep("", None, False)],
            is_presenter=True,
            shared=False,
        )
        return meetings.plan_meeting(tx, group.id, BRAM, "", "2027-01-28", "15:00", "").id

    def move(tx: Tx, meeting: str) -> None:
        group = tx.sql.scalars(select(Takeaway.group_id)).one()
        meetings.plan_meeting(tx, group, BRAM, meeting, "2027-02-11", "15:00", "")

    meeting = await store.transact(fill)
    await store.transact(later)
    clock.move_to(datetime(2027, 1, 25, 9, tzinfo=UTC))
    await store.transact(move, meeting)
    for day in (datetime(2027, 1, 26, 9, tzinfo=UTC), datetime(2027, 1, 27, 9, tzinfo=UTC)):
        clock.move_to(day)
        await store.transact(later)
    assert await store.read(asked) == []
    clock.move_to(datetime(2027, 2, 9, 9, tzinfo=UTC))
    await store.transact(later)
    assert len(await store.read(asked)) == 1


async def test_a_meeting_that_is_later_than_was_known_is_asked_about_later(
    store: Store, clock: StillClock
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        meetings.plan_meeting(tx, group.id, BRAM, "", "2027-01-28", "15:00", "")
        service.keep_takeaway(
            tx,
            group,
            "s1",
            ANNA,
            what=What.RESPONSE,
            takeaway="Iets",
            steps=[PlannedStep("", None, False)],
            is_presenter=True,
            shared=False,
        )
        later(tx)
        tx.sql.scalars(select(Meeting)).one().starts_at += timedelta(days=14)

    await store.transact(fill)
    clock.move_to(datetime(2027, 1, 26, 9, tzinfo=UTC))
    await store.transact(later)
    assert await store.read(asked) == []
    clock.move_to(datetime(2027, 2, 9, 9, tzinfo=UTC))
    await store.transact(later)
    assert len(await store.read(asked)) == 1


async def test_a_look_back_that_was_prepared_is_not_asked_for(store: Store, clock: StillClock) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        kept = service.keep_takeaway(
            tx,
            group,
            "s1",
            ANNA,
            what=What.RESPONSE,
            takeaway="Iets",
            steps=[PlannedStep("", None, False)],
            is_presenter=True,
            shared=False,
        )
        service.prepare_look_back(tx, kept.id, ANNA, "Het ging goed.", skip=False, share=None)
        meetings.plan_meeting(tx, group.id, BRAM, "", "2027-01-28", "15:00", "")

    await store.transact(fill)
    await store.transact(later)
    clock.move_to(datetime(2027, 1, 26, 9, tzinfo=UTC))
    await store.transact(later)
    assert await store.read(asked) == []


# Forgetting


async def test_what_is_older_than_a_group_wants_to_keep_is_gone_and_nobody_is_asked_about_it(
    store: Store, clock: StillClock
) -> None:
    def old(tx: Tx) -> None:
        service.write_reflection(tx, held(tx), ANNA, WORDS)

    def new(tx: Tx) -> None:
        group = groups.channel_group(tx, "C0OOST")
        assert group is not None
        service.keep_takeaway(
            tx,
            group,
            "s2",
            BRAM,
            what=What.HARVEST,
            takeaway="Nieuw",
            steps=[PlannedStep("", None, False)],
            is_presenter=False,
            shared=False,
        )
        service.purge_before(tx, group, tx.now - timedelta(days=30))
        assert [one.session_id for one in tx.sql.scalars(select(Takeaway))] == ["s2"]
        # A reflection is its writer's own: the group's term does not reach it.
        assert [one.brought_in for one in tx.sql.scalars(select(Reflection))] == [WORDS.brought_in]
        assert tx.sql.scalars(select(Nudge).where(Nudge.kind == service.STEP_NUDGE)).all() == []

    await store.transact(old)
    clock.move(days=31)
    await store.transact(new)


def test_the_day_that_is_promised_is_the_day_on_which_it_is_asked(tx: Tx) -> None:
    held(tx)
    kept = tx.sql.scalars(select(Takeaway)).one()
    assert service.step_question_day(tx, kept) == date(2027, 1, 21)
    nudges.stop_topic(tx, ANNA, "steps")
    assert service.step_question_day(tx, kept) is None
