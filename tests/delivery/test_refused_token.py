"""Slack refuses the bot's token: messages wait for a new one, one alarm says so, and nothing is lost."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from bot.delivery import outbox
from bot.delivery.errors import ErrorKind, kind_of
from bot.delivery.message import Message
from bot.delivery.token_pauses import PAUSES, token_pauses
from bot.jobs import clock
from bot.logs import Advice
from tests.delivery.conftest import ANNA, CHANNEL, Post

METHOD = "chat.postMessage"
CODES = (
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "org_login_required",
)


async def alarms(office: Post) -> list[tuple[str, str]]:
    return [(pause.method, pause.code) for pause in await office.store.read(token_pauses)]


async def pass_pauses(office: Post, number: int) -> None:
    """Time goes on to the end of each pause."""
    for _ in range(number):
        wait = await office.next_in()
        assert wait is not None
        office.pass_time(wait + 0.05)
        await office.send()


@pytest.mark.parametrize("code", CODES)
async def test_while_the_token_is_refused_messages_wait_and_then_all_go(office: Post, code: str) -> None:
    office.fault("*", "error", code=code, times=0)
    with capture_logs() as logs:
        for n in range(3):
            await office.post(f"a/{n}", str(n))
        await office.store.transact(outbox.post_ephemeral, CHANNEL, ANNA, Message("Psst"))
        await office.send()
        await pass_pauses(office, 8)
        assert (await office.row("a/0")).state == "pending"
        assert await alarms(office) == [("", code)]
        office.sandbox.workspace.faults.clear()
        await office.send_until_done()
    assert sorted(office.texts(seen_by=ANNA)) == ["0", "1", "2", "Psst"]
    assert await alarms(office) == []
    assert office.failures == []
    refused = [line for line in logs if line["event"] == "token_refused"]
    assert [(line["log_level"], line["error"], line["advice"]) for line in refused] == [
        ("error", code, Advice.RENEW_TOKEN)
    ]
    assert [line["event"] for line in logs].count("token_accepted") == 1


async def test_the_pauses_grow_to_minutes_and_only_auth_test_is_asked(
    office: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the test moves the clock: on a busy machine seconds go by between two looks.
    begun = time.time()
    monkeypatch.setattr(clock, "time", SimpleNamespace(time=lambda: begun, monotonic=time.monotonic))
    office.fault("*", "error", code="token_revoked", times=0)
    for n in range(3):
        await office.post(f"a/{n}")
    await office.send()
    tried = len(office.calls(METHOD))
    seen = []
    for _ in range(len(PAUSES) + 1):
        wait = await office.next_in()
        assert wait is not None
        seen.append(timedelta(seconds=round(wait)))
        await pass_pauses(office, 1)
    assert seen == [*PAUSES, PAUSES[-1]]
    assert PAUSES[-1] <= timedelta(minutes=5)
    assert len(office.calls(METHOD)) == tried <= 3
    assert office.calls("auth.test") == ["fault: error"] * (len(PAUSES) + 1)


async def test_what_is_no_longer_of_use_then_is_dropped(office: Post) -> None:
    office.fault("*", "error", code="token_revoked", times=0)
    until = office.clock.now() + timedelta(minutes=2)
    await office.store.transact(outbox.post, CHANNEL, Message("Nu"), key="soon", expires_at=until)
    await office.post("later", "Later")
    await office.send()
    await pass_pauses(office, 6)
    office.sandbox.workspace.faults.clear()
    await office.send_until_done()
    assert office.texts() == ["Later"]
    assert ((await office.row("soon")).state, (await office.row("soon")).error) == ("dropped", "expired")


async def test_the_alarm_ends_also_when_nothing_waits(office: Post) -> None:
    office.fault("*", "error", code="invalid_auth", times=0)
    until = office.clock.now() + timedelta(seconds=1)
    await office.store.transact(outbox.post, CHANNEL, Message("Nu"), key="soon", expires_at=until)
    await office.send()
    assert await alarms(office) == [("", "invalid_auth")]
    office.sandbox.workspace.faults.clear()
    await office.send_until_done()
    assert await alarms(office) == []


async def test_a_slack_that_is_away_meanwhile_does_not_end_the_alarm(office: Post) -> None:
    office.fault(METHOD, "error", code="token_revoked", times=0)
    office.fault("auth.test", "500")
    office.fault("auth.test", "drop_before")
    office.fault("auth.test", "ratelimited", seconds=1)
    await office.post("a")
    await office.send()
    await pass_pauses(office, 3)
    assert await alarms(office) == [("", "token_revoked")]


async def test_every_process_waits_and_one_alarm_is_raised(office: Post) -> None:
    office.fault("*", "error", code="token_revoked", times=0)
    with capture_logs() as logs:
        await office.post("a")
        await office.send()
        office.sender = office.another()
        await office.post("b")
        await office.send()
        await pass_pauses(office, 3)
    assert office.calls(METHOD) == ["fault: error"]
    assert [line["event"] for line in logs].count("token_refused") == 1


async def test_a_message_in_doubt_is_looked_up_when_the_token_works_again(office: Post) -> None:
    office.fault(METHOD, "drop_after")
    await office.post("a")
    await office.send()
    office.fault("*", "error", code="token_revoked", times=0)
    await office.post("b", "Later")
    await office.send()
    await pass_pauses(office, 4)
    office.sandbox.workspace.faults.clear()
    await office.send_until_done()
    assert office.texts() == ["Hoi", "Later"]


async def test_a_question_waits_too(office: Post) -> None:
    office.fault("*", "error", code="token_revoked", times=0)
    await office.store.transact(
        outbox.call_api, "users.info", {"user": ANNA}, answer="test.answer", subject="x"
    )
    await office.send()
    await pass_pauses(office, 2)
    assert office.answers == []
    office.sandbox.workspace.faults.clear()
    await office.send_until_done()
    assert [answer.error for answer in office.answers] == [""]


async def test_a_missing_scope_lets_only_its_method_wait(office: Post) -> None:
    office.fault(METHOD, "error", code="missing_scope", times=0)
    with capture_logs() as logs:
        await office.post("a")
        await office.store.transact(outbox.publish_home, ANNA, {"type": "home", "blocks": []})
        await office.send()
        assert office.calls("views.publish") == ["ok"]
        await pass_pauses(office, 3)
        assert await alarms(office) == [(METHOD, "missing_scope")]
        office.sandbox.workspace.faults.clear()
        await office.send_until_done()
    assert office.texts() == ["Hoi"]
    assert await alarms(office) == []
    assert [line["advice"] for line in logs if line["event"] == "token_refused"] == [Advice.ADD_SCOPES]


def test_errors_of_one_message_or_one_place_are_not_the_tokens() -> None:
    for code in (
        "user_disabled",
        "access_denied",
        "team_access_not_granted",
        "not_in_channel",
        "ekm_access_denied",
    ):
        assert kind_of(code) is not ErrorKind.TOKEN_REFUSED
