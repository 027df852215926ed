"""Beginning a group, who is in it, and its channel coming and going."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.errors import Failure, kind_of
from bot.events import GroupResumed
from bot.groups import jobs, service
from bot.groups.records import Group
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused
from bot.working_time.hours import WorkingHours
from tests.clock import START
from tests.conftest import OURS, THEIRS, due_items, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE

ZONE = "Europe/Amsterdam"


def begin(tx: Tx, /, user: str = ANNA, **settings: Any) -> str:
    return service.set_up(tx, "C0OOST", user, {user}, **{"language": "nl", "zone": ZONE, **settings}).id


async def test_the_card_says_who_can_see_what(store: Store) -> None:
    await store.transact(begin)
    card = (await store.read(lambda tx: texts_of(outgoing(tx, "post"))))[0]
    for expected in ("Leden van dit kanaal", "Wie de bot beheert", "eigenaren van deze Slack-werkruimte"):
        assert expected in card
    # First what a group is and who can see what; nobody knows yet what a phase is.
    assert card.index("Jullie helpen elkaar") < card.index("Wie ziet wat") < card.index("/intervisie casus")
    for setting in (
        "Fasen",
        "Gebruikelijke werkvorm",
        "leidt de sessie",
        "Europe/Amsterdam",
        "Na een jaar wis ik",
    ):
        assert setting not in card


async def test_two_people_who_begin_at_once_get_one_group(store: Store) -> None:
    first = await store.transact(begin, ANNA)
    assert await store.transact(begin, BRAM) == first
    # The card, and the question who takes part. Bram is not in a group that Anna set up until he says so.
    assert len(await store.read(lambda tx: outgoing(tx, "post"))) == 2
    group = await store.read(lambda tx: tx.sql.get_one(Group, first))
    assert [one.user for one in await store.read(service.members, group)] == [ANNA]


async def test_nobody_else_gets_in(store: Store) -> None:
    group_id = await store.transact(begin)
    with pytest.raises(Refused):
        await store.transact(service.group_for, group_id, "U0VREEMD")
    with pytest.raises(Refused):
        await store.transact(in_workspace(THEIRS, service.group_for), group_id, ANNA)


async def test_a_channel_that_is_gone_is_told_once(store: Store) -> None:
    def gone(tx: Tx, group_id: str) -> None:
        service.mark_unreachable(tx, tx.sql.get_one(Group, group_id), "archived")

    group_id = await store.transact(begin)
    await store.transact(gone, group_id)
    await store.transact(gone, group_id)
    assert len(await store.read(lambda tx: due_items(tx, "channel.gone"))) == 1


async def test_a_channel_that_comes_back_is_told_to_the_rooms_above_unless_the_group_rests(
    store: Store,
) -> None:
    def there_and_back(tx: Tx, group_id: str) -> int:
        group = tx.sql.get_one(Group, group_id)
        service.mark_unreachable(tx, group, "archived")
        for _ in range(2):
            service.mark_reachable(tx, group)
        told = due_items(tx, GroupResumed.kind)
        for row in told:
            tx.sql.delete(row)
        return len(told)

    group_id = await store.transact(begin)
    assert await store.transact(there_and_back, group_id) == 1
    await store.transact(service.pause_group, group_id, ANNA)
    assert await store.transact(there_and_back, group_id) == 0


async def test_a_channel_that_was_deleted_is_told_as_what_does_not_come_back(store: Store) -> None:
    def gone(tx: Tx, group_id: str) -> list[str]:
        service.mark_unreachable(tx, tx.sql.get_one(Group, group_id), "deleted")
        run_due(tx, jobs.JOBS)
        return texts_of(outgoing(tx, "direct"))

    [text] = await store.transact(gone, await store.transact(begin))
    assert "is verwijderd" in text
    assert "nodig me dan uit in een ander kanaal" in text


def test_turns_go_round(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, facilitation="rotating")
    led = []
    for _ in range(4):
        user = service.next_facilitator(tx, group, ANNA)
        service.record_facilitation(tx, group, user)
        led.append(user)
    assert led == [ANNA, BRAM, CHLOE, ANNA]


@given(
    st.integers(min_value=0, max_value=2 * 365 * 24 * 60).map(
        lambda minutes: START + timedelta(minutes=minutes)
    ),
    st.sampled_from([ZONE, "America/New_York", "Asia/Tokyo"]),
)
def test_a_working_moment_is_on_a_working_day_within_the_hours_and_never_earlier(
    at: datetime, zone: str
) -> None:
    found = WorkingHours(zone, 9, 17).next_open(at)
    local = found.astimezone(ZoneInfo(zone))
    assert found >= at
    assert local.weekday() < 5
    assert 9 <= local.hour < 17


@pytest.mark.parametrize(
    ("code", "said"),
    [("restricted_action", "Slack staat het me niet toe"), ("invalid_blocks", "wie mij heeft geïnstalleerd")],
)
async def test_whoever_set_the_group_up_hears_once_of_what_cannot_be_posted(
    store: Store, code: str, said: str
) -> None:
    def fail(tx: Tx, key: str) -> None:
        service.on_undeliverable(tx, Failure(OURS, kind_of(code), code, "C0OOST", None, key))

    await store.transact(begin)
    for key in ("one", "another"):
        await store.transact(fail, key)
    [told] = await store.read(lambda tx: [row for row in outgoing(tx, "direct") if row.user == ANNA])
    assert told.payload
    assert said in told.payload["text"]
    assert code in told.payload["text"]


@pytest.mark.parametrize("code", ["message_not_found", "hash_conflict"])
async def test_nobody_is_bothered_with_what_nobody_can_mend(store: Store, code: str) -> None:
    await store.transact(begin)
    failure = Failure(OURS, kind_of(code), code, "C0OOST", None, None)
    await store.transact(service.on_undeliverable, failure)
    await store.transact(service.on_undeliverable, Failure(OURS, kind_of("fatal"), "x", None, ANNA, None))
    assert await store.read(lambda tx: outgoing(tx, "direct")) == []


async def test_what_cannot_be_posted_is_told_to_a_member_once_its_founder_left(store: Store) -> None:
    def fail(tx: Tx) -> None:
        make_group(tx, ANNA, BRAM)
        service.on_channel_leave(tx, service.group_of_channel(tx, "C0OOST"), ANNA)
        kind = kind_of("restricted_action")
        service.on_undeliverable(tx, Failure(OURS, kind, "restricted_action", "C0OOST", None, "one"))

    await store.transact(fail)
    told = await store.read(
        lambda tx: [row.user for row in outgoing(tx, "direct") if "not_delivered" in str(row.key)]
    )
    assert told == [BRAM]
