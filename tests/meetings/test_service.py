"""Planning, moving and cancelling."""

from datetime import UTC, datetime

import pytest

from bot.events import MeetingCancelled, MeetingMoved, MeetingPlanned, NextMeetingSet
from bot.meetings import service
from bot.meetings.service import NeedsConfirmation
from bot.meetings.service.warnings import about_the_move
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import THEIRS, due_items, make_group, outgoing, texts_of
from tests.factories import ANNA, BRAM, CHLOE

DUTCH = for_language("nl")


def plan(tx: Tx, day: str = "2027-01-28", *, user: str = ANNA, meeting: str = "") -> str:
    group = make_group(tx, ANNA, BRAM, CHLOE) if not meeting else None
    group_id = group.id if group else service.meeting_for(tx, meeting, user)[1].id
    return service.plan_meeting(tx, group_id, user, meeting, day, "15:00", "Kamer 2").id


async def test_the_channel_hears_the_date(store: Store) -> None:
    await store.transact(plan)
    told = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert len(told) == 1
    assert "De volgende bijeenkomst is" in told[0]
    assert "Kamer 2" in told[0]


async def test_moving_and_cancelling_are_told_each_once(store: Store) -> None:
    meeting = await store.transact(plan)
    await store.transact(plan, "2027-02-11", meeting=meeting)
    await store.transact(plan, "2027-02-11", meeting=meeting)
    [moved] = await store.read(lambda tx: due_items(tx, MeetingMoved.kind))
    assert moved.data["version"] == 2
    await store.transact(service.cancel_meeting, meeting, BRAM)
    await store.transact(service.cancel_meeting, meeting, BRAM)
    assert await store.read(lambda tx: len(due_items(tx, MeetingCancelled.kind))) == 1
    assert "gaat niet door" in (await store.read(lambda tx: texts_of(outgoing(tx, "post"))))[-1]


