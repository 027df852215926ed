"""The bot's address: only Slack gets in, and nothing that arrives there makes it stumble."""

import json
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from bot.slack.unsigned_bodies import LARGEST_BODY
from bot.texts import escape
from sandbox.outgoing.transport import signature
from tests.slack.conftest import FORM, SECRET, Address

JSON = "application/json"


async def test_a_command_is_answered_within_the_request(address: Address) -> None:
    answered = await address.command("help")
    assert answered.status_code == 200
    assert answered.json()["response_type"] == "ephemeral"
    assert "/intervisie casus" in answered.json()["text"]


@pytest.mark.parametrize("text", ["payload", "help payload", "payload=x&text=y"])
async def test_a_command_with_the_word_payload_is_read_like_any_other(address: Address, text: str) -> None:
    answered = await address.command(text)
    assert answered.status_code == 200
    assert "/intervisie casus" in answered.json()["text"]
    assert ("payload" in answered.json()["text"]) == (not text.startswith("help"))


@pytest.mark.parametrize("text", ["100%&é+🙂", "één%20ding", "a=b;c=d", "%zz%"])
async def test_words_arrive_as_they_were_typed(address: Address, text: str) -> None:
    answered = await address.command(text)
    assert f'"{escape(text)}"' in answered.json()["text"]


@pytest.mark.parametrize(
    "timestamp", ["", "abc", "1.5", "-1", "1e9", "0", "99999999999999999999", "9" * 4301]
)
async def test_a_timestamp_that_is_none_is_refused_and_no_error(address: Address, timestamp: str) -> None:
    body = urlencode(address.command_fields("help"))
    headers = {
        **signature(SECRET, body, int(time.time())),
        "content-type": FORM,
        "x-slack-request-timestamp": timestamp,
    }
    answered = await address.http.post("/slack/events", content=body, headers=headers)
    assert answered.status_code == 401


async def test_what_is_not_signed_or_is_old_or_was_changed_is_refused(address: Address) -> None:
    body = urlencode(address.command_fields("help"))
    now = int(time.time())
    for headers in (
        {},
        signature("another secret", body, now),
        signature(SECRET, body, now - 400),
        signature(SECRET, body + "x", now),
        {"x-slack-request-timestamp": str(now)},
        {"x-slack-signature": "v0=00"},
    ):
        answered = await address.http.post(
            "/slack/events", content=body, headers={"content-type": FORM, **headers}
        )
        assert answered.status_code == 401, headers


ODD = [
    "",
    "{",
    "[]",
    "1",
    "null",
    '"payload"',
    "payload=%7B",
    "payload=[]",
    "payload=1",
    "payload=null",
    "\x00\x00",
    "%ff%fe",
    "[" * 5000,
    '{"team": 1}',
    '{"user": true, "type": "block_actions"}',
]


KINDS = (JSON, FORM, "")


async def test_without_a_signature_nothing_is_even_read(address: Address) -> None:
    for body in (*ODD, "{}", '{"event": 1}', "command=%2Fintervisie"):
        for kind in KINDS:
            answered = await address.http.post("/slack/events", content=body, headers={"content-type": kind})
            assert answered.status_code == 401, (body, kind)


async def test_what_slack_never_sends_is_turned_away(address: Address) -> None:
    for body in ODD:
        for kind in KINDS:
            answered = await address.send(body, kind)
            assert 400 <= answered.status_code < 500, (body, kind)


async def test_bytes_that_are_no_text_are_turned_away(address: Address) -> None:
    assert (await address.send(b"text=\xff\xfe", FORM)).status_code == 400


async def test_a_body_without_end_is_not_read_to_its_end(address: Address) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50 * LARGEST_BODY:
            sent += 100_000
            yield b"x" * 100_000

    # It has the form of a signature; whether it is one shows at the end only.
    headers = signature("another secret", "", int(time.time()))
    answered = await address.http.post("/slack/events", content=endless(), headers=headers)
    assert answered.status_code == 413
    declared = await address.http.post("/slack/events", content=b"x" * (LARGEST_BODY + 1), headers=headers)
    assert declared.status_code == 413


async def test_slack_may_verify_the_address(address: Address) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"})
    answered = await address.send(body, JSON)
    assert answered.json() == {"challenge": "abc"}


async def test_an_event_that_comes_again_is_taken_again_without_harm(address: Address) -> None:
    event = {
        "type": "event_callback",
        "team_id": "T0OURS",
        "event_id": "Ev1",
        "authorizations": [{"team_id": "T0OURS", "user_id": "U0BOT", "is_bot": True}],
        "event": {"type": "app_home_opened", "user": "U0ANNA", "tab": "home", "channel": "D0"},
    }
    for retry in ("", "1", "2"):
        headers = {"x-slack-retry-num": retry} if retry else {}
        assert (await address.send(json.dumps(event), JSON, **headers)).status_code == 200


@pytest.mark.parametrize("actions", [None, [], "press", [1]])
async def test_a_press_of_no_button_is_turned_away(address: Address, actions: object) -> None:
    pressed = {
        "type": "block_actions",
        "team": {"id": "T0OURS"},
        "user": {"id": "U0ANNA"},
        "actions": actions,
    }
    if actions is None:
        del pressed["actions"]
    answered = await address.send(urlencode({"payload": json.dumps(pressed)}), FORM)
    assert answered.status_code == 400
