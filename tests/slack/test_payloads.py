"""Payloads as Slack sends them: the bot takes each, and the sandbox invents no field and no type.

`payloads/` holds our own values in the fields and types of slackapi/java-slack-sdk (json-logs/samples) and of the tests of
slackapi/bolt-python.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from structlog.testing import capture_logs

from bot.slack.manifest import EVENTS
from sandbox.outgoing.sockets import Line, SocketTransport
from sandbox.server import Sandbox, running
from sandbox.workspace.model import BOT_USER
from tests.sandbox.conftest import Heard, client_of
from tests.slack.conftest import Address

FOLDER = Path(__file__).parent / "payloads"
ANNA, FLEUR, CHANNEL, OTHER = "U0ANNA", "U0FLEUR", "C0OOST", "C0ALGEMEEN"
# What may be null instead, as Slack's samples and references show.
NULLABLE = frozenset(
    {"close", "context_enterprise_id", "enterprise", "enterprise_id", "previous_view_id", "submit", "title"}
)
# What stands below these the app made itself.
OURS = frozenset({"blocks", "event_payload", "values"})


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
ENVELOPES = [name for name in NAMES if name.startswith("socket_")]


def strays(sent: Any, known: Any, where: str = "") -> Iterator[str]:
    """Fields that a sample does not have, and values of another type."""
    name = where.rpartition(".")[2]
    if name in OURS or (name in NULLABLE and (sent is None or known is None)):
        return
    if type(sent) is not type(known):
        yield f"{where} is {type(sent).__name__} and not {type(known).__name__}"
    elif isinstance(sent, dict):
        for key, value in sent.items():
            if key in known:
                yield from strays(value, known[key], f"{where}.{key}")
            else:
                yield f"{where}.{key} is unknown"
    elif isinstance(sent, list) and known:
        for value in sent:
            yield from strays(value, known[0], where)


def test_a_field_of_our_own_invention_and_another_type_are_found() -> None:
    known = {"a": 1, "b": [{"c": ""}], "title": {"text": ""}}
    assert list(strays({"a": 2, "b": [{"c": "x"}], "title": None}, known)) == []
    assert list(strays({"a": True, "b": [{"d": ""}], "e": 1}, known)) == [
        ".a is bool and not int",
        ".b.d is unknown",
        ".e is unknown",
    ]


def test_there_is_a_sample_of_every_event_of_the_manifest() -> None:
    kinds = {sample(name)["event"]["type"] for name in NAMES if name.startswith("event_")}
    assert kinds == {*EVENTS, "message"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ENVELOPES])
async def test_the_bot_takes_it_without_an_exception(address: Address, name: str) -> None:
    payload = sample(name)
    if "trigger_id" in payload:
        payload["trigger_id"] = address.sandbox.workspace.new_trigger(ANNA)
    if "response_url" in payload:
        payload["response_url"] = address.sandbox.doings.response_url(ANNA, CHANNEL)
    with capture_logs() as logs:
        if name == "slash_command":
            response = await address.send(urlencode(payload))
        elif name.startswith(("event_", "url_")):
            response = await address.send(json.dumps(payload), "application/json")
        else:
            response = await address.send(urlencode({"payload": json.dumps(payload)}))
        await address.app.dispatcher.settled()
    assert response.status_code == 200
    assert [entry for entry in logs if entry["log_level"] in ("warning", "error", "critical")] == []


@pytest.mark.parametrize("name", ENVELOPES)
def test_the_sdk_finds_the_payload_in_an_envelope(name: str) -> None:
    envelope = sample(name)
    request = SocketModeRequest.from_dict(envelope)
    if "payload" in envelope:
        assert request is not None
        assert request.payload == envelope["payload"]
    else:
        assert request is None


async def sent_by_the_sandbox(sandbox: Sandbox, heard: Heard) -> dict[str, dict[str, Any]]:
    """One payload of each kind, by the name of its sample."""
    doings, workspace, client = sandbox.doings, sandbox.workspace, client_of(sandbox)
    await doings.join_organisation("E0OURS", "De Linden")
    found: dict[str, dict[str, Any]] = {}
    button = {"type": "button", "action_id": "press", "text": {"type": "plain_text", "text": "Druk"}}
    metadata = {"event_type": "card", "event_payload": {"key": "1"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    action = {**button, "block_id": "b", "value": "1"}
    posted = await client.chat_postMessage(channel=CHANNEL, text="Hoi", blocks=blocks, metadata=metadata)
    reply = await client.chat_postMessage(channel=CHANNEL, text="Hoi", blocks=blocks, thread_ts=posted["ts"])
    hidden = await client.chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Hoi", blocks=blocks)

    async def act(name: str, source: dict[str, Any], pressed: dict[str, Any] = action) -> None:
        await doings.act(ANNA, source, pressed, {})
        found[name] = heard.interactions[-1][1]

    def message(ts: str) -> dict[str, Any]:
        return {"kind": "message", "channel": CHANNEL, "ts": ts}

    await act("block_actions_message", message(reply["ts"]))
    await act("block_actions_ephemeral", message(hidden["message_ts"]))
    option = {"text": {"type": "plain_text", "text": "Een"}, "value": "1"}
    chosen = {"type": "overflow", "action_id": "menu", "block_id": "b", "selected_option": option}
    await act("block_actions_menu", message(posted["ts"]), chosen)
    home = workspace.publish_home(ANNA, {"type": "home", "blocks": blocks})
    await act("block_actions_home", {"kind": "view", "view_id": home.id})
    title = {"type": "plain_text", "text": "Vraag"}
    form = {"type": "modal", "callback_id": "f", "title": title, "blocks": blocks, "notify_on_close": True}
    workspace.push_view(ANNA, form)
    view = workspace.push_view(ANNA, {**form, "submit": title, "close": title})
    await act("block_actions_modal", {"kind": "view", "view_id": view.id})
    await doings.close(ANNA, view.id, everything=False)
    found["view_closed"] = heard.interactions[-1][1]
    view = workspace.push_view(ANNA, form)
    await doings.submit(ANNA, view.id, {})
    found["view_submission"] = heard.interactions[-1][1]
    await doings.command(ANNA, CHANNEL, "/intervisie", "help")
    found["slash_command"] = heard.interactions[-1][1]

    async def event(name: str) -> None:
        found["event_" + name] = heard.payloads[-1]

    await doings.open_home(ANNA)
    await event("app_home_opened")
    await doings.post(ANNA, CHANNEL, "hoi", posted["ts"])
    await event("message")
    await doings.delete_message(ANNA, CHANNEL, posted["ts"])
    await event("message_tombstone")
    await doings.delete_message(ANNA, CHANNEL, reply["ts"])
    await event("message_deleted")
    await doings.change_person(ANNA, status_text="weg")
    await event("user_change")
    await doings.leave(FLEUR, CHANNEL)
    await event("member_left_channel")
    await doings.invite(ANNA, FLEUR, CHANNEL)
    await event("member_joined_channel")
    await doings.leave(BOT_USER, CHANNEL)
    await event("channel_left")
    await doings.join(BOT_USER, CHANNEL)
    await doings.archive(CHANNEL)
    await event("channel_archive")
    await doings.unarchive(CHANNEL)
    await event("channel_unarchive")
    await doings.share(CHANNEL, "C0NIEUW")
    await event("channel_id_changed")
    await doings.delete(OTHER)
    await event("channel_deleted")
    await doings.make_private("C0NIEUW")
    await doings.archive("C0NIEUW")
    await event("group_archive")
    await doings.unarchive("C0NIEUW")
    await event("group_unarchive")
    await doings.leave(BOT_USER, "C0NIEUW")
    await event("group_left")
    await doings.join(BOT_USER, "C0NIEUW")
    await doings.delete("C0NIEUW")
    await event("group_deleted")
    await doings.revoke_tokens()
    await event("tokens_revoked")
    await doings.uninstall()
    await event("app_uninstalled")
    return found


async def test_the_sandbox_sends_nothing_that_slack_would_not() -> None:
    async with running() as sandbox:
        sandbox.doings.transport = heard = Heard()
        found = await sent_by_the_sandbox(sandbox, heard)
    kinds = {payload["event"]["type"] for name, payload in found.items() if name.startswith("event_")}
    assert kinds == {*EVENTS, "message"}
    wrong = {name: list(strays(payload, sample(name))) for name, payload in found.items()}
    assert {name: lines for name, lines in wrong.items() if lines} == {}


class Paper:
    """A web socket that keeps what is sent on it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def send_json(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


async def test_its_envelopes_are_slacks_too() -> None:
    async with running() as sandbox:
        transport = sandbox.transport
        assert isinstance(transport, SocketTransport)
        paper = Paper()
        line = Line(paper)  # type: ignore[arg-type]  # all that a line needs of a web socket
        await line.send(transport._hello())
        await line.disconnect("warning")
        hello, goodbye = paper.sent
    assert list(strays(hello, sample("socket_hello"))) == []
    assert list(strays(goodbye, sample("socket_disconnect"))) == []


async def answers_of_the_sandbox(sandbox: Sandbox) -> dict[str, Any]:
    """One answer of each method that the bot calls."""
    client = client_of(sandbox)
    await sandbox.doings.join_organisation("E0OURS", "De Linden")
    found: dict[str, Any] = {}

    async def call(method: str, **arguments: Any) -> Any:
        if method == "apps.connections.open":
            answer = await client.apps_connections_open(app_token=sandbox.config.app_token)
        else:
            answer = await client.api_call(method, json=arguments)
        found[method] = answer.data
        return answer.data

    form = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Vraag"},
        "blocks": [{"type": "divider"}],
    }
    await call("auth.test")
    await call("apps.connections.open")
    metadata = {"event_type": "card", "event_payload": {"key": "1"}}
    posted = await call("chat.postMessage", channel=CHANNEL, text="Hoi", metadata=metadata)
    await call("chat.update", channel=CHANNEL, ts=posted["ts"], text="Ha")
    await call("chat.getPermalink", channel=CHANNEL, message_ts=posted["ts"])
    await call("chat.postMessage", channel=CHANNEL, text="Hoi", thread_ts=posted["ts"])
    await call("conversations.replies", channel=CHANNEL, ts=posted["ts"], include_all_metadata=1)
    await call("conversations.history", channel=CHANNEL)
    await call("chat.postEphemeral", channel=CHANNEL, user=ANNA, text="Hoi")
    await call("chat.delete", channel=CHANNEL, ts=posted["ts"])
    await call("conversations.info", channel=CHANNEL)
    await call("conversations.members", channel=CHANNEL)
    await call("conversations.open", users=ANNA)
    await call("dnd.info", user=ANNA)
    await call("users.info", user=ANNA, include_locale=1)
    place = await call("files.getUploadURLExternal", filename="a.ics", length=1)
    sandbox.workspace.files[place["file_id"]].brought = True
    await call("files.completeUploadExternal", files=[{"id": place["file_id"], "title": "Agenda"}])
    view = (await call("views.open", trigger_id=sandbox.workspace.new_trigger(ANNA), view=form))["view"]
    await call("views.push", trigger_id=sandbox.workspace.new_trigger(ANNA), view=form)
    await call("views.update", view_id=view["id"], view=form)
    await call("views.publish", user_id=ANNA, view={"type": "home", "blocks": [{"type": "divider"}]})
    sandbox.workspace.scopes.discard("chat:write")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=CHANNEL, text="Hoi")
    found["refused"] = refused.value.response.data
    return found


async def test_its_answers_have_nothing_that_slacks_have_not() -> None:
    async with running() as sandbox:
        found = await answers_of_the_sandbox(sandbox)
    assert set(found) == {path.stem for path in (FOLDER / "answers").glob("*.json")}
    wrong = {name: list(strays(answer, sample(f"answers/{name}"))) for name, answer in found.items()}
    assert {name: lines for name, lines in wrong.items() if lines} == {}
