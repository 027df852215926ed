"""Rules of groups for every group: sizes, turns of a leader, and what goes when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.groups import rules

NOW = datetime(2027, 1, 14, 14, tzinfo=UTC)
A_SECOND, A_DAY = timedelta(seconds=1), timedelta(days=1)
AMSTERDAM = "Europe/Amsterdam"


def test_a_group_is_small_below_four_and_large_above_what_it_chose() -> None:
    assert [rules.size_of(members, 6) for members in (3, 4, 6, 7)] == ["small", None, None, "large"]


def test_the_same_advice_about_the_size_is_repeated_after_three_months_only() -> None:
    again = NOW + timedelta(days=90)
    assert not rules.is_size_notice_due("small", "small", NOW, again - A_SECOND)
    assert rules.is_size_notice_due("small", "small", NOW, again)
    assert rules.is_size_notice_due("large", "small", NOW, NOW + A_SECOND)
    assert rules.is_size_notice_due("small", None, None, NOW)
    assert not rules.is_size_notice_due(None, "small", NOW, again)


def test_a_leader_leads_as_many_sessions_as_the_group_chose_one_to_twelve_and_five_by_itself() -> None:
    assert [rules.leads_still(led, 5) for led in (0, 4, 5)] == [True, True, False]
    assert [*rules.LEADER_SESSION_CHOICES] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert rules.LEADER_SESSIONS == 5


def test_words_are_kept_for_three_months_one_year_two_or_for_ever_and_by_itself_a_year() -> None:
    assert rules.RETENTION_CHOICES == (None, 92, 365, 730)
    assert rules.DEFAULT_RETENTION_DAYS == 365


def test_a_retention_is_shorter_only_when_words_go_sooner() -> None:
    assert rules.is_shorter(92, 365)
    assert rules.is_shorter(365, None)
    assert not rules.is_shorter(365, 365)
    assert not rules.is_shorter(730, 365)
    assert not rules.is_shorter(None, 365)


def test_messages_from_before_a_group_heard_of_it_go_four_weeks_later() -> None:
    heard, four_weeks = NOW, timedelta(days=28)
    after = heard + A_SECOND
    assert not rules.may_messages_go(heard, after, heard + four_weeks - A_SECOND)
    assert rules.may_messages_go(heard, after, heard + four_weeks)
    assert not rules.may_messages_go(heard, heard, heard + four_weeks)
    assert not rules.may_messages_go(None, after, heard + four_weeks)


@given(st.integers(0, 999).map("C{:03}".format), st.timedeltas(timedelta(), timedelta(days=400)))
def test_words_go_at_night_the_same_minute_each_night(channel: str, later: timedelta) -> None:
    zone, now = ZoneInfo("Asia/Tokyo"), NOW + later
    at = rules.next_purge(channel, "Asia/Tokyo", 9, 17, now)
    assert now < at <= now + A_DAY
    assert 2 <= at.astimezone(zone).hour < 5
    assert rules.next_purge(channel, "Asia/Tokyo", 9, 17, at - A_SECOND) == at
    assert rules.next_purge(channel, "Asia/Tokyo", 9, 17, at) == at + A_DAY


def test_groups_are_spread_over_three_hours_of_the_night() -> None:
    found = [
        rules.next_purge(f"C{n}", AMSTERDAM, 9, 17, NOW).astimezone(ZoneInfo(AMSTERDAM)) for n in range(2000)
    ]
    assert {f"{at:%H:%M}" for at in found} == {
        f"0{minute // 60 + 2}:{minute % 60:02}" for minute in range(180)
    }


@pytest.mark.parametrize(("first", "last", "hours"), [(5, 17, {2, 3, 4}), (4, 20, {20, 21, 22})])
def test_a_group_that_works_before_five_loses_its_words_after_its_day(
    first: int, last: int, hours: set[int]
) -> None:
    found = {
        rules.next_purge(f"C{n}", AMSTERDAM, first, last, NOW).astimezone(ZoneInfo(AMSTERDAM)).hour
        for n in range(50)
    }
    assert found == hours


def test_a_purge_that_begins_after_midnight_of_a_late_group_is_not_skipped() -> None:
    at = rules.next_purge("C0", AMSTERDAM, 1, 23, NOW)
    channel = next(
        f"C{n}"
        for n in range(100)
        if rules.next_purge(f"C{n}", AMSTERDAM, 1, 23, NOW).astimezone(ZoneInfo(AMSTERDAM)).hour < 2
    )
    at = rules.next_purge(channel, AMSTERDAM, 1, 23, NOW)
    assert rules.next_purge(channel, AMSTERDAM, 1, 23, at - A_SECOND) == at


def test_a_stamp_tells_settings_apart_and_is_never_nothing() -> None:
    assert rules.stamp([1, "a"]) == rules.stamp([1, "a"]) != rules.stamp([2, "a"])
    assert rules.first_text_of("video") == rules.VIDEO_TEXT
    assert rules.first_text_of("room") == rules.first_text_of("thread") == rules.NEW_TEXT


def test_in_a_channel_of_more_than_twenty_nobody_is_asked_in_private() -> None:
    assert rules.MAX_INVITED == 20


def test_words_go_a_week_after_a_shorter_retention_is_chosen_and_messages_a_day_after_the_words() -> None:
    assert timedelta(days=7) == rules.BEFORE_SHORTER
    assert timedelta(days=1) == rules.MESSAGES_LATER


def test_a_leader_from_outside_reads_along_twice_before_the_group_is_asked() -> None:
    assert rules.READ_ALONG == 2


def test_working_hours_are_any_hour_of_the_day() -> None:
    assert [*rules.HOUR_CHOICES] == list(range(24))


def test_a_group_keeps_the_first_text_of_its_agreements_by_its_stored_number() -> None:
    assert (rules.OLD_TEXT, rules.NEW_TEXT, rules.VIDEO_TEXT) == (1, 2, 3)


@pytest.mark.parametrize("mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_no_name_turns_the_text_around_it(mark: str) -> None:
    assert rules.display_name({"profile": {"display_name": f"An{mark}na"}}) == "Anna"


def test_a_name_of_eighty_characters_is_whole() -> None:
    assert rules.display_name({"real_name": "A" * 80}) == "A" * 80
    assert rules.display_name({"real_name": "A" * 81}) == "A" * 80


@pytest.mark.parametrize(
    ("profile", "guest"),
    [
        ({"team_id": "T1"}, None),
        ({}, None),
        ({"team_id": "T2"}, "stranger"),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, None),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, "stranger"),
        ({"team_id": "T1", "is_stranger": True}, "stranger"),
        ({"team_id": "T1", "is_restricted": True}, "guest"),
        ({"team_id": "T1", "is_ultra_restricted": True}, "guest"),
    ],
)
def test_who_is_a_guest_and_who_is_of_another_organisation(
    profile: dict[str, object], guest: str | None
) -> None:
    assert rules.guest_of(profile, "T1", "E1") == guest
    if "enterprise_user" in profile:
        assert rules.guest_of(profile, "T1", "") == "stranger"
