"""Cards of an older version gave reasons: they go from the letters that are kept, and from the messages in Slack."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.attendance import service
from bot.attendance.service import subjects
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.rules import MeetingState
from bot.nudges import rules
from bot.nudges.records import Digest
from bot.nudges.service import old_digests, planning
from bot.storage import Store, Tx, belonging_to
from sandbox.people import Team
from tests.attendance.people import at, group_of, letters, move, plan, sweep, the, until
from tests.bot import running_bot
from tests.clock import StillClock
from tests.conftest import OURS, due_items, ours
from tests.factories import ANNA, BRAM

SOON = "2027-01-20"
WHY = "Mijn kind is ziek"


def fixed(tx: Tx) -> str:
    return plan(tx, SOON, facilitation="fixed", facilitator=ANNA)


def as_before(tx: Tx) -> None:
    """Each card as the version before wrote it, and posted it."""
    for letter in tx.sql.scalars(select(Digest)):
        letter.parts = [_with_a_reason(part) for part in letter.parts]
        letter.written_as = 0
    for row in tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "direct")):
        row.state, row.payload, row.ts = OutboxState.SENT, None, f"1800000000.{row.id:06}"


def _with_a_reason(part: dict[str, Any]) -> dict[str, Any]:
    if part["kind"] != subjects.CARD or part["answered"]:
        return part
    top, bottom, buttons = part["blocks"]
    bottom = {**bottom, "text": {**bottom["text"], "text": f"{bottom['text']['text']} ({WHY})"}}
    return {**part, "text": f"{part['text']} ({WHY})", "blocks": [top, bottom, buttons]}


def upgraded(tx: Tx) -> None:
    service.schedule_card_rewrites(tx)
    sweep(tx)


def edits(tx: Tx) -> list[str]:
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "update").order_by(OutboxRow.id))
    return [str(row.payload) for row in rows if row.payload and (row.target_key or "").startswith("letter/")]


async def carded(store: Store, clock: StillClock) -> str:
    """Anna has got a card with a reason on it."""
    meeting = await store.transact(fixed)
    await until(store, clock, at("2027-01-18", 15))
    await store.transact(as_before)
    [card] = await store.read(letters, ANNA)
    assert WHY in card
    return meeting


async def test_a_card_that_still_holds_is_written_anew_without_reasons(
    store: Store, clock: StillClock
) -> None:
    await carded(store, clock)
    await store.transact(upgraded)
    [card] = await store.read(letters, ANNA)
    assert WHY not in card
    assert "Jij leidt de bijeenkomst" in card
    [edit] = await store.read(edits)
    assert WHY not in edit
    # Once is enough.
    await store.transact(service.schedule_card_rewrites)
    assert await store.read(lambda tx: due_items(tx, subjects.OLD_DIGESTS)) == []


def passes_by(tx: Tx, meeting: str) -> None:
    the(tx, meeting).state = MeetingState.OPENED


def is_cancelled(tx: Tx, meeting: str) -> None:
    meetings.cancel_meeting(tx, meeting, ANNA)


def is_led_by_another(tx: Tx, meeting: str) -> None:
    the(tx, meeting).facilitator = BRAM


def moves(tx: Tx, meeting: str) -> None:
    move(tx, meeting, "2027-01-27")


def is_forgotten(tx: Tx, meeting: str) -> None:
    tx.sql.delete(the(tx, meeting))


def loses_its_group(tx: Tx, meeting: str) -> None:
    tx.sql.delete(group_of(tx, meeting))


@pytest.mark.parametrize(
    ("becomes", "says"),
    [
        (passes_by, "is voorbij"),
        (is_cancelled, "gaat niet door"),
        (is_led_by_another, f"<@{BRAM}> leidt"),
        (moves, f"<@{ANNA}> leidt"),
        (is_forgotten, "die er niet meer is"),
        (loses_its_group, "die er niet meer is"),
    ],
)
async def test_a_card_that_no_longer_holds_says_what_became_of_it(
    store: Store, clock: StillClock, becomes: Callable[[Tx, str], None], says: str
) -> None:
    meeting = await carded(store, clock)
    await store.transact(becomes, meeting)
    await store.transact(upgraded)
    first, *_ = await store.read(letters, ANNA)
    assert WHY not in first
    assert says in first
    shown = await store.read(edits)
    assert any(says in edit for edit in shown)
    assert not any(WHY in edit for edit in shown)


def letter(tx: Tx, number: int, kind: str) -> None:
    part: dict[str, Any] = {
        "kind": kind,
        "subject": f"presence/{number}",
        "group": tx.sql.scalars(select(Group.id)).one(),
        "until": None,
        "data": {"meeting": f"m{number}", "at": 0},
        "text": WHY,
        "blocks": [],
        "answered": False,
    }
    tx.sql.add(
        Digest(
            id=f"{number:016}",
            user=ANNA,
            sent_at=tx.now - timedelta(days=1),
            parts=[part],
            **belonging_to(OURS),
        )
    )
    tx.sql.flush()


async def test_many_letters_are_looked_through_in_turns_and_what_cannot_be_read_stops_nobody(
    store: Store,
) -> None:
    def many(tx: Tx) -> None:
        plan(tx, SOON)
        for number in range(old_digests.REWRITE_BATCH + 3):
            letter(tx, number, subjects.CARD)
        letter(tx, 900, "step.ask")
        tx.sql.execute(text("UPDATE letters SET parts = 'unreadable' WHERE id = :id"), {"id": f"{1:016}"})
        tx.sql.expunge_all()

    def left(tx: Tx) -> list[str]:
        return list(tx.sql.scalars(select(Digest.id).where(Digest.written_as < rules.WRITTEN_AS)))

    await store.transact(many)
    await store.transact(upgraded)
    assert await store.read(left) == [f"{1:016}"]
    # With its key back it is looked at the next night.
    assert await store.read(lambda tx: tx.sql.get_one(Digest, f"{900:016}").parts[0]["text"]) == WHY
    await store.transact(service.schedule_card_rewrites)
    assert len(await store.read(lambda tx: due_items(tx, subjects.OLD_DIGESTS))) == 1


async def test_the_first_start_after_an_upgrade_edits_what_was_posted(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        await team.until(at("2027-01-14", 14).timestamp())
        await ours(bot.app).transact(fixed)
        await team.until(at("2027-01-18", 15).timestamp())
        await team.settle()
        anna = team.person(ANNA)
        assert await anna.sees("Jij leidt de bijeenkomst", anna.dm)

        def post_as_before(tx: Tx) -> None:
            for one in tx.sql.scalars(select(Digest)):
                one.parts = [_with_a_reason(part) for part in one.parts]
                one.written_as = 0
                planning.update_digest(tx, one)

        await ours(bot.app).transact(post_as_before)
        await team.settle()
        assert await anna.sees(WHY, anna.dm)
        await bot.restart()
        await team.settle()
        await team.advance(seconds=3)
        assert not await anna.sees(WHY, anna.dm)
        assert await anna.sees("Jij leidt de bijeenkomst", anna.dm)
        assert await team.refused() == []
