"""A fixed rhythm: planned, kept six ahead, changed and ended, and what everyone hears of it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.events import GroupPurged, MeetingCancelled, MeetingMoved, MeetingPlanned
from bot.groups import service as groups
from bot.jobs import queue
from bot.jobs.queue import Handler
from bot.meetings import jobs, service, views
from bot.meetings.records import Meeting, Series
from bot.meetings.rules.recurrence import Recurrence
from bot.meetings.service import NeedsConfirmation, SeriesRequest
from bot.meetings.service import series as series_cases
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, due_items, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE

DUTCH = for_language("nl")
EXTEND: dict[str, Handler] = {series_cases.EXTEND: jobs.on_extend_due}
SIX_WEEKS = ["2027-01-21", "2027-03-04", "2027-04-15", "2027-05-27", "2027-07-08", "2027-08-19"]
WISH = SeriesRequest("FREQ=WEEKLY;INTERVAL=6;WKST=MO;BYDAY=TH", "2027-01-21", "15:00", "Kamer 2")


def planned(tx: Tx, wish: SeriesRequest = WISH) -> str:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    return service.plan_series(tx, group.id, ANNA, wish).id


def of(tx: Tx, series_id: str) -> tuple[Series, list[Meeting]]:
    series = tx.sql.get(Series, series_id)
    assert series is not None
    return series, service.upcoming_in_series(tx, series)


def days(tx: Tx, series_id: str) -> list[str]:
    return [meeting.day for meeting in of(tx, series_id)[1]]


def everyone(tx: Tx, series_id: str) -> list[Meeting]:
    """Each meeting of a series that ever was, in order."""
    tx.sql.expire_all()
    of_it = select(Meeting).where(Meeting.series_id == series_id)
    return list(tx.sql.scalars(of_it.order_by(Meeting.starts_at)))


def told(tx: Tx) -> list[str]:
    return texts_of(outgoing(tx, "post"))


def heard(tx: Tx, kind: str) -> list[dict[str, Any]]:
    return [row.data for row in due_items(tx, kind)]


async def test_six_dates_are_meetings_and_the_channel_reads_it_once(store: Store) -> None:
    series = await store.transact(planned)
    assert await store.read(days, series) == SIX_WEEKS
    [post] = await store.read(told)
    assert "elke 6 weken op donderdag" in post
    assert "Kamer 2" in post
    above = await store.read(heard, MeetingPlanned.kind)
    assert len(above) == 6
    assert not any(data["alone"] for data in above)


async def test_the_clock_on_the_wall_stays_at_three(store: Store) -> None:
    series = await store.transact(planned)
    for meeting in await store.read(lambda tx: of(tx, series)[1]):
        local = meeting.starts_at.astimezone(ZoneInfo("Europe/Amsterdam"))
        assert f"{local:%Y-%m-%d %H:%M}" == f"{meeting.day} 15:00"


async def test_six_stay_ahead_as_time_goes_by_and_nobody_is_told_again(
    store: Store, clock: StillClock
) -> None:
    series = await store.transact(planned)
    clock.move_to(datetime(2027, 1, 21, 14, 0, 1, tzinfo=UTC))
    assert await store.transact(run_due, EXTEND) == 1
    assert await store.read(days, series) == [*SIX_WEEKS[1:], "2027-09-30"]
    # The bot was away for a year.
    clock.move_to(datetime(2028, 3, 1, tzinfo=UTC))
    await store.transact(run_due, EXTEND)
    found = await store.read(days, series)
    assert len(found) == 6
    assert found[0] == "2028-03-16"
    assert len(await store.read(told)) == 1


async def test_a_rhythm_stands_still_while_the_group_rests_and_goes_on_when_it_wakes(
    store: Store, clock: StillClock
) -> None:
    series = await store.transact(planned)

    def group(tx: Tx) -> str:
        return of(tx, series)[0].group_id

    await store.transact(lambda tx: groups.pause_group(tx, group(tx), ANNA).id)
    clock.move_to(datetime(2027, 9, 1, 14, tzinfo=UTC))
    await store.transact(run_due, EXTEND)
    assert await store.read(days, series) == []
    await store.transact(lambda tx: groups.resume_group(tx, group(tx), ANNA).id)
    await store.transact(run_due, jobs.JOBS)
    found = await store.read(days, series)
    assert len(found) == 6
    assert found[0] == "2027-09-30"
    # And on from there, by itself.
    clock.move_to(datetime(2027, 9, 30, 14, tzinfo=UTC))
    await store.transact(run_due, EXTEND)
    assert len(await store.read(days, series)) == 6
    assert sum("vast ritme" in text for text in await store.read(told)) == 1


async def test_where_they_met_is_forgotten_with_the_other_texts(store: Store, clock: StillClock) -> None:
    series = await store.transact(planned)
    clock.move_to(datetime(2027, 4, 1, tzinfo=UTC))

    def forget(tx: Tx, before: str) -> list[str]:
        found, _ = of(tx, series)
        about = {"group": found.group_id, "before": before}
        queue.schedule(tx, GroupPurged.kind, found.group_id, tx.now, about)
        run_due(tx, {GroupPurged.kind: jobs.JOBS[GroupPurged.kind]})
        tx.sql.refresh(found)
        return [found.place, *(one.place for one in everyone(tx, series))]

    assert await store.transact(forget, "2027-03-01T00:00:00+00:00") == ["Kamer 2", "", *["Kamer 2"] * 5]
    first = await store.read(lambda tx: service.upcoming_in_series(tx, of(tx, series)[0])[0].id)
    await store.transact(service.end_series, series, ANNA, first)
    clock.move_to(datetime(2028, 4, 1, tzinfo=UTC))
    assert set(await store.transact(forget, "2028-03-01T00:00:00+00:00")) == {""}


async def test_what_is_ticked_is_left_out_and_holidays_later_on_too(store: Store) -> None:
    # Every Monday: Easter Monday 2027 falls on 29 March.
    rule = "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO"
    wish = SeriesRequest(rule, "2027-01-18", "15:00", "", ("2027-02-01",), "NL")
    found = await store.read(days, await store.transact(planned, wish))
    assert found == ["2027-01-18", "2027-02-15", "2027-03-01", "2027-03-15", "2027-04-12", "2027-04-26"]


async def test_nobody_is_forced_to_skip_a_holiday(store: Store) -> None:
    wish = SeriesRequest("FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO", "2027-03-15", "15:00")
    assert "2027-03-29" in await store.read(days, await store.transact(planned, wish))


async def test_the_preview_points_out_days_off_and_leaves_them_in(store: Store) -> None:
    def look(tx: Tx) -> Any:
        group = make_group(tx, ANNA, BRAM)
        return service.first_preview(tx, group, Recurrence("day", 1, nth=20), "2027-01-20", "15:00", DUTCH)

    seen = await store.transact(look)
    assert [date.day for date in seen.dates if date.off] == ["2027-02-20", "2027-03-20", "2027-06-20"]
    window = views.preview(DUTCH, views.RhythmRef("g", "", ""), seen)
    assert str(window).count("Geen werkdag van de groep.") == 3
    [boxes] = [block["element"] for block in window["blocks"] if block.get("block_id") == "skip"]
    assert [option["value"] for option in boxes["initial_options"]] == [views.LATER]


async def test_a_quarterly_fifth_friday_says_when_it_stays_away_for_a_year(store: Store) -> None:
    def look(tx: Tx) -> Any:
        group = make_group(tx, ANNA, BRAM)
        wanted = Recurrence("weekday", 3, nth=5, weekday=4)
        return service.first_preview(tx, group, wanted, "2027-01-20", "15:00", DUTCH)

    seen = await store.transact(look)
    assert [f"{one:%Y-%m}" for one in seen.without] == ["2028-01", "2028-04", "2028-07", "2028-10"]


async def test_the_preview_names_holidays_and_days_that_are_taken(store: Store) -> None:
    def look(tx: Tx) -> Any:
        group = make_group(tx, ANNA, BRAM)
        service.plan_meeting(tx, group.id, ANNA, "", "2027-02-15", "09:00", "")
        return service.first_preview(tx, group, Recurrence("weeks", 6, 0), "2027-02-10", "15:00", DUTCH)

    seen = await store.transact(look)
    assert [date.day for date in seen.dates][:2] == ["2027-02-15", "2027-03-29"]
    assert seen.dates[0].taken
    assert seen.dates[1].holiday == "Tweede paasdag"
    assert not any(date.taken or date.holiday for date in seen.dates[2:])


async def test_one_meeting_moved_or_cancelled_leaves_the_rhythm_as_it_is(
    store: Store, clock: StillClock
) -> None:
    series = await store.transact(planned)
    first, second = (await store.read(lambda tx: of(tx, series)[1]))[:2]
    await store.transact(service.plan_meeting, first.group_id, BRAM, first.id, "2027-01-25", "10:00", "")
    await store.transact(service.cancel_meeting, second.id, BRAM)
    clock.move_to(datetime(2027, 1, 26, tzinfo=UTC))
    await store.transact(run_due, EXTEND)
    found = await store.read(days, series)
    assert found == [*SIX_WEEKS[2:], "2027-09-30", "2027-11-11"]
    said = (await store.read(told))[-1]
    assert "gaat niet door" in said
    assert "De volgende is" in said


async def test_another_rhythm_from_a_meeting_on_keeps_the_meetings_and_tells_once(
    store: Store, clock: StillClock
) -> None:
    series = await store.transact(planned)
    before = await store.read(lambda tx: of(tx, series)[1])
    wish = SeriesRequest("FREQ=WEEKLY;INTERVAL=4;WKST=MO;BYDAY=TU", "2027-04-13", "16:00", "Kamer 3")
    await store.transact(service.change_series, series, BRAM, before[2].id, wish)
    await store.transact(service.change_series, series, BRAM, before[2].id, wish)
    after = await store.read(lambda tx: of(tx, series)[1])
    assert [meeting.day for meeting in after] == [
        *SIX_WEEKS[:2],
        "2027-04-13",
        "2027-05-11",
        "2027-06-08",
        "2027-07-06",
    ]
    assert [meeting.id for meeting in after] == [meeting.id for meeting in before]
    assert [meeting.sequence for meeting in after] == [0, 0, 1, 1, 1, 1]
    _, said = await store.read(told)
    assert "Vanaf dinsdag 13 april om 16:00 " in said
    assert "in een ander ritme: *elke 4 weken op dinsdag* om 16:00" in said
    assert "Niet meer: " in said
    # Of the old dates those from there on, and none that stays.
    assert "15 april" in said.split("Niet meer: ")[1]
    assert "4 maart" not in said.split("Niet meer: ")[1]
    assert len(await store.read(heard, MeetingMoved.kind)) == 4
    clock.move_to(datetime(2027, 4, 16, tzinfo=UTC))
    await store.transact(run_due, EXTEND)
    assert await store.read(days, series) == [
        "2027-05-11",
        "2027-06-08",
        "2027-07-06",
        "2027-08-03",
        "2027-08-31",
        "2027-09-28",
    ]


async def test_a_rhythm_ends_from_a_meeting_on_and_is_told_once(store: Store, clock: StillClock) -> None:
    series = await store.transact(planned)
    meetings = await store.read(lambda tx: of(tx, series)[1])
    for _ in range(2):
        await store.transact(service.end_series, series, BRAM, meetings[4].id)
    assert await store.read(days, series) == SIX_WEEKS[:4]
    assert len(await store.read(told)) == 2
    assert len(await store.read(heard, MeetingCancelled.kind)) == 2
    clock.move_to(datetime(2027, 6, 1, tzinfo=UTC))
    await store.transact(run_due, EXTEND)
    assert await store.read(days, series) == []


def test_a_series_and_single_meetings_stand_together(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    service.plan_meeting(tx, group.id, ANNA, "", "2027-03-04", "09:00", "")
    service.plan_series(tx, group.id, ANNA, WISH)
    service.plan_meeting(tx, group.id, BRAM, "", "2027-02-01", "09:00", "")
    assert [f"{meeting.day} {meeting.hour}" for meeting in service.upcoming_meetings(tx, group, 4)] == [
        "2027-01-21 15:00",
        "2027-02-01 09:00",
        "2027-03-04 09:00",
        "2027-04-15 15:00",
    ]


async def test_a_second_rhythm_is_refused_and_the_same_one_twice_is_one(store: Store) -> None:
    series = await store.transact(planned)
    group = (await store.read(lambda tx: of(tx, series)[0])).group_id
    assert (await store.transact(service.plan_series, group, BRAM, WISH)).id == series
    with pytest.raises(Refused) as refused:
        await store.transact(
            service.plan_series,
            group,
            BRAM,
            SeriesRequest("FREQ=WEEKLY;INTERVAL=1;WKST=MO;BYDAY=MO", "2027-01-18", "15:00"),
        )
    assert "ritme" in refused.value.say(DUTCH)
    assert len(await store.read(told)) == 1


async def test_what_was_planned_while_somebody_looked_is_asked_about(store: Store) -> None:
    def meanwhile(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        seen = service.first_preview(tx, group, Recurrence("weeks", 6, 3), "2027-01-20", "15:00", DUTCH)
        service.plan_meeting(tx, group.id, BRAM, "", "2027-01-21", "09:00", "")
        wish = service.series_request(seen.rule, seen.first, seen.hour, "", [], "", seen.known, "V1")
        service.plan_series(tx, group.id, ANNA, wish)

    with pytest.raises(NeedsConfirmation):
        await store.transact(meanwhile)


async def test_nothing_left_in_is_refused(store: Store) -> None:
    wish = SeriesRequest("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31", "2027-01-31", "15:00")

    def skip_all(tx: Tx) -> None:
        group = make_group(tx, ANNA)
        days = tuple(f"{year}-{month:02}-31" for year in range(2027, 2030) for month in range(1, 13))
        service.plan_series(tx, group.id, ANNA, SeriesRequest(wish.rule, wish.first, wish.hour, skipped=days))

    with pytest.raises(Refused):
        await store.transact(skip_all)
    assert await store.read(lambda tx: tx.sql.query(Series).count()) == 0


async def test_a_series_of_another_workspace_or_group_is_not_found(store: Store) -> None:
    series = await store.transact(planned)
    for workspace, user in ((THEIRS, ANNA), (OURS, "U0STRANGER")):
        with pytest.raises(Refused):
            await store.transact(in_workspace(workspace, service.end_series), series, user, "")
    assert len(await store.read(days, series)) == 6
