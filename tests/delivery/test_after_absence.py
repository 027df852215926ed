"""After an absence the database may be an older copy: what waits is looked up before it is posted."""

from datetime import datetime, timedelta

from bot.delivery import outbox
from bot.delivery.message import Guarantee, Message
from bot.jobs.records import Heartbeat
from bot.storage import Tx
from tests.delivery.conftest import ANNA, CHANNEL, Post


def be_away(tx: Tx, since: datetime) -> None:
    tx.sql.add(Heartbeat(id=1, at=tx.now, away_since=since, away_until=tx.now))


async def forget_it(office: Post, key: str) -> None:
    """As an older copy does: it does not know of the message."""

    def delete(tx: Tx) -> None:
        row = outbox._by_key(tx, key)
        assert row is not None
        tx.sql.delete(row)

    await office.store.transact(delete)


async def after_a_restore(office: Post, key: str) -> None:
    since = office.clock.now()
    office.pass_time(60)
    await office.post(key, "Gisteren")
    await office.send_until_done()
    await forget_it(office, key)
    office.pass_time(3600)
    await office.store.transact(be_away, since)


async def test_what_stands_there_already_is_not_posted_again(office: Post) -> None:
    await after_a_restore(office, "a")
    await office.post("a", "Vandaag")
    await office.send_until_done()
    # The one that stands is edited: it may show what this database does not know.
    assert office.texts() == ["Vandaag"]
    assert (await office.row("a")).state == "sent"


async def test_what_does_not_stand_there_is_posted(office: Post) -> None:
    await after_a_restore(office, "a")
    await office.post("b", "Iets anders")
    await office.send_until_done()
    assert office.texts() == ["Gisteren", "Iets anders"]


async def test_what_is_decided_later_is_not_looked_up(office: Post) -> None:
    await after_a_restore(office, "a")
    office.pass_time(timedelta(minutes=11).total_seconds())
    await office.post("b")
    await office.send_until_done()
    assert office.calls("conversations.history") == []


async def test_without_the_history_scopes_a_letter_goes_all_the_same(office: Post) -> None:
    """Most absences are no older copy, and whoever waits for a letter must get it."""
    await after_a_restore(office, "a")
    office.sandbox.workspace.scopes -= {"im:history", "channels:history", "groups:history"}
    letter = Message("Een brief")
    await office.store.transact(outbox.post_dm, ANNA, letter, key="brief", guarantee=Guarantee.AT_MOST_ONCE)
    await office.post("b", "In het kanaal")
    await office.send_until_done()
    assert office.texts(office.sandbox.workspace.im(ANNA).id) == ["Een brief"]
    assert office.texts(CHANNEL) == ["Gisteren", "In het kanaal"]
