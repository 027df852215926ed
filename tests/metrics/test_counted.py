"""What people and Slack do is counted by how it ended, through the real bot; and never by who did it or what it says."""

import asyncio
import sqlite3
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event

from bot import metrics
from bot.slack.client import Client, respond
from bot.slack.requests import Command, Event
from bot.storage import StoreUnavailable
from bot.texts import Refused
from sandbox.server import Sandbox, running
from tests.delivery.conftest import Post, office
from tests.metrics.conftest import Address, Counted, ask, on

__all__ = ["office"]

CASE = "Mijn collega Fatima huilt elke dag"
ENDED = "intervisie_interactions_total"
ACK = "intervisie_interaction_ack_seconds"
CALLS = "intervisie_slack_calls_total"


def stumble(address: Address, problem: Exception, word: str = "stuk") -> None:
    """From here on a command ends like this."""

    @address.app.router.command(word, summary=lambda t: word)
    async def fail(call: Command) -> None:
        raise problem


def counts(since: Counted, kind: str) -> dict[str, float]:
    found = {outcome: since(ENDED, kind=kind, outcome=outcome) for outcome in metrics.Outcome}
    return {str(outcome): count for outcome, count in found.items() if count}


async def test_a_command_is_counted_by_how_it_ended(address: Address, since: Counted) -> None:
    stumble(address, ValueError(CASE))
    stumble(address, Refused(lambda t: CASE), "weiger")
    stumble(address, StoreUnavailable(), "weg")
    for word in ("help", "help", "weiger", "weg", "stuk"):
        assert (await address.command(word)).status_code == 200
    assert counts(since, "command") == {"ok": 2, "refused": 1, "unavailable": 1, "failed": 1}
    assert since(f"{ACK}_count", kind="command") == 5


async def test_what_takes_long_is_seen_in_the_time_until_the_ack(address: Address, since: Counted) -> None:
    @address.app.router.command("traag", summary=lambda t: "traag")
    async def wait(call: Command) -> None:
        await asyncio.sleep(0.3)

    await address.command("traag")
    assert since(f"{ACK}_sum", kind="command") >= 0.3
    assert since(f"{ACK}_bucket", kind="command", le="0.25") == 0
    assert since(f"{ACK}_bucket", kind="command", le="3.0") == 1


async def test_a_click_on_what_is_no_longer_there_counts_as_refused(address: Address, since: Counted) -> None:
    await address.click("gone.for_good", CASE)
    assert counts(since, "action") == {"refused": 1}
    assert since(CALLS, method="views.open", result="ok") == 1


async def test_a_form_that_nobody_knows_counts_as_refused(address: Address, since: Counted) -> None:
    view = {"id": "V1", "type": "modal", "callback_id": CASE, "private_metadata": CASE, "blocks": []}
    await address.interact({"type": "view_submission", "view": {**view, "state": {"values": {}}}})
    assert counts(since, "view") == {"refused": 1}


async def test_an_event_is_counted_once_by_the_worst_that_became_of_it(
    address: Address, since: Counted
) -> None:
    # Added behind those of the rooms.
    @address.app.router.event("channel_archive", name="tests.fail")
    async def fail(call: Event) -> None:
        raise ValueError(CASE)

    @address.app.router.event("channel_archive", name="tests.hear")
    async def hear(call: Event) -> None: ...

    body = (
        '{"type":"event_callback","team_id":"T0OURS","event_id":"Ev1",'
        '"event":{"type":"channel_archive","channel":"C0NONE"}}'
    )
    assert (await address.send(body, "application/json")).status_code == 200
    assert counts(since, "event") == {"failed": 1}


async def test_a_database_that_is_away_is_counted_as_that(address: Address, since: Counted) -> None:
    def away(*_: Any) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    event.listen(address.app.store.engine, "do_connect", away)
    address.app.store.engine.dispose()
    await address.command("stappen")
    assert counts(since, "command") == {"unavailable": 1}
    page = (await ask(address.app.metrics)).text
    assert on(page, "intervisie_database_up") == 0


