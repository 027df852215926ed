"""Who comes into a channel and who goes, also the bot itself: what Slack tells the app of it, and what it does not."""

from pathlib import Path

import pytest

from bot.groups.records import Group
from bot.storage import Tx
from sandbox.people import CannotDo, Team
from sandbox.server import Sandbox
from sandbox.workspace.model import BOT_USER
from tests.bot import running_bot
from tests.sandbox.conftest import Heard

ANNA, BRAM, FLEUR = "U0ANNA", "U0BRAM", "U0FLEUR"
CHANNEL, OTHER = "C0OOST", "C0ALGEMEEN"


async def test_whoever_is_added_by_a_colleague_is_told_with_the_colleague(
    sandbox: Sandbox, heard: Heard
) -> None:
    async with Team(sandbox.url) as team:
        await team.post("membership", user=FLEUR, channel=CHANNEL, leaves=True)
        await team.post("membership", user=FLEUR, channel=CHANNEL, by=ANNA)
    [told] = heard.of("member_joined_channel")
    assert (told["user"], told["inviter"], told["channel_type"]) == (FLEUR, ANNA, "C")


async def test_whoever_comes_by_themselves_has_no_inviter(sandbox: Sandbox, heard: Heard) -> None:
    await sandbox.doings.join(FLEUR, CHANNEL)
    [told] = heard.of("member_joined_channel")
    assert "inviter" not in told


async def test_the_bot_itself_is_invited_by_command(sandbox: Sandbox, heard: Heard) -> None:
    async with Team(sandbox.url) as team:
        await team.post("command", **{"as": BRAM}, channel=OTHER, command="/invite", text=f"<@{BOT_USER}>")
        with pytest.raises(CannotDo, match="zit al"):
            await team.post("command", **{"as": BRAM}, channel=OTHER, command="/invite", text="@intervisie")
    [told] = heard.of("member_joined_channel")
    assert (told["user"], told["inviter"], told["channel"]) == (BOT_USER, BRAM, OTHER)


async def test_only_who_is_in_the_channel_invites(sandbox: Sandbox, heard: Heard) -> None:
    await sandbox.doings.leave(ANNA, OTHER)
    async with Team(sandbox.url) as team:
        with pytest.raises(CannotDo):
            await team.post("command", **{"as": ANNA}, channel=OTHER, command="/invite", text="@Intervisie")
    assert heard.of("member_joined_channel") == []


@pytest.mark.parametrize(("private", "kind"), [(False, "channel_left"), (True, "group_left")])
async def test_of_the_bot_that_is_removed_slack_sends_one_event_of_another_kind(
    sandbox: Sandbox, heard: Heard, private: bool, kind: str
) -> None:
    if private:
        await sandbox.doings.make_private(CHANNEL)
    await sandbox.doings.leave(BOT_USER, CHANNEL, by=ANNA)
    [told] = heard.events
    assert set(told) == {"type", "channel", "actor_id", "event_ts"}
    assert (told["type"], told["channel"], told["actor_id"]) == (kind, CHANNEL, ANNA)
    await sandbox.doings.leave(ANNA, CHANNEL)
    assert len(heard.events) == 1


async def test_what_befalls_a_private_channel_has_events_of_its_own(sandbox: Sandbox, heard: Heard) -> None:
    await sandbox.doings.make_private(CHANNEL)
    await sandbox.doings.join(FLEUR, CHANNEL)
    await sandbox.doings.archive(CHANNEL)
    await sandbox.doings.unarchive(CHANNEL)
    await sandbox.doings.delete(CHANNEL)
    kinds = [event["type"] for event in heard.events]
    assert kinds == ["member_joined_channel", "group_archive", "group_unarchive", "group_deleted"]
    assert heard.events[0]["channel_type"] == "G"


async def test_every_event_carries_the_moment_at_which_it_happened(sandbox: Sandbox, heard: Heard) -> None:
    before = sandbox.workspace.clock.now()
    await sandbox.doings.archive(CHANNEL)
    await sandbox.doings.unarchive(CHANNEL)
    await sandbox.doings.leave(FLEUR, CHANNEL)
    await sandbox.doings.leave(BOT_USER, CHANNEL)
    await sandbox.doings.delete(OTHER)
    # A time stamp is in whole microseconds.
    moments = [float(event["event_ts"]) + 0.000001 for event in heard.events]
    assert moments == sorted(moments)
    assert len(moments) == 5
    assert before <= moments[0]


def _unreachable(tx: Tx) -> list[str | None]:
    return [group.unreachable for group in tx.sql.query(Group)]


@pytest.mark.parametrize("private", [False, True])
async def test_the_bot_notices_that_it_was_removed_and_that_it_is_back(tmp_path: Path, private: bool) -> None:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        anna = team.person(ANNA)
        await anna.command("", CHANNEL)
        await anna.click("Groep beginnen", channel=CHANNEL)
        await anna.fill(meets="thread")
        await anna.submit()
        await team.settle()
        if private:
            await bot.sandbox.doings.make_private(CHANNEL)
        await bot.sandbox.doings.leave(BOT_USER, CHANNEL, by=BRAM)
        assert await bot.app.store.read(_unreachable) == ["not_in_channel"]
        await bot.sandbox.doings.invite(BRAM, BOT_USER, CHANNEL)
        assert await bot.app.store.read(_unreachable) == [None]
