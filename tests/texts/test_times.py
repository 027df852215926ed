"""Times in texts: the group's clock in words, and the readers' own time beside it where it differs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.texts import InChannel, InPrivate, Texts, date_in, for_language, moment

AMSTERDAM, PARAMARIBO, LONDON, AUCKLAND = (
    "Europe/Amsterdam",
    "America/Paramaribo",
    "Europe/London",
    "Pacific/Auckland",
)
ZONES = (AMSTERDAM, PARAMARIBO, LONDON, AUCKLAND)
# Tuesday 12 January 2027, 15:00 in Amsterdam.
TUESDAY = datetime(2027, 1, 12, 14, 0, tzinfo=UTC)
STAMP = int(TUESDAY.timestamp())
EVERY_MINUTE = st.integers(0, 60 * 24 * 365 * 3).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
# Quarters of an hour around the nights in which Amsterdam, London and Auckland change their clocks.
CHANGES = (
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2027, 10, 31, 1, tzinfo=UTC),
    datetime(2027, 4, 3, 14, tzinfo=UTC),
    datetime(2027, 9, 25, 14, tzinfo=UTC),
)
AROUND_A_CHANGE = st.tuples(st.sampled_from(CHANGES), st.integers(-24, 24)).map(
    lambda pair: pair[0] + timedelta(minutes=15 * pair[1])
)
MOMENTS = st.one_of(EVERY_MINUTE, AROUND_A_CHANGE)


def in_channel(language: str, *members: str, zone: str = AMSTERDAM) -> Texts:
    return for_language(language).read_by(InChannel(zone, frozenset(members)))


def in_private(language: str, zone: str | None) -> Texts:
    return for_language(language).read_by(InPrivate(zone))


def clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


@pytest.mark.parametrize(
    ("language", "time", "whole"),
    [("nl", "15:00", "dinsdag 12 januari om 15:00"), ("en", "15:00", "Tuesday 12 January at 15:00")],
)
def test_a_channel_with_one_clock_reads_text(language: str, time: str, whole: str) -> None:
    for t in (in_channel(language), in_channel(language, AMSTERDAM), in_channel(language, "Europe/Berlin")):
        assert moment(TUESDAY, AMSTERDAM, t) == time
        assert moment(TUESDAY, AMSTERDAM, t, with_date=True) == whole


@pytest.mark.parametrize(
    ("language", "time", "whole"),
    [
        (
            "nl",
            f"15:00 (bij jou: <!date^{STAMP}^{{time}}|14:00 UTC>)",
            f"dinsdag 12 januari om 15:00 (bij jou: <!date^{STAMP}^{{time}}|dinsdag 12 januari om 14:00 UTC>)",
        ),
        (
            "en",
            f"15:00 (for you: <!date^{STAMP}^{{time}}|14:00 UTC>)",
            f"Tuesday 12 January at 15:00 (for you: <!date^{STAMP}^{{time}}|Tuesday 12 January at 14:00 UTC>)",
        ),
    ],
)
def test_a_channel_with_several_clocks_reads_a_token_beside_the_text(
    language: str, time: str, whole: str
) -> None:
    t = in_channel(language, AMSTERDAM, PARAMARIBO, LONDON)
    assert moment(TUESDAY, AMSTERDAM, t) == time
    assert moment(TUESDAY, AMSTERDAM, t, with_date=True) == whole


def test_the_token_has_a_date_where_it_is_another_day_for_a_member() -> None:
    t = in_channel("nl", AMSTERDAM, AUCKLAND)
    assert moment(TUESDAY, AMSTERDAM, t, with_date=True).startswith(
        f"dinsdag 12 januari om 15:00 (bij jou: <!date^{STAMP}^{{date_num}} {{time}}|"
    )
    assert "{date_num}" not in moment(TUESDAY, AMSTERDAM, t)


def test_a_channel_reads_its_groups_clock_whatever_zone_was_stored() -> None:
    t = in_channel("nl", LONDON, zone=LONDON)
    assert moment(TUESDAY, AMSTERDAM, t, with_date=True) == "dinsdag 12 januari om 14:00"
    assert date_in(TUESDAY, AMSTERDAM, t) == "dinsdag 12 januari om 14:00"


def test_clocks_that_agree_at_that_moment_count_as_one() -> None:
    """Lagos has Amsterdam's hour in winter, and is one behind it in summer."""
    summer = datetime(2027, 7, 13, 13, 0, tzinfo=UTC)
    t = in_channel("nl", AMSTERDAM, "Africa/Lagos")
    assert moment(TUESDAY, AMSTERDAM, t) == "15:00"
    assert moment(summer, AMSTERDAM, t).startswith("15:00 (bij jou: <!date^")


@pytest.mark.parametrize(
    ("language", "zone", "wanted"),
    [
        ("nl", None, "dinsdag 12 januari om 15:00"),
        ("nl", AMSTERDAM, "dinsdag 12 januari om 15:00"),
        ("nl", "Europe/Brussels", "dinsdag 12 januari om 15:00"),
        ("nl", PARAMARIBO, "dinsdag 12 januari om 15:00 (bij jou 11:00)"),
        ("en", LONDON, "Tuesday 12 January at 15:00 (for you 14:00)"),
        ("nl", AUCKLAND, "dinsdag 12 januari om 15:00 (bij jou woensdag 13 januari om 03:00)"),
        ("en", AUCKLAND, "Tuesday 12 January at 15:00 (for you Wednesday 13 January at 03:00)"),
    ],
)
def test_one_person_reads_their_own_time_beside_the_groups(
    language: str, zone: str | None, wanted: str
) -> None:
    assert moment(TUESDAY, AMSTERDAM, in_private(language, zone), with_date=True) == wanted


def test_one_person_reads_an_hour_without_a_date() -> None:
    assert moment(TUESDAY, AMSTERDAM, in_private("nl", PARAMARIBO)) == "15:00 (bij jou 11:00)"
    assert moment(TUESDAY, AMSTERDAM, in_private("nl", AUCKLAND)) == "15:00 (bij jou 03:00)"


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(["nl", "en"]), st.booleans())
def test_a_channels_text_names_the_groups_clock_over_every_change_of_summer_time(
    at: datetime, zone: str, language: str, with_date: bool
) -> None:
    said = moment(at, AMSTERDAM, in_channel(language, *ZONES, zone=zone), with_date=with_date)
    text, _, token = said.partition(" (")
    assert text.endswith(clock(at, zone))
    assert f"<!date^{int(at.timestamp())}^" in token
    assert token.endswith(f"{clock(at, 'UTC')} UTC>)")
    if with_date:
        local = at.astimezone(ZoneInfo(zone))
        assert f" {local.day} " in text


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(ZONES), st.sampled_from(["nl", "en"]), st.booleans())
def test_one_persons_text_names_both_clocks_and_holds_no_token(
    at: datetime, zone: str, own: str, language: str, with_date: bool
) -> None:
    said = moment(at, zone, in_private(language, own), with_date=with_date)
    text, _, beside = said.partition(" (")
    assert "<" not in said
    assert text.endswith(clock(at, zone))
    assert bool(beside) == (clock(at, zone) != clock(at, own) or _day(at, zone) != _day(at, own))
    if beside:
        assert beside.endswith(f"{clock(at, own)})")


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_a_label_of_a_form_is_never_too_long(at: datetime, zone: str, own: str) -> None:
    """Slack takes 75 characters: https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
    for language in ("nl", "en"):
        assert len(moment(at, zone, in_private(language, own), with_date=True)) <= 75


def _day(at: datetime, zone: str) -> object:
    return at.astimezone(ZoneInfo(zone)).date()