def client_of(sandbox: Sandbox, session: aiohttp.ClientSession) -> Client:
    return Client(
        token=sandbox.config.bot_token,
        base_url=sandbox.api_url,
        retry_handlers=[],
        session=session,
        timeout=1,
    )


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ({}, "ok"),
        ({"kind": "ratelimited"}, "ratelimited"),
        ({"kind": "error", "code": "channel_not_found"}, "channel_not_found"),
        ({"kind": "error", "code": "thought_of_tomorrow"}, "other"),
        ({"kind": "500"}, "internal_error"),
        ({"kind": "drop_before"}, "no_answer"),
        ({"kind": "slow", "seconds": 5.0}, "no_answer"),
    ],
)
async def test_a_call_is_counted_by_its_result(fault: dict[str, Any], result: str, since: Counted) -> None:
    short = aiohttp.ClientTimeout(total=0.5)
    async with running() as sandbox, aiohttp.ClientSession(timeout=short) as session:
        if fault:
            sandbox.workspace.faults.add(method="users.info", **fault)
        problem: Exception | None = None
        try:
            await client_of(sandbox, session).users_info(user="U0ANNA")
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as happened:
            problem = happened
        assert (problem is None) == (result == "ok")
        assert since(CALLS, method="users.info", result=result) == 1
        assert since("intervisie_slack_call_seconds_count", method="users.info") == 1


async def test_a_call_that_we_break_off_is_counted_as_one_without_an_answer(since: Counted) -> None:
    async with running() as sandbox, aiohttp.ClientSession() as session:
        sandbox.workspace.faults.add(method="users.info", kind="slow", seconds=5.0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client_of(sandbox, session).users_info(user="U0ANNA")
    assert since(CALLS, method="users.info", result="no_answer") == 1


async def test_an_answer_through_a_response_url_is_counted_too(since: Counted) -> None:
    async with running() as sandbox, aiohttp.ClientSession() as session:
        await respond(session, f"{sandbox.api_url}nothing.here", {"text": CASE})
        with pytest.raises(aiohttp.ClientError):
            await respond(session, "http://127.0.0.1:1/", {"text": CASE})
    assert since("intervisie_slack_call_seconds_count", method="response_url") == 2
    assert since(CALLS, method="response_url", result="no_answer") == 1


async def test_what_the_sender_sends_is_counted(office: Post, since: Counted) -> None:
    async with aiohttp.ClientSession() as session:
        office.client = client_of(office.sandbox, session)
        await office.post("one", CASE)
        await office.send_until_done()
    assert office.texts() == [CASE]
    assert since(CALLS, method="chat.postMessage", result="ok") == 1


async def test_the_bot_calls_slack_with_the_client_that_counts(address: Address) -> None:
    assert isinstance(address.app.client, Client)
    assert isinstance(address.app.client, AsyncWebClient)


def test_the_sweep_and_the_sender_have_words_of_their_own(since: Counted) -> None:
    metrics.observe_job(0.3, "done")
    metrics.observe_job(-5, "failed")
    metrics.count_lookup(True)
    metrics.count_lookup(False)
    metrics.count_withdrawal()
    metrics.count_given_up("dropped")
    metrics.count_given_up("failed")
    assert since("intervisie_due_lag_seconds_bucket", outcome="done", le="0.25") == 0
    assert since("intervisie_due_lag_seconds_bucket", outcome="done", le="0.5") == 1
    # A clock that was set back makes nothing handled before its time.
    assert since("intervisie_due_lag_seconds_sum", outcome="failed") == 0
    assert since("intervisie_due_lag_seconds_count", outcome="failed") == 1
    assert since("intervisie_post_in_doubt_total", result="found") == 1
    assert since("intervisie_post_in_doubt_total", result="not_found") == 1
    assert since("intervisie_sent_twice_total") == 1
    assert since("intervisie_messages_given_up_total", state="dropped") == 1
    assert since("intervisie_messages_given_up_total", state="failed") == 1
    metrics.count_given_up(CASE)
    assert since("intervisie_messages_given_up_total", state="other") == 1


async def test_a_payload_that_cannot_be_read_counts_as_failed(address: Address, since: Counted) -> None:
    # No trigger_id: not as Slack sends it.
    body = "command=%2Fintervisie&text=help&user_id=U0ANNA&channel_id=C0OOST&team_id=T0OURS"
    assert (await address.send(body)).status_code == 500
    assert counts(since, "command") == {"failed": 1}
