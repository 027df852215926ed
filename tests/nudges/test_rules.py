"""How many letters, when, and what wins: invariants that hold whatever is planned."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.nudges import rules
from bot.nudges.rules import MAX_DIGESTS_PER_WEEK, MAX_ITEMS, URGENT_WITHIN, WEEK, Wait
from bot.working_time.hours import WorkingHours

# A Thursday.
START = datetime(2027, 1, 14, 9, 0, tzinfo=UTC)
OFFICE = WorkingHours("Europe/Amsterdam", 9, 17, "12345")
ZONES = ["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]

hours_of_people = st.builds(
    lambda zone, first, length, days: WorkingHours(zone, first, first + length, "".join(sorted(days))),
    st.sampled_from(ZONES),
    st.integers(0, 20),
    st.integers(1, 3),
    st.sets(st.sampled_from("1234567"), min_size=1),
)
# Hours after the start, and how long it makes sense from then on, in hours.
plans = st.lists(
    st.tuples(st.integers(0, 24 * 40), st.none() | st.integers(1, 24 * 20)), min_size=1, max_size=40
)


def life(waits: list[Wait], hours: WorkingHours) -> list[tuple[datetime, list[Wait]]]:
    """The letters that somebody gets, each with what it brought, when every planned nudge has something to say."""
    letters: list[tuple[datetime, list[Wait]]] = []
    left, now = list(waits), START
    while True:
        left = [wait for wait in left if not rules.has_passed(wait, now)]
        at = rules.next_digest_at(left, [sent for sent, _ in letters], now)
        if at is None:
            return letters
        at = rules.next_contactable_at(at, hours, "U0ANNA")
        if at > now:
            now = at
            continue
        going = [wait for wait in left if rules.is_included(wait, now, hours.zone)]
        going = [going[number] for number in rules.first_items(going, MAX_ITEMS)]
        for wait in going:
            left.remove(wait)
        letters.append((now, going))


def planned(plan: list[tuple[int, int | None]]) -> list[Wait]:
    return [
        Wait(
            START + timedelta(hours=at),
            None if lasts is None else START + timedelta(hours=at + lasts),
        )
        for at, lasts in plan
    ]


@given(plans, hours_of_people)
def test_never_more_than_three_in_any_seven_days_and_each_brings_something(
    plan: list[tuple[int, int | None]], hours: WorkingHours
) -> None:
    letters = life(planned(plan), hours)
    for number, (at, brought) in enumerate(letters):
        assert brought
        assert len(brought) <= MAX_ITEMS
        if number >= MAX_DIGESTS_PER_WEEK:
            assert at - letters[number - MAX_DIGESTS_PER_WEEK][0] >= WEEK


@given(plans, hours_of_people)
def test_nothing_comes_before_its_time_after_it_or_out_of_hours(
    plan: list[tuple[int, int | None]], hours: WorkingHours
) -> None:
    for at, brought in life(planned(plan), hours):
        local = at.astimezone(ZoneInfo(hours.zone))
        assert str(local.isoweekday()) in hours.days
        # Where the clock skips the opening hour, the hour after is meant.
        assert hours.from_hour <= local.hour <= hours.to_hour
        for wait in brought:
            assert wait.at <= at + rules.TOGETHER
            assert wait.until is None or at < wait.until


@given(plans)
def test_what_has_no_end_always_comes_and_within_a_week_and_a_long_weekend_when_a_letter_holds_it(
    plan: list[tuple[int, int | None]],
) -> None:
    waits = planned(plan)
    came = [(at, wait) for at, brought in life(waits, OFFICE) for wait in brought]
    for wait in waits:
        if wait.until is None:
            assert any(one is wait or one == wait for _, one in came)
    if len(waits) <= MAX_ITEMS:
        for at, wait in came:
            if wait.until is None:
                # Easter Monday is a holiday.
                assert at - wait.at <= WEEK + timedelta(days=4)


@given(plans)
def test_what_there_is_room_for_is_said(plan: list[tuple[int, int | None]]) -> None:
    """With fewer than three things to say, nothing that lasts over a weekend is missed."""
    some = [(at, None if lasts is None else lasts + 24 * 4) for at, lasts in plan[: MAX_DIGESTS_PER_WEEK - 1]]
    waits = planned(some)
    assert sum(len(brought) for _, brought in life(waits, OFFICE)) == len(waits)


@given(plans, st.integers(24 * 4, 24 * 30))
def test_one_meeting_tomorrow_is_heard_of_however_much_there_is_without_haste(
    plan: list[tuple[int, int | None]], at: int
) -> None:
    """The third letter is kept for it."""
    without_haste = [replace(wait, until=None) for wait in planned(plan)]
    begins = START + timedelta(hours=at)
    tomorrow = Wait(begins, begins + URGENT_WITHIN)
    came = [
        when
        for when, brought in life([*without_haste, tomorrow], OFFICE)
        for one in brought
        if one is tomorrow
    ]
    assert came
    assert came[0] < begins + URGENT_WITHIN


def test_the_third_of_a_week_is_kept_for_what_is_soon() -> None:
    sent = [START - timedelta(days=2), START - timedelta(days=1)]
    month = Wait(START, START + timedelta(days=30))
    tomorrow = Wait(START, START + timedelta(days=1))
    assert rules.next_digest_at([month], sent, START) == sent[0] + WEEK
    assert rules.next_digest_at([tomorrow], sent, START) == START
    assert rules.next_digest_at([month, tomorrow], sent, START) == START


def test_with_three_sent_even_what_is_soon_waits_and_is_dropped_when_that_is_too_late() -> None:
    sent = [START - timedelta(days=day) for day in (5, 2, 1)]
    assert rules.next_digest_at([Wait(START, START + timedelta(days=1))], sent, START) is None
    assert rules.next_digest_at([Wait(START, START + timedelta(days=3))], sent, START) == sent[0] + WEEK


def test_soon_is_within_three_days_and_a_week_has_seven() -> None:
    week, second = timedelta(days=7), timedelta(seconds=1)
    sent = [START - week + second, START - timedelta(days=1)]
    in_three_days = Wait(START, START + timedelta(days=3))
    later = Wait(START, START + timedelta(days=3) + second)
    assert rules.next_digest_at([in_three_days], sent, START) == START
    assert rules.next_digest_at([later], sent, START) == START + second
    assert rules.next_digest_at([Wait(START)], sent, START) == START + second
    assert rules.next_digest_at([Wait(START)], [START - week, sent[1]], START) == START
    assert rules.next_digest_at([Wait(START)], [], START) == START


def test_what_people_are_promised_about_private_messages() -> None:
    assert rules.MAX_DIGESTS_PER_WEEK == 3
    assert rules.MAX_ITEMS == 8
    assert rules.LATER == (1, 3, 7)
    assert timedelta(days=366) == rules.LATER_AT_MOST
    # An answer can replace its question for two months.
    assert timedelta(days=60) == rules.DIGESTS_KEPT


def test_nobody_waits_longer_than_ten_minutes_for_what_slack_or_a_newer_version_knows() -> None:
    assert timedelta(minutes=10) == rules.ANSWER_DEADLINE == rules.FOR_ANOTHER_VERSION
    # Slack is not asked twice about a person within the half hour over which the letters are spread.
    assert timedelta(minutes=30) == rules.FRESH == rules.SPREAD


def test_what_becomes_soon_while_it_waits_may_go_then() -> None:
    sent = [START - timedelta(hours=2), START - timedelta(hours=1)]
    ends = START + timedelta(days=5)
    assert rules.next_digest_at([Wait(START, ends)], sent, START) == ends - URGENT_WITHIN


def test_what_would_come_later_on_the_same_working_day_travels_along() -> None:
    nine = datetime(2027, 1, 14, 9, tzinfo=UTC)
    ends = nine + timedelta(days=20)
    assert rules.is_included(Wait(nine + timedelta(hours=7), ends), nine, OFFICE.zone)
    assert rules.is_included(Wait(nine + timedelta(hours=8), ends), nine, OFFICE.zone)
    assert not rules.is_included(Wait(nine + timedelta(hours=8, seconds=1), ends), nine, OFFICE.zone)
    assert not rules.is_included(Wait(nine + timedelta(days=1), ends), nine, OFFICE.zone)


def test_what_is_meant_for_its_hour_does_not_travel_along_before_it() -> None:
    in_an_hour = Wait(START + timedelta(hours=1), START + timedelta(hours=2))
    this_week = Wait(START + timedelta(hours=1), START + timedelta(days=3))
    assert not rules.is_included(in_an_hour, START, OFFICE.zone)
    assert rules.is_included(this_week, START, OFFICE.zone)
    a_day = Wait(START + timedelta(hours=1), START + timedelta(hours=25))
    assert rules.is_included(a_day, START, OFFICE.zone)
    assert rules.is_included(Wait(START, START + timedelta(seconds=1)), START, OFFICE.zone)
    assert not rules.is_included(Wait(START, START), START, OFFICE.zone)
    assert rules.is_included(in_an_hour, in_an_hour.at, OFFICE.zone)


def test_when_a_letter_is_full_what_ends_first_goes_and_then_what_waits_longest() -> None:
    waits = [
        Wait(START, None),
        Wait(START - timedelta(days=1), None),
        Wait(START, START + timedelta(days=9)),
        Wait(START, START + timedelta(days=1)),
    ]
    assert rules.first_items(waits, 3) == [1, 2, 3]


def test_people_are_spread_over_their_first_half_hour_and_each_keeps_their_minute() -> None:
    nine = datetime(2027, 1, 14, 8, 0, tzinfo=UTC)
    people = [f"U{number:08}" for number in range(1200)]
    moments = [rules.next_contactable_at(nine, OFFICE, user) for user in people]
    assert all(nine <= at < nine + rules.SPREAD for at in moments)
    minutes = [sum(1 for at in moments if at.minute == minute) for minute in range(30)]
    # Slack answers about fifty questions a minute; a queue of a few is worked off in the next one.
    assert max(minutes) <= 60
    next_day = [
        rules.next_contactable_at(at + timedelta(hours=12), OFFICE, user)
        for at, user in zip(moments, people, strict=True)
    ]
    assert next_day == [at + timedelta(days=1) for at in moments]


def test_later_in_the_day_nobody_waits_for_their_minute() -> None:
    afternoon = datetime(2027, 1, 14, 14, 3, tzinfo=UTC)
    assert rules.next_contactable_at(afternoon, OFFICE, "U0ANNA") == afternoon


def test_what_ends_before_their_minute_does_not_wait_for_it() -> None:
    nine = datetime(2027, 1, 14, 8, 0, tzinfo=UTC)
    late = next(
        user for user in map(str, range(1000)) if rules.share_of_the_hour(user) > timedelta(minutes=20)
    )
    assert rules.next_contactable_at(nine, OFFICE, late, nine + timedelta(minutes=15)) == nine
    assert rules.next_contactable_at(nine, OFFICE, late, nine + timedelta(hours=1)) > nine
    theirs = nine + rules.share_of_the_hour(late)
    assert rules.next_contactable_at(nine, OFFICE, late, theirs) == nine
    assert rules.next_contactable_at(nine, OFFICE, late, theirs + timedelta(seconds=1)) == theirs


def test_on_a_public_holiday_nobody_is_written_to_unless_it_would_be_too_late() -> None:
    # A Friday.
    new_year = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
    monday = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
    assert monday <= rules.next_contactable_at(new_year, OFFICE, "U0ANNA") < monday + rules.SPREAD
    assert rules.next_contactable_at(new_year + timedelta(hours=3), OFFICE, "U0ANNA") > monday - rules.A_DAY
    soon = monday + timedelta(minutes=10)
    assert rules.next_contactable_at(new_year, OFFICE, "U0ANNA", soon).date() == new_year.date()
    half_past = monday + timedelta(minutes=30)
    assert rules.next_contactable_at(new_year, OFFICE, "U0ANNA", half_past).date() == new_year.date()
    after = half_past + timedelta(seconds=1)
    assert rules.next_contactable_at(new_year, OFFICE, "U0ANNA", after).date() == monday.date()
    # A zone of no country has no holidays of which we know.
    nowhere = replace(OFFICE, zone="UTC")
    assert rules.next_contactable_at(new_year, nowhere, "U0ANNA").date() == new_year.date()


def test_dnd_and_holidays_as_slack_tells_them() -> None:
    now = START.timestamp()
    on = {"dnd_enabled": True, "next_dnd_start_ts": now - 60, "next_dnd_end_ts": now + 3600}
    assert rules.dnd_until(on, START) == START + timedelta(hours=1)
    assert rules.dnd_until({**on, "next_dnd_start_ts": now + 60}, START) is None
    assert rules.dnd_until({**on, "dnd_enabled": False}, START) is None
    assert rules.dnd_until({"dnd_enabled": True}, START) is None
    assert rules.dnd_until({**on, "next_dnd_end_ts": 1e18}, START) is None
    palm = {"status_emoji": ":palm_tree:", "status_expiration": now + 7200}
    assert rules.holiday_until(palm, START) == START + timedelta(hours=2)
    assert rules.holiday_until({**palm, "status_expiration": 0}, START) == START + timedelta(days=1)
    assert rules.holiday_until({**palm, "status_expiration": now}, START) is None
    assert rules.holiday_until({**palm, "status_emoji": ":house:"}, START) is None
    assert rules.holiday_until({}, START) is None


def test_put_off_past_the_meeting_comes_on_the_last_working_day_before_it() -> None:
    meeting = datetime(2027, 1, 19, 14, 0, tzinfo=UTC)  # the Tuesday after
    nine = timedelta(hours=8)
    monday = datetime(2027, 1, 18, tzinfo=UTC) + nine
    friday = datetime(2027, 1, 15, tzinfo=UTC) + nine
    assert (
        rules.postponed_to(date(2027, 1, 15), meeting, OFFICE, START)
        == datetime(2027, 1, 15, tzinfo=UTC) + nine
    )
    assert (
        rules.postponed_to(date(2027, 1, 16), meeting, OFFICE, START)
        == datetime(2027, 1, 18, tzinfo=UTC) + nine
    )
    assert rules.postponed_to(date(2027, 1, 21), meeting, OFFICE, START) == monday
    assert rules.postponed_to(date(2027, 1, 21), meeting - timedelta(days=1), OFFICE, START) == friday
    # Tomorrow afternoon: there is no day left in between.
    assert rules.postponed_to(date(2027, 1, 21), START + timedelta(days=1), OFFICE, START) == friday
    assert rules.postponed_to(date(2027, 1, 21), START + timedelta(hours=3), OFFICE, START) is None
    # Until the very moment at which the working day begins, or their half hour ends: too late.
    assert rules.postponed_to(date(2027, 1, 15), friday, OFFICE, START) is None
    half_past = friday + timedelta(minutes=30)
    assert rules.postponed_to(date(2027, 1, 21), half_past, OFFICE, START) is None
    assert rules.postponed_to(date(2027, 1, 21), half_past + timedelta(seconds=1), OFFICE, START) == friday
    assert (
        rules.postponed_to(date(2027, 3, 1), None, OFFICE, START) == datetime(2027, 3, 1, tzinfo=UTC) + nine
    )


@given(
    st.dates(date(2027, 1, 15), date(2028, 1, 10)),
    st.none() | st.integers(1, 24 * 60),
    hours_of_people,
)
def test_what_is_put_off_never_comes_when_it_has_passed(
    day: date, lasts: int | None, hours: WorkingHours
) -> None:
    until = None if lasts is None else START + timedelta(hours=lasts)
    at = rules.postponed_to(day, until, hours, START)
    if until is None:
        assert at is not None
    if at is not None:
        assert at.astimezone(ZoneInfo(hours.zone)).date() > START.astimezone(ZoneInfo(hours.zone)).date()
        assert until is None or at < until


def test_every_topic_can_be_turned_off_by_the_kind_of_its_nudge() -> None:
    assert rules.topic_of("step.ask") == "steps"
    assert rules.topic_of("meeting.prepare") == "meetings"
    assert rules.topic_of("something.else") == "group"
    assert {
        rules.topic_of(kind) for kind in ("meeting.x", "case.x", "step.x", "reflection.x", "group.x")
    } == set(rules.TOPICS)
