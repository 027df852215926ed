"""Whatever a handler does, the person gets an answer, once, in the place where they look."""

import asyncio
import dataclasses
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, get_type_hints
from urllib.parse import urlencode

import pytest
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.delivery.message import Message
from bot.slack.dispatch import Dispatcher
from bot.slack.requests import Action, Command, Event, Submission, UserLocale
from bot.slack.router import Router
from bot.storage import Store, StoreUnavailable, Tx
from bot.texts import Refused
from sandbox.outgoing.transport import signature
from sandbox.server import running
from tests.slack.conftest import FORM, SECRET, Address

CASE = "Mijn collega Fatima huilt elke dag"


@dataclasses.dataclass(frozen=True)
class Ref:
    id: str
    number: int


class Everybody:
    """People who are all known, and read English."""

    def known(self, tx: Tx, user: str) -> UserLocale:
        return UserLocale("en", "Europe/Amsterdam")

    def ask(self, tx: Tx, user: str) -> None:
        raise AssertionError("everybody is known")


class Bench:
    """A dispatcher with a router of the test's own, behind the real Bolt."""

    def __init__(self, store: Store, client: AsyncWebClient) -> None:
        self.router = Router()
        self.store = store
        self.client = client
        self.seen: list[Any] = []

        @self.router.command("help", summary=lambda t: "help")
        async def show(call: Command) -> None:
            await call.answer(Message("help"))

    def open(self) -> None:
        self.bolt = AsyncApp(client=self.client, signing_secret=SECRET, process_before_response=True)
        self.dispatcher = Dispatcher(self.router, self.store, lambda workspace: self.client, Everybody())
        self.dispatcher.attach(self.bolt)

    async def _send(self, body: str, kind: str = FORM) -> BoltResponse:
        headers: dict[str, str | Sequence[str]] = {"content-type": kind}
        headers.update(signature(SECRET, body, int(time.time())))
        return await self.bolt.async_dispatch(AsyncBoltRequest(body=body, headers=headers))

    async def command(self, text: str) -> BoltResponse:
        fields = {
            "command": "/intervisie",
            "text": text,
            "user_id": "U0ANNA",
            "channel_id": "C0OOST",
            "team_id": "T0OURS",
            "trigger_id": "1",
        }
        return await self._send(urlencode(fields))

    async def submit(self, callback_id: str, meta: str = "", blocks: list[Any] | None = None) -> BoltResponse:
        payload = {
            "type": "view_submission",
            "team": {"id": "T0OURS"},
            "user": {"id": "U0ANNA", "team_id": "T0OURS"},
            "view": {
                "id": "V1",
                "type": "modal",
                "callback_id": callback_id,
                "private_metadata": meta,
                "blocks": blocks or [],
                "state": {"values": {"title": {"x": {"type": "plain_text_input", "value": CASE}}}},
            },
        }
        return await self._send(urlencode({"payload": json.dumps(payload)}))

    async def click(self, action_id: str) -> BoltResponse:
        payload = {
            "type": "block_actions",
            "team": {"id": "T0OURS"},
            "user": {"id": "U0ANNA", "team_id": "T0OURS"},
            "container": {"type": "message", "channel_id": "C0OOST", "message_ts": "1.1"},
            "trigger_id": "1",
            "actions": [{"type": "button", "action_id": action_id, "block_id": "b"}],
        }
        return await self._send(urlencode({"payload": json.dumps(payload)}))

    async def event(self, kind: str) -> BoltResponse:
        payload = {
            "type": "event_callback",
            "team_id": "T0OURS",
            "event_id": "Ev1",
            "event": {"type": kind, "user": "U0ANNA"},
        }
        return await self._send(json.dumps(payload), "application/json")


@pytest.fixture
async def bench(store: Store) -> AsyncIterator[Bench]:
    async with running() as sandbox:
        yield Bench(store, AsyncWebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url))


def answer(response: BoltResponse) -> dict[str, Any]:
    assert response.status == 200
    found: dict[str, Any] = json.loads(response.body)
    return found


TITLE = {
    "type": "input",
    "block_id": "title",
    "element": {"type": "plain_text_input", "action_id": "x"},
}


async def test_an_answer_given_before_a_fault_stands(bench: Bench) -> None:
    @bench.router.command("x", summary=lambda t: "x")
    async def answer_and_stumble(call: Command) -> None:
        await call.answer(Message("done"))
        raise ValueError(CASE)

    bench.open()
    assert answer(await bench.command("x"))["text"] == "done"


