"""Formatting for Slack: times, names, and people's own words.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, get_day_names

from bot.texts.catalogue import Texts

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain(text: str) -> str:
    """Typed text without control characters, which are invisible and which PostgreSQL does not store."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n")).strip()


def escape(text: str) -> str:
    """Escape people's words for mrkdwn: they mention nobody, link nowhere, and look as typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str, at_most: int) -> str:
    """People's words on one line, cut at a length."""
    line = " ".join(text.split())
    return line if len(line) <= at_most else line[: at_most - 1].rstrip() + "…"


def mention(user: str) -> str:
    return f"<@{user}>"


def channel(channel_id: str) -> str:
    return f"<#{channel_id}>"


def list_of(t: Texts, items: Sequence[str]) -> str:
    """ "Anna, Bram en Chloé"."""
    if len(items) < 2:
        return "".join(items)
    return t("{items} and {last}", items=", ".join(items[:-1]), last=items[-1])


def moment(at: datetime, zone: str, t: Texts, *, with_date: bool = False) -> str:
    """A time that Slack shows in the zone of each reader's device; the fallback text uses `zone`."""
    fallback = date_in(at, zone, t) if with_date else time_in(at, zone, t)
    tokens = t("{{date_long_pretty}} at {{time}}", _="") if with_date else "{time}"
    return f"<!date^{int(at.timestamp())}^{tokens}|{fallback}>"


def time_in(at: datetime, zone: str, t: Texts) -> str:
    """ "15:20" in a zone."""
    return format_time(
        at.astimezone(ZoneInfo(zone)), format="short", tzinfo=ZoneInfo(zone), locale=_locale(t)
    )


def date_in(at: datetime, zone: str, t: Texts) -> str:
    """ "donderdag 14 januari om 15:00" in a zone."""
    pattern = "EEEE d MMMM 'om' HH:mm" if t.language == "nl" else "EEEE d MMMM 'at' HH:mm"
    return format_datetime(at.astimezone(ZoneInfo(zone)), pattern, tzinfo=ZoneInfo(zone), locale=_locale(t))


def day_in(at: datetime, zone: str, t: Texts) -> str:
    """ "14 januari 2027" in a zone."""
    return format_datetime(
        at.astimezone(ZoneInfo(zone)), "d MMMM yyyy", tzinfo=ZoneInfo(zone), locale=_locale(t)
    )


def day_name(t: Texts, day: date | str) -> str:
    """ "donderdag 14 januari". A day may be written as YYYY-MM-DD."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return str(format_date(day, "EEEE d MMMM", locale=_locale(t)))


def weekday_name(t: Texts, day: int) -> str:
    """ "donderdag" is 4."""
    return str(get_day_names("wide", locale=_locale(t))[day - 1])


def _locale(t: Texts) -> str:
    return "nl_NL" if t.language == "nl" else "en_GB"
