"""Who leads: in turn and fairly, with a way to swap, and what the facilitator gets."""

from datetime import timedelta

import pytest

from bot.attendance import service
from bot.groups import service as groups
from bot.methods import catalogue
from bot.polls import service as polls
from bot.polls.records import Poll
from bot.sessions import service as sessions
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.attendance.people import (
    at,
    group_of,
    invitation_message,
    kinds,
    letters,
    member_of,
    move,
    plan,
    says,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case

SOON = "2027-01-20"


def rotating(tx: Tx, day: str = SOON) -> str:
    return plan(tx, day, facilitation="rotating")


def start_of(tx: Tx, meeting: str) -> int:
    return int(the(tx, meeting).starts_at.timestamp())


def offers(tx: Tx, meeting: str, user: str) -> str | None:
    return service.offer_to_lead(tx, meeting, start_of(tx, meeting), user).facilitator


def passes(tx: Tx, meeting: str, user: str, *, never: bool = False) -> str | None:
    return service.pass_on_lead(tx, meeting, start_of(tx, meeting), user, never=never).facilitator


async def leads(store: Store, meeting: str) -> str | None:
    return await store.read(lambda tx: service.facilitator_of(tx, the(tx, meeting)))


async def test_whoever_led_longest_ago_is_announced_with_the_invitation(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        meeting = plan(tx, "2027-02-25", facilitation="rotating")
        for user, days in ((ANNA, 10), (BRAM, 80), (CHLOE, 40), (DAAN, 20)):
            member_of(tx, meeting, user).led_at = tx.now - timedelta(days=days)
        return meeting

    meeting = await store.transact(prepare)
    assert await leads(store, meeting) is None

    def nearer(tx: Tx) -> None:
        move(tx, meeting, SOON)
        sweep(tx)

    await store.transact(nearer)
    assert await leads(store, meeting) == BRAM
    assert f"<@{BRAM}> leidt." in (await store.read(invitation_message, meeting))["text"]


async def test_whoever_cannot_come_does_not_lead_and_the_next_hears_of_it(store: Store) -> None:
    meeting = await store.transact(rotating, "2027-01-27")
    assert await leads(store, meeting) == ANNA
    await store.transact(says, meeting, ANNA, "no")
    assert await leads(store, meeting) == BRAM
    await store.transact(sweep)
    assert "je was als volgende aan de beurt" in (await store.read(letters, BRAM))[0]
    assert "presence.card" not in await store.read(kinds, ANNA)
    assert "presence.card" in await store.read(kinds, BRAM)


async def test_passing_on_goes_to_whoever_offered_first_and_then_to_the_next_in_turn(store: Store) -> None:
    meeting = await store.transact(rotating)
    assert await store.transact(offers, meeting, DAAN) == ANNA
    assert await store.transact(passes, meeting, ANNA) == DAAN
    assert await store.transact(passes, meeting, DAAN) == BRAM
    assert await store.transact(passes, meeting, BRAM) == CHLOE
    assert await store.transact(passes, meeting, CHLOE) is None
    assert "Wie wil er leiden?" in (await store.read(invitation_message, meeting))["text"]
    assert await store.transact(offers, meeting, BRAM) == BRAM


async def test_nobody_gives_away_what_another_leads(store: Store) -> None:
    meeting = await store.transact(rotating)
    with pytest.raises(Refused) as refused:
        await store.transact(passes, meeting, CHLOE)
    assert f"<@{ANNA}> leidt deze keer" in refused.value.say(for_language("nl"))


async def test_whoever_never_wants_to_lead_is_left_out_until_they_offer(store: Store) -> None:
    meeting = await store.transact(rotating)
    assert await store.transact(passes, meeting, ANNA, never=True) == BRAM
    assert not await store.read(lambda tx: member_of(tx, meeting, ANNA).leads)
    await store.transact(offers, meeting, ANNA)
    assert await store.read(lambda tx: member_of(tx, meeting, ANNA).leads)


async def test_where_facilitation_is_claimed_the_first_who_wants_leads(store: Store) -> None:
    meeting = await store.transact(plan, SOON)
    assert await leads(store, meeting) is None
    assert await store.transact(offers, meeting, CHLOE) == CHLOE
    assert await store.transact(offers, meeting, DAAN) == CHLOE
    assert f"<@{CHLOE}> leidt." in (await store.read(invitation_message, meeting))["text"]


async def test_whoever_offers_to_lead_comes_and_is_not_asked(store: Store) -> None:
    meeting = await store.transact(plan, SOON)
    await store.transact(offers, meeting, CHLOE)
    shown = (await store.read(invitation_message, meeting))["text"]
    assert f"Erbij: <@{CHLOE}>." in shown
    assert "Van 3 mensen hebben we nog niets gehoord." in shown
    # Whoever said to come later still does.
    await store.transact(says, meeting, DAAN, "late")
    await store.transact(offers, meeting, DAAN)
    assert f"Later: <@{DAAN}>." in (await store.read(invitation_message, meeting))["text"]


async def test_a_fixed_facilitator_leads_and_may_be_stood_in_for(store: Store) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, facilitation="fixed", facilitator=DAAN))
    assert await leads(store, meeting) == DAAN
    await store.transact(says, meeting, DAAN, "no")
    assert await leads(store, meeting) is None
    assert await store.transact(offers, meeting, BRAM) == BRAM


