"""`intervisie doctor --try` as a process of its own: what it finds, what it asks, and that nothing of it stays."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from bot.cli.try_out.checklist import POINTS
from bot.slack.manifest import HISTORY_SCOPES, SCOPES
from sandbox.server import Config, Sandbox, running
from tests.processes import hear_signals

ANNA, CHANNEL, NAME = "U0ANNA", "C0OOST", "#intervisie-oost"
ALL_SCOPES = ",".join([*SCOPES, *HISTORY_SCOPES])
PATIENCE = 120


@contextlib.asynccontextmanager
async def trying(
    environment: dict[str, str], sandbox: Sandbox, *options: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    settings = {**os.environ, **environment, "SLACK_API_URL": sandbox.api_url}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "bot", "doctor", "--try", NAME, *options),
        env=settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=hear_signals,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def tried(
    environment: dict[str, str], sandbox: Sandbox, *options: str, typed: str = "\n" * len(POINTS)
) -> tuple[int | None, str]:
    async with trying(environment, sandbox, *(options or ("--as", "Anna"))) as process:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate(typed.encode())
        return process.returncode, said.decode()


def standing(sandbox: Sandbox) -> list[str]:
    """What is left of it for everybody, and in Anna's conversation with the bot."""
    return [
        message.text
        for messages in sandbox.workspace.messages.values()
        for message in messages
        if not message.only_for
    ]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running(Config(scopes=ALL_SCOPES)) as opened:
        yield opened


async def test_in_the_sandbox_all_answers_as_expected_and_nothing_stays(
    environment: dict[str, str], sandbox: Sandbox
) -> None:
    seen = "\n".join(f"gezien {number}" for number in range(1, len(POINTS) + 1)) + "\n"
    code, said = await tried(environment, sandbox, typed=seen)
    assert (code, "all answered as expected" in said) == (0, True), said
    assert standing(sandbox) == []
    assert sandbox.workspace.files == {}
    for number, point in enumerate(POINTS, 1):
        assert f"{number} of 12. {point.title}" in said
        assert f"{number}. {point.title}: gezien {number}" in said
    called = {note["name"] for note in sandbox.workspace.journal if note["outcome"] == "ok"}
    assert called >= {
        "chat.postMessage",
        "chat.update",
        "chat.postEphemeral",
        "conversations.history",
        "conversations.replies",
        "views.publish",
        "files.completeUploadExternal",
        "files.delete",
        "chat.delete",
    }


async def test_the_home_tab_is_the_bots_own_again(environment: dict[str, str], sandbox: Sandbox) -> None:
    await tried(environment, sandbox)
    published = [note for note in sandbox.workspace.journal if note["name"] == "views.publish"]
    assert [note["outcome"] for note in published] == ["ok", "ok"]
    assert "tries out this workspace" not in str(sandbox.workspace.homes[ANNA])


async def test_what_answers_otherwise_is_a_row_with_field_expected_and_seen(
    environment: dict[str, str], sandbox: Sandbox
) -> None:
    sandbox.workspace.faults.add(method="chat.update", kind="error", code="edit_window_closed")
    code, said = await tried(environment, sandbox)
    assert code == 1
    rows = [line.split() for line in said.splitlines()]
    assert ["field", "expected", "seen"] in rows
    assert ["chat.update", "ok", "edit_window_closed"] in rows
    assert standing(sandbox) == []


async def test_without_the_history_scopes_it_says_what_was_not_tried(environment: dict[str, str]) -> None:
    async with running(Config(scopes=",".join(SCOPES))) as sandbox:
        code, said = await tried(environment, sandbox)
    assert code == 0, said
    assert "not tried  conversations.history: needs the history scopes" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_broken_off_in_the_middle_it_still_cleans_up(
    environment: dict[str, str], sandbox: Sandbox, number: signal.Signals
) -> None:
    async with trying(environment, sandbox, "--as", ANNA) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"Nederlands is er niet\n\n")
        said = ""
        while "\n3 of 12." not in said or "how does" not in said.casefold():
            async with asyncio.timeout(PATIENCE):
                line = await process.stdout.readline()
            assert line, said
            said += line.decode()
        assert standing(sandbox) != []
        process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            rest, _ = await process.communicate()
    said += rest.decode()
    assert standing(sandbox) == []
    assert "1. Language: Nederlands is er niet" in said
    assert "Broken off." in said


async def test_what_could_not_be_taken_away_is_named(environment: dict[str, str], sandbox: Sandbox) -> None:
    sandbox.workspace.faults.add(method="files.delete", kind="error", code="cant_delete_file")
    code, said = await tried(environment, sandbox)
    assert code == 1
    assert "Take this away by hand: the file F" in said


async def test_who_does_not_say_who_they_are_is_asked(environment: dict[str, str], sandbox: Sandbox) -> None:
    code, said = await tried(environment, sandbox, "--as", "", typed="1\n" + "\n" * len(POINTS))
    assert code == 0, said
    assert "Who are you" in said


async def test_a_channel_without_the_bot_is_said_so(environment: dict[str, str], sandbox: Sandbox) -> None:
    sandbox.workspace.channels[CHANNEL].members.discard("U0BOT")
    code, said = await tried(environment, sandbox)
    assert code == 1
    assert "/invite @Intervisie" in said
