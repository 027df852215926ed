"""Who is in a group: by the channel, by a button, by an account that is closed, and who is a guest."""

from typing import Any

import pytest

from bot.delivery.message import Answer
from bot.groups import jobs, service
from bot.groups.records import Group
from bot.groups.rules import MAX_INVITED
from bot.groups.service import channels, membership, roster
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import OURS, due_items, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, whispers_to

ZONE = "Europe/Amsterdam"
EVA, BOT = "U0EVA", "U0BOT"


def members(tx: Tx, group_id: str) -> list[str]:
    return sorted(member.user for member in service.members(tx, tx.sql.get_one(Group, group_id)))


def begun(tx: Tx) -> str:
    return service.set_up(tx, "C0OOST", ANNA, {ANNA}, language="nl", zone=ZONE).id


def told(tx: Tx, group_id: str, *users: str, more: str = "") -> list[str]:
    data = {"members": list(users), "response_metadata": {"next_cursor": more}}
    channels.on_members_listed(tx, Answer(group_id, data))
    return members(tx, group_id)


def asked(tx: Tx, answer: str) -> list[dict[str, Any]]:
    """What is asked of Slack for this answer."""
    found = [row.payload or {} for row in outgoing(tx, "ask")]
    return [one for one in found if one["answer"] == answer]


def listed(
    tx: Tx, group_id: str, *users: str, more: str = "", error: str = "", invited: str = "", bot: str = BOT
) -> list[str]:
    """Slack lists the people in the channel, on one page; returns the members then."""
    if not asked(tx, roster.PAGE):
        about = {"group": group_id, "invited": invited}
        roster.on_bot_named(tx, Answer(group_id, {"user_id": bot}, about=about))
    page = asked(tx, roster.PAGE)[-1]
    data = {"members": list(users), "response_metadata": {"next_cursor": more}}
    roster.on_members_page(tx, Answer(group_id, {} if error else data, error, page["about"]))
    return members(tx, group_id)


def invitations(tx: Tx) -> list[str]:
    return [row.data["user"] for row in due_items(tx, "member.invited")]


async def test_at_the_beginning_whoever_set_it_up_is_a_member_and_the_others_are_asked(
    store: Store, clock: StillClock
) -> None:
    group_id = await store.transact(begun)
    assert await store.transact(told, group_id, ANNA, BRAM, CHLOE, BOT) == [ANNA]
    await store.transact(membership.on_profile, Answer(BOT, {"user": {"is_bot": True, "tz": ZONE}}))
    # Chloé presses at once: nothing is left to ask her.
    await store.transact(service.join_group, group_id, CHLOE, {ANNA, BRAM, CHLOE})
    clock.move(minutes=2)
    await store.transact(run_due, {"member.invite": jobs.JOBS["member.invite"]})
    assert await store.read(invitations) == [BRAM]
    # Their list was read a minute ago.
    assert await store.read(lambda tx: asked(tx, roster.BOT)) == []
    assert await store.read(members, group_id) == [ANNA, CHLOE]


async def test_twenty_people_in_a_channel_are_each_asked_and_twenty_one_are_not(
    store: Store, clock: StillClock
) -> None:
    def begin(tx: Tx, channel: str, people: list[str]) -> None:
        group = service.set_up(tx, channel, ANNA, {ANNA}, language="nl", zone=ZONE)
        told(tx, group.id, ANNA, *people, BOT)
        membership.on_profile(tx, Answer(BOT, {"user": {"is_bot": True, "tz": ZONE}}))

    crowd = [f"U{number:04}" for number in range(MAX_INVITED)]
    await store.transact(begin, "C0VOL", crowd)
    await store.transact(begin, "C0OOST", crowd[1:])
    clock.move(minutes=2)
    await store.transact(run_due, {"member.invite": jobs.JOBS["member.invite"]})
    assert sorted(await store.read(invitations)) == crowd[1:]


async def test_in_a_channel_full_of_people_nobody_becomes_a_member_unasked(store: Store) -> None:
    group_id = await store.transact(begun)
    crowd = [f"U{number:04}" for number in range(MAX_INVITED)]
    assert await store.transact(told, group_id, ANNA, *crowd, BOT) == [ANNA]
    assert await store.read(lambda tx: due_items(tx, "member.invite")) == []


