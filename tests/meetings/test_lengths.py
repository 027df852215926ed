"""How long a meeting takes: asked where one is planned, and followed by whatever comes of it."""

from datetime import timedelta
from typing import Any

from bot.date_polls import service as date_polls
from bot.meetings import rules, service, views
from bot.meetings.records import Meeting
from bot.storage import Tx
from bot.texts import for_language
from tests.conftest import make_group
from tests.date_polls.people import drafted, slot_on
from tests.factories import ANNA, BRAM

NL = for_language("nl")


def day(tx: Tx, ahead: int) -> str:
    return (tx.now + timedelta(days=ahead)).date().isoformat()


def plan(tx: Tx, group_id: str, ahead: int = 20, *, meeting: str = "", **more: Any) -> Meeting:
    return service.plan_meeting(
        tx, group_id, ANNA, meeting, day(tx, ahead), "15:00", "Kamer 2", confirmed=True, **more
    )


def test_a_meeting_takes_as_long_as_was_said_and_an_hour_and_a_half_when_nobody_said(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    usual = plan(tx, group.id)
    assert usual.ends_at - usual.starts_at == timedelta(minutes=90)
    long = plan(tx, group.id, 30, minutes=120)
    assert long.ends_at - long.starts_at == timedelta(hours=2)


def test_what_no_form_offers_leaves_the_length_as_it_is() -> None:
    assert rules.minutes_of("120") == 120
    assert [rules.minutes_of(said) for said in (None, "", "5", "600", "anderhalf uur")] == [90] * 5
    assert rules.minutes_of("", 120) == 120


def test_another_length_is_told_once_and_goes_to_calendars(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    meeting = plan(tx, group.id)
    sequence, version = meeting.sequence, meeting.version
    plan(tx, group.id, meeting=meeting.id, minutes=120)
    assert (meeting.minutes, meeting.sequence, meeting.version) == (120, sequence + 1, version + 1)
    plan(tx, group.id, meeting=meeting.id, minutes=120)
    # A form of before does not ask.
    plan(tx, group.id, meeting=meeting.id)
    assert (meeting.minutes, meeting.version) == (120, version + 1)
    said = views.another_length(NL, meeting).text
    assert "duurt tot" in said


def test_the_meetings_of_a_rhythm_take_as_long_as_it_says(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    wanted = service.SeriesRequest("FREQ=WEEKLY;INTERVAL=6;BYDAY=TH", day(tx, 30), "15:00", minutes=60)
    series = service.plan_series(tx, group.id, ANNA, wanted)
    ahead = service.upcoming_meetings(tx, group)
    assert {one.minutes for one in ahead} == {60}
    service.change_series(
        tx,
        series.id,
        ANNA,
        ahead[0].id,
        service.SeriesRequest(series.rule, series.first, "15:00", minutes=105),
    )
    assert {one.minutes for one in service.upcoming_meetings(tx, group)} == {105}


def test_the_date_that_a_group_found_takes_as_long_as_the_search_said(tx: Tx) -> None:
    search = drafted(tx, "2027-01-28", "2027-01-29")
    date_polls.open_date_poll(tx, search.id, search.asked_by, "2027-01-20", "Kamer 3", "V0ASK", "120")
    slot = slot_on(tx, search.id, "2027-01-28")
    date_polls.choose_date(tx, search.id, search.asked_by, slot, "V1")
    assert search.meeting_id is not None
    meeting = service.meeting_by_id(tx, search.meeting_id)
    assert meeting is not None
    assert meeting.minutes == 120
