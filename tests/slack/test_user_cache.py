"""Who reads how is looked up once, and a change shows at once."""

from bot.groups import service as groups
from bot.slack import user_cache
from bot.slack.requests import UserLocale
from bot.slack.user_cache import LocaleCache
from bot.storage import Store, Tx
from tests.conftest import OURS, make_group

ANNA = "U0ANNA"
DUTCH = UserLocale("nl", "Europe/Amsterdam")


async def test_a_reader_is_remembered_until_somebody_reads_differently() -> None:
    known = LocaleCache()
    known.put(OURS, ANNA, DUTCH, known.changes)
    assert known.get(OURS, ANNA) == DUTCH
    known.forget()
    assert known.get(OURS, ANNA) is None


async def test_what_was_read_before_a_change_is_not_remembered_after_it() -> None:
    known = LocaleCache()
    changes = known.changes
    known.forget()
    known.put(OURS, ANNA, DUTCH, changes)
    assert known.get(OURS, ANNA) is None


async def test_the_memory_stays_small() -> None:
    known = LocaleCache()
    for number in range(user_cache.MAX_USERS + 1):
        known.put(OURS, f"U{number}", DUTCH, known.changes)
    assert known.get(OURS, "U0") is None
    assert known.get(OURS, f"U{user_cache.MAX_USERS}") == DUTCH


async def test_a_change_of_a_profile_or_a_setting_is_told_once_it_is_stored(store: Store) -> None:
    told: list[str] = []
    store.listen(user_cache.TOPIC, lambda: told.append("forget"))

    def meet(tx: Tx) -> None:
        make_group(tx, ANNA)

    await store.transact(meet)
    assert told == []
    await store.transact(groups.store_profile, ANNA, {"tz": "Europe/Lisbon", "locale": "en-GB"})
    assert told == ["forget"]


async def test_a_profile_that_tells_nothing_new_makes_nobody_be_looked_up_again(store: Store) -> None:
    """Profiles are read again all day, and at each start a whole workspace's."""
    same = {"tz": "Europe/Lisbon", "locale": "en-GB", "real_name": "Anna"}
    await store.transact(groups.store_profile, ANNA, same)
    told: list[str] = []
    store.listen(user_cache.TOPIC, lambda: told.append("forget"))
    await store.transact(groups.store_profile, ANNA, {**same, "real_name": "Anna de Wit"})
    assert told == []
    await store.transact(groups.store_profile, ANNA, {**same, "tz": "Europe/London"})
    assert told == ["forget"]
