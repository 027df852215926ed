"""Messages around a meeting when a group rests, a channel comes back, or somebody answered already."""

from datetime import timedelta

from sqlalchemy import select

from bot.attendance import queries
from bot.attendance.service import invitation
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.date_polls import queries as date_queries
from bot.date_polls import service as date_polls
from bot.date_polls.views import SlotsRef
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.jobs import queue
from bot.storage import Store, Tx
from tests.attendance.people import (
    EVERYONE,
    at,
    group_of,
    in_channel,
    invitation_message,
    letters,
    plan,
    says,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case


async def test_a_rest_costs_nobody_their_card_or_their_question(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-22", facilitation="rotating")
    lead = (await store.read(the, meeting)).facilitator
    assert lead is not None
    group = (await store.read(group_of, meeting)).id
    await store.transact(groups.pause_group, group, ANNA)
    await store.transact(sweep)
    clock.move(hours=1)
    await store.transact(groups.resume_group, group, ANNA)
    await store.transact(sweep)
    await until(store, clock, at("2027-01-21", 15))
    assert any("Jij leidt de bijeenkomst" in text for text in await store.read(letters, lead))
    assert any("Kom je?" in text for text in await store.read(letters, DAAN))


async def test_an_invitation_that_could_not_be_posted_comes_when_the_channel_is_back(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan)
    await until(store, clock, at("2027-02-11", 15))

    def fails(tx: Tx) -> None:
        key = the(tx, meeting).invitation
        row = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == key)).one()
        row.state = OutboxState.SENDING
        row.state, row.payload, row.claim_count = OutboxState.FAILED, None, 1
        groups.mark_unreachable(tx, group_of(tx, meeting), "not_in_channel")
        sweep(tx)

    await store.transact(fails)
    clock.move(hours=2)

    def back(tx: Tx) -> None:
        groups.mark_reachable(tx, group_of(tx, meeting))
        sweep(tx)

    await store.transact(back)
    await store.transact(sweep)
    assert any("Kom je?" in text for text in await store.read(in_channel))


async def test_an_answer_stands_in_every_message_that_asked(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-28")
    await until(store, clock, at("2027-01-27", 15))
    asked = await store.read(letters, BRAM)
    assert len([text for text in asked if "Kom je?" in text or "Ben je erbij?" in text]) == 2
    await store.transact(says, meeting, BRAM, "yes")
    said = await store.read(letters, BRAM)
    assert len([text for text in said if "Fijn, je komt" in text]) == 2
    assert not any("Kom je?" in text or "Ben je erbij?" in text for text in said)


async def test_asked_again_within_minutes_of_a_wake_nobody_hears_it_twice(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-28")
    await until(store, clock, clock.now() + timedelta(days=5))
    group = (await store.read(group_of, meeting)).id
    asked = [text for text in await store.read(letters, BRAM) if "Kom je?" in text]
    await store.transact(groups.pause_group, group, ANNA)
    await store.transact(groups.resume_group, group, ANNA)
    await store.transact(sweep)
    assert [text for text in await store.read(letters, BRAM) if "Kom je?" in text] == asked


async def test_an_invitation_does_not_name_a_case_that_was_treated_since(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-20")

    def chosen(tx: Tx) -> str:
        return make_case(tx, group_of(tx, meeting), BRAM, state=CaseState.CHOSEN, title="Te vaak ja").id

    case = await store.transact(chosen)
    await store.transact(lambda tx: invitation.update_next_invitation(tx, group_of(tx, meeting)))
    assert "De casus: *Te vaak ja*" in (await store.read(invitation_message, meeting))["text"]

    def treated(tx: Tx) -> None:
        cases.mark_treated(tx, tx.sql.get_one(Case, case))
        about = {"group": group_of(tx, meeting).id, "session": "s", "held": True}
        queue.schedule(tx, "session.ended", "s", tx.now, about)
        sweep(tx)

    await store.transact(treated)
    assert "Te vaak ja" not in (await store.read(invitation_message, meeting))["text"]


async def test_who_said_yes_to_the_chosen_date_is_not_asked_again(store: Store, clock: StillClock) -> None:
    def found(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
        wanted = {1: ("2027-02-25", "15:00"), 2: ("2027-02-26", "15:00")}
        search = date_polls.propose_dates(tx, BRAM, SlotsRef(group.id, "", 1), wanted, "V1")
        date_polls.open_date_poll(tx, search.id, BRAM, "2027-02-19", "", "V2")
        slots = [slot.id for slot in date_queries.slots_of(tx, search)]
        for user, answers in ((ANNA, ("yes", "no")), (CHLOE, ("no", "yes")), (DAAN, ("maybe", "yes"))):
            date_polls.vote_on_dates(tx, search.id, user, dict(zip(slots, answers, strict=True)), 0)
        date_polls.choose_date(tx, search.id, BRAM, slots[0], "V3")
        sweep(tx)
        assert search.meeting_id is not None
        return search.meeting_id

    meeting = await store.transact(found)
    coming = await store.read(lambda tx: queries.head_count(tx, the(tx, meeting)))
    assert coming.there == [ANNA, BRAM]
    assert set(coming.unknown) == {CHLOE, DAAN}
    await until(store, clock, at("2027-02-24", 16))
    asked = {user for user in EVERYONE if "Ben je erbij?" in str(await store.read(letters, user))}
    assert asked == {CHLOE, DAAN}
