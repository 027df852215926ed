"""What becomes of all that was said when a date changes, twice, or not at all, and when a group rests."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.attendance import queries, service
from bot.attendance.service import invitation
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.date_polls import queries as date_queries
from bot.date_polls import service as date_polls
from bot.date_polls.views import SlotsRef
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.events import MeetingMoved, MeetingPlanned
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.rules import MeetingState
from bot.slack import ids
from bot.storage import Store, Tx
from tests.attendance.people import (
    EVERYONE,
    HANDLERS,
    at,
    buttons,
    group_of,
    in_channel,
    invitation_message,
    kinds,
    letters,
    move,
    plan,
    plan_again,
    plan_of_series,
    says,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.conftest import due_items, make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver, make_case


async def _move(store: Store, meeting: str, day: str) -> None:
    await store.transact(move, meeting, day)
    await store.transact(deliver)


async def _cancel(store: Store, meeting: str) -> None:
    await store.transact(meetings.cancel_meeting, meeting, ANNA)
    await store.transact(sweep)
    await store.transact(deliver)


async def test_an_invitation_of_its_own_follows_two_moves_and_the_end(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan)
    await until(store, clock, at("2027-02-11", 15))
    await store.transact(deliver)
    await _move(store, meeting, "2027-04-01")
    await _move(store, meeting, "2027-04-08")
    assert not any("1 april" in text.split("(was")[0] for text in await store.read(in_channel))
    await _cancel(store, meeting)
    assert all("gaat niet door" in text for text in await store.read(in_channel))


async def test_a_notice_of_the_day_before_follows_two_moves(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-01-19", 15))
    await store.transact(deliver)
    await _move(store, meeting, "2027-01-28")
    await _move(store, meeting, "2027-01-29")
    now = [text for text in await store.read(in_channel) if "Deze bijeenkomst is verzet naar" in text]
    assert len(now) == 3
    assert all("29 januari" in text for text in now)


def _both(tx: Tx) -> str:
    group = make_group(tx, *EVERYONE)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-20", "15:00", "").id
    meetings.plan_meeting(tx, group.id, ANNA, meeting, "2027-01-22", "15:00", "")
    return meeting


def _in_order(tx: Tx, first: str) -> None:
    """Rows of one moment are taken in any order."""
    rows = [row for row in due_items(tx) if row.kind in HANDLERS and row.at <= tx.now]
    for row in sorted(rows, key=lambda row: row.kind != first):
        item = queue.Job(row.workspace, row.kind, row.subject, row.scheduled_at, dict(row.data))
        tx.sql.delete(row)
        tx.sql.flush()
        HANDLERS[item.kind](tx, item)
    sweep(tx)


@pytest.mark.parametrize("first", [MeetingPlanned.kind, MeetingMoved.kind])
async def test_planned_and_moved_before_anybody_looked_there_is_one_invitation_for_the_last_date(
    store: Store, first: str
) -> None:
    meeting = await store.transact(_both)
    await store.transact(_in_order, first)
    [told] = await store.read(in_channel)
    assert "vrijdag 22 januari" in told
    assert f"{ids.PRESENCE_ANSWER}.yes" in buttons(await store.read(invitation_message, meeting))
    assert "presence.ask" in await store.read(kinds, DAAN)


async def test_moved_there_and_back_before_anybody_looked_nothing_tells_the_other_date(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(deliver)

    def there_and_back(tx: Tx) -> None:
        group = group_of(tx, meeting).id
        for day in ("2027-01-22", "2027-01-20"):
            meetings.plan_meeting(tx, group, ANNA, meeting, day, "15:00", "Kamer 2")

    await store.transact(there_and_back)
    await store.transact(deliver)
    await store.transact(sweep)
    await store.transact(deliver)
    told = await store.read(in_channel)
    assert not any("22 januari" in text.split("(was")[0] for text in told)


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


async def test_the_day_before_a_cancellation_reaches_whoever_was_asked_and_whoever_would_come(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(says, meeting, ANNA, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert "Ben je erbij?" in (await store.read(letters, BRAM))[-1]
    before = len(await store.read(letters, ANNA))
    await _cancel(store, meeting)
    assert all("Ben je erbij?" not in text for text in await store.read(letters, BRAM))
    assert "gaat niet door" in (await store.read(letters, BRAM))[-1]
    # A new message, and not only an edit that nobody is told of.
    assert len(await store.read(letters, ANNA)) == before + 1
    assert "gaat niet door" in (await store.read(letters, ANNA))[-1]


async def test_a_move_the_day_before_reaches_everybody_at_once(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(says, meeting, DAAN, "no")
    await until(store, clock, at("2027-01-19", 15))
    await _move(store, meeting, "2027-01-28")
    await store.transact(sweep)
    for user in (BRAM, DAAN):
        said = await store.read(letters, user)
        assert "heeft een andere datum" in said[-1]
        assert not any("Morgen komt" in text for text in said)


async def test_an_answer_stands_in_every_message_that_asked(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-28")
    await until(store, clock, at("2027-01-27", 15))
    asked = await store.read(letters, BRAM)
    assert len([text for text in asked if "Kom je?" in text or "Ben je erbij?" in text]) == 2
    await store.transact(says, meeting, BRAM, "yes")
    said = await store.read(letters, BRAM)
    assert len([text for text in said if "Fijn, je komt" in text]) == 2
    assert not any("Kom je?" in text or "Ben je erbij?" in text for text in said)


async def test_the_second_meeting_waits_no_longer_for_a_first_that_was_cancelled(
    store: Store, clock: StillClock
) -> None:
    first = await store.transact(plan, "2027-01-21")
    second = await store.transact(plan_of_series, first, "2027-01-27")
    await _cancel(store, first)
    clock.move(minutes=1)
    await store.transact(sweep)
    assert (await store.read(the, second)).invitation is not None


async def test_moving_a_later_meeting_does_not_call_it_the_next(store: Store) -> None:
    first = await store.transact(plan, "2027-01-20")
    later = await store.transact(plan_of_series, first, "2027-03-11")
    await _move(store, later, "2027-03-12")
    told = (await store.read(in_channel))[-1]
    assert "De volgende bijeenkomst" not in told
    assert "De bijeenkomst van donderdag 11 maart om " in told
    assert "12 maart" in told


async def test_planned_just_before_the_round_moment_it_is_one_message(
    store: Store, clock: StillClock
) -> None:
    clock.move_to(at("2027-01-15", 13, 58))
    await store.transact(plan, "2027-01-29")
    assert len(await store.read(in_channel)) == 1


async def test_a_cancellation_names_a_date_that_is_still_to_come(store: Store, clock: StillClock) -> None:
    today = await store.transact(plan, "2027-01-15", "10:00")
    later = await store.transact(plan_of_series, today, "2027-02-11")
    clock.move_to(at("2027-01-15", 14))
    await store.transact(meetings.cancel_meeting, later, ANNA)
    assert "15 januari" not in (await store.read(in_channel))[-1]


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


async def test_another_zone_of_the_group_moves_no_meeting(store: Store) -> None:
    meeting = await store.transact(plan, "2027-03-10")
    before = (await store.read(the, meeting)).starts_at

    def elsewhere(tx: Tx) -> None:
        group = group_of(tx, meeting)
        group.zone = "Europe/Lisbon"
        # What the form shows then: an hour earlier on the clock there.
        meetings.plan_meeting(tx, group.id, ANNA, meeting, "2027-03-10", "14:00", "Zolder")
        sweep(tx)

    await store.transact(elsewhere)
    assert (await store.read(the, meeting)).starts_at == before
    assert "is op een andere plaats: Zolder" in (await store.read(in_channel))[-1]


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


async def test_a_group_that_plans_nothing_is_asked_once_and_one_that_does_is_not(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-02-20", 15))
    asked = [text for text in await store.read(in_channel) if "geen bijeenkomst gepland" in text]
    assert len(asked) == 1
    clock.move(days=60)
    await store.transact(sweep)
    assert len([text for text in await store.read(in_channel) if "geen bijeenkomst gepland" in text]) == 1

    await store.transact(plan_of_series, meeting, "2027-05-20")
    await until(store, clock, at("2027-05-21", 15))
    await store.transact(plan_of_series, meeting, "2027-07-20")
    await until(store, clock, at("2027-06-20", 15))
    # There is a date again, and what asked for one says so.
    assert not any("geen bijeenkomst gepland" in text for text in await store.read(in_channel))


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


def _begins(tx: Tx, meeting: str, session: str) -> None:
    service.on_session_opened(tx, group_of(tx, meeting), session)


def _ends(tx: Tx, meeting: str, session: str, held: bool) -> None:
    about = {"group": group_of(tx, meeting).id, "session": session, "held": held}
    queue.schedule(tx, "session.ended", session, tx.now, about)
    sweep(tx)


async def test_a_second_session_that_nobody_began_leaves_the_meeting_held(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20", "10:00")
    await until(store, clock, at("2027-01-20", 9))
    await store.transact(_begins, meeting, "s1")
    clock.move(hours=2)
    await store.transact(_ends, meeting, "s1", True)
    clock.move(hours=3)
    await store.transact(_begins, meeting, "s2")
    await store.transact(_ends, meeting, "s2", False)
    assert (await store.read(the, meeting)).state == MeetingState.OPENED


async def test_a_session_begun_anew_is_not_ended_by_the_one_before_it(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20", "15:00")
    await until(store, clock, at("2027-01-20", 14))
    await store.transact(_begins, meeting, "s1")
    await store.transact(_begins, meeting, "s2")
    await store.transact(_ends, meeting, "s1", False)
    assert (await store.read(the, meeting)).state == MeetingState.OPENED
    await store.transact(_ends, meeting, "s2", False)
    assert (await store.read(the, meeting)).state == MeetingState.PLANNED


async def test_a_session_tried_in_the_morning_silences_nothing(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20", "15:00")
    await until(store, clock, at("2027-01-20", 7, 30))
    await store.transact(_begins, meeting, "s1")
    clock.move(minutes=20)
    await store.transact(_ends, meeting, "s1", False)
    await until(store, clock, at("2027-01-20", 13, 1))
    assert any("Over een uur" in text or "Vandaag komen" in text for text in await store.read(in_channel))


async def test_a_group_whose_only_date_is_called_off_is_asked_too(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-02-24")
    await _cancel(store, meeting)
    await until(store, clock, at("2027-02-10", 12))
    assert "geen bijeenkomst gepland" in (await store.read(in_channel))[-1]
    await store.transact(deliver)
    # And with a date that message asks for nothing any more.
    await store.transact(lambda tx: plan_again(tx, group_of(tx, meeting), "2027-03-10"))
    await store.transact(deliver)
    assert not any("geen bijeenkomst gepland" in text for text in await store.read(in_channel))
    assert any("Er staat weer een bijeenkomst gepland" in text for text in await store.read(in_channel))


async def test_while_a_date_is_sought_nobody_says_that_there_is_none(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-02-09", 12))

    def seeks(tx: Tx) -> None:
        wanted = {1: ("2027-02-25", "15:00"), 2: ("2027-02-26", "15:00")}
        search = date_polls.propose_dates(tx, BRAM, SlotsRef(group_of(tx, meeting).id, "", 1), wanted, "V1")
        date_polls.open_date_poll(tx, search.id, BRAM, "2027-02-19", "", "V2")

    await store.transact(seeks)
    await until(store, clock, at("2027-02-16", 12))
    assert not any("geen bijeenkomst gepland" in text for text in await store.read(in_channel))


async def test_a_group_without_reminders_is_not_asked_in_private_when_a_meeting_moves(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(lambda tx: plan(tx, "2027-01-15", reminders=""))
    await _move(store, meeting, "2027-02-15")
    await until(store, clock, at("2027-01-15", 12))
    assert await store.read(letters, DAAN) == []


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
