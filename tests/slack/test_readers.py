"""Who reads how is looked up once, and a change shows at once."""

from bot.groups import service as groups
from bot.slack import readers
from bot.slack.calls import Reader
from bot.slack.readers import Readers
from bot.storage import Store, Tx
from tests.conftest import OURS, make_group

ANNA = "U0ANNA"
DUTCH = Reader("nl", "Europe/Amsterdam")


async def test_a_reader_is_remembered_until_somebody_reads_differently() -> None:
    known = Readers()
    known.keep(OURS, ANNA, DUTCH, known.changes)
    assert known.get(OURS, ANNA) == DUTCH
    known.forget()
    assert known.get(OURS, ANNA) is None


async def test_what_was_read_before_a_change_is_not_remembered_after_it() -> None:
    known = Readers()
    changes = known.changes
    known.forget()
    known.keep(OURS, ANNA, DUTCH, changes)
    assert known.get(OURS, ANNA) is None


async def test_the_memory_stays_small() -> None:
    known = Readers()
    for number in range(readers.AT_MOST + 1):
        known.keep(OURS, f"U{number}", DUTCH, known.changes)
    assert known.get(OURS, "U0") is None
    assert known.get(OURS, f"U{readers.AT_MOST}") == DUTCH


async def test_a_change_of_a_profile_or_a_setting_is_told_once_it_is_stored(store: Store) -> None:
    told: list[str] = []
    store.listen(readers.TOPIC, lambda: told.append("forget"))

    def meet(tx: Tx) -> None:
        make_group(tx, ANNA)

    await store.transact(meet)
    assert told == []
    await store.transact(groups.remember, OURS, ANNA, {"tz": "Europe/Lisbon", "locale": "en-GB"})
    assert told == ["forget"]
