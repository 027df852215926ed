"""Rules of calendars: which meetings a feed holds, and its tokens."""

from datetime import UTC, datetime, timedelta

from bot.calendar import rules
from bot.meetings.rules import MeetingState

NOW = datetime(2027, 1, 14, 14, tzinfo=UTC)


def test_a_feed_holds_what_is_to_come_and_what_was_within_ninety_days() -> None:
    oldest = NOW - timedelta(days=90) + timedelta(seconds=1)
    for state in MeetingState:
        assert rules.is_shown(state, oldest, NOW)
        assert rules.is_shown(state, NOW + timedelta(days=700), NOW)
        assert not rules.is_shown(state, NOW - timedelta(days=90), NOW)


def test_nobody_guesses_an_address_of_256_bits() -> None:
    found = {rules.new_token() for _ in range(50)}
    assert len(found) == 50
    assert {len(bytes.fromhex(token)) for token in found} == {32}


def test_a_calendar_looks_again_after_four_hours_and_the_link_to_one_file_works_for_an_hour() -> None:
    assert timedelta(hours=4) == rules.LOOK_AGAIN
    assert timedelta(hours=1) == rules.LINK_LIVES


def test_a_tag_is_short_enough_for_every_client() -> None:
    assert len(rules.entity_tag(b"BEGIN:VCALENDAR").strip('"')) == 32
    assert not rules.has_version('"other"', rules.entity_tag(b"BEGIN:VCALENDAR"))
