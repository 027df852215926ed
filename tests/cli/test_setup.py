# ruff: noqa: ASYNC240  # the files are small, and nobody waits for the loop meanwhile
"""`intervisie setup`, played against the sandbox: answers through a pipe, and once on a terminal."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, insert

from bot.cli import main
from bot.cli.database import engine_for
from bot.cli.setup.steps import CREATE_APP
from bot.settings import load_settings
from bot.slack.manifest import manifest
from bot.slack.records import Installation
from bot.storage import Keyring, canary
from sandbox.server import Config, Sandbox, running
from tests.empty import migrated_file
from tests.stored import as_before, put, words

ROOT = Path(__file__).resolve().parents[2]
BOT, APP = "xoxb-sandbox", "xapp-sandbox"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch, file: Path) -> AsyncIterator[Sandbox]:
    """A workspace; the database is there already, since to migrate takes a second."""
    file.parent.mkdir(parents=True)
    migrated_file(file.with_name("intervisie.db"))
    async with running(Config()) as found:
        monkeypatch.setenv("SLACK_API_URL", found.api_url)
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "intervisie" / ".env"


async def setup(*answers: str, options: tuple[str, ...] = ()) -> Result:
    """A run of the setup with these answers, each on its line; the input ends behind the last one."""
    given = "".join(f"{answer}\n" for answer in answers)
    return await asyncio.to_thread(CliRunner().invoke, main, ["setup", *options], input=given)


def settings_in(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if line and line[0] != "#")


async def test_socket_mode_from_nothing_to_ready(sandbox: Sandbox, file: Path) -> None:
    shutil.rmtree(file.parent)
    played = await setup("1", BOT, APP)
    assert played.exit_code == 0, played.output
    assert file.stat().st_mode & 0o777 == 0o600
    written = settings_in(file)
    assert (written["SLACK_BOT_TOKEN"], written["SLACK_APP_TOKEN"]) == (BOT, APP)
    Fernet(written["INTERVISIE_SECRET_KEYS"])
    # No secret is shown, and where the key is to be kept is said.
    for secret in (BOT, APP, written["INTERVISIE_SECRET_KEYS"]):
        assert secret not in played.output
    assert "Copy that line to where you keep passwords." in played.output
    assert "ok       Bot token" in played.output
    assert "ok       Migrations" in played.output
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert "1. Start the bot, and let it run: intervisie run" in played.output
    assert load_settings().uses_socket_mode


async def test_the_link_opens_slack_with_the_manifest_filled_in(sandbox: Sandbox) -> None:
    played = await setup("1", BOT, APP)
    [link] = [line for line in played.output.splitlines() if line.startswith(CREATE_APP)]
    assert json.loads(unquote(link.removeprefix(CREATE_APP))) == manifest(socket_mode=True)
    assert not set(link.removeprefix(CREATE_APP)) & set('{}" &+#')


async def test_the_link_may_go_without_history(sandbox: Sandbox) -> None:
    played = await setup("1", BOT, APP, options=("--without-history",))
    [link] = [line for line in played.output.splitlines() if line.startswith(CREATE_APP)]
    assert "channels:history" not in unquote(link)


async def test_over_http_it_says_what_to_do_in_the_order_that_works(sandbox: Sandbox, file: Path) -> None:
    played = await setup("2", "https://bot.example/slack/events", BOT, SECRET)
    assert played.exit_code == 0, played.output
    assert settings_in(file)["PUBLIC_URL"] == "https://bot.example"
    assert not load_settings().uses_socket_mode
    started, retried, invited = (
        played.output.rindex(words) for words in ("1. Start the bot", "press Retry", "/invite")
    )
    assert started < retried < invited
    [link] = [line for line in played.output.splitlines() if line.startswith(CREATE_APP)]
    wanted = manifest(socket_mode=False, url="https://bot.example")
    assert json.loads(unquote(link.removeprefix(CREATE_APP))) == wanted


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (APP, "This is an app-level token, of the page Basic Information."),
        ("xoxp-1-a", "This is a token of a person."),
        ("xoxe.xoxp-1-a", "This is a token for configuring apps or for renewing another token."),
        (SECRET, "This is a secret of the page Basic Information."),
        ("https://hooks.slack.example/x", "This is an address."),
        ("1234.5678", "This is a client ID."),
        ("A0ABCDEF", "This is an ID of Slack."),
        ("", "There was nothing in it."),
        ("hello", "This is not a token that I know."),
        ("xoxb-…", "The token is not whole"),
        ("xoxb-other", "Slack does not know this token. Copy it once more, whole"),
    ],
)
async def test_something_else_than_a_bot_token_gets_a_plain_sentence_and_another_try(
    sandbox: Sandbox, file: Path, given: str, sentence: str
) -> None:
    played = await setup("1", given, BOT, APP)
    assert played.exit_code == 0, played.output
    assert sentence in played.output
    assert settings_in(file)["SLACK_BOT_TOKEN"] == BOT


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (BOT, "This is a bot token, of the page OAuth & Permissions."),
        (SECRET, "This is a secret of the page Basic Information."),
        ("xapp-other", "Slack does not know this token."),
        ("xapp-1-A0OTHER-2-c", "This token is of another app (A0OTHER) than the bot token"),
    ],
)
async def test_something_else_than_an_app_token_gets_one_too(
    sandbox: Sandbox, file: Path, given: str, sentence: str
) -> None:
    played = await setup("1", BOT, given, APP)
    assert played.exit_code == 0, played.output
    assert sentence in played.output
    assert settings_in(file)["SLACK_APP_TOKEN"] == APP


@pytest.mark.parametrize("given", [BOT, APP, "", "https://bot.example", "two words"])
async def test_something_else_than_a_signing_secret_gets_one_too(
    sandbox: Sandbox, file: Path, given: str
) -> None:
    played = await setup("2", "https://bot.example", BOT, given, SECRET)
    assert played.exit_code == 0, played.output
    assert "Wanted is the Signing Secret" in played.output
    assert settings_in(file)["SLACK_SIGNING_SECRET"] == SECRET


async def test_an_odd_signing_secret_is_asked_about(sandbox: Sandbox, file: Path) -> None:
    await setup("2", "https://bot.example", BOT, "odd", "n", SECRET)
    assert settings_in(file)["SLACK_SIGNING_SECRET"] == SECRET


@pytest.mark.parametrize("address", ["http://bot.example", "bot.example", "https://"])
async def test_an_address_that_slack_can_not_call_is_asked_again(
    sandbox: Sandbox, file: Path, address: str
) -> None:
    await setup("2", address, "https://bot.example", BOT, SECRET)
    assert settings_in(file)["PUBLIC_URL"] == "https://bot.example"


@contextlib.asynccontextmanager
async def slack_says(monkeypatch: pytest.MonkeyPatch, **answers: dict[str, Any]) -> AsyncIterator[None]:
    """A Slack that gives these answers, by the method's name with _ for its dots."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(answers[request.match_info["method"].replace(".", "_")])

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server:
        monkeypatch.setenv("SLACK_API_URL", str(server.make_url("/api/")))
        yield


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"ok": False, "error": "token_revoked"}, "This token was withdrawn. Install the app again"),
        ({"ok": False, "error": "account_inactive"}, "This token was withdrawn. Install the app again"),
        ({"ok": False, "error": "not_allowed_token_type"}, "This is a token of another kind."),
        (
            {"ok": False, "error": "team_access_not_granted"},
            "Slack refuses this token (team_access_not_granted).",
        ),
        ({"ok": True, "team_id": "T1"}, "This token speaks for a person, and not for the bot."),
    ],
)
async def test_a_bot_token_that_slack_refuses_is_not_written(
    monkeypatch: pytest.MonkeyPatch, file: Path, answer: dict[str, Any], sentence: str
) -> None:
    async with slack_says(monkeypatch, auth_test=answer):
        played = await setup("1", BOT)
    assert sentence in played.output
    assert played.exit_code == 1
    assert "SLACK_BOT_TOKEN" not in settings_in(file)