async def test_a_fault_gets_a_reference_and_not_a_word_of_what_went_wrong(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    @bench.router.command("x", summary=lambda t: "x")
    async def stumble(call: Command) -> None:
        raise ValueError(CASE)

    bench.open()
    with caplog.at_level(logging.DEBUG):
        text = answer(await bench.command("x"))["text"]
    assert "Fatima" not in text
    assert "reference" in text
    assert "Fatima" not in caplog.text


async def test_a_handler_that_says_nothing_is_acknowledged(bench: Bench) -> None:
    @bench.router.command("x", summary=lambda t: "x")
    async def silent(call: Command) -> None:
        bench.seen.append(call.words)

    bench.open()
    assert (await bench.command("x and more words")).status == 200
    assert bench.seen == ["and more words"]


async def test_an_unknown_word_gets_the_help(bench: Bench) -> None:
    bench.open()
    assert answer(await bench.command("nothing"))["text"] == "help"


async def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(bench: Bench) -> None:
    @bench.router.submit("form")
    async def refuse(call: Submission) -> None:
        raise Refused(lambda t: "too short", field="title")

    bench.open()
    said = answer(await bench.submit("form", blocks=[TITLE]))
    assert said == {"response_action": "errors", "errors": {"title": "too short"}}


@pytest.mark.parametrize("field", ["elsewhere", None])
async def test_a_refusal_about_a_field_that_is_not_there_stands_at_the_first_one(
    bench: Bench, field: str | None
) -> None:
    @bench.router.submit("form")
    async def refuse(call: Submission) -> None:
        raise Refused(lambda t: "too late", field=field)

    bench.open()
    said = answer(await bench.submit("form", blocks=[{"type": "section"}, TITLE]))
    assert said == {"response_action": "errors", "errors": {"title": "too late"}}


async def test_a_form_without_fields_becomes_a_notice(bench: Bench) -> None:
    @bench.router.submit("form")
    async def refuse(call: Submission) -> None:
        raise Refused(lambda t: "too late")

    bench.open()
    said = answer(await bench.submit("form"))
    assert said["response_action"] == "update"
    assert "too late" in json.dumps(said["view"])


async def test_a_database_that_is_away_keeps_what_was_typed(bench: Bench) -> None:
    @bench.router.submit("form")
    async def away(call: Submission) -> None:
        raise StoreUnavailable

    bench.open()
    said = answer(await bench.submit("form", blocks=[TITLE]))
    assert said["response_action"] == "errors"
    assert "please try again" in said["errors"]["title"]


@pytest.mark.parametrize(
    "meta",
    ["", "{}", "[]", "null", '{"id":"a"}', '{"id":1,"number":1}', '{"id":"a","number":true}', "[" * 2000],
)
async def test_a_reference_that_was_tampered_with_never_reaches_the_handler(bench: Bench, meta: str) -> None:
    @bench.router.submit("form", meta=Ref)
    async def handle(call: Submission) -> None:
        bench.seen.append(call.meta)

    bench.open()
    said = answer(await bench.submit("form", meta=meta, blocks=[TITLE]))
    assert "no longer works" in said["errors"]["title"]
    assert bench.seen == []
    await bench.submit("form", meta='{"id":"a","number":1}')
    assert bench.seen == [Ref("a", 1)]


async def test_a_form_that_nobody_knows_is_answered_too(bench: Bench) -> None:
    bench.open()
    assert "no longer works" in json.dumps(answer(await bench.submit("other", blocks=[TITLE])))


async def test_every_room_that_listens_hears_an_event_also_when_one_stumbles(bench: Bench) -> None:
    @bench.router.event("channel_archive", name="first")
    async def stumble(call: Event) -> None:
        bench.seen.append("first")
        raise ValueError(CASE)

    @bench.router.event("channel_archive", name="second")
    async def hear(call: Event) -> None:
        bench.seen.append("second")
        heard.set()

    heard = asyncio.Event()
    bench.open()
    assert (await bench.event("channel_archive")).status == 200
    async with asyncio.timeout(30):
        await heard.wait()
    assert bench.seen == ["first", "second"]


async def test_a_name_can_be_taken_once() -> None:
    router = Router()

    async def handle(call: Action) -> None: ...

    router.action("a")(handle)
    with pytest.raises(ValueError, match="twice"):
        router.action("a")(handle)
    other = Router()
    other.action("a")(handle)
    with pytest.raises(ValueError, match="twice"):
        router.include(other)


async def test_a_click_on_what_no_longer_exists_opens_a_notice(address: Address) -> None:
    assert (await address.click("gone.for_good", "x")).status_code == 200
    assert "werkt niet meer" in json.dumps(address.window())


async def test_a_tampered_click_does_nothing_but_answer(address: Address) -> None:
    for action_id, expecting in address.app.router.actions.items():
        if expecting.reference is None:
            continue
        for value in ("", "{}", '{"id": 1}', "[1]", "geheim"):
            assert (await address.click(action_id, value)).status_code == 200
            assert "werkt niet meer" in json.dumps(address.window()), action_id
    assert [note for note in address.sandbox.workspace.journal if note["name"].startswith("chat.")] == []


async def test_a_reference_of_another_group_or_workspace_shows_nothing(address: Address) -> None:
    # Well formed, but of nothing that is Anna's.
    for action_id, expecting in address.app.router.actions.items():
        if expecting.reference is None:
            continue
        kinds = get_type_hints(expecting.reference)
        value = json.dumps({name: 0 if kind is int else "0" * 16 for name, kind in kinds.items()})
        before = len(address.sandbox.workspace.journal)
        assert (await address.click(action_id, value)).status_code == 200, action_id
        calls = address.sandbox.workspace.journal[before:]
        changed = {note["name"] for note in calls if note["name"].startswith(("chat.", "response"))}
        assert changed == set(), action_id
        assert address.window() is not None, action_id
        assert "Er ging bij mij iets mis" not in json.dumps(address.window()), action_id


async def test_what_was_answered_in_confidence_is_in_no_log(bench: Bench) -> None:
    out = io.StringIO()
    structlog.configure(
        processors=[*logs.PROCESSORS, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(out),
    )

    async def note(call: Action) -> None:
        structlog.get_logger().info("slack_refused")
        call.has_effect = True

    bench.router.action("presence.fits.silent", logged_as="presence.fits")(note)
    bench.router.action("presence.who")(note)
    bench.open()
    for action_id in ("presence.fits.silent", "presence.who"):
        assert (await bench.click(action_id)).status == 200
    structlog.reset_defaults()
    kinds = [json.loads(line)["kind"] for line in out.getvalue().splitlines()]
    assert kinds == ["action.presence.fits", "action.presence.who"]
