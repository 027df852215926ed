"""Use cases of calendars: the file of a meeting, and addresses that calendars follow."""

import json
from dataclasses import dataclass, replace
from typing import Any

from bot.calendar import queries, rules, views
from bot.calendar.records import CalendarFeed
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.storage import Tx, UnreadableText, Workspace, belonging_to
from bot.storage.encryption import Purpose, keyring
from bot.texts import Refused, Texts

FEED_PATH = "/calendar/{token}.ics"
FILE_PATH = "/calendar/file/{token}.ics"

# The types of what a link holds. The organisation may be none.
_SEALED = ((str, str, str, str, int), (str, type(None), str, str, int))
_public_url: str | None = None


def use_public_url(url: str | None) -> None:
    """Sets the address at which this installation can be reached from outside; None when it cannot."""
    global _public_url
    _public_url = url.rstrip("/") if url else None


@dataclass(frozen=True)
class File:
    name: str
    body: bytes


def calendar_window(
    tx: Tx,
    user: str,
    t: Texts,
    *,
    group_id: str = "",
    meeting_id: str = "",
    notice: str = "",
) -> dict[str, Any]:
    """The calendar files and addresses of a meeting or a group. Raises Refused for outsiders."""
    meeting: Meeting | None
    if meeting_id:
        meeting, group = meetings.meeting_for(tx, meeting_id, user)
    else:
        group = groups.group_for(tx, group_id, user)
        meeting = next(iter(meetings.upcoming_meetings(tx, group, 1)), None)
    link = None
    addresses: tuple[views.Address, ...] = ()
    if _public_url:
        link = _public_url + FILE_PATH.format(token=_sealed(tx, meeting, user)) if meeting else None
        addresses = tuple(
            views.Address(kind, _address(queries.feed_of(tx, kind, subject)))
            for kind, subject in (("person", user), ("group", group.id))
        )
    if meeting is not None and meeting.state == MeetingState.CANCELLED:
        notice = t("This meeting has been cancelled.")
        meeting = None
    return views.window(t, views.Window(group.id, group.channel, meeting, link, addresses), notice)


def create_link(tx: Tx, user: str, ref: views.FeedRef) -> None:
    """Makes an address where there is none; a second press changes nothing."""
    if _owned(tx, user, ref) is None:
        _new(tx, ref.kind, _subject(user, ref))


def renew_link(tx: Tx, user: str, ref: views.FeedRef) -> None:
    """Another address; the old one is not known any more."""
    revoke_link(tx, user, ref)
    _new(tx, ref.kind, _subject(user, ref))


def revoke_link(tx: Tx, user: str, ref: views.FeedRef) -> None:
    """Ends an address; twice is as good as once."""
    feed = _owned(tx, user, ref)
    if feed is not None:
        tx.sql.delete(feed)
        tx.sql.flush()


def _owned(tx: Tx, user: str, ref: views.FeedRef) -> CalendarFeed | None:
    # Every member may change the group's address: it belongs to all of them.
    group = groups.group_for(tx, ref.group, user)
    groups.lock_group(tx, group)
    if ref.kind not in ("person", "group"):
        raise Refused(lambda t: t("This address does not exist. Type /intervisie calendar to go on."))
    return queries.feed_of(tx, ref.kind, _subject(user, ref))


def _subject(user: str, ref: views.FeedRef) -> str:
    return user if ref.kind == "person" else ref.group


def _new(tx: Tx, kind: str, subject: str) -> None:
    token = rules.new_token()
    tx.sql.add(
        CalendarFeed(
            kind=kind,
            subject=subject,
            token=token,
            token_hash=rules.hash_of(token),
            made_at=tx.now,
            **belonging_to(tx.workspace),
        )
    )
    tx.sql.flush()


def _address(feed: CalendarFeed | None) -> str:
    return (_public_url or "") + FEED_PATH.format(token=feed.token) if feed else ""


def feed_file(tx: Tx, token: str) -> File | None:
    """The calendar file of a feed; None when no feed has this token, whatever the reason."""
    feed = queries.feed_by_hash(tx, rules.hash_of(token))
    if feed is None:
        return None
    tx = tx.of(feed.workspace)
    if feed.kind == "person":
        t = groups.texts_of(tx, feed.subject)
        return _file(tx, t, t("Intervisie"), groups.groups_of(tx, feed.subject))
    try:
        group = groups.group_by_id(tx, feed.subject)
    except Refused:
        return None
    t = groups.texts_in(group)
    # A former member still knows this address, and a place is often the link of a video call.
    return _file(tx, t, _name(t, group), [group], with_place=False)


def _file(tx: Tx, t: Texts, name: str, followed_by: list[Group], *, with_place: bool = True) -> File:
    entries = [_entry(t, group, meeting) for group in followed_by for meeting in _shown(tx, group)]
    if not with_place:
        entries = [replace(entry, place="") for entry in entries]
    return File("intervisie.ics", views.calendar_file(name, entries))


def _shown(tx: Tx, group: Group) -> list[Meeting]:
    found = meetings.meetings_since(tx, group, tx.now - rules.REMEMBERED)
    return [one for one in found if rules.is_shown(one.state, one.starts_at, tx.now)]


def file_of(tx: Tx, meeting_id: str, user: str, t: Texts) -> tuple[File, Meeting]:
    """One meeting as a file, for a member of its group. Raises Refused for anyone else."""
    meeting, group = meetings.meeting_for(tx, meeting_id, user)
    entry = _entry(t, group, meeting)
    return File(f"intervisie-{meeting.day}.ics", views.calendar_file(entry.summary, [entry])), meeting


def file_by_link(tx: Tx, token: str) -> File | None:
    """The file behind the link in somebody's window; None when the link is not ours, is too old or no longer theirs."""
    try:
        sealed = json.loads(keyring().unseal(token, Purpose.CALENDAR_LINKS))
    except (UnreadableText, ValueError, RecursionError):
        return None
    # Another text under our key is no link; all that is not one gets the same answer.
    if not isinstance(sealed, list) or tuple(map(type, sealed)) not in _SEALED:
        return None
    team, enterprise, meeting_id, user, until = sealed
    if tx.now.timestamp() > until:
        return None
    tx = tx.of(Workspace(team, enterprise))
    try:
        return file_of(tx, meeting_id, user, groups.texts_of(tx, user))[0]
    except Refused:
        return None


def _sealed(tx: Tx, meeting: Meeting, user: str) -> str:
    until = int((tx.now + rules.LINK_LIVES).timestamp())
    named = [tx.workspace.team_id, tx.workspace.enterprise_id, meeting.id, user, until]
    return keyring().seal(json.dumps(named), Purpose.CALENDAR_LINKS)


def _entry(t: Texts, group: Group, meeting: Meeting) -> views.Entry:
    return views.Entry(
        uid=f"{meeting.id}@intervisie",
        summary=_name(t, group),
        place=meeting.place,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        changed_at=meeting.changed_at or group.created_at,
        sequence=meeting.sequence,
        cancelled=meeting.state == MeetingState.CANCELLED,
    )


def _name(t: Texts, group: Group) -> str:
    return t("Intervisie: {group}", group=group.name) if group.name else t("Intervisie")
