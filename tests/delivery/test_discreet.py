"""A discreet message: its notification tells nothing, and the message itself everything."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.delivery.sender import MAX_ATTEMPTS
from bot.delivery.states import OutboxState
from bot.storage import Tx
from tests.delivery.conftest import ANNA, CHANNEL, Post

FULL = "De casus van Bram: te vaak ja"
NEUTRAL = "Er is iets nieuws"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": FULL, "verbatim": True}}]


def discreet(text: str = FULL) -> Message:
    return Message(text, BLOCKS, NEUTRAL)


def waiting(tx: Tx) -> list[OutboxRow]:
    return list(tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "update")))


@pytest.fixture
def sent(office: Post, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What went to Slack: the method and the text."""
    found: list[tuple[str, str]] = []
    real = office.client.api_call

    async def noted(method: str, **given: Any) -> Any:
        if "text" in (given.get("json") or {}):
            found.append((method, given["json"]["text"]))
        return await real(method, **given)

    monkeypatch.setattr(office.client, "api_call", noted)
    return found


async def test_it_is_posted_with_a_neutral_text_and_at_once_edited_to_the_full_one(
    office: Post, sent: list[tuple[str, str]]
) -> None:
    await office.store.transact(outbox.post, CHANNEL, discreet(), key="a")
    await office.store.transact(outbox.post_dm, ANNA, discreet("Je stap"), key="b")
    await office.send_until_done()
    assert sorted(sent) == sorted(
        [
            ("chat.postMessage", NEUTRAL),
            ("chat.postMessage", NEUTRAL),
            ("chat.update", FULL),
            ("chat.update", "Je stap"),
        ]
    )
    assert office.texts() == [FULL]
    assert await office.store.read(waiting) == []


async def test_an_edit_before_it_is_posted_changes_what_stands_there_and_tells_as_little(
    office: Post, sent: list[tuple[str, str]]
) -> None:
    await office.store.transact(outbox.post, CHANNEL, discreet(), key="a")
    await office.store.transact(outbox.update, "a", Message("Anders"))
    await office.send_until_done()
    assert sent == [("chat.postMessage", NEUTRAL), ("chat.update", "Anders")]


async def test_a_newer_edit_is_not_overtaken_by_the_full_text_of_before(
    office: Post, sent: list[tuple[str, str]]
) -> None:
    await office.store.transact(outbox.post, CHANNEL, discreet(), key="a")
    office.fault("chat.update", "ratelimited", seconds=60)
    await office.send()
    [edit] = await office.store.read(waiting)
    assert edit.state == OutboxState.PENDING
    await office.store.transact(outbox.update, "a", Message("Nieuwer"))
    await office.send_until_done()
    assert office.texts() == ["Nieuwer"]
    assert sent[0] == ("chat.postMessage", NEUTRAL)
    assert sent[-1] == ("chat.update", "Nieuwer")


async def test_an_edit_of_a_message_that_is_being_posted_waits_for_it(office: Post) -> None:
    await office.store.transact(outbox.post, CHANNEL, discreet(), key="a")
    ids = [(await office.row("a")).id]

    def claimed(tx: Tx) -> None:
        row = tx.sql.get_one(OutboxRow, ids[0])
        row.claim_count = 1

    await office.store.transact(claimed)
    await office.store.transact(outbox.update, "a", Message("Nieuwer"))
    await office.send_until_done()
    assert office.texts() == ["Nieuwer"]


async def test_the_full_text_is_tried_until_it_holds_and_holds_up_nothing(office: Post) -> None:
    await office.store.transact(outbox.post, CHANNEL, discreet(), key="card")
    office.fault("chat.update", "error", code="not_in_channel")
    await office.send()

    def long_ago(tx: Tx) -> None:
        for row in tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "update")):
            row.attempts = MAX_ATTEMPTS + 5

    await office.store.transact(long_ago)
    await office.post("reply", "Antwoord", thread="card")
    await office.send()
    assert "Antwoord" in office.texts()
    for kind in ("error", "500", "ratelimited", "drop_before"):
        office.fault("chat.update", kind, code="not_in_channel")
        office.pass_time(3600)
        await office.send()
        [edit] = await office.store.read(waiting)
        assert edit.state == OutboxState.PENDING
    office.pass_time(3600)
    await office.send_until_done()
    assert FULL in office.texts()
    assert await office.store.read(waiting) == []


async def test_a_message_in_doubt_that_was_posted_gets_its_full_text(office: Post) -> None:
    await office.store.transact(outbox.post, CHANNEL, discreet(), key="a")
    office.fault("chat.postMessage", "drop_after")
    await office.send_until_done()
    assert office.texts() == [FULL]
