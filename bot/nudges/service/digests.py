"""Digests: one private message made of the nudges of several rooms. When it goes, and its items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from bot.delivery.message import Guarantee
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import queries, rules, views
from bot.nudges.records import Digest, Nudge
from bot.nudges.service import availability, planning
from bot.nudges.service.items import Compose, DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Refused, Texts
from bot.working_time.hours import WorkingHours

# Returns the moment from which a person may be contacted; `tx.now` means now.
ReachableCheck = Callable[[Tx, str], datetime]


def digest_job(kinds: Mapping[str, Compose], reachable: ReachableCheck | None = None) -> queue.Handler:
    """The job handler that sends a person's digest.

    `reachable` asks Slack, so it comes last, when everything else allows a digest now.
    """

    def handle(tx: Tx, item: queue.Job) -> None:
        _deliver(tx, kinds, reachable, item.subject)

    return handle


@dataclass
class _Reader:
    """The reader of a digest, with all that decides about the next one; looked up once."""

    user: str
    t: Texts
    hours: WorkingHours
    # Muted topics: their nudges wait.
    muted: set[str]
    # The end of their absence; None when nobody knows it.
    back: datetime | None
    sent: list[datetime]
    waiting: list[Nudge]

    def may_write_at(self, now: datetime) -> datetime | None:
        """The earliest moment of the next digest. None: nothing waits, or nobody knows when the person is back."""
        waits = [_wait(one) for one in self.waiting]
        at = rules.next_digest_at(waits, self.sent, now)
        if at is None or self.back is None:
            return None
        ends = min((one.until for one in waits if one.until is not None), default=None)
        return rules.next_contactable_at(max(at, self.back), self.hours, self.user, ends)


def _deliver(tx: Tx, kinds: Mapping[str, Compose], reachable: ReachableCheck | None, user: str) -> None:
    reader = _read(tx, user, kinds)
    _delete(tx, reader, [one for one in reader.waiting if rules.has_passed(_wait(one), tx.now)])
    reader.waiting = _without_muted(reader, reader.waiting)
    at = reader.may_write_at(tx.now)
    if at == tx.now and reachable is not None:
        # The moment that Slack names may fall in the evening, or on another day.
        told = reachable(tx, user)
        at = tx.now if told == tx.now else rules.next_contactable_at(told, reader.hours, user)
    if at == tx.now:
        _write(tx, kinds, reader)
        reader.waiting = _without_muted(reader, queries.waiting_nudges(tx, user, kinds))
        at = reader.may_write_at(tx.now)
    at = _also_for_others(tx, reader, kinds, at)
    if at is None:
        queue.cancel(tx, planning.DELIVER, user)
    else:
        queue.schedule(tx, planning.DELIVER, user, at)


def _also_for_others(
    tx: Tx, reader: _Reader, kinds: Mapping[str, Compose], at: datetime | None
) -> datetime | None:
    """Schedules the job again for nudges of unknown kinds: a process of a newer version may take it then."""
    first = queries.first_of_other_kinds(tx, reader.user, kinds)
    if first is None:
        return at
    again = max(first, tx.now + rules.FOR_ANOTHER_VERSION)
    return again if at is None else min(at, again)


def _read(tx: Tx, user: str, kinds: Mapping[str, Compose]) -> _Reader:
    person = groups.ensure_person(tx, user)
    return _Reader(
        user,
        groups.private_texts(person),
        person.working_hours,
        queries.muted_topics(tx, user) if person.nudges else set(rules.TOPICS),
        availability.back_by(queries.do_not_disturb_of(tx, user), person.zone, tx.now),
        queries.digest_times(tx, user, tx.now - rules.WEEK),
        queries.waiting_nudges(tx, user, kinds),
    )


def _without_muted(reader: _Reader, some: Sequence[Nudge]) -> list[Nudge]:
    """The nudges outside muted topics. The others wait until the person turns the topic on again."""
    return [one for one in some if rules.topic_of(one.kind) not in reader.muted]


def _write(tx: Tx, kinds: Mapping[str, Compose], reader: _Reader) -> None:
    parts = _compose_items(tx, kinds, reader)
    if not parts:
        return
    letter = Digest(
        user=reader.user,
        sent_at=tx.now,
        parts=parts,
        written_as=rules.WRITTEN_AS,
        **belonging_to(tx.workspace),
    )
    tx.sql.add(letter)
    tx.sql.flush()
    reader.sent.append(tx.now)
    ends = [part["until"] for part in parts]
    # A digest is of no use once all its items have passed.
    expires_at = None if None in ends else planning.nudge_time(max(ends))
    groups.post_dm(
        tx,
        reader.user,
        groups.discreet_to(tx, reader.t, reader.user, views.letter(reader.t, letter)),
        key=planning.digest_key(letter),
        expires_at=expires_at,
        guarantee=Guarantee.AT_MOST_ONCE,
    )


def _compose_items(tx: Tx, kinds: Mapping[str, Compose], reader: _Reader) -> list[dict[str, Any]]:
    """Compose the items of this digest. Consumed nudges are deleted, also those whose composer returned None."""
    left = [one for one in reader.waiting if rules.is_included(_wait(one), tx.now, reader.hours.zone)]
    said: list[tuple[Nudge, DigestItem]] = []
    while left and len(said) < rules.MAX_ITEMS:
        chosen = rules.first_items([_wait(one) for one in left], rules.MAX_ITEMS - len(said))
        some = [left[number] for number in chosen]
        left = [one for one in left if one not in some]
        # Deleted first: the composer may plan the same nudge again.
        _delete(tx, reader, some)
        for nudge in some:
            part = _compose_item(tx, kinds, nudge, reader.t)
            if part is not None:
                said.append((nudge, part))
    said.sort(key=lambda one: (one[0].at, one[0].number))
    return [_row(nudge, part) for nudge, part in said]


def _compose_item(tx: Tx, kinds: Mapping[str, Compose], nudge: Nudge, t: Texts) -> DigestItem | None:
    try:
        return kinds[nudge.kind](tx, nudge, t)
    except Refused:
        # The subject of the nudge is gone, for example its group.
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


def _wait(nudge: Nudge) -> rules.Wait:
    return rules.Wait(nudge.at, nudge.until)


def _delete(tx: Tx, reader: _Reader, some: Sequence[Nudge]) -> None:
    reader.waiting = [one for one in reader.waiting if one not in some]
    # One statement by ids, not record by record: an answer may delete one of them at this moment.
    if some:
        tx.sql.execute(delete(Nudge).where(Nudge.id.in_([nudge.id for nudge in some])))
