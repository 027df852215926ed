"""Who sees which meetings at which address, and what ends an address."""

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.calendar import service
from bot.calendar.records import CalendarFeed
from bot.calendar.views import FeedRef
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.storage import CipherState, Keyring, Store, Tx, in_workspace, use_keyring
from bot.storage.encryption import Purpose, keyring
from bot.texts import Refused, for_language
from tests.calendar.reading import events
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, make_group
from tests.factories import ANNA, BRAM, CHLOE

DUTCH = for_language("nl")
URL = "https://bot.example"


@pytest.fixture(autouse=True)
def address() -> Iterator[None]:
    service.use_public_url(URL)
    yield
    service.use_public_url(None)


def group_with_meeting(
    tx: Tx, *users: str, channel: str = "C0OOST", day: str = "2027-01-28"
) -> tuple[str, str]:
    group = make_group(tx, *users, channel=channel)
    return group.id, meetings.plan_meeting(tx, group.id, users[0], "", day, "15:00", "Kamer 2").id


def address_of(tx: Tx, user: str, group: str, kind: str) -> str:
    """The token, as the window shows it."""
    service.create_link(tx, user, FeedRef(kind, group, ""))
    feed = tx.sql.query(CalendarFeed).filter_by(kind=kind).one()
    shown = str(service.calendar_window(tx, user, DUTCH, group_id=group))
    assert f"{URL}/calendar/{feed.token}.ics" in shown
    return feed.token


def seen_at(tx: Tx, token: str) -> list[tuple[str, str, int]]:
    """Uid, status and sequence of what stands at an address."""
    file = service.feed_file(tx, token)
    assert file is not None
    return [(str(event["UID"]), str(event["STATUS"]), int(event["SEQUENCE"])) for event in events(file.body)]


async def test_a_meeting_keeps_its_uid_and_its_sequence_grows(store: Store) -> None:
    group, meeting = await store.transact(group_with_meeting, ANNA, BRAM)
    token = await store.transact(address_of, ANNA, group, "group")
    uid = f"{meeting}@intervisie"
    assert await store.read(seen_at, token) == [(uid, "CONFIRMED", 0)]
    await store.transact(meetings.plan_meeting, group, ANNA, meeting, "2027-02-04", "15:00", "")
    assert await store.read(seen_at, token) == [(uid, "CONFIRMED", 1)]
    await store.transact(meetings.cancel_meeting, meeting, BRAM)
    assert await store.read(seen_at, token) == [(uid, "CANCELLED", 2)]


async def test_what_is_long_over_no_longer_stands_there(store: Store, clock: StillClock) -> None:
    group, meeting = await store.transact(group_with_meeting, ANNA, BRAM)
    token = await store.transact(address_of, ANNA, group, "group")
    await store.transact(meetings.cancel_meeting, meeting, BRAM)
    clock.move(days=100)
    assert len(await store.read(seen_at, token)) == 1
    clock.move(days=10)
    assert await store.read(seen_at, token) == []


async def test_a_person_s_address_holds_all_their_groups_and_no_other(store: Store) -> None:
    group, first = await store.transact(group_with_meeting, ANNA, BRAM)
    other, second = await store.transact(group_with_meeting, CHLOE, ANNA, channel="C0WEST")
    await store.transact(group_with_meeting, BRAM, CHLOE, channel="C0ZUID")
    token = await store.transact(address_of, ANNA, group, "person")
    assert {uid for uid, _, _ in await store.read(seen_at, token)} == {
        f"{first}@intervisie",
        f"{second}@intervisie",
    }

    def leaves(tx: Tx) -> None:
        groups.on_channel_leave(tx, groups.group_by_id(tx, other), ANNA)

    await store.transact(leaves)
    assert [uid for uid, _, _ in await store.read(seen_at, token)] == [f"{first}@intervisie"]


async def test_a_renewed_or_stopped_address_is_as_unknown_as_a_made_up_one(store: Store) -> None:
    group, _ = await store.transact(group_with_meeting, ANNA, BRAM)
    ref = FeedRef("person", group, "")
    old = await store.transact(address_of, ANNA, group, "person")
    await store.transact(service.renew_link, ANNA, ref)
    new = await store.transact(address_of, ANNA, group, "person")
    assert old != new
    assert await store.read(service.feed_file, old) is None
    assert await store.read(service.feed_file, new) is not None
    for _ in range(2):
        await store.transact(service.revoke_link, ANNA, ref)
    for token in (old, new, "geraden", "", "x" * 5000):
        assert await store.read(service.feed_file, token) is None


