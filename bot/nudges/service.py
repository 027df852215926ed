"""Private messages that a person did not ask for at that moment: few, together, and only while there is something to do.

A room plans a nudge; when its moment has come the room is asked whether there is still something to say. What several
rooms want to say to one person at about the same time becomes one message.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.delivery import outbox
from bot.delivery.message import AtWorst
from bot.groups import rules as hours
from bot.groups import service as groups
from bot.nudges import rules, views
from bot.nudges.records import Letter, Nudge
from bot.slack.blocks import Block
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Texts
from bot.timing import due

DELIVER = "nudges.deliver"


@dataclass(frozen=True)
class Part:
    """What one nudge says. `text` holds all that a screen reader needs, the name of the group included."""

    text: str
    blocks: list[Block] = field(default_factory=list)


# Says it in the reader's language, or None when there is nothing left to do: then nobody hears of it.
Compose = Callable[[Tx, Nudge, Texts], Part | None]


def plan(
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
    after `until`.
    """
    found = tx.sql.scalars(
        select(Nudge).where(
            Nudge.of(workspace), Nudge.user == user, Nudge.kind == kind, Nudge.subject == subject
        )
    ).one_or_none()
    if found is None:
        found = Nudge(user=user, kind=kind, subject=subject, **belonging_to(workspace))
        tx.sql.add(found)
    found.group_id, found.at, found.until, found.data = group, at, until, data or {}
    tx.sql.flush()
    _plan_delivery(tx, workspace, user)


def drop(tx: Tx, workspace: Workspace, user: str, kind: str, subject: str) -> None:
    """There is nothing left to say about it."""
    tx.sql.execute(
        delete(Nudge).where(
            Nudge.of(workspace), Nudge.user == user, Nudge.kind == kind, Nudge.subject == subject
        )
    )


def drop_all(tx: Tx, workspace: Workspace, subject: str) -> None:
    """Nobody has to hear anything about it any more."""
    tx.sql.execute(delete(Nudge).where(Nudge.of(workspace), Nudge.subject == subject))


def drop_group(tx: Tx, workspace: Workspace, group: str) -> None:
    """Nobody has to hear anything of this group any more."""
    tx.sql.execute(delete(Nudge).where(Nudge.of(workspace), Nudge.group_id == group))


def answered(tx: Tx, workspace: Workspace, user: str, kind: str, subject: str, part: Part) -> None:
    """Puts an answered part in the place of the question, in the message that it was asked in."""
    drop(tx, workspace, user, kind, subject)
    letters = tx.sql.scalars(
        select(Letter).where(Letter.of(workspace), Letter.user == user).order_by(Letter.sent_at.desc())
    )
    for letter in letters:
        if any((one["kind"], one["subject"]) == (kind, subject) for one in letter.parts):
            letter.parts = [
                {**one, "text": part.text, "blocks": part.blocks}
                if (one["kind"], one["subject"]) == (kind, subject)
                else one
                for one in letter.parts
            ]
            message = views.letter(groups.texts_of(tx, workspace, user), letter)
            outbox.update(tx, workspace, _key(letter), message)
            return


def _plan_delivery(tx: Tx, workspace: Workspace, user: str) -> None:
    first = tx.sql.scalar(
        select(Nudge.at).where(Nudge.of(workspace), Nudge.user == user).order_by(Nudge.at).limit(1)
    )
    if first is None:
        due.cancel(tx, workspace, DELIVER, user)
        return
    person = groups.person(tx, workspace, user)
    at = hours.next_working_moment(max(first, tx.now), person.zone, person.from_hour, person.to_hour)
    due.schedule(tx, workspace, DELIVER, user, at)


def deliver(kinds: Mapping[str, Compose]) -> due.Handler:
    """The handler of the moment at which somebody may hear something."""

    def handle(tx: Tx, item: due.Item) -> None:
        _deliver(tx, kinds, item.workspace, item.subject)

    return handle


def _deliver(tx: Tx, kinds: Mapping[str, Compose], workspace: Workspace, user: str) -> None:
    person = groups.person(tx, workspace, user)
    at = hours.next_working_moment(tx.now, person.zone, person.from_hour, person.to_hour)
    at = max(at, rules.may_write_at(_sent(tx, workspace, user), tx.now))
    if at > tx.now:
        due.schedule(tx, workspace, DELIVER, user, at)
        return
    parts = _parts(tx, kinds, workspace, user) if person.nudges else []
    if parts:
        letter = Letter(user=user, sent_at=tx.now, parts=parts, **belonging_to(workspace))
        tx.sql.add(letter)
        tx.sql.flush()
        message = views.letter(groups.texts_of(tx, workspace, user), letter)
        outbox.direct(tx, workspace, user, message, key=_key(letter), at_worst=AtWorst.NEVER)
    _plan_delivery(tx, workspace, user)


def _parts(tx: Tx, kinds: Mapping[str, Compose], workspace: Workspace, user: str) -> list[dict[str, Any]]:
    """What is to be said now; what is said, or need not be said any more, waits no longer."""
    t = groups.texts_of(tx, workspace, user)
    waiting = tx.sql.scalars(
        select(Nudge)
        .where(Nudge.of(workspace), Nudge.user == user, Nudge.at <= tx.now + rules.TOGETHER)
        .order_by(Nudge.at, Nudge.id)
    ).all()
    parts: list[dict[str, Any]] = []
    for nudge in waiting:
        late = nudge.until is not None and nudge.until <= tx.now
        part = None if late else kinds[nudge.kind](tx, nudge, t)
        if part is not None:
            about = {"kind": nudge.kind, "subject": nudge.subject, "group": nudge.group_id}
            parts.append({**about, "text": part.text, "blocks": part.blocks})
        tx.sql.delete(nudge)
    tx.sql.flush()
    return parts


def _sent(tx: Tx, workspace: Workspace, user: str) -> list[datetime]:
    return list(
        tx.sql.scalars(
            select(Letter.sent_at).where(
                Letter.of(workspace), Letter.user == user, Letter.sent_at > tx.now - rules.WEEK
            )
        )
    )


def _key(letter: Letter) -> str:
    return f"letter/{letter.id}"
