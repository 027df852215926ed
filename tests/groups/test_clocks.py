"""Whose clocks a text is written for: the members of a channel, or one person."""

from sqlalchemy import select

from bot.delivery.message import Answer
from bot.groups import service
from bot.groups.records import Group, Person
from bot.groups.service import channels, membership
from bot.storage import Store, Tx, belonging_to
from bot.texts import InChannel, InPrivate
from tests.conftest import OURS, Queries, make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN

AMSTERDAM, PARAMARIBO, LONDON, AUCKLAND = (
    "Europe/Amsterdam",
    "America/Paramaribo",
    "Europe/London",
    "Pacific/Auckland",
)


def group_in(tx: Tx, **zones: str) -> Group:
    """A group in Amsterdam whose members live in several zones, by user."""
    for user, zone in zones.items():
        tx.sql.add(Person(user=user, language="nl", zone=zone, **belonging_to(OURS)))
    tx.sql.flush()
    return make_group(tx, ANNA, *zones)


def readers(tx: Tx) -> InChannel:
    found = service.texts_in(tx.sql.scalars(select(Group)).one()).readers
    assert isinstance(found, InChannel)
    return found


async def test_a_channel_knows_the_zones_of_its_members(store: Store) -> None:
    await store.transact(
        lambda tx: group_in(tx, U0BRAM=PARAMARIBO, U0CHLOE=LONDON, U0DAAN=AUCKLAND, U0ESRA=LONDON).id
    )
    found = await store.read(readers)
    assert found == InChannel(AMSTERDAM, frozenset({AMSTERDAM, PARAMARIBO, LONDON, AUCKLAND}))


async def test_who_left_and_bots_and_other_groups_do_not_count(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group = group_in(tx, U0BRAM=PARAMARIBO, U0CHLOE=LONDON, U0DAAN=AUCKLAND)
        for user in (BRAM, CHLOE):
            person = service.known_person(tx, user)
            assert person is not None
            person.is_bot = user == BRAM
        left = service.member(tx, group, CHLOE)
        assert left is not None
        left.left_at = tx.now
        other = make_group(tx, DAAN, channel="C0WEST")
        gone = service.member(tx, group, DAAN)
        assert gone is not None
        gone.left_at = tx.now
        return other.id

    other = await store.transact(prepare)

    def seen(tx: Tx) -> tuple[object, object]:
        here, there = tx.sql.scalars(select(Group).order_by(Group.channel)).all()
        assert there.id == other
        return service.texts_in(here).readers, service.texts_in(there).readers

    assert await store.read(seen) == (
        InChannel(AMSTERDAM, frozenset({AMSTERDAM})),
        InChannel(AMSTERDAM, frozenset({AUCKLAND})),
    )


async def test_a_zone_that_slack_has_not_named_counts_for_nobody(store: Store) -> None:
    """Whoever is not known yet has a default: in London that would look like another clock."""

    def begin(tx: Tx) -> None:
        group = service.set_up(tx, "C0OOST", ANNA, {ANNA, BRAM}, language="nl", zone=LONDON)
        assert group.zone == LONDON
        listed = {"members": [ANNA, BRAM], "response_metadata": {"next_cursor": ""}}
        channels.on_members_listed(tx, Answer(group.id, listed))
        service.join_group(tx, group.id, BRAM, {ANNA, BRAM})
        assert [one.user for one in service.members(tx, group)] == [ANNA, BRAM]

    await store.transact(begin)
    assert await store.read(readers) == InChannel(LONDON, frozenset())
    unknown = await store.transact(lambda tx: service.texts_of(tx, BRAM).readers)
    assert unknown == InPrivate(None)

    await store.transact(membership.on_profile, Answer(BRAM, {"user": {"tz": PARAMARIBO}}))
    assert await store.read(readers) == InChannel(LONDON, frozenset({PARAMARIBO}))
    assert await store.read(lambda tx: service.texts_of(tx, BRAM).readers) == InPrivate(PARAMARIBO)

    # A profile without a zone, or with one that this machine does not have.
    for zone in (None, "Mars/Olympus"):
        await store.transact(membership.on_profile, Answer(BRAM, {"user": {"tz": zone}}))
        assert await store.read(readers) == InChannel(LONDON, frozenset())


async def test_the_dispatcher_hears_whether_a_zone_is_known(store: Store) -> None:
    people = service.People()
    await store.transact(service.store_profile, ANNA, {"tz": AUCKLAND, "locale": "en-GB"})
    met = await store.read(people.known, ANNA)
    assert met is not None
    assert (met.zone, met.zone_known) == (AUCKLAND, True)
    await store.transact(service.store_profile, BRAM, {"locale": "en-GB"})
    unmet = await store.read(people.known, BRAM)
    assert unmet is not None
    assert (unmet.zone, unmet.zone_known) == (AMSTERDAM, False)


async def test_the_zones_come_with_the_group_in_one_query(store: Store, queries: Queries) -> None:
    group_id = await store.transact(lambda tx: group_in(tx, U0BRAM=PARAMARIBO).id)

    def speaks(tx: Tx) -> None:
        group = service.group_by_id(tx, group_id)
        assert service.texts_in(group).readers == InChannel(AMSTERDAM, frozenset({AMSTERDAM, PARAMARIBO}))
        group.name = "Oost"
        tx.sql.flush()
        assert service.texts_in(group).readers == InChannel(AMSTERDAM, frozenset({AMSTERDAM, PARAMARIBO}))

    said = await queries.of(speaks)
    assert [one.split()[0] for one in said] == ["SELECT", "UPDATE"]


async def test_the_zones_are_whole_whoever_the_group_is_found_by(store: Store) -> None:
    """The query of somebody's groups reads their own membership, and the zones of everybody."""
    await store.transact(lambda tx: group_in(tx, U0BRAM=PARAMARIBO).id)

    def found(tx: Tx) -> list[object]:
        return [service.texts_in(group).readers for group in service.groups_of(tx, BRAM)]

    assert await store.read(found) == [InChannel(AMSTERDAM, frozenset({AMSTERDAM, PARAMARIBO}))]


async def test_a_group_can_be_locked_with_its_zones(store: Store) -> None:
    await store.transact(lambda tx: group_in(tx, U0BRAM=PARAMARIBO).id)

    def locked(tx: Tx) -> object:
        (group,) = service.groups_of(tx, BRAM)
        service.lock_group(tx, group)
        return service.texts_in(group).readers

    assert await store.transact(locked) == InChannel(AMSTERDAM, frozenset({AMSTERDAM, PARAMARIBO}))
