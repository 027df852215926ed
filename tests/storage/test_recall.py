"""What a transaction has read it need not read again, until it writes or locks something."""

from sqlalchemy import Select, select, update

from bot.groups import queries as groups
from bot.groups.records import Group, Member
from bot.storage import Store, Tx, statement
from tests.conftest import Queries, make_group
from tests.factories import ANNA, BRAM


@statement
def _groups(language: str) -> Select[Group]:
    return select(Group).where(Group.language == language)


async def test_the_same_question_is_asked_once(store: Store, queries: Queries) -> None:
    await store.transact(lambda tx: make_group(tx, ANNA, BRAM))

    def look(tx: Tx) -> None:
        for _ in range(3):
            assert [group.channel for group in groups.groups_of(tx, ANNA)] == ["C0OOST"]
        assert groups.groups_of(tx, "U0GUEST") == []

    assert len(await queries.of(look)) == 2


def test_what_is_written_in_any_way_is_read(tx: Tx) -> None:
    make_group(tx, ANNA)
    found = tx.recall(_groups("nl"))
    assert len(found) == 1
    # Added, and not flushed yet.
    make_group(tx, ANNA, channel="C0WEST")
    assert len(tx.recall(_groups("nl"))) == 2
    # Changed on a record.
    found[0].language = "en"
    assert len(tx.recall(_groups("nl"))) == 1
    # Changed by a statement past the records.
    tx.sql.execute(update(Group).values(language="fy"))
    assert tx.recall(_groups("nl")) == []


def test_who_leaves_is_out_of_the_groups_at_once(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    assert groups.groups_of(tx, BRAM) == [group]
    member = tx.sql.scalars(select(Member).where(Member.user == BRAM)).one()
    member.left_at = tx.now
    assert groups.groups_of(tx, BRAM) == []
    assert len(groups.members(tx, group)) == 1


async def test_what_was_read_before_a_lock_is_read_again(store: Store) -> None:
    """While a transaction waits for a lock, another one may change what it has read."""
    await store.transact(lambda tx: make_group(tx, ANNA))

    def look(tx: Tx) -> bool:
        before = tx.recall(_groups("nl"))
        groups.lock_group(tx, before[0])
        return tx.recall(_groups("nl")) is not before

    assert await store.transact(look)
