"""One private message made of what several rooms have to say: when it goes, and what stands in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from bot.delivery import outbox
from bot.delivery.message import Guarantee
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import rules, views
from bot.nudges.records import Digest, Nudge
from bot.nudges.service import availability, planning
from bot.nudges.service.items import Compose, DigestItem
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, Texts, for_language
from bot.working_time.hours import WorkingHours

# Says from when on somebody may be written to; now is `tx.now`.
ReachableCheck = Callable[[Tx, Workspace, str], datetime]


def digest_job(kinds: Mapping[str, Compose], reachable: ReachableCheck | None = None) -> queue.Handler:
    """The handler of the moment at which somebody may hear something.

    `reachable` is asked last, when everything else is in favour of writing now.
    """

    def handle(tx: Tx, item: queue.Job) -> None:
        _deliver(tx, kinds, reachable, item.workspace, item.subject)

    return handle


@dataclass
class _Reader:
    """One person, and all that decides about the next letter to them: looked up once, it is asked for often."""

    workspace: Workspace
    user: str
    t: Texts
    hours: WorkingHours
    # Topics of which they do not want to hear: what is to be said of these waits.
    unwanted: set[str]
    # When they are back; None when nobody knows.
    back: datetime | None
    sent: list[datetime]
    waiting: list[Nudge]

    def may_write_at(self, now: datetime) -> datetime | None:
        """When the next letter may go as far as we know; None when nothing waits, or nobody knows when they are back."""
        waits = [_wait(one) for one in self.waiting]
        at = rules.next_digest_at(waits, self.sent, now)
        if at is None or self.back is None:
            return None
        ends = min((one.until for one in waits if one.until is not None), default=None)
        return rules.next_contactable_at(max(at, self.back), self.hours, self.user, ends)


def _deliver(
    tx: Tx, kinds: Mapping[str, Compose], reachable: ReachableCheck | None, workspace: Workspace, user: str
) -> None:
    reader = _read(tx, workspace, user, kinds)
    _let_go(tx, reader, [one for one in reader.waiting if rules.has_passed(_wait(one), tx.now)])
    reader.waiting = _wanted(reader, reader.waiting)
    at = reader.may_write_at(tx.now)
    if at == tx.now and reachable is not None:
        # By the moment that it names it may be evening, or another day.
        told = reachable(tx, workspace, user)
        at = tx.now if told == tx.now else rules.next_contactable_at(told, reader.hours, user)
    if at == tx.now:
        _write(tx, kinds, reader)
        reader.waiting = _wanted(reader, _waiting(tx, workspace, user, kinds))
        at = reader.may_write_at(tx.now)
    at = _also_for_others(tx, reader, kinds, at)
    if at is None:
        queue.cancel(tx, workspace, planning.DELIVER, user)
    else:
        queue.schedule(tx, workspace, planning.DELIVER, user, at)


def _also_for_others(
    tx: Tx, reader: _Reader, kinds: Mapping[str, Compose], at: datetime | None
) -> datetime | None:
    """What only a newer version can say waits for one: the moment comes again, for whichever process takes it then."""
    heard = groups.listening_members(reader.workspace, reader.user)
    theirs = (Nudge.of(reader.workspace), Nudge.user == reader.user, Nudge.group_id.in_(heard))
    first = tx.sql.scalar(select(func.min(Nudge.at)).where(*theirs, Nudge.kind.not_in(sorted(kinds))))
    if first is None:
        return at
    again = max(first, tx.now + rules.FOR_ANOTHER_VERSION)
    return again if at is None else min(at, again)


def _read(tx: Tx, workspace: Workspace, user: str, kinds: Mapping[str, Compose]) -> _Reader:
    person = groups.person(tx, workspace, user)
    since = tx.now - rules.WEEK
    sent = select(Digest.sent_at).where(Digest.of(workspace), Digest.user == user, Digest.sent_at > since)
    return _Reader(
        workspace,
        user,
        for_language(person.language),
        person.working_hours,
        availability.muted_topics(tx, workspace, user) if person.nudges else set(rules.TOPICS),
        availability.back_by(availability.find_do_not_disturb(tx, workspace, user), person.zone, tx.now),
        list(tx.sql.scalars(sent)),
        _waiting(tx, workspace, user, kinds),
    )


def _wanted(reader: _Reader, some: Sequence[Nudge]) -> list[Nudge]:
    """Of these what somebody wants to hear of; the rest waits until they turn its topic on again."""
    return [one for one in some if rules.topic_of(one.kind) not in reader.unwanted]


def _write(tx: Tx, kinds: Mapping[str, Compose], reader: _Reader) -> None:
    parts = _parts(tx, kinds, reader)
    if not parts:
        return
    letter = Digest(
        user=reader.user,
        sent_at=tx.now,
        parts=parts,
        written_as=rules.WRITTEN_AS,
        **belonging_to(reader.workspace),
    )
    tx.sql.add(letter)
    tx.sql.flush()
    reader.sent.append(tx.now)
    ends = [part["until"] for part in parts]
    # When all of it has passed, there is no sense in bringing it late.
    expires_at = None if None in ends else planning.nudge_time(max(ends))
    outbox.post_dm(
        tx,
        reader.workspace,
        reader.user,
        views.letter(reader.t, letter),
        key=planning.digest_key(letter),
        expires_at=expires_at,
        at_worst=Guarantee.AT_MOST_ONCE,
    )


def _parts(tx: Tx, kinds: Mapping[str, Compose], reader: _Reader) -> list[dict[str, Any]]:
    """What is to be said now; what is said, or need not be said any more, waits no longer."""
    left = [one for one in reader.waiting if rules.is_included(_wait(one), tx.now, reader.hours.zone)]
    said: list[tuple[Nudge, DigestItem]] = []
    while left and len(said) < rules.MAX_ITEMS:
        chosen = rules.first_items([_wait(one) for one in left], rules.MAX_ITEMS - len(said))
        some = [left[number] for number in chosen]
        left = [one for one in left if one not in some]
        # Its room may plan the same nudge again while it is asked.
        _let_go(tx, reader, some)
        for nudge in some:
            part = _compose(tx, kinds, nudge, reader.t)
            if part is not None:
                said.append((nudge, part))
    said.sort(key=lambda one: (one[0].at, one[0].number))
    return [_row(nudge, part) for nudge, part in said]


def _compose(tx: Tx, kinds: Mapping[str, Compose], nudge: Nudge, t: Texts) -> DigestItem | None:
    try:
        return kinds[nudge.kind](tx, nudge, t)
    except Refused:
        # What it is about has gone, its group for one.
        return None


def _row(nudge: Nudge, part: DigestItem) -> dict[str, Any]:
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


def _waiting(tx: Tx, workspace: Workspace, user: str, kinds: Mapping[str, Compose]) -> list[Nudge]:
    """What is to be said to somebody, of the kinds that we know. Of a group that rests it waits until that wakes, and of
    one that they are out of until they are back."""
    heard = groups.listening_members(workspace, user)
    return list(
        tx.sql.scalars(
            select(Nudge)
            .where(Nudge.of(workspace), Nudge.user == user, Nudge.group_id.in_(heard))
            .where(Nudge.kind.in_(sorted(kinds)))
            .order_by(Nudge.at, Nudge.number, Nudge.id)
        )
    )


def _wait(nudge: Nudge) -> rules.Wait:
    return rules.Wait(nudge.at, nudge.until)


def _let_go(tx: Tx, reader: _Reader, some: Sequence[Nudge]) -> None:
    reader.waiting = [one for one in reader.waiting if one not in some]
    # By number, not one by one: somebody may be answering one of them this very moment.
    if some:
        tx.sql.execute(delete(Nudge).where(Nudge.id.in_([nudge.id for nudge in some])))
