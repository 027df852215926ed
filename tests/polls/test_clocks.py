"""A poll of people with several clocks: its end in the channel, and on somebody's Home tab."""

from datetime import timedelta

from bot.groups import service as groups
from bot.home import service as home
from bot.polls import service
from bot.storage import Store, Tx
from tests.clock import START
from tests.factories import ANNA, BRAM, DAAN, text_of
from tests.polls.people import poll_now, prepare, votes
from tests.zones import spread_out

ENDS = int((START + timedelta(days=1)).timestamp())
UNTIL = f"vrijdag 15 januari om 15:00 (bij jou: <!date^{ENDS}^{{date_num}} {{time}}|vrijdag 15 januari om 14:00 UTC>)"


def open_far_apart(tx: Tx) -> str:
    group = prepare(tx)
    spread_out(tx)
    return service.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1)).id


def message(tx: Tx, poll: str) -> str:
    return text_of(tx, poll)


async def test_the_poll_names_its_end_also_after_a_vote(store: Store) -> None:
    poll = await store.transact(open_far_apart)
    assert f"Tot {UNTIL}" in await store.read(message, poll)
    await store.transact(lambda tx: votes(tx, poll_now(tx), BRAM, anna=3))
    assert f"Tot {UNTIL}" in await store.read(message, poll)


async def test_at_home_everyone_reads_their_own_time(store: Store) -> None:
    await store.transact(open_far_apart)

    def at_home(tx: Tx, user: str) -> str:
        groups.ensure_person(tx, user).opened_home = True
        return str(home.home_view(tx, user))

    daan, anna = await store.transact(at_home, DAAN), await store.transact(at_home, ANNA)
    assert "vrijdag 15 januari om 15:00 (bij jou zaterdag 16 januari om 03:00)" in daan
    assert "vrijdag 15 januari om 15:00" in anna
    assert "bij jou" not in anna
    assert "<!date" not in daan + anna
