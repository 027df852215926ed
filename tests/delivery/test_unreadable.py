"""A row that none of the keys can read: it fails, and everything else goes on."""

import pytest
from sqlalchemy import Text, type_coerce, update

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.storage import Tx
from tests.delivery.conftest import ANNA, BRAM, Post
from tests.metrics.conftest import Counted, since
from tests.stored import DAMAGED, new_key, words

__all__ = ["since"]


def spoil(tx: Tx, stored: str, key: str) -> None:
    raw = type_coerce(stored, Text)
    tx.sql.execute(update(OutboxRow).where(OutboxRow.key == key).values(payload=raw))


@pytest.mark.parametrize("stored", [DAMAGED, words(new_key())])
async def test_it_fails_alone_and_is_counted(office: Post, since: Counted, stored: str) -> None:
    for n in range(3):
        await office.post(f"a/{n}", str(n))
    await office.store.transact(spoil, stored, "a/1")
    await office.send_until_done()
    assert office.texts() == ["0", "2"]
    row = await office.row("a/1")
    assert (row.state, row.error, row.payload) == ("failed", "unreadable", None)
    assert since("intervisie_unreadable_total") == 1
    assert since("intervisie_messages_given_up_total", state="failed") == 1


async def test_what_is_changed_or_taken_back_before_it_goes_is_not_read_for_that(office: Post) -> None:
    for key in ("edited", "deleted"):
        await office.post(key)
        await office.store.transact(spoil, DAMAGED, key)
    await office.store.transact(outbox.update, "edited", Message("Nieuw"))
    await office.store.transact(outbox.delete, "deleted")
    assert await office.store.read(outbox.is_live, "edited")
    await office.send_until_done()
    assert office.texts() == ["Nieuw"]


async def test_a_home_tab_that_waits_unread_takes_the_next_view(office: Post) -> None:
    view = {"type": "home", "blocks": []}
    for user in (ANNA, BRAM):
        await office.store.transact(outbox.publish_home, user, view)
    await office.store.transact(_spoil_all, DAMAGED)
    await office.store.transact(outbox.publish_home, ANNA, view)
    await office.send_until_done()
    assert office.calls("views.publish") == ["ok"]


def _spoil_all(tx: Tx, stored: str) -> None:
    tx.sql.execute(update(OutboxRow).values(payload=type_coerce(stored, Text)))
