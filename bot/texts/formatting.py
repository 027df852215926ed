"""Formatting for Slack: times, names, and people's own words.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, get_day_names

from bot.texts.catalogue import Texts
from bot.texts.readers import InChannel

# Within escaped text, and without the full stop or bracket after it.
_ADDRESS = re.compile(r"https?://(?:(?!&[lg]t;)[^\s<>|])+(?<![.,;:!?)\]}\"'])")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain(text: str) -> str:
    """Typed text without control characters, which are invisible and which PostgreSQL does not store."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def escape(text: str) -> str:
    """Escape people's words for mrkdwn: they mention nobody, link nowhere, and look as typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def place_in(text: str) -> str:
    """A place as somebody typed it, within a sentence. An address in it is a link: people meet behind it.

    All other words link nowhere (`verbatim` in slack/blocks.py).
    """
    return _ADDRESS.sub(r"<\g<0>>", escape(text).rstrip("."))


def one_line(text: str, at_most: int) -> str:
    """People's words on one line, cut at a length."""
    line = " ".join(text.split())
    return line if len(line) <= at_most else line[: at_most - 1].rstrip() + "…"


# Stands where somebody's id stood who was forgotten, in a row that others still need.
FORGOTTEN = ""


def mention(user: str) -> str:
    """A mention, which notifies a member of the channel: for whoever must act now, or in private."""
    return f"<@{user}>"


def name_of(t: Texts, user: str) -> str:
    """A person as text. In a channel by name, because a mention notifies; in private a mention notifies nobody.

    A name that is not known, or that several members have, is a mention.
    https://slack.com/help/articles/201355156-Configure-your-Slack-notifications
    """
    if user == FORGOTTEN:
        return t("somebody who left")
    known = t.readers.names.get(user) if isinstance(t.readers, InChannel) else None
    return mention(user) if known is None else escape(known)


def channel(channel_id: str) -> str:
    return f"<#{channel_id}>"


def list_of(t: Texts, items: Sequence[str]) -> str:
    """ "Anna, Bram en Chloé"."""
    if len(items) < 2:
        return "".join(items)
    return t("{items} and {last}", items=", ".join(items[:-1]), last=items[-1])


def moment(at: datetime, zone: str, t: Texts, *, with_date: bool = False) -> str:
    """A time as text in the group's zone, and beside it the readers' own time where their clocks differ.

    In a channel the readers' time is a token, which Slack fills in by each reader's clock. Slack writes it in its own
    languages, and Dutch is not among them, so it holds no words.
    https://docs.slack.dev/messaging/formatting-message-text
    """
    zone = _zone_of_group(t, zone)
    text = _text(at, zone, t, with_date=with_date)
    if isinstance(t.readers, InChannel):
        elsewhere = [one for one in t.readers.members if _offset(at, one) != _offset(at, zone)]
        if not elsewhere:
            return text
        token = _token(at, zone, t, elsewhere, with_date=with_date)
        return t("{at} (for you: {yours})", at=text, yours=token)
    yours = t.readers.zone
    if yours is None or _offset(at, yours) == _offset(at, zone):
        return text
    other_day = with_date and _day(at, yours) != _day(at, zone)
    return t("{at} (for you {yours})", at=text, yours=_text(at, yours, t, with_date=other_day))


def date_in(at: datetime, zone: str, t: Texts) -> str:
    """ "donderdag 14 januari om 15:00" in the group's zone, with nothing beside it: for a former date in brackets."""
    return _text(at, _zone_of_group(t, zone), t, with_date=True)


def time_in(at: datetime, zone: str, t: Texts) -> str:
    """ "15:00" in the group's zone, with nothing beside it: for a later time on a line whose first one is a `moment`."""
    return _text(at, _zone_of_group(t, zone), t, with_date=False)


def _zone_of_group(t: Texts, zone: str) -> str:
    """The zone of a channel's group. A stored zone may be the one that the group had before."""
    return t.readers.zone if isinstance(t.readers, InChannel) else zone


def _token(at: datetime, zone: str, t: Texts, elsewhere: Sequence[str], *, with_date: bool) -> str:
    """Slack's token for each reader's own time, with a date in figures where another day is meant.

    Its fallback text is in UTC, which is true for every reader.
    """
    other_day = with_date and any(_day(at, one) != _day(at, zone) for one in elsewhere)
    shown = "{date_num} {time}" if other_day else "{time}"
    fallback = _text(at, "UTC", t, with_date=with_date)
    return f"<!date^{int(at.timestamp())}^{shown}|{fallback} UTC>"


def _text(at: datetime, zone: str, t: Texts, *, with_date: bool) -> str:
    """ "15:00" or "donderdag 14 januari om 15:00" in a zone."""
    local = at.astimezone(ZoneInfo(zone))
    if not with_date:
        return format_time(local, format="HH:mm", tzinfo=ZoneInfo(zone), locale=_locale(t))
    pattern = "EEEE d MMMM 'om' HH:mm" if t.language == "nl" else "EEEE d MMMM 'at' HH:mm"
    return format_datetime(local, pattern, tzinfo=ZoneInfo(zone), locale=_locale(t))


def _offset(at: datetime, zone: str) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


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


def duration(t: Texts, span: timedelta) -> str:
    """ "7 minuten", "1 minuut", "minder dan een minuut": rounded down."""
    minutes = int(span.total_seconds() // 60)
    return t.n("{n} minute", "{n} minutes", minutes) if minutes else t("less than a minute")
