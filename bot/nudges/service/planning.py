"""Planning of nudges: a room plans, moves and cancels them, and marks questions as answered."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete

from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import queries, rules, views
from bot.nudges.records import Digest, Nudge
from bot.nudges.service.items import DigestItem
from bot.storage import Tx, belonging_to, delete_some

DELIVER = "nudges.deliver"


def plan_nudge(
    tx: Tx,
    user: str,
    kind: str,
    subject: str,
    at: datetime,
    *,
    group: str,
    until: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Plans a nudge. One of the same kind and subject, planned before, moves.

    The nudge goes in a digest in the person's working hours, from `at` on and before `until`. When there are more nudges
    than digests, a near `until` goes first. A nudge that lasts less than a day (`until` - `at`) is meant for its hour,
    so it never travels along with an earlier digest.
    """
    found = queries.nudge_of(tx, user, kind, subject)
    if found is None:
        number = queries.last_number(tx, user) + 1
        found = Nudge(user=user, kind=kind, subject=subject, number=number, **belonging_to(tx.workspace))
        tx.sql.add(found)
    found.group_id, found.at, found.until, found.data = group, at, until, data or {}
    tx.sql.flush()
    wake_digest(tx, user, at, until)


def wake_digest(tx: Tx, user: str, at: datetime, before: datetime | None = None) -> None:
    """Schedules the person's next digest, at `at` or sooner."""
    queue.schedule_no_later_than(tx, DELIVER, user, opens_at(tx, user, at, before))


def opens_at(tx: Tx, user: str, at: datetime, before: datetime | None = None) -> datetime:
    """The first moment from `at` on at which the person may be contacted."""
    hours = groups.person_or_default(tx, user).working_hours
    return rules.next_contactable_at(max(at, tx.now), hours, user, before)


def cancel_nudge(tx: Tx, user: str, kind: str, subject: str) -> None:
    """Cancels a nudge to one person."""
    tx.sql.execute(
        delete(Nudge).where(
            Nudge.of(tx.workspace), Nudge.user == user, Nudge.kind == kind, Nudge.subject == subject
        )
    )


def cancel_nudges(tx: Tx, subject: str) -> None:
    """Cancels the nudges of a subject, to everybody."""
    tx.sql.execute(delete(Nudge).where(Nudge.of(tx.workspace), Nudge.subject == subject))


def cancel_group_nudges(tx: Tx, group: str) -> None:
    """Cancels all nudges of a group."""
    tx.sql.execute(delete(Nudge).where(Nudge.of(tx.workspace), Nudge.group_id == group))


def mark_answered(tx: Tx, user: str, kind: str, subject: str, item: DigestItem) -> None:
    """Replaces a question by its answered item, in every digest that asked it."""
    cancel_nudge(tx, user, kind, subject)
    for digest in queries.digests_of(tx, user):
        if any(_is(one, kind, subject) for one in digest.parts):
            new = {"text": item.text, "blocks": item.blocks, "answered": True}
            digest.parts = [{**one, **new} if _is(one, kind, subject) else one for one in digest.parts]
            update_digest(tx, digest)


def asked_subjects(tx: Tx, user: str, kind: str) -> set[str]:
    """Of which subjects a person was asked something of this kind, in a digest that still stands."""
    return {
        part["subject"] for one in queries.digests_of(tx, user) for part in one.parts if part["kind"] == kind
    }


def _is(part: dict[str, Any], kind: str, subject: str) -> bool:
    return (part["kind"], part["subject"]) == (kind, subject)


def update_digest(tx: Tx, digest: Digest) -> None:
    """Updates the posted message of a digest."""
    message = views.letter(groups.texts_of(tx, digest.user), digest)
    groups.update_dm(tx, digest.user, digest_key(digest), message)


def nudge_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def digest_key(digest: Digest) -> str:
    return f"letter/{digest.user}/{digest.id}"


def purge_old(tx: Tx) -> bool:
    """Retention: deletes some old digests, and nudges that were never sent in time; return whether there may be more."""
    more = delete_some(tx, Digest, Digest.sent_at < tx.now - rules.DIGESTS_KEPT)
    more |= delete_some(tx, Nudge, Nudge.until < tx.now - rules.A_DAY)
    # Their group has rested so long, or the person has been out of it so long.
    return more | delete_some(tx, Nudge, Nudge.at < tx.now - rules.LATER_AT_MOST)