@pytest.mark.parametrize(("day", "word"), [("2027-01-13", "voorbij"), ("2030-01-01", "twee jaar")])
async def test_a_date_that_cannot_be_is_refused_at_the_field(store: Store, day: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        await store.transact(plan, day)
    assert refused.value.field == "day"
    assert word in refused.value.say(DUTCH)


def test_a_second_date_stands_beside_the_first(tx: Tx) -> None:
    first, group = service.meeting_for(tx, plan(tx), ANNA)
    service.plan_meeting(tx, group.id, BRAM, "", "2027-01-21", "10:00", "")
    next_one = service.next_meeting(tx, group)
    assert next_one is not None
    assert service.meeting_by_id(tx.of(THEIRS), first.id) is None
    assert [next_one.day, *(meeting.day for meeting in service.upcoming_meetings(tx, group, 5))] == [
        "2027-01-21",
        "2027-01-21",
        "2027-01-28",
    ]


async def test_a_day_that_has_a_meeting_is_asked_about_first(store: Store) -> None:
    _, group = await store.transact(lambda tx: service.meeting_for(tx, plan(tx), ANNA))
    again = (group.id, BRAM, "", "2027-01-28", "09:00", "")
    with pytest.raises(NeedsConfirmation) as asked:
        await store.transact(service.plan_meeting, *again)
    assert asked.value.field == "day"
    assert "15:00" in asked.value.say(DUTCH)
    await store.transact(service.plan_meeting, *again, confirmed=True)
    found = await store.read(lambda tx: service.upcoming_meetings(tx, group))
    assert [meeting.hour for meeting in found] == ["09:00", "15:00"]


async def test_the_same_window_twice_plans_one_meeting_and_sent_again_changes_it(store: Store) -> None:
    group = await store.transact(lambda tx: make_group(tx, ANNA, BRAM))
    for place in ("Kamer 2", "Kamer 2", "Kamer 3"):
        await store.transact(
            service.plan_meeting, group.id, ANNA, "", "2027-01-28", "15:00", place, known=0, form="V1"
        )
    [meeting] = await store.read(lambda tx: service.upcoming_meetings(tx, group))
    assert (meeting.place, meeting.version) == ("Kamer 3", 2)
    assert len(await store.read(lambda tx: texts_of(outgoing(tx, "post")))) == 2


async def test_who_plans_hears_what_somebody_planned_meanwhile(store: Store) -> None:
    def known(tx: Tx) -> tuple[str, int]:
        group = make_group(tx, ANNA, BRAM)
        return group.id, service.change_count(tx, group)

    group_id, seen = await store.transact(known)
    await store.transact(service.plan_meeting, group_id, ANNA, "", "2027-01-28", "15:00", "", known=seen)
    with pytest.raises(NeedsConfirmation) as asked:
        await store.transact(service.plan_meeting, group_id, BRAM, "", "2027-02-04", "15:00", "", known=seen)
    assert "donderdag 28 januari" in asked.value.say(DUTCH)


async def test_who_moves_hears_that_somebody_moved_it_meanwhile(store: Store) -> None:
    meeting = await store.transact(plan)
    _, group = await store.read(service.meeting_for, meeting, ANNA)
    move = (group.id, BRAM, meeting)
    await store.transact(service.plan_meeting, *move, "2027-02-04", "15:00", "", known=1)
    with pytest.raises(NeedsConfirmation) as asked:
        await store.transact(service.plan_meeting, *move, "2027-02-11", "15:00", "", known=1)
    assert "donderdag 4 februari" in asked.value.say(DUTCH)
    # The same form once more is no question.
    await store.transact(service.plan_meeting, *move, "2027-02-04", "15:00", "", known=1)


async def test_the_rooms_above_hear_of_each_step_and_calendars_count_it(store: Store) -> None:
    meeting = await store.transact(plan)
    await store.transact(plan, "2027-02-11", meeting=meeting)
    await store.transact(service.cancel_meeting, meeting, ANNA)
    for kind, version in ((MeetingPlanned.kind, 1), (MeetingMoved.kind, 2), (MeetingCancelled.kind, 2)):
        [row] = await store.read(due_items, kind)
        assert (row.subject, row.data["meeting"], row.data["version"]) == (meeting, meeting, version)
        assert row.data["alone"]
    found = await store.read(service.meeting_by_id, meeting)
    assert found is not None
    assert found.sequence == 2


async def test_only_another_place_is_said_as_that(store: Store) -> None:
    meeting = await store.transact(plan)
    _, group = await store.read(service.meeting_for, meeting, ANNA)
    await store.transact(service.plan_meeting, group.id, ANNA, meeting, "2027-01-28", "15:00", "Kamer 9")
    told = (await store.read(lambda tx: texts_of(outgoing(tx, "post"))))[-1]
    assert "andere plaats: Kamer 9" in told


async def test_the_look_back_is_prepared_for_the_next_meeting_only(store: Store, clock: StillClock) -> None:
    def two(tx: Tx) -> None:
        group = service.meeting_for(tx, plan(tx), ANNA)[1]
        service.plan_meeting(tx, group.id, ANNA, "", "2027-03-11", "15:00", "")

    await store.transact(two)
    first, second = await store.read(due_items, NextMeetingSet.kind)
    assert first.at == clock.now()
    assert second.at == datetime(2027, 1, 29, 2, tzinfo=UTC)


async def test_a_meeting_of_another_workspace_is_not_found(store: Store) -> None:
    meeting = await store.transact(plan)
    with pytest.raises(Refused):
        await store.transact(in_workspace(THEIRS, service.cancel_meeting), meeting, ANNA)


def test_a_place_is_no_link_in_a_disguise(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    place = "<https://evil.invalid/login|Teams>"
    meeting = service.plan_meeting(tx, group.id, ANNA, "", "2027-01-28", "15:00", place)
    [remark] = about_the_move(meeting)
    assert "<https://evil.invalid/login|Teams>" not in remark(for_language("nl"))
    assert "&lt;" in remark(for_language("nl"))
