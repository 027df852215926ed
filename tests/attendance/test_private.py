"""What members read in private before a meeting: only while there is something to do."""

import pytest
from sqlalchemy import select

from bot.attendance import service
from bot.attendance.records import Attendance
from bot.attendance.service import subjects
from bot.groups.records import Person
from bot.meetings import service as meetings
from bot.nudges.records import Digest
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused, for_language
from tests.attendance.people import (
    at,
    group_of,
    invitation_message,
    letters,
    move,
    plan,
    says,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case

SOON = "2027-01-20"


def start_of(tx: Tx, meeting: str) -> int:
    return int(the(tx, meeting).starts_at.timestamp())


def few_buttons(tx: Tx, user: str) -> list[str]:
    """The buttons beneath the question about few people, in every private message that asked it."""
    return [
        element["action_id"]
        for letter in tx.sql.scalars(select(Digest).where(Digest.user == user))
        for part in letter.parts
        if part["kind"] == subjects.FEW
        for block in part["blocks"]
        for element in block.get("elements", [])
        if "action_id" in element
    ]


async def test_a_month_before_whoever_has_no_case_is_helped_to_find_one(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan)
    await store.transact(lambda tx: make_case(tx, group_of(tx, meeting), BRAM).id)
    await until(store, clock, at("2027-01-26", 14))
    assert "steeds terugkomt" in (await store.read(letters, ANNA))[0]
    assert "<#C0OOST>" in (await store.read(letters, ANNA))[0]
    assert await store.read(letters, BRAM) == []
    await store.transact(service.bring_nothing, meeting, ANNA)
    assert "Dat is goed" in (await store.read(letters, ANNA))[0]


async def test_nothing_this_time_ends_it(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan)
    await store.transact(service.bring_nothing, meeting, ANNA)
    await until(store, clock, at("2027-02-01", 14))
    assert await store.read(letters, ANNA) == []
    assert len(await store.read(letters, CHLOE)) == 1


async def test_after_the_invitation_only_those_who_said_nothing_are_asked(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan)
    await store.transact(
        service.change_reminders, (await store.read(group_of, meeting)).id, ANNA, ["two_weeks"]
    )
    await until(store, clock, at("2027-02-12", 9))
    await store.transact(says, meeting, BRAM, "yes")
    await until(store, clock, at("2027-02-17", 14))
    assert await store.read(letters, BRAM) == []
    [asked] = await store.read(letters, CHLOE)
    assert "Kom je?" in asked
    await store.transact(says, meeting, CHLOE, "no")
    assert "Jammer, tot een volgende keer" in (await store.read(letters, CHLOE))[0]


async def test_a_day_before_those_who_still_said_nothing_are_asked_once_more(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, SOON)
    for user in (ANNA, BRAM, CHLOE):
        await store.transact(says, meeting, user, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert "Ben je erbij?" in (await store.read(letters, DAAN))[-1]
    assert not any("Kom je?" in one for one in await store.read(letters, BRAM))


async def test_an_answer_for_another_date_is_not_one_for_this(store: Store) -> None:
    meeting = await store.transact(plan, SOON)
    before = await store.read(start_of, meeting)
    await store.transact(move, meeting, "2027-01-22")
    with pytest.raises(service.OtherDate) as refused:
        await store.transact(service.answer_invitation, meeting, before, ANNA, "yes")
    assert "vrijdag 22 januari" in refused.value.say(for_language("nl"))
    assert await store.read(lambda tx: service.rsvp_of(tx, the(tx, meeting), ANNA)) is None


async def test_outsiders_and_other_workspaces_answer_nothing(store: Store) -> None:
    meeting = await store.transact(plan, SOON)
    start = await store.read(start_of, meeting)
    for workspace, user in ((OURS, "U0ELSE"), (THEIRS, ANNA)):
        with pytest.raises(Refused):
            await store.transact(
                in_workspace(workspace, service.answer_invitation), meeting, start, user, "yes"
            )
    assert await store.read(lambda tx: tx.sql.scalars(select(Attendance)).all()) == []


async def test_nobody_answers_for_a_meeting_that_is_cancelled(store: Store) -> None:
    meeting = await store.transact(plan, SOON)
    start = await store.read(start_of, meeting)
    await store.transact(meetings.cancel_meeting, meeting, BRAM)
    with pytest.raises(Refused) as refused:
        await store.transact(service.answer_invitation, meeting, start, ANNA, "yes")
    assert "gaat niet door" in refused.value.say(for_language("nl"))


async def test_reasons_are_encrypted_where_they_are_kept(store: Store) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, facilitation="fixed", facilitator=ANNA))

    def why(tx: Tx) -> str:
        says(tx, meeting, BRAM, "no")
        service.give_reason(tx, meeting, start_of(tx, meeting), BRAM, "no", "Mijn kind is ziek")
        tx.sql.flush()
        return str(tx.sql.connection().exec_driver_sql("SELECT reason FROM attendances").scalar_one())

    assert "ziek" not in await store.transact(why)


# Too few


async def test_with_too_few_the_facilitator_is_asked_a_day_before(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, facilitation="fixed", facilitator=DAAN))
    for user, answer in ((DAAN, "yes"), (BRAM, "yes"), (CHLOE, "late"), (ANNA, "no")):
        await store.transact(says, meeting, user, answer)
    await until(store, clock, at("2027-01-19", 15))
    asked = (await store.read(letters, DAAN))[-1]
    assert "komen er tot nu toe 3;" in asked
    assert "de korte vorm" in asked
    assert not any("tot nu toe" in one for one in await store.read(letters, ANNA))

    await store.transact(service.decide_meeting, meeting, await store.read(start_of, meeting), DAAN, "short")
    assert "Jullie doen de korte vorm" in (await store.read(letters, DAAN))[-1]
    assert "de korte vorm, 41 minuten" in (await store.read(invitation_message, meeting))["text"]
    clock.move_to(at(SOON, 13, 55))
    offered = await store.read(
        lambda tx: [method.key for method in service.methods_for_session(tx, group_of(tx, meeting))]
    )
    assert offered == ["incident.short", "incident"]