async def test_the_address_of_another_is_not_mine_to_see_or_end(store: Store) -> None:
    group, meeting = await store.transact(group_with_meeting, ANNA, BRAM)
    token = await store.transact(address_of, ANNA, group, "person")
    # Bram's own: he has none, so there is nothing to end.
    await store.transact(service.revoke_link, BRAM, FeedRef("person", group, ""))
    assert await store.read(service.feed_file, token) is not None
    shown = await store.read(service.calendar_window, BRAM, DUTCH, group_id=group)
    assert token not in str(shown)
    for user, workspace in ((CHLOE, OURS), (ANNA, THEIRS)):
        with pytest.raises(Refused):
            await store.transact(
                in_workspace(workspace, service.renew_link), user, FeedRef("group", group, "")
            )
        with pytest.raises(Refused):
            await store.read(in_workspace(workspace, service.file_of), meeting, user, DUTCH)


async def test_neither_names_nor_tokens_stand_in_the_clear(store: Store) -> None:
    group, _ = await store.transact(group_with_meeting, ANNA, BRAM)
    token = await store.transact(address_of, ANNA, group, "group")
    file = await store.read(service.feed_file, token)
    assert file is not None
    assert not any(user.encode() in file.body for user in (ANNA, BRAM))
    rows = await store.read(lambda tx: str(tx.sql.execute(text("select * from calendar_feeds")).all()))
    assert token not in rows


async def test_the_link_to_a_file_works_for_an_hour_and_for_members(store: Store, clock: StillClock) -> None:
    group, meeting = await store.transact(group_with_meeting, ANNA, BRAM)

    def link(tx: Tx) -> str:
        shown = str(service.calendar_window(tx, BRAM, DUTCH, meeting_id=meeting))
        return shown.split(f"{URL}/calendar/file/")[1].split(".ics")[0]

    token = await store.read(link)
    file = await store.read(service.file_by_link, token)
    assert file is not None
    assert file.name == "intervisie-2027-01-28.ics"
    assert await store.read(service.file_by_link, token[:-8] + "AAAAAAA=") is None
    assert await store.read(service.feed_file, token) is None

    clock.move(minutes=59)
    assert await store.read(service.file_by_link, token) is not None
    clock.move(minutes=2)
    assert await store.read(service.file_by_link, token) is None

    token = await store.read(link)

    def leaves(tx: Tx) -> None:
        groups.on_channel_leave(tx, groups.group_by_id(tx, group), BRAM)

    await store.transact(leaves)
    assert await store.read(service.file_by_link, token) is None


async def test_without_an_address_of_its_own_the_bot_offers_the_file_only(store: Store) -> None:
    service.use_public_url(None)
    _, meeting = await store.transact(group_with_meeting, ANNA, BRAM)
    shown = str(await store.read(service.calendar_window, ANNA, DUTCH, meeting_id=meeting))
    assert "Stuur me het bestand" in shown
    assert "Adres maken" not in shown
    assert "PUBLIC_URL" in shown


@pytest.mark.parametrize(
    "sealed",
    [
        "7",
        "null",
        '"text"',
        "{}",
        "[1, 2, 3, 4, 5]",
        '["T0OURS", "", "m", "u", "later"]',
        '["T0OURS", "", 7, "u", 99999999999]',
        '[["T0OURS"], "", "m", "u", 99999999999]',
        '["T0OURS", "", "m", "u", true]',
        "[" * 50_000,
    ],
)
async def test_a_link_that_holds_something_else_is_as_unknown_as_any(store: Store, sealed: str) -> None:
    token = keyring().seal(sealed, Purpose.CALENDAR_LINKS)
    assert await store.read(service.file_by_link, token) is None


async def test_the_group_s_address_tells_when_and_not_where(store: Store) -> None:
    """Whoever has left still knows the address. A person's own ends with their membership, and tells both."""
    group, meeting = await store.transact(group_with_meeting, ANNA, BRAM)
    theirs = await store.transact(address_of, ANNA, group, "group")
    mine = await store.transact(address_of, BRAM, group, "person")

    def leaves(tx: Tx) -> None:
        groups.on_channel_leave(tx, groups.group_by_id(tx, group), ANNA)

    await store.transact(leaves)
    told = await store.read(service.feed_file, theirs)
    own = await store.read(service.feed_file, mine)
    assert told is not None
    assert own is not None
    assert [str(event["UID"]) for event in events(told.body)] == [f"{meeting}@intervisie"]
    assert b"Kamer 2" not in told.body
    assert b"Kamer 2" in own.body


async def test_a_text_of_a_row_is_no_link(store: Store) -> None:
    names = '["T0OURS", "", "m1", "U0ANNA", 9999999999]'
    assert await store.read(service.file_by_link, keyring().encrypt(names, Purpose.CALENDAR_LINKS)) is None
    own, key = keyring(), Fernet.generate_key().decode()
    use_keyring(Keyring([key], CipherState.MIXED))
    of_before = Fernet(key).encrypt(b'"Vertrouwelijk"').decode()
    assert await store.read(service.file_by_link, of_before) is None
    use_keyring(own)
