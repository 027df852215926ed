"""Calendar files, as two readers see them."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import rules
from bot.calendar.views import Entry, calendar_file
from tests.calendar.reading import events, lenient

START = datetime(2027, 1, 28, 14, 0, tzinfo=UTC)
END = START + timedelta(minutes=120)
CHANGED = datetime(2027, 1, 14, 14, 0, tzinfo=UTC)
ENTRY = Entry("m1@intervisie", "Intervisie: Team Oost", "Kamer 2", START, END, CHANGED, 3, cancelled=False)
# RFC 5545 has no way to write a carriage return or other controls in a text.
# The reader of these tests takes an escaped backslash before an n for a new line.
places = (
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)
    .map(str.strip)
    .filter(lambda place: not re.search(r"\\[nN]", place))
)


def test_both_readers_see_the_same_meeting() -> None:
    body = calendar_file("Intervisie: Team Oost", [ENTRY])
    [event] = events(body)
    assert (str(event["UID"]), int(event["SEQUENCE"])) == ("m1@intervisie", 3)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (START, END)
    assert (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == (CHANGED, CHANGED)
    assert (str(event["STATUS"]), str(event["LOCATION"])) == ("CONFIRMED", "Kamer 2")

    other = dict(lenient(body))
    assert other["DTSTART"] == "20270128T140000Z"
    assert (other["SUMMARY"], other["LOCATION"]) == ("Intervisie: Team Oost", "Kamer 2")


def test_the_lines_are_as_calendars_want_them() -> None:
    body = calendar_file("Intervisie", [ENTRY]).decode()
    for line in (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "DTSTART:20270128T140000Z",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
    ):
        assert f"{line}\r\n" in body
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))


def test_a_cancelled_meeting_says_so_and_takes_no_time() -> None:
    cancelled = Entry(ENTRY.uid, ENTRY.summary, "", START, END, CHANGED, 4, cancelled=True)
    [event] = events(calendar_file("Intervisie", [cancelled]))
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CANCELLED", "TRANSPARENT")
    assert "LOCATION" not in event


def test_a_group_without_meetings_is_a_calendar_all_the_same() -> None:
    assert events(calendar_file("Intervisie", [])) == []


@given(places)
def test_whatever_stands_at_the_place_comes_back_and_nothing_else_comes_in(place: str) -> None:
    body = calendar_file(
        "Intervisie", [Entry(ENTRY.uid, "Intervisie", place, START, END, CHANGED, 0, cancelled=False)]
    )
    [event] = events(body)
    assert str(event.get("LOCATION", "")) == place
    assert body.count(b"BEGIN:VEVENT") == 1 + place.encode().count(b"BEGIN:VEVENT")


@given(st.text(max_size=200))
def test_no_place_can_break_the_file(place: str) -> None:
    entry = Entry(ENTRY.uid, "Intervisie", place, START, END, CHANGED, 0, cancelled=False)
    assert len(events(calendar_file("Intervisie", [entry]))) == 1


def test_the_same_meetings_have_the_same_tag_and_a_change_another() -> None:
    one, again = calendar_file("Intervisie", [ENTRY]), calendar_file("Intervisie", [ENTRY])
    moved = Entry(ENTRY.uid, ENTRY.summary, "Kamer 3", START, END, CHANGED, 4, cancelled=False)
    assert rules.entity_tag(one) == rules.entity_tag(again)
    assert rules.entity_tag(one) != rules.entity_tag(calendar_file("Intervisie", [moved]))
    tag = rules.entity_tag(one)
    assert rules.has_version(f'"old", W/{tag}', tag)
    assert rules.has_version("*", tag)
    assert not rules.has_version("", tag)


def test_a_token_is_long_random_and_kept_as_a_hash() -> None:
    tokens = {rules.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 64 for token in tokens)
    assert not any(token in rules.hash_of(token) for token in tokens)


def test_a_name_with_a_new_line_is_one_line_and_brings_nothing_in() -> None:
    """A lone carriage return began lines of its own for lenient readers, and a new line answered 500."""
    alarm = "BEGIN:VALARM\rACTION:DISPLAY\rTRIGGER:-PT1H\rEND:VALARM"
    for name in ("Team\nOost", f"Team\r{alarm}", "Team\r\nOost", "Team\x85Oost"):
        entry = Entry(ENTRY.uid, name, name, START, END, CHANGED, 0, cancelled=False)
        body = calendar_file(name, [entry])
        [event] = events(body)
        assert str(event["SUMMARY"]).startswith("Team ")
        assert b"\r" not in body.replace(b"\r\n", b"")
        other = lenient(body)
        assert ("BEGIN", "VALARM") not in other
        assert dict(other)["SUMMARY"].startswith("Team ")
