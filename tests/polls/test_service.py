"""Opening, voting, closing, and asking the presenter."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.polls import service
from bot.polls.records import Ballot, Poll
from bot.polls.rules import PollState
from bot.slack import ids
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, due_items, make_group, outgoing
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver, make_case
from tests.polls.people import (
    TITLES,
    answers,
    case_of,
    in_channel,
    open_one,
    poll_now,
    prepare,
    privately,
    sweep,
    votes,
)

DUTCH = for_language("nl")


def group_now(tx: Tx) -> Group:
    return groups.group_of_channel(tx, "C0OOST")


def test_the_poll_shows_titles_and_questions_and_counts_without_names(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=3)
    shown = in_channel(tx, poll)
    assert all(title in shown for title in TITLES)
    assert "1 van de 4" in shown
    assert "elke week" not in shown
    assert not [user for user in (ANNA, CHLOE, DAAN) if user in shown]


async def test_two_people_who_open_a_poll_at_once_get_one(store: Store) -> None:
    group_id = await store.transact(lambda tx: prepare(tx).id)

    def open_it(tx: Tx, user: str) -> str:
        return service.open_poll(tx, group_id, user, tx.now + timedelta(days=1)).id

    found = await asyncio.gather(*(store.transact(open_it, user) for user in (ANNA, BRAM, CHLOE, DAAN)))
    assert len(set(found)) == 1


async def test_the_last_votes_in_one_instant_close_the_poll_once(store: Store) -> None:
    poll_id = await store.transact(lambda tx: open_one(tx).id)

    def vote(tx: Tx, user: str) -> None:
        service.give_votes(tx, poll_id, user, {case_of(tx, CHLOE).id: 1})

    await asyncio.gather(*(store.transact(vote, user) for user in (ANNA, BRAM, CHLOE, DAAN)))

    def look(tx: Tx) -> None:
        sweep(tx)
        poll = poll_now(tx)
        assert (poll.state, poll.voters) == ("asking", 4)
        assert len(privately(tx, CHLOE)) == 1

    await store.transact(look)


def test_a_ballot_can_be_changed_and_sent_twice(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=3)
    votes(tx, poll, BRAM, chloe=1, daan=2)
    votes(tx, poll, BRAM, chloe=1, daan=2)
    _, given = service.ballot_of(tx, poll.id, BRAM)
    assert given == {case_of(tx, CHLOE).id: 1, case_of(tx, DAAN).id: 2}
    assert poll.voters == 1


def test_who_is_not_in_the_group_neither_sees_nor_votes(tx: Tx) -> None:
    poll = open_one(tx)
    for workspace, user in ((OURS, "U0GUEST"), (THEIRS, BRAM)):
        with pytest.raises(Refused):
            service.ballot_of(tx.of(workspace), poll.id, user)
        with pytest.raises(Refused):
            service.give_votes(tx.of(workspace), poll.id, user, {case_of(tx, ANNA).id: 1})
    with pytest.raises(Refused):
        service.close_poll_by_hand(tx, poll.id, CHLOE)


def test_a_case_of_elsewhere_gets_no_votes(tx: Tx) -> None:
    poll = open_one(tx)
    other = make_case(tx, make_group(tx, BRAM, channel="C0WEST"), BRAM)
    with pytest.raises(Refused):
        service.give_votes(tx, poll.id, BRAM, {other.id: 1})


def test_no_case_is_named_before_its_presenter_agrees(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, chloe=2, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    assert not [title for title in TITLES if title in in_channel(tx, poll)]
    assert "action_id" not in in_channel(tx, poll)
    answers(tx, poll, CHLOE, yes=True)
    answers(tx, poll, CHLOE, yes=True)
    shown = in_channel(tx, poll)
    assert "De keuze valt op Stil overleg" in shown.replace("*", "")
    assert "Met 2 stemmen, de meeste" in shown
    assert service.chosen_case(tx, group_now(tx)) is case_of(tx, CHLOE)
    assert "action_id" not in privately(tx, CHLOE)[0]


def test_who_declines_is_named_nowhere(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, chloe=2, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    before = in_channel(tx, poll)
    answers(tx, poll, CHLOE, yes=False)
    assert in_channel(tx, poll) == before
    with pytest.raises(Refused):
        answers(tx, poll, CHLOE, yes=True)
    answers(tx, poll, ANNA, yes=True)
    shown = in_channel(tx, poll).replace("*", "")
    assert "De keuze valt op Te vaak ja" in shown
    # The other cases stand there alike, and no number of votes gives away who was first.
    assert "Stil overleg; Nieuwe rol" in shown
    assert "stem)" not in shown
    assert "de meeste" not in shown
    assert case_of(tx, CHLOE).state == CaseState.HANDED_IN


def test_when_nobody_wants_to_the_cases_stay(tx: Tx) -> None:
    poll = open_one(tx)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    for user in (ANNA, CHLOE, DAAN):
        answers(tx, poll, user, yes=False)
    assert poll.state == PollState.EMPTY
    assert "deze keer gaat er geen casus door" in in_channel(tx, poll)
    assert len(cases.backlog(tx, group_now(tx))) == 3
    assert len(service.candidates_for(tx, group_now(tx))) == 3


async def test_without_a_vote_urgency_decides_and_it_is_said(store: Store, clock: StillClock) -> None:
    def begin(tx: Tx) -> None:
        open_one(tx)
        case_of(tx, DAAN).urgency = "now"

    def end(tx: Tx) -> None:
        sweep(tx)
        poll = poll_now(tx)
        answers(tx, poll, DAAN, yes=True)
        assert "Niemand heeft gestemd" in in_channel(tx, poll)

    await store.transact(begin)
    clock.move(days=1)
    await store.transact(end)


def test_shared_themes_are_named_however_they_are_spelt(tx: Tx) -> None:
    poll = open_one(tx)
    case_of(tx, ANNA).theme, case_of(tx, DAAN).theme = "Grenzen", "grenzen"
    votes(tx, poll, BRAM, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    answers(tx, poll, ANNA, yes=True)
    assert "2 casussen gaan over grenzen" in in_channel(tx, poll)


def test_a_theme_of_waiting_cases_is_told_to_nobody(tx: Tx) -> None:
    poll = open_one(tx)
    case_of(tx, ANNA).theme = "Werkdruk"
    case_of(tx, CHLOE).theme = case_of(tx, DAAN).theme = "Grenzen"
    votes(tx, poll, BRAM, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    answers(tx, poll, ANNA, yes=True)
    assert "gaat over werkdruk" in in_channel(tx, poll)
    assert "grenzen" not in in_channel(tx, poll).lower()


async def test_a_presenter_is_asked_once_more_in_working_hours_and_then_the_next(
    store: Store, clock: StillClock
) -> None:
    def begin(tx: Tx) -> None:
        poll = open_one(tx)
        votes(tx, poll, BRAM, anna=1)
        service.close_poll_by_hand(tx, poll.id, BRAM)

    await store.transact(begin)
    asked: list[int] = []

    def look(tx: Tx) -> None:
        sweep(tx)
        asked.append(len(privately(tx, ANNA)))

    # Thursday 15:00; a day later it is Friday 15:00, and the day after that a weekend.
    for hours in (23, 1, 24, 24 + 18):
        clock.move(hours=hours)
        await store.transact(look)
    assert asked == [1, 2, 2, 2]

    def end(tx: Tx) -> None:
        assert "action_id" not in "".join(privately(tx, ANNA))
        assert "action_id" in privately(tx, CHLOE)[0]
        with pytest.raises(Refused):
            answers(tx, poll_now(tx), ANNA, yes=True)

    await store.transact(end)


def test_the_vote_is_forgotten_once_the_poll_is_closed(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    assert tx.sql.scalar(select(func.count()).select_from(Ballot)) == 0


def test_votes_on_a_withdrawn_case_come_back_with_one_message(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=2, chloe=1)
    votes(tx, poll, DAAN, chloe=3)
    cases.withdraw(tx, case_of(tx, ANNA).id, ANNA)
    sweep(tx)
    sweep(tx)
    assert "Te vaak ja" not in in_channel(tx, poll)
    assert len(privately(tx, BRAM)) == 1
    assert privately(tx, DAAN) == []
    _, given = service.ballot_of(tx, poll.id, BRAM)
    assert given == {case_of(tx, CHLOE).id: 1}


def test_a_poll_with_one_case_left_closes(tx: Tx) -> None:
    poll = open_one(tx, 2)
    votes(tx, poll, BRAM, anna=3)
    cases.withdraw(tx, case_of(tx, ANNA).id, ANNA)
    sweep(tx)
    assert poll.asked_case == case_of(tx, CHLOE).id
    assert privately(tx, BRAM) == []


def test_a_case_withdrawn_while_its_presenter_is_asked_passes_the_turn(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=2, chloe=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    cases.withdraw(tx, case_of(tx, ANNA).id, ANNA)
    with pytest.raises(Refused):
        answers(tx, poll, ANNA, yes=True)
    sweep(tx)
    assert "action_id" not in privately(tx, ANNA)[0]
    assert poll.asked_case == case_of(tx, CHLOE).id


def test_a_chosen_case_that_goes_makes_room_for_the_next(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=2, chloe=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    answers(tx, poll, ANNA, yes=True)
    groups.on_channel_leave(tx, group_now(tx), ANNA)
    sweep(tx)
    assert (poll.state, poll.asked_case) == ("asking", case_of(tx, CHLOE).id)
    assert case_of(tx, ANNA).state == CaseState.HANDED_IN
    assert service.chosen_case(tx, group_now(tx)) is None


def test_who_leaves_is_not_waited_for_and_votes_no_more(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, chloe=3)
    votes(tx, poll, CHLOE, anna=1)
    groups.on_channel_leave(tx, group_now(tx), BRAM)
    sweep(tx)
    assert "1 van de 3" in in_channel(tx, poll)
    votes(tx, poll, ANNA, chloe=1)
    groups.on_channel_leave(tx, group_now(tx), DAAN)
    sweep(tx)
    assert poll.state != PollState.OPEN


def test_anyone_may_close_when_the_opener_has_left(tx: Tx) -> None:
    poll = open_one(tx)
    groups.on_channel_leave(tx, group_now(tx), BRAM)
    sweep(tx)
    service.close_poll_by_hand(tx, poll.id, CHLOE)
    assert poll.state == PollState.ASKING


def test_a_case_that_is_picked_directly_ends_the_question_and_leaves_the_poll(tx: Tx) -> None:
    poll = open_one(tx)
    cases.mark_chosen(tx, case_of(tx, CHLOE))
    sweep(tx)
    assert "Stil overleg" not in in_channel(tx, poll)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    cases.mark_chosen(tx, case_of(tx, ANNA))
    service.finish_poll_of_case(tx, case_of(tx, ANNA))
    sweep(tx)
    assert poll.state == PollState.DONE
    assert "action_id" not in privately(tx, ANNA)[0]
    assert due_items(tx, "poll.ask_again") == []


def test_a_treated_case_does_not_come_back_to_life(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=3)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    cases.mark_chosen(tx, case_of(tx, ANNA))
    cases.mark_treated(tx, case_of(tx, ANNA))
    with pytest.raises(Refused):
        answers(tx, poll, ANNA, yes=True)
    assert case_of(tx, ANNA).state == CaseState.TREATED


def test_no_second_choice_while_the_first_is_not_done(tx: Tx) -> None:
    poll = open_one(tx)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    with pytest.raises(Refused) as asking:
        service.candidates_for(tx, group_now(tx))
    assert "wacht op het antwoord" in asking.value.say(DUTCH)
    answers(tx, poll, ANNA, yes=True)
    with pytest.raises(Refused) as chosen:
        service.candidates_for(tx, group_now(tx))
    assert "Te vaak ja" in chosen.value.say(DUTCH)


def test_more_than_ten_cases_the_longest_waiting_take_part(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    for number in range(12):
        case = make_case(tx, group, title=f"Casus {number:02}")
        case.handed_in_at = tx.now - timedelta(days=number)
    poll = service.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))
    found, _ = service.ballot_of(tx, poll.id, BRAM)
    assert [case.title for case in found] == [f"Casus {number:02}" for number in range(11, 1, -1)]


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(0), timedelta(days=400), None])
def test_a_moment_that_cannot_be_is_said_at_its_field(tx: Tx, by: timedelta | None) -> None:
    group = prepare(tx)
    with pytest.raises(Refused) as refusal:
        service.open_poll(tx, group.id, BRAM, tx.now + by if by is not None else None)
    assert refusal.value.field in ("day", "hour")


def test_one_case_is_asked_for_directly_and_one_s_own_needs_no_question(tx: Tx) -> None:
    group = prepare(tx, 1)
    service.take_only_case(tx, group.id, BRAM)
    with pytest.raises(Refused):
        service.take_only_case(tx, group.id, BRAM)
    assert tx.sql.scalar(select(func.count(Poll.id))) == 1
    answers(tx, poll_now(tx), ANNA, yes=True)
    assert "De keuze valt op" in in_channel(tx, poll_now(tx))
    other = make_group(tx, ANNA, channel="C0WEST")
    mine = make_case(tx, other, title="Eigen")
    service.take_only_case(tx, other.id, ANNA)
    assert mine.state == CaseState.CHOSEN


def test_a_changed_title_changes_in_the_poll(tx: Tx) -> None:
    poll = open_one(tx)
    case = case_of(tx, ANNA)
    draft = cases.draft_of(case)
    cases.save_draft(
        tx,
        case.group_id,
        ANNA,
        case.id,
        type(draft)("Vaker nee", draft.situation, draft.own_part, draft.question),
        then="keep",
    )
    sweep(tx)
    assert "Vaker nee" in in_channel(tx, poll)


def result_of(tx: Tx, case: Case | None) -> str:
    """The message of its own that tells the result; empty while there is none."""
    key = f"poll/{poll_now(tx).id}/result/{case.id if case else 'none'}"
    return next((str(row.payload) for row in outgoing(tx, "post") if row.key == key), "")


def test_the_result_is_a_new_message_with_the_next_steps(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, chloe=2, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    assert result_of(tx, case_of(tx, CHLOE)) == ""
    answers(tx, poll, CHLOE, yes=True)
    told = result_of(tx, case_of(tx, CHLOE))
    assert "Gekozen: *Stil overleg*" in told
    assert "Begin de sessie" in told
    assert ids.MEETING_OPEN in told
    # The buttons stand once, beneath the newest message.
    assert "action_id" not in in_channel(tx, poll)


def test_the_result_loses_its_buttons_when_the_session_opens_or_the_case_goes(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, chloe=2, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    answers(tx, poll, CHLOE, yes=True)
    cases.withdraw(tx, case_of(tx, CHLOE).id, CHLOE)
    sweep(tx)
    gone = result_of(tx, case_of(tx, CHLOE))
    assert "geldt niet meer" in gone
    assert "action_id" not in gone
    answers(tx, poll, ANNA, yes=True)
    assert "Begin de sessie" in result_of(tx, case_of(tx, ANNA))
    service.finish_poll_of_case(tx, case_of(tx, ANNA))
    done = result_of(tx, case_of(tx, ANNA))
    assert "Gekozen: *Te vaak ja*" in done
    assert "action_id" not in done


def test_a_poll_without_buttons_is_not_edited_when_its_session_opens(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, anna=3)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    answers(tx, poll, ANNA, yes=True)
    deliver(tx)
    service.finish_poll_of_case(tx, case_of(tx, ANNA))
    edited = [row.target_key for row in outgoing(tx, "update")]
    assert edited == [f"poll/{poll.id}/result/{case_of(tx, ANNA).id}"]


def test_once_a_day_is_planned_the_result_asks_for_none(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, chloe=2, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    answers(tx, poll, CHLOE, yes=True)
    assert "Nog geen dag?" in result_of(tx, case_of(tx, CHLOE))

    meeting = meetings.plan_meeting(tx, poll.group_id, BRAM, "", "2027-02-25", "15:00", "")
    sweep(tx)
    told = result_of(tx, case_of(tx, CHLOE))
    assert "Nog geen dag?" not in told
    assert ids.MEETING_OPEN not in told
    # Whoever is together now still begins from here.
    assert "Begin de sessie" in told

    meetings.cancel_meeting(tx, meeting.id, BRAM)
    sweep(tx)
    assert "Nog geen dag?" in result_of(tx, case_of(tx, CHLOE))


def test_a_second_day_does_not_edit_the_result(tx: Tx) -> None:
    poll = open_one(tx)
    votes(tx, poll, BRAM, chloe=2, anna=1)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    meetings.plan_meeting(tx, poll.group_id, BRAM, "", "2027-02-25", "15:00", "")
    sweep(tx)
    answers(tx, poll, CHLOE, yes=True)
    assert "Nog geen dag?" not in result_of(tx, case_of(tx, CHLOE))
    deliver(tx)
    later = meetings.plan_meeting(tx, poll.group_id, BRAM, "", "2027-03-25", "15:00", "")
    sweep(tx)
    meetings.cancel_meeting(tx, later.id, BRAM)
    sweep(tx)
    assert [row.target_key for row in outgoing(tx, "update") if "poll/" in str(row.target_key)] == []


def test_the_result_of_an_only_case_follows_the_day_too(tx: Tx) -> None:
    group = prepare(tx, 1)
    service.take_only_case(tx, group.id, ANNA)
    assert ids.MEETING_OPEN in in_channel(tx, poll_now(tx))
    meetings.plan_meeting(tx, group.id, BRAM, "", "2027-02-25", "15:00", "")
    sweep(tx)
    assert ids.MEETING_OPEN not in in_channel(tx, poll_now(tx))


def test_when_no_case_goes_on_the_channel_reads_it_with_what_can_be_done(tx: Tx) -> None:
    poll = open_one(tx)
    service.close_poll_by_hand(tx, poll.id, BRAM)
    for user in (ANNA, CHLOE, DAAN):
        answers(tx, poll, user, yes=False)
    told = result_of(tx, None)
    assert "Laat de groep kiezen" in told
    assert ids.CASE_WRITE in told


def test_one_s_own_only_case_is_told_in_one_message(tx: Tx) -> None:
    group = prepare(tx, 1)
    service.take_only_case(tx, group.id, ANNA)
    assert result_of(tx, case_of(tx, ANNA)) == ""
    assert "Begin de sessie" in in_channel(tx, poll_now(tx))