async def test_whoever_brings_the_case_does_not_lead(store: Store) -> None:
    meeting = await store.transact(rotating)

    def choose(tx: Tx) -> None:
        group = group_of(tx, meeting)
        case = make_case(tx, group, ANNA)
        polls.take_only_case(tx, group.id, ANNA)
        poll = tx.sql.query(Poll).one()
        polls.answer_presenter(tx, poll.id, case.id, ANNA, accepted=True)
        sweep(tx)

    await store.transact(choose)
    assert await leads(store, meeting) == BRAM
    with pytest.raises(Refused):
        await store.transact(offers, meeting, ANNA)


async def test_whoever_leaves_the_group_leads_no_more(store: Store) -> None:
    meeting = await store.transact(rotating)

    def leave(tx: Tx) -> None:
        groups.on_channel_leave(tx, group_of(tx, meeting), ANNA)
        sweep(tx)

    await store.transact(leave)
    assert await leads(store, meeting) == BRAM
    assert f"<@{ANNA}>" not in (await store.read(invitation_message, meeting))["text"]


async def test_two_days_before_the_facilitator_gets_a_card(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(rotating)

    def some_say(tx: Tx) -> None:
        says(tx, meeting, ANNA, "yes")
        says(tx, meeting, BRAM, "late")
        service.give_reason(tx, meeting, start_of(tx, meeting), BRAM, "late", "Mijn trein")
        says(tx, meeting, CHLOE, "yes")

    await store.transact(some_say)
    await until(store, clock, at("2027-01-18", 13))
    assert await store.read(letters, ANNA) == []
    await until(store, clock, at("2027-01-18", 15))
    [card] = await store.read(letters, ANNA)
    for words in ("Jij leidt", "Je eerste zin", "Vragen (4 min)", f"<@{BRAM}>", "<#C0OOST>"):
        assert words in card, words
    # A letter stays, in Slack too: the reason stands in the window only, and the card says so.
    assert "Waarom iemand later komt of niet, lees je bij *Wie er nu komt*." in card
    for user in (ANNA, BRAM, CHLOE, DAAN):
        assert not any("trein" in one for one in await store.read(letters, user))


async def test_reasons_are_shown_to_whoever_led_when_they_were_given(store: Store) -> None:
    meeting = await store.transact(rotating)

    def late(tx: Tx) -> None:
        says(tx, meeting, BRAM, "late")
        service.give_reason(tx, meeting, start_of(tx, meeting), BRAM, "late", "Mijn trein")

    await store.transact(late)
    assert (await store.read(service.attendance_list, meeting, ANNA))[2] == {BRAM: "Mijn trein"}
    assert (await store.read(service.attendance_list, meeting, CHLOE))[2] == {}
    # Whoever takes the lead afterwards is somebody else than they were given to.
    assert await store.transact(passes, meeting, ANNA) != ANNA
    for user in (CHLOE, DAAN):
        await store.transact(offers, meeting, user)
        assert (await store.read(service.attendance_list, meeting, user))[2] == {}
    assert (await store.read(service.attendance_list, meeting, ANNA))[2] == {BRAM: "Mijn trein"}
    await store.transact(says, meeting, BRAM, "yes")
    assert (await store.read(service.attendance_list, meeting, ANNA))[2] == {}


async def test_without_a_leader_nobody_is_asked_why_and_nothing_is_kept(store: Store) -> None:
    meeting = await store.transact(lambda tx: plan(tx, SOON, facilitation="claim"))

    def late(tx: Tx) -> None:
        says(tx, meeting, BRAM, "late")
        assert not service.is_reason_wanted(tx, the(tx, meeting), BRAM)
        with pytest.raises(Refused) as refused:
            service.give_reason(tx, meeting, start_of(tx, meeting), BRAM, "late", "Mijn trein")
        assert refused.value.field == "reason"
        offers(tx, meeting, CHLOE)

    await store.transact(late)
    assert (await store.read(service.attendance_list, meeting, CHLOE))[2] == {}
    assert await store.read(lambda tx: service.is_reason_wanted(tx, the(tx, meeting), BRAM))


async def test_the_session_takes_who_leads_the_meeting(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(lambda tx: rotating(tx, "2027-01-15"))
    await store.transact(passes, meeting, ANNA)
    clock.move(hours=24)

    def form(tx: Tx) -> str | None:
        make_case(tx, group_of(tx, meeting), CHLOE)
        return sessions.start_form_for(tx, "C0OOST", DAAN).facilitator

    assert await store.transact(form) == BRAM


async def test_a_session_counts_for_whose_turn_it_is(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(lambda tx: rotating(tx, "2027-01-15"))
    await store.transact(lambda tx: groups.record_facilitation(tx, group_of(tx, meeting), ANNA))
    assert await store.read(lambda tx: groups.next_facilitator(tx, group_of(tx, meeting), ANNA)) == BRAM


def test_the_short_form_has_the_same_phases_and_fewer_minutes() -> None:
    full, short = catalogue.method("incident"), catalogue.shortened("incident")
    # What may be left out is left out.
    same = [phase for phase in full.phases if not phase.optional]
    assert [phase.key for phase in short.phases] == [phase.key for phase in same]
    assert all(s.minutes == f.least for s, f in zip(short.phases, same, strict=True))
    assert short.minutes < full.minutes * 0.7
    assert short.group_at_least == 3
    assert catalogue.method(short.key) is short
    assert short.name("nl") == "Incidentmethode, kort"
    assert short.key not in [method.key for method in catalogue.methods()]
    with pytest.raises(catalogue.UnknownMethod):
        catalogue.method("unknown.short")
