"""Who leads a meeting that is to come, when people leave, come back, or the group is new."""

from bot.attendance import service
from bot.attendance.service import invitation
from bot.groups import service as groups
from bot.storage import Store, Tx
from tests.attendance.people import (
    at,
    group_of,
    letters,
    move,
    plan,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.factories import DAAN


async def test_whoever_left_leads_no_meeting_that_is_far_away(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-20", facilitation="rotating")
    lead = (await store.read(the, meeting)).facilitator
    assert lead is not None
    await store.transact(move, meeting, "2027-03-17")

    def leaves(tx: Tx) -> None:
        groups.on_channel_leave(tx, group_of(tx, meeting), lead)
        sweep(tx)

    await store.transact(leaves)
    assert (await store.read(the, meeting)).facilitator is None


async def test_whoever_leads_the_first_meeting_has_no_look_back_to_lead(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-22", facilitation="rotating")
    lead = (await store.read(the, meeting)).facilitator
    assert lead is not None
    await until(store, clock, at("2027-01-21", 15))
    card = next(text for text in await store.read(letters, lead) if "Jij leidt de bijeenkomst" in text)
    assert "Terugblik" not in card
    assert "samen 60 minuten" in card
    assert "Er wacht nog geen casus. Vraag de groep erom" in card


async def test_whoever_leaves_and_comes_back_says_anew_whether_they_lead(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-22")

    def offers_and_leaves(tx: Tx) -> None:
        service.offer_to_lead(tx, meeting, int(the(tx, meeting).starts_at.timestamp()), DAAN)
        groups.leave_group(tx, group_of(tx, meeting).id, DAAN)
        sweep(tx)

    await store.transact(offers_and_leaves)
    assert (await store.read(the, meeting)).facilitator is None

    def back(tx: Tx) -> None:
        groups.join_group(tx, group_of(tx, meeting).id, DAAN, {DAAN})
        sweep(tx)
        invitation.update_next_invitation(tx, group_of(tx, meeting))

    await store.transact(back)
    assert (await store.read(the, meeting)).facilitator is None
