"""What is to be said to whom, from when on."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select

from bot.delivery import outbox
from bot.events import ChannelLost, GroupResumed, MemberJoined
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import rules, views
from bot.nudges.records import Digest, Nudge
from bot.nudges.service.items import DigestItem
from bot.storage import Tx, Workspace, belonging_to

DELIVER = "nudges.deliver"


def plan_nudge(
    tx: Tx,
    workspace: Workspace,
    user: str,
    kind: str,
    subject: str,
    at: datetime,
    *,
    group: str,
    until: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Plans something to say to somebody; planned before, under the same kind and subject, it moves.

    It comes at the first moment from `at` on within that person's working hours at which nothing stands against it, and not
    after `until`. What has a near `until` goes before what has not, when there is more to say than three times a week; what
    lasts less than a day (`until` - `at`) is meant for its hour, and never comes sooner with something else.
    """
    found = _find(tx, workspace, user, kind, subject)
    if found is None:
        number = (_last_number(tx, workspace, user) or 0) + 1
        found = Nudge(user=user, kind=kind, subject=subject, number=number, **belonging_to(workspace))
        tx.sql.add(found)
    found.group_id, found.at, found.until, found.data = group, at, until, data or {}
    tx.sql.flush()
    wake_digest(tx, workspace, user, at, until)


def wake_digest(
    tx: Tx, workspace: Workspace, user: str, at: datetime, before: datetime | None = None
) -> None:
    """Looks at the latest then whether somebody may hear something."""
    queue.schedule_no_later_than(tx, workspace, DELIVER, user, opens_at(tx, workspace, user, at, before))


def opens_at(
    tx: Tx, workspace: Workspace, user: str, at: datetime, before: datetime | None = None
) -> datetime:
    """The first moment from then on at which somebody may be disturbed."""
    hours = groups.person(tx, workspace, user).working_hours
    return rules.next_contactable_at(max(at, tx.now), hours, user, before)


def nudge_planned_at(tx: Tx, workspace: Workspace, user: str, kind: str, subject: str) -> datetime | None:
    """From when on something is to be said; None when nothing is planned."""
    found = _find(tx, workspace, user, kind, subject)
    return found.at if found else None


def _find(tx: Tx, workspace: Workspace, user: str, kind: str, subject: str) -> Nudge | None:
    return tx.sql.scalars(
        select(Nudge).where(
            Nudge.of(workspace), Nudge.user == user, Nudge.kind == kind, Nudge.subject == subject
        )
    ).one_or_none()


def _last_number(tx: Tx, workspace: Workspace, user: str) -> int | None:
    return tx.sql.scalar(select(func.max(Nudge.number)).where(Nudge.of(workspace), Nudge.user == user))


def cancel_nudge(tx: Tx, workspace: Workspace, user: str, kind: str, subject: str) -> None:
    """There is nothing left to say about it."""
    tx.sql.execute(
        delete(Nudge).where(
            Nudge.of(workspace), Nudge.user == user, Nudge.kind == kind, Nudge.subject == subject
        )
    )


def cancel_nudges(tx: Tx, workspace: Workspace, subject: str) -> None:
    """Nobody has to hear anything about it any more."""
    tx.sql.execute(delete(Nudge).where(Nudge.of(workspace), Nudge.subject == subject))


def cancel_group_nudges(tx: Tx, workspace: Workspace, group: str) -> None:
    """Nobody has to hear anything of this group any more."""
    tx.sql.execute(delete(Nudge).where(Nudge.of(workspace), Nudge.group_id == group))


def on_member_joined(tx: Tx, workspace: Workspace, event: MemberJoined) -> None:
    """Somebody is in a group, perhaps again: what waited for that is looked at."""
    wake_digest(tx, workspace, event.user, tx.now)


def on_channel_lost(tx: Tx, workspace: Workspace, event: ChannelLost) -> None:
    """Of a channel that is deleted nothing comes back; of any other what is to be said waits until it does."""
    if event.reason == "deleted":
        cancel_group_nudges(tx, workspace, event.group_id)


def on_group_resumed(tx: Tx, workspace: Workspace, event: GroupResumed) -> None:
    """A group goes on after a rest: whoever has something to hear of it is looked at again."""
    mine = (Nudge.of(workspace), Nudge.group_id == event.group_id)
    for user in tx.sql.scalars(select(Nudge.user).where(*mine).distinct().order_by(Nudge.user)).all():
        wake_digest(tx, workspace, user, tx.now)


def mark_answered(tx: Tx, workspace: Workspace, user: str, kind: str, subject: str, part: DigestItem) -> None:
    """Puts an answered part in the place of the question, in every message that it was asked in."""
    cancel_nudge(tx, workspace, user, kind, subject)
    letters = tx.sql.scalars(
        select(Digest)
        .where(Digest.of(workspace), Digest.user == user)
        .order_by(Digest.sent_at.desc())
        .with_for_update()
    )
    for letter in letters:
        if any(_is(one, kind, subject) for one in letter.parts):
            new = {"text": part.text, "blocks": part.blocks, "answered": True}
            letter.parts = [{**one, **new} if _is(one, kind, subject) else one for one in letter.parts]
            show_digest(tx, letter)


def _is(part: dict[str, Any], kind: str, subject: str) -> bool:
    return (part["kind"], part["subject"]) == (kind, subject)


def show_digest(tx: Tx, letter: Digest) -> None:
    """The message as it is now."""
    message = views.letter(groups.texts_of(tx, letter.workspace, letter.user), letter)
    outbox.update(tx, letter.workspace, digest_key(letter), message)


def nudge_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def digest_key(letter: Digest) -> str:
    return f"letter/{letter.user}/{letter.id}"


def purge_old(tx: Tx) -> None:
    """Forgets letters that nobody will answer any more, and what was never said in time."""
    tx.sql.execute(delete(Digest).where(Digest.sent_at < tx.now - rules.DIGESTS_KEPT))
    tx.sql.execute(delete(Nudge).where(Nudge.until < tx.now - rules.A_DAY))
    # Of a group that has rested so long, or of which somebody has been out so long.
    tx.sql.execute(delete(Nudge).where(Nudge.at < tx.now - rules.LATER_AT_MOST))
