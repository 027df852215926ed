"""The app is removed from the workspace: nothing is sent, and it goes on as before or goes for good."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.alarms import AlarmKind, current_alarms
from bot.groups.records import Group
from bot.jobs.suspensions import KEPT_UNINSTALLED, suspended_workspaces
from bot.storage import Tx, Workspace
from sandbox.people import CannotDo
from tests.conftest import OURS, THEIRS, ours
from tests.privacy.test_wholes import rows_of_workspace
from tests.sessions.conftest import CHANNEL, Stage


async def begun(stage: Stage) -> str:
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    return thread


def calls(stage: Stage) -> list[str]:
    """What the bot asked of Slack, but for whether its token is good."""
    return [
        entry["name"]
        for entry in stage.sandbox.workspace.journal
        if entry["kind"] == "api" and entry["name"] not in ("auth.test", "apps.connections.open")
    ]


async def days_left(stage: Stage) -> list[timedelta | None]:
    now = stage.app.clock.now()
    return [
        None if one.delete_at is None else timedelta(days=round((one.delete_at - now) / timedelta(days=1)))
        for one in await ours(stage.app).read(suspended_workspaces)
    ]


async def pass_days(stage: Stage, days: int) -> None:
    for _ in range(days):
        await stage.team.advance(hours=24)
        await stage.app.uninstalls.check()


async def test_of_an_app_that_is_removed_in_mid_session_nothing_is_sent(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    before = calls(stage)
    await stage.sandbox.doings.uninstall()
    await stage.team.advance(minutes=20)
    await stage.team.advance(hours=30)
    assert calls(stage) == before
    assert await days_left(stage) == [KEPT_UNINSTALLED - timedelta(days=1)]


async def test_installed_again_the_session_goes_on_from_where_it_stood(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.team.advance(minutes=3)
    await stage.sandbox.doings.uninstall()
    await stage.team.advance(minutes=55)
    await stage.app.uninstalls.check()
    assert await days_left(stage) == [KEPT_UNINSTALLED]
    stage.sandbox.doings.install()
    await stage.app.uninstalls.check()
    await stage.rest()
    assert await days_left(stage) == []
    assert await stage.daan.sees("Ik was weg van", CHANNEL, thread)
    assert not await stage.daan.sees("is om", CHANNEL, thread)
    await stage.bram.click("Verder", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.daan.sees("Jullie gingen verder", CHANNEL, thread)
    assert {entry["name"] for entry in await stage.team.refused()} == {"auth.test"}


async def test_a_start_tries_the_token(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    await stage.sandbox.doings.uninstall()
    stage.sandbox.doings.install()
    assert await days_left(stage) == [KEPT_UNINSTALLED]
    await stage.restart(away_minutes=1)
    assert await days_left(stage) == []


async def test_after_thirty_days_everything_is_gone(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    await stage.sandbox.doings.uninstall()
    await pass_days(stage, 29)
    assert await ours(stage.app).read(group_ids) != []
    await pass_days(stage, 2)
    assert await ours(stage.app).read(rows_of_workspace) == {}


async def test_also_where_the_bot_was_not_running_on_the_day(with_case: Stage) -> None:
    stage = with_case
    await stage.sandbox.doings.uninstall()
    await stage.restart(away_minutes=60 * 24 * 40)
    assert await ours(stage.app).read(rows_of_workspace) == {}


async def test_installed_again_on_the_last_day_nothing_is_deleted(with_case: Stage) -> None:
    stage = with_case
    await stage.sandbox.doings.uninstall()
    await stage.team.advance(hours=24 * 31)
    stage.sandbox.doings.install()
    await stage.app.uninstalls.check()
    assert await ours(stage.app).read(group_ids) != []
    assert await days_left(stage) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "500"},
        {"kind": "drop_before"},
        {"kind": "ratelimited"},
        {"kind": "error", "code": "accesslimited"},
    ],
)
async def test_while_slack_gives_no_clear_answer_nothing_is_deleted(
    with_case: Stage, fault: dict[str, str]
) -> None:
    stage = with_case
    await stage.sandbox.doings.uninstall()
    await stage.team.advance(hours=24 * 31)
    stage.sandbox.workspace.faults.add(method="auth.test", times=0, **fault)
    await stage.app.uninstalls.check()
    assert await ours(stage.app).read(group_ids) != []
    stage.sandbox.workspace.faults.clear()
    await stage.app.uninstalls.check()
    assert await ours(stage.app).read(group_ids) == []


async def test_a_token_of_another_workspace_is_no_answer(with_case: Stage) -> None:
    stage = with_case
    await stage.sandbox.doings.uninstall()
    await stage.team.advance(hours=24 * 31)
    stage.sandbox.doings.install()
    stage.sandbox.workspace.team_id = THEIRS.team_id
    await stage.app.uninstalls.check()
    assert await ours(stage.app).read(group_ids) == []


async def test_a_token_that_was_revoked_suspends_and_deletes_nothing(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    before = calls(stage)
    await stage.sandbox.doings.revoke_tokens()
    await stage.team.advance(minutes=20)
    assert calls(stage) == before
    assert await days_left(stage) == [None]
    await stage.team.advance(hours=24 * 40)
    await stage.app.uninstalls.check()
    assert await ours(stage.app).read(group_ids) != []
    stage.sandbox.doings.install()
    await stage.app.uninstalls.check()
    await stage.rest()
    assert await stage.daan.sees("dus ik heb deze sessie afgesloten", CHANNEL, thread)


async def test_the_token_of_a_person_is_none_of_the_bots(with_case: Stage) -> None:
    stage = with_case
    await stage.sandbox.doings.event({"type": "tokens_revoked", "tokens": {"oauth": ["U0ANNA"], "bot": []}})
    await stage.team.settle()
    assert await days_left(stage) == []


async def test_the_end_of_somebody_elses_installation_changes_nothing_here(with_case: Stage) -> None:
    """Bolt takes these events without looking whose they are."""
    stage = with_case
    stage.sandbox.workspace.team_id = THEIRS.team_id
    await stage.sandbox.doings.event({"type": "app_uninstalled"})
    await stage.team.settle()
    assert await days_left(stage) == []


async def test_the_alarm_names_the_day(with_case: Stage) -> None:
    stage = with_case
    await stage.sandbox.doings.uninstall()
    [alarm] = [one for one in await ours(stage.app).read(current_alarms) if one.kind is AlarmKind.SUSPENDED]
    assert alarm.until is not None
    assert alarm.since is not None
    assert round((alarm.until - alarm.since) / timedelta(minutes=1)) == 30 * 24 * 60


async def test_a_press_on_what_stands_there_meanwhile_reaches_nobody(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    await stage.sandbox.doings.uninstall()
    with pytest.raises(CannotDo, match="verwijderd"):
        await stage.bram.click("Pauze", channel=CHANNEL)


def group_ids(tx: Tx) -> list[str]:
    assert tx.workspace == Workspace(OURS.team_id)
    return list(tx.sql.scalars(select(Group.id)))