async def test_of_a_list_that_is_cut_nobody_is_taken_to_have_left(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    assert await store.transact(told, group_id, ANNA, more="there is more") == [ANNA, BRAM]


async def test_whoever_comes_later_is_invited_and_joins_with_the_button(
    store: Store, clock: StillClock
) -> None:
    group_id = await store.transact(begun)
    await store.transact(told, group_id, ANNA)
    await store.transact(service.join_group, group_id, BRAM, {ANNA, BRAM})
    assert await store.transact(told, group_id, ANNA, BRAM, EVA) == [ANNA, BRAM]
    clock.move(minutes=2)
    await store.transact(run_due, {"member.invite": jobs.JOBS["member.invite"]})
    await store.transact(listed, group_id, ANNA, BRAM, EVA, BOT, invited=EVA)
    assert await store.read(invitations) == [EVA]
    assert await store.read(whispers_to, EVA) == []
    await store.transact(service.join_group, group_id, EVA, {EVA})
    assert await store.read(members, group_id) == [ANNA, BRAM, EVA]


async def test_a_bot_is_neither_invited_nor_a_member(store: Store, clock: StillClock) -> None:
    def bot_comes(tx: Tx, group_id: str) -> None:
        service.on_channel_join(tx, tx.sql.get_one(Group, group_id), "U0OTHERBOT")
        membership.on_profile(tx, Answer("U0OTHERBOT", {"user": {"is_bot": True, "tz": ZONE}}))

    group_id = await store.transact(begun)
    await store.transact(told, group_id, ANNA, "U0BOT")
    await store.transact(membership.on_profile, Answer("U0BOT", {"user": {"is_bot": True, "tz": ZONE}}))
    assert await store.read(members, group_id) == [ANNA]
    await store.transact(bot_comes, group_id)
    clock.move(minutes=2)
    await store.transact(run_due, {"member.invite": jobs.JOBS["member.invite"]})
    assert await store.read(lambda tx: asked(tx, roster.BOT)) == []
    assert await store.read(invitations) == []


async def test_whoever_left_the_group_stays_out_until_they_join(store: Store) -> None:
    def back_in_the_channel(tx: Tx, group_id: str) -> None:
        group = tx.sql.get_one(Group, group_id)
        service.on_channel_leave(tx, group, BRAM)
        service.on_channel_join(tx, group, BRAM)

    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(service.leave_group, group_id, BRAM)
    assert await store.transact(told, group_id, ANNA, BRAM) == [ANNA]
    await store.transact(back_in_the_channel, group_id)
    assert await store.read(members, group_id) == [ANNA]
    await store.transact(service.join_group, group_id, BRAM, {BRAM})
    assert await store.read(members, group_id) == [ANNA, BRAM]


async def test_whoever_left_the_channel_is_back_in_the_group_with_the_channel(store: Store) -> None:
    def go(tx: Tx, group_id: str) -> None:
        service.on_channel_leave(tx, tx.sql.get_one(Group, group_id), BRAM)

    def come(tx: Tx, group_id: str) -> None:
        service.on_channel_join(tx, tx.sql.get_one(Group, group_id), BRAM)

    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(go, group_id)
    # An old button, in a window that was left open.
    with pytest.raises(Refused):
        await store.transact(service.join_group, group_id, BRAM, {ANNA})
    assert await store.read(members, group_id) == [ANNA]
    await store.transact(come, group_id)
    assert await store.read(members, group_id) == [ANNA, BRAM]


async def test_leaving_is_told_to_the_rooms_above_once(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    for _ in range(2):
        await store.transact(service.leave_group, group_id, BRAM)
    left = await store.read(lambda tx: [row.data["user"] for row in due_items(tx, "member.left")])
    assert left == [BRAM]


async def test_a_closed_account_leaves_every_group(store: Store) -> None:
    def two(tx: Tx) -> list[str]:
        return [make_group(tx, ANNA, BRAM, channel=channel).id for channel in ("C0OOST", "C0WEST")]

    group_ids = await store.transact(two)
    await store.transact(service.on_profile_changed, BRAM, {"deleted": True})
    assert [await store.read(members, group_id) for group_id in group_ids] == [[ANNA], [ANNA]]


async def test_a_change_of_somebody_we_never_met_is_not_written_down(store: Store) -> None:
    await store.transact(service.on_profile_changed, "U0ELDERS", {"tz": "Asia/Tokyo"})
    assert await store.read(lambda tx: service.known_person(tx, "U0ELDERS")) is None


@pytest.mark.parametrize(
    ("profile", "guest"),
    [
        ({"is_restricted": True, "team_id": OURS.team_id}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({"team_id": "T0ELDERS"}, "stranger"),
        ({"is_stranger": True}, "stranger"),
        ({"team_id": OURS.team_id, "locale": "en-GB"}, None),
    ],
)
async def test_it_is_known_who_is_a_guest(store: Store, profile: dict[str, Any], guest: str | None) -> None:
    await store.transact(membership.on_profile, Answer(ANNA, {"user": {"tz": ZONE, **profile}}))
    assert await store.read(lambda tx: service.ensure_person(tx, ANNA).guest) == guest


def test_somebody_of_another_organisation_reads_the_language_of_the_group(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, language="en")
    service.add_member(tx, group, EVA)
    membership.on_profile(tx, Answer(EVA, {"user": {"tz": ZONE, "team_id": "T0ELDERS"}}))
    assert service.language_of(service.ensure_person(tx, EVA)) == "en"


async def test_whoever_left_the_channel_while_nobody_looked_does_not_get_in_from_home(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE).id)

    def unseen(tx: Tx) -> None:
        service.leave_group(tx, group_id, CHLOE)
        group = tx.sql.get_one(Group, group_id)
        service.mark_unreachable(tx, group, "not_in_channel")
        # Chloé leaves the private channel, and nobody tells us.
        service.mark_reachable(tx, group)

    await store.transact(unseen)
    await store.transact(told, group_id, ANNA, BRAM)
    assert await store.read(service.joinable_groups, CHLOE) == []
    with pytest.raises(Refused):
        await store.transact(service.join_group, group_id, CHLOE, {ANNA, BRAM})
    # Whoever stepped out and is still there keeps the way in.
    await store.transact(service.leave_group, group_id, BRAM)
    await store.transact(told, group_id, ANNA, BRAM)
    assert [one.id for one in await store.read(service.joinable_groups, BRAM)] == [group_id]


async def test_who_was_never_in_the_channel_does_not_join(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    with pytest.raises(Refused):
        await store.transact(service.join_group, group_id, EVA, {ANNA, BRAM})
    assert await store.read(members, group_id) == [ANNA, BRAM]
    assert await store.read(lambda tx: outgoing(tx, "post")) == []


async def test_joining_is_told_in_the_channel_once(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    for _ in range(2):
        await store.transact(service.join_group, group_id, EVA, {ANNA, BRAM, EVA})
    assert await store.read(members, group_id) == [ANNA, BRAM, EVA]
    [said] = texts_of(await store.read(lambda tx: outgoing(tx, "post")))
    assert said == f"<@{EVA}> doet vanaf nu mee in de groep."


async def test_a_founder_who_left_the_group_changes_it_no_more(store: Store) -> None:
    def again(tx: Tx) -> None:
        service.set_up(tx, "C0OOST", ANNA, {ANNA}, language="en", zone=ZONE, name="Anders", trial=True)

    group_id = await store.transact(begun)
    await store.transact(told, group_id, ANNA, BRAM)
    await store.transact(service.leave_group, group_id, ANNA)
    with pytest.raises(Refused):
        await store.transact(again)
    group = await store.read(lambda tx: tx.sql.get_one(Group, group_id))
    assert (group.language, group.name, group.trial) == ("nl", None, "")


async def test_who_is_not_in_a_channel_begins_no_group_there(store: Store) -> None:
    def begin(tx: Tx) -> None:
        service.set_up(tx, "C0OOST", EVA, {ANNA, BRAM}, language="nl", zone=ZONE)

    with pytest.raises(Refused):
        await store.transact(begin)
    assert await store.read(lambda tx: service.channel_group(tx, "C0OOST")) is None