async def test_an_app_token_without_its_scope_is_told(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    good = {"ok": True, "team_id": "T1", "team": "Oost", "bot_id": "B1"}
    refused = {"ok": False, "error": "missing_scope"}
    async with slack_says(monkeypatch, auth_test=good, bots_info=refused, apps_connections_open=refused):
        played = await setup("1", BOT, APP)
    assert "This token lacks a scope. Wanted is an App-Level Token" in played.output
    assert "connections:write" in played.output
    assert list(settings_in(file)) == ["SLACK_BOT_TOKEN"]


async def test_a_token_of_another_workspace_than_that_of_the_groups_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, tmp_path: Path, file: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", migrated_file(tmp_path / "bot.db"))
    engine = create_engine(f"sqlite:///{tmp_path / 'bot.db'}")
    with engine.begin() as connection:
        connection.execute(insert(Installation).values(team_id="T0ELSE", enterprise_id=""))
    engine.dispose()
    played = await setup("1", BOT)
    assert played.exit_code == 1
    assert "the groups in your database are of another one (T0ELSE)" in played.output
    assert settings_in(file) == {}


async def test_without_a_network_the_same_token_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")
    played = await setup("1", BOT, "y", "n")
    assert played.exit_code == 1
    assert played.output.count("Slack can't be reached.") == 2
    assert "run `intervisie setup` again to go on".casefold() in played.output.casefold()
    assert settings_in(file) == {}


async def test_interrupted_and_run_again_it_goes_on_where_it_stopped(sandbox: Sandbox, file: Path) -> None:
    stopped = await setup("1", BOT)
    assert stopped.exit_code == 1
    assert f"What you gave so far is in {file}" in stopped.output
    went_on = await setup("1", APP)
    assert went_on.exit_code == 0, went_on.output
    assert settings_in(file)["SLACK_BOT_TOKEN"] == BOT
    assert "Bot token:" not in went_on.output


async def test_run_again_it_changes_one_thing_and_leaves_the_rest(sandbox: Sandbox, file: Path) -> None:
    await setup("1", BOT, APP)
    before = settings_in(file)
    file.write_text(f"# mine\nLOG_LEVEL=debug\n{file.read_text()}")
    sandbox.api._bot_token = "xoxb-new"
    again = await setup("1", "xoxb-new")
    assert again.exit_code == 0, again.output
    assert settings_in(file) == before | {"LOG_LEVEL": "debug", "SLACK_BOT_TOKEN": "xoxb-new"}
    assert file.read_text().startswith("# mine\n")
    assert "App token:" not in again.output


async def test_run_again_it_may_only_check(sandbox: Sandbox, file: Path) -> None:
    await setup("1", BOT, APP)
    before = file.read_text()
    again = await setup("")
    assert again.exit_code == 0, again.output
    assert "The database is up to date." in again.output
    assert file.read_text() == before


async def test_one_thing_is_named_without_the_list(sandbox: Sandbox, file: Path) -> None:
    await setup("1", BOT, APP)
    changed = await setup("https://bot.example", SECRET, options=("--change", "http"))
    assert changed.exit_code == 0, changed.output
    assert "SLACK_APP_TOKEN" not in settings_in(file)
    back = await setup(APP, options=("--change", "app-token"))
    assert back.exit_code == 0, back.output
    assert load_settings().uses_socket_mode


async def test_another_database_is_tried_before_it_counts(
    sandbox: Sandbox, file: Path, tmp_path: Path
) -> None:
    await setup("1", BOT, APP)
    other = f"sqlite:///{tmp_path / 'it is here.db'}"
    changed = await setup("mysql://x", other, options=("--change", "database"))
    assert "DATABASE_URL must begin with" in changed.output
    assert changed.exit_code == 0, changed.output
    assert load_settings().database_url == other
    assert (tmp_path / "it is here.db").exists()


async def test_what_the_environment_says_is_changed_there(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    played = await setup("1", APP)
    assert played.exit_code == 0, played.output
    assert "SLACK_BOT_TOKEN" not in settings_in(file)
    refused = await setup(options=("--change", "bot-token"))
    assert refused.exit_code == 1
    assert "comes from the environment or from a secret file" in refused.output


async def test_a_key_that_was_lost_is_asked_for_and_not_made_anew(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> None:
    """With a new key nobody could read what is stored."""
    url, key = migrated_file(tmp_path / "bot.db"), Fernet.generate_key().decode()
    monkeypatch.setenv("DATABASE_URL", url)
    engine = engine_for(url)
    as_before(engine)
    put(engine, words(key))
    assert canary.check_canaries(engine, Keyring((key,)))
    engine.dispose()
    played = await setup("1", BOT, APP, "no key", Fernet.generate_key().decode(), key)
    assert played.exit_code == 0, played.output
    assert played.output.count("This key does not read them.") == 2
    assert settings_in(file)["INTERVISIE_SECRET_KEYS"] == key
