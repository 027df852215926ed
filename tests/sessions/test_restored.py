"""The drill: yesterday's copy of the database comes back in mid-session, and the story goes on from there."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.app import build
from bot.cli import main
from bot.jobs.clock import ShiftedClock
from tests import empty
from tests.sessions.conftest import CHANNEL, Stage


def intervisie(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def stage_database_url(tmp_path: Path) -> str:
    return empty.migrated_file(tmp_path / "stage.db")


@pytest.fixture
def settings_of(stage_database_url: str, with_case: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The command line works on the same database."""
    for name, value in {
        "SLACK_BOT_TOKEN": with_case.settings.bot_token,
        "SLACK_APP_TOKEN": with_case.settings.app_token or "",
        "DATABASE_URL": with_case.settings.database_url,
        "INTERVISIE_SECRET_KEYS": ",".join(with_case.settings.secret_keys),
    }.items():
        monkeypatch.setenv(name, value)
    return with_case


def keys_standing(stage: Stage) -> Counter[str]:
    """How often each message of the bot stands in Slack, by its key."""
    return Counter(
        str((message.metadata or {}).get("event_payload", {}).get("key"))
        for messages in stage.sandbox.workspace.messages.values()
        for message in messages
        if message.metadata
    )


async def test_yesterdays_copy_comes_back_and_nothing_stands_there_twice(
    settings_of: Stage, tmp_path: Path
) -> None:
    stage = settings_of
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    copy = tmp_path / "copy.gz"
    intervisie("backup", copy)
    # What the copy does not know: the session goes on, and ends.
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    await stage.bram.click("Stoppen", channel=CHANNEL)
    await stage.bram.click("Nu stoppen", channel=CHANNEL)
    await stage.rest()
    await stage.rest()
    before = keys_standing(stage)
    assert max(before.values()) == 1
    ended = {key for key in before if key.endswith(("/closing", "/summary"))}
    await stage.app.stop()
    assert "Restored" in intervisie("restore", copy, "--yes")
    await stage.team.post("clock", advance=17 * 3600)
    clock = ShiftedClock()
    clock.shift_to(stage.sandbox.workspace.clock.offset)
    stage.app = build(stage.settings, clock)
    # The demo's clock is moved by hand, which the heartbeat takes for no absence.
    await stage.app.store.transact(stage.app.heartbeat._write, timedelta(0), False)
    await stage.app.start()
    await stage.app.catch_up()
    await stage.rest()
    await stage.rest()
    after = keys_standing(stage)
    assert max(after.values()) == 1
    assert ended, "the copy must be older than something of its session"
    assert after.keys() >= before.keys()
    # The copy was of a session that had only begun: the group hears that the bot was away.
    new = sorted(after.keys() - before.keys())
    assert any("/away/" in key for key in new), new
    assert await stage.daan.sees("dus ik heb deze sessie afgesloten", CHANNEL, thread)
    # And the next session can begin.
    assert await stage.open(stage.anna) != thread