async def test_when_nobody_has_said_to_come_the_facilitator_reads_that(
    store: Store, clock: StillClock
) -> None:
    await store.transact(lambda tx: plan(tx, SOON, facilitation="fixed", facilitator=DAAN))
    await until(store, clock, at("2027-01-19", 15))
    asked = "\n".join(await store.read(letters, DAAN))
    assert "heeft nog niemand ja gezegd" in asked
    assert "0 mensen" not in asked
    assert "Zijn jullie met z'n drieën, dan past de korte vorm" in asked


async def test_with_enough_people_nobody_is_asked(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, SOON)
    for user in (ANNA, BRAM, CHLOE, DAAN):
        await store.transact(says, meeting, user, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert await store.read(letters, ANNA) == []
    # Somebody drops out on the last day: whoever planned it hears that, once.
    await store.transact(says, meeting, CHLOE, "no")
    await store.transact(sweep)
    await store.transact(says, meeting, DAAN, "no")
    await store.transact(sweep)
    assert sum("tot nu toe" in one for one in await store.read(letters, ANNA)) == 1


async def test_once_enough_people_come_the_question_says_so(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, facilitation="fixed", facilitator=DAAN))
    for user in (DAAN, BRAM):
        await store.transact(says, meeting, user, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert "komen er tot nu toe 2;" in (await store.read(letters, DAAN))[-1]

    await store.transact(says, meeting, CHLOE, "late")
    assert "Wat wil je doen?" in (await store.read(letters, DAAN))[-1]
    await store.transact(says, meeting, ANNA, "yes")
    said = (await store.read(letters, DAAN))[-1]
    assert "komen er inmiddels 4: dat is genoeg" in said
    assert "Wat wil je doen?" not in said
    assert await store.read(few_buttons, DAAN) == []

    # Somebody drops out after all: it is true again, so it is asked again.
    await store.transact(says, meeting, ANNA, "no")
    await store.transact(sweep)
    clock.move(hours=2)
    await store.transact(sweep)
    assert sum("Wat wil je doen?" in one for one in await store.read(letters, DAAN)) == 1


async def test_whoever_was_asked_and_leads_no_longer_reads_it_too(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, minimum=3, facilitation="rotating"))
    asked = await store.read(lambda tx: the(tx, meeting).facilitator)
    assert asked is not None
    await store.transact(says, meeting, asked, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert await store.read(few_buttons, asked) != []
    await store.transact(service.pass_on_lead, meeting, await store.read(start_of, meeting), asked)
    for user in (ANNA, BRAM, CHLOE, DAAN):
        await store.transact(says, meeting, user, "yes")
    assert await store.read(few_buttons, asked) == []


async def test_a_decision_about_few_people_stays_when_more_come(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, facilitation="fixed", facilitator=DAAN))
    for user in (DAAN, BRAM, CHLOE):
        await store.transact(says, meeting, user, "yes")
    await until(store, clock, at("2027-01-19", 15))
    await store.transact(service.decide_meeting, meeting, await store.read(start_of, meeting), DAAN, "short")
    await store.transact(says, meeting, ANNA, "yes")
    assert "Jullie doen de korte vorm" in (await store.read(letters, DAAN))[-1]
    assert (await store.read(the, meeting)).decided == "short"


async def test_the_group_s_own_minimum_counts(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, minimum=2))
    for user in (ANNA, BRAM):
        await store.transact(says, meeting, user, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert await store.read(letters, ANNA) == []


async def test_moving_it_answers_the_question(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, SOON)
    await store.transact(says, meeting, ANNA, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert "Wat wil je doen?" in (await store.read(letters, ANNA))[-1]
    await store.transact(move, meeting, "2027-01-28")
    said = await store.read(letters, ANNA)
    assert not any("Wat wil je doen?" in one for one in said)
    assert any("is nu" in one and "28 januari" in one for one in said)
    assert await store.read(lambda tx: the(tx, meeting).decided) is None


async def test_only_whoever_is_asked_decides(store: Store) -> None:
    meeting = await store.transact(plan, SOON)
    start = await store.read(start_of, meeting)
    with pytest.raises(Refused):
        await store.transact(service.decide_meeting, meeting, start, BRAM, "short")
    with pytest.raises(Refused):
        await store.transact(service.decide_meeting, meeting, start, ANNA, "nonsense")


async def test_in_a_far_zone_it_comes_in_that_person_s_own_hours(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-18")

    def far(tx: Tx) -> None:
        for user in (ANNA, BRAM, CHLOE):
            says(tx, meeting, user, "yes")
        tx.sql.scalars(select(Person).where(Person.user == DAAN)).one().zone = "Pacific/Auckland"

    await store.transact(far)
    # The group hears of it on Friday at four; in Auckland it is Saturday then.
    await until(store, clock, at("2027-01-17", 19))
    assert await store.read(letters, DAAN) == []
    # Monday, in the first half hour from nine on.
    await until(store, clock, at("2027-01-17", 20, 31))
    assert "Ben je erbij?" in (await store.read(letters, DAAN))[-1]
