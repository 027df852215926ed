"""Reconciliation: Slack's own list of a channel takes out who left unseen, and never puts anybody in."""

from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.message import Answer
from bot.groups import jobs, service
from bot.groups.records import Group
from bot.groups.service import roster
from bot.storage import Store, Tx, in_workspace
from tests.clock import StillClock
from tests.conftest import THEIRS, due_items, make_group, run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.groups.test_membership import BOT, EVA, asked, invitations, listed, members


def group_of_four(tx: Tx) -> str:
    return make_group(tx, ANNA, BRAM, CHLOE, DAAN).id


EVERYBODY = [ANNA, BRAM, CHLOE, DAAN]


async def test_whoever_left_unseen_is_taken_out_and_the_rooms_above_hear_it(store: Store) -> None:
    group_id = await store.transact(group_of_four)
    assert await store.transact(listed, group_id, ANNA, BRAM, CHLOE, BOT) == [ANNA, BRAM, CHLOE]
    assert await store.read(lambda tx: [row.data["user"] for row in due_items(tx, "member.left")]) == [DAAN]


async def test_nobody_is_put_in_or_invited(store: Store) -> None:
    group_id = await store.transact(group_of_four)
    await store.transact(service.leave_group, group_id, DAAN)
    assert await store.transact(listed, group_id, *EVERYBODY, EVA, BOT) == [ANNA, BRAM, CHLOE]
    assert await store.read(lambda tx: due_items(tx, "member.invite")) == []


async def test_somebody_on_the_second_page_has_not_left(store: Store) -> None:
    group_id = await store.transact(group_of_four)
    assert await store.transact(listed, group_id, ANNA, BRAM, more="2") == EVERYBODY
    last = (await store.read(asked, roster.PAGE))[-1]
    assert last["arguments"]["cursor"] == "2"
    assert await store.transact(listed, group_id, CHLOE, BOT) == [ANNA, BRAM, CHLOE]


@pytest.mark.parametrize(
    ("error", "users"),
    [
        ("ratelimited", [ANNA, BOT]),
        ("channel_not_found", []),
        ("fatal_error", []),
        # Without the bot it is the list of something else.
        ("", [ANNA, BRAM]),
        ("", []),
    ],
)
async def test_an_answer_that_failed_or_lacks_the_bot_changes_nothing(
    store: Store, error: str, users: list[str]
) -> None:
    group_id = await store.transact(group_of_four)
    assert await store.transact(listed, group_id, *users, error=error) == EVERYBODY
    assert await store.read(lambda tx: tx.sql.get_one(Group, group_id).unreachable) is None


async def test_an_answer_without_a_list_or_with_the_same_page_again_changes_nothing(store: Store) -> None:
    def answered(tx: Tx, group_id: str, data: dict[str, Any]) -> list[str]:
        about = asked(tx, roster.PAGE)[-1]["about"]
        roster.on_members_page(tx, Answer(group_id, data, about=about))
        return members(tx, group_id)

    group_id = await store.transact(group_of_four)
    await store.transact(listed, group_id, ANNA, BOT, more="2")
    again = {"members": [ANNA, BOT], "response_metadata": {"next_cursor": "2"}}
    for data in ({"ok": True}, {"members": None}, again):
        assert await store.transact(answered, group_id, data) == EVERYBODY
    # One page was asked for, and then the next.
    assert len(await store.read(asked, roster.PAGE)) == 2


async def test_whoever_comes_back_while_the_pages_are_read_stays(store: Store, clock: StillClock) -> None:
    def leaves(tx: Tx) -> None:
        service.on_channel_leave(tx, tx.sql.get_one(Group, group_id), BRAM)

    def returns(tx: Tx) -> None:
        service.on_channel_join(tx, tx.sql.get_one(Group, group_id), BRAM)

    group_id = await store.transact(group_of_four)
    await store.transact(listed, group_id, ANNA, BOT, more="2")
    await store.transact(leaves)
    clock.move(seconds=1)
    await store.transact(returns)
    assert await store.transact(listed, group_id, CHLOE, DAAN) == EVERYBODY


