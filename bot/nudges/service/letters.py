"""One private message made of what several rooms have to say: when it goes, and what stands in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, select

from bot.delivery import outbox
from bot.delivery.message import AtWorst
from bot.groups import service as groups
from bot.nudges import rules, views
from bot.nudges.records import Letter, Nudge
from bot.nudges.service import planning, quiet
from bot.nudges.service.parts import Compose, Part
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, Texts
from bot.timing import due

log = structlog.get_logger()

# Says from when on somebody may be written to; now is `tx.now`.
Reachable = Callable[[Tx, Workspace, str], datetime]


def deliver(kinds: Mapping[str, Compose], reachable: Reachable | None = None) -> due.Handler:
    """The handler of the moment at which somebody may hear something.

    `reachable` is asked last, when everything else is in favour of writing now.
    """

    def handle(tx: Tx, item: due.Item) -> None:
        _deliver(tx, kinds, reachable, item.workspace, item.subject)

    return handle


def _deliver(
    tx: Tx, kinds: Mapping[str, Compose], reachable: Reachable | None, workspace: Workspace, user: str
) -> None:
    unwanted = _unwanted(tx, workspace, user)
    _let_go(tx, [one for one in _waiting(tx, workspace, user) if _in(one, unwanted) and one.at <= tx.now])
    at = _may_write_at(tx, workspace, user)
    if at == tx.now and reachable is not None:
        # By the moment that it names it may be evening, or another day.
        at = rules.open_at(reachable(tx, workspace, user), planning.hours_of(tx, workspace, user), user)
    if at == tx.now:
        _write(tx, kinds, workspace, user)
        at = _may_write_at(tx, workspace, user)
    if at is None:
        due.cancel(tx, workspace, planning.DELIVER, user)
    else:
        due.schedule(tx, workspace, planning.DELIVER, user, at)


def _may_write_at(tx: Tx, workspace: Workspace, user: str) -> datetime | None:
    """When the next letter may go as far as we know; None when nothing waits, or nobody knows when they are back."""
    _let_go(tx, [one for one in _waiting(tx, workspace, user) if rules.has_passed(_wait(one), tx.now)])
    back = quiet.back_by(tx, workspace, user)
    waits = [_wait(one) for one in _waiting(tx, workspace, user)]
    at = rules.letter_at(waits, _sent(tx, workspace, user), tx.now)
    if at is None or back is None:
        return None
    return rules.open_at(max(at, back), planning.hours_of(tx, workspace, user), user)


def _unwanted(tx: Tx, workspace: Workspace, user: str) -> set[str]:
    if not groups.person(tx, workspace, user).nudges:
        return set(rules.TOPICS)
    return quiet.silenced(tx, workspace, user)


def _write(tx: Tx, kinds: Mapping[str, Compose], workspace: Workspace, user: str) -> None:
    parts = _parts(tx, kinds, workspace, user)
    if not parts:
        return
    letter = Letter(user=user, sent_at=tx.now, parts=parts, **belonging_to(workspace))
    tx.sql.add(letter)
    tx.sql.flush()
    message = views.letter(groups.texts_of(tx, workspace, user), letter)
    ends = [part["until"] for part in parts]
    # When all of it has passed, there is no sense in bringing it late.
    expires_at = None if None in ends else planning.moment_of(max(ends))
    outbox.direct(
        tx,
        workspace,
        user,
        message,
        key=planning.key_of(letter),
        expires_at=expires_at,
        at_worst=AtWorst.NEVER,
    )


def _parts(tx: Tx, kinds: Mapping[str, Compose], workspace: Workspace, user: str) -> list[dict[str, Any]]:
    """What is to be said now; what is said, or need not be said any more, waits no longer."""
    t = groups.texts_of(tx, workspace, user)
    unwanted = _unwanted(tx, workspace, user)
    waiting = [
        one
        for one in _waiting(tx, workspace, user)
        if rules.travels_along(_wait(one), tx.now) and not _in(one, unwanted)
    ]
    said: list[tuple[Nudge, Part]] = []
    while waiting and len(said) < rules.PARTS:
        chosen = rules.first_parts([_wait(one) for one in waiting], rules.PARTS - len(said))
        some = [waiting[number] for number in chosen]
        waiting = [one for one in waiting if one not in some]
        # Its room may plan the same nudge again while it is asked.
        _let_go(tx, some)
        for nudge in some:
            part = _compose(tx, kinds, nudge, t)
            if part is not None:
                said.append((nudge, part))
    said.sort(key=lambda one: (one[0].at, one[0].number))
    return [_row(nudge, part) for nudge, part in said]


def _compose(tx: Tx, kinds: Mapping[str, Compose], nudge: Nudge, t: Texts) -> Part | None:
    compose = kinds.get(nudge.kind)
    if compose is None:
        # Of a room that is no longer there.
        log.warning("nudge_unknown", kind=nudge.kind)
        return None
    try:
        return compose(tx, nudge, t)
    except Refused:
        # What it is about has gone, its group for one.
        return None


def _row(nudge: Nudge, part: Part) -> dict[str, Any]:
    return {
        "kind": nudge.kind,
        "subject": nudge.subject,
        "group": nudge.group_id,
        "until": nudge.until.timestamp() if nudge.until else None,
        "data": nudge.data,
        "text": part.text,
        "blocks": part.blocks,
        "answered": False,
    }


def _waiting(tx: Tx, workspace: Workspace, user: str) -> Sequence[Nudge]:
    return tx.sql.scalars(
        select(Nudge)
        .where(Nudge.of(workspace), Nudge.user == user)
        .order_by(Nudge.at, Nudge.number, Nudge.id)
    ).all()


def _wait(nudge: Nudge) -> rules.Wait:
    return rules.Wait(nudge.at, nudge.until)


def _in(nudge: Nudge, topics: set[str]) -> bool:
    return rules.topic_of(nudge.kind) in topics


def _let_go(tx: Tx, nudges: Sequence[Nudge]) -> None:
    # By number, not one by one: somebody may be answering one of them this very moment.
    if nudges:
        tx.sql.execute(delete(Nudge).where(Nudge.id.in_([nudge.id for nudge in nudges])))


def _sent(tx: Tx, workspace: Workspace, user: str) -> list[datetime]:
    since = tx.now - rules.WEEK
    return list(
        tx.sql.scalars(
            select(Letter.sent_at).where(Letter.of(workspace), Letter.user == user, Letter.sent_at > since)
        )
    )