async def test_without_knowing_who_the_bot_is_nothing_is_asked(store: Store) -> None:
    group_id = await store.transact(group_of_four)
    about = {"group": group_id, "invited": ""}
    for answer in (Answer(group_id, {}, "invalid_auth", about), Answer(group_id, {}, about=about)):
        await store.transact(roster.on_bot_named, answer)
    assert await store.read(asked, roster.PAGE) == []


async def test_all_reachable_groups_are_asked_for_one_after_the_other(
    store: Store, clock: StillClock
) -> None:
    def several(tx: Tx) -> None:
        for number in range(4):
            make_group(tx, ANNA, channel=f"C0{number}")
        service.mark_unreachable(tx, make_group(tx, ANNA, channel="C0LOST"), "archived")
        make_group(tx.of(THEIRS), ANNA, channel="C0THEIRS")

    def moments(tx: Tx) -> list[timedelta]:
        return [row.at - tx.now for row in due_items(tx, "group.reconcile")]

    await store.transact(several)
    await store.transact(service.schedule_reconciliation, over=timedelta(hours=2))
    await store.transact(run_due, {"groups.reconcile": jobs.JOBS["groups.reconcile"]})
    half = timedelta(minutes=30)
    assert sorted(await store.read(moments)) == [0 * half, 0 * half, half, 2 * half, 3 * half]
    # A start in that night does not wait for it, and asks for each once.
    await store.transact(service.schedule_reconciliation)
    await store.transact(run_due, {"groups.reconcile": jobs.JOBS["groups.reconcile"]})
    assert max(await store.read(moments)) < timedelta(minutes=1)
    clock.move(minutes=1)
    await store.transact(run_due, {"group.reconcile": jobs.JOBS["group.reconcile"]})
    assert len(await store.read(asked, roster.BOT)) == 5


async def test_the_list_of_one_workspace_says_nothing_of_another(store: Store) -> None:
    def theirs(tx: Tx) -> str:
        return make_group(tx, ANNA, BRAM).id

    group_id = await store.transact(group_of_four)
    other = await store.transact(in_workspace(THEIRS, theirs))
    await store.transact(listed, group_id, ANNA, BRAM, CHLOE, BOT)
    assert await store.read(in_workspace(THEIRS, members), other) == [ANNA, BRAM]


@pytest.mark.parametrize(("colleagues", "letters"), [(18, [EVA]), (19, [EVA]), (20, [])])
async def test_a_letter_goes_in_a_channel_of_at_most_twenty_people(
    store: Store, colleagues: int, letters: list[str]
) -> None:
    def comes(tx: Tx) -> None:
        service.on_channel_join(tx, tx.sql.get_one(Group, group_id), EVA)

    crowd = [f"U{number:04}" for number in range(colleagues)]
    group_id = await store.transact(lambda tx: make_group(tx, *crowd).id)
    await store.transact(comes)
    await store.transact(listed, group_id, *crowd, EVA, BOT, invited=EVA)
    assert await store.read(invitations) == letters
    # Wherever a letter does not go, the Home tab still asks.
    assert [one.id for one in await store.read(service.invited_groups, EVA)] == [group_id]


async def test_a_no_stands_until_they_come_anew_and_leaving_is_a_no_too(store: Store) -> None:
    def moves(tx: Tx, move: Any, user: str) -> None:
        move(tx, tx.sql.get_one(Group, group_id), user)

    async def invited(user: str) -> int:
        return len(await store.read(service.invited_groups, user))

    group_id = await store.transact(group_of_four)
    await store.transact(moves, service.on_channel_join, EVA)
    assert await invited(EVA) == 1
    for _ in range(2):
        await store.transact(service.decline_invitation, group_id, EVA)
        assert await invited(EVA) == 0
    assert len(await store.read(service.joinable_groups, EVA)) == 1
    await store.transact(moves, service.on_channel_leave, EVA)
    await store.transact(moves, service.on_channel_join, EVA)
    assert await invited(EVA) == 1
    await store.transact(service.leave_group, group_id, BRAM)
    assert await invited(BRAM) == 0
