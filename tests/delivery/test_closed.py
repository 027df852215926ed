"""What is closed: only what it concerns waits for it, and the sender looks again when it is open."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.delivery import outbox, rate_limits, sendable
from bot.delivery.message import Message
from bot.delivery.outbox.rows import TABLE
from bot.delivery.rate_limits import Call, RateLimits
from bot.delivery.records import OutboxRow
from bot.delivery.token_pauses import EVERY_METHOD, record_token_refusal, token_pauses
from bot.storage import Tx, Workspace, belonging_to
from tests.conftest import OURS, THEIRS
from tests.delivery.conftest import ANNA, BRAM

VIEW = {"type": "home", "blocks": []}
CHANNELS = {OURS: "C0OOST", THEIRS: "C0WEST"}
ALL_OURS = {"ours: post", "ours: whisper", "ours: home", "ours: home in background", "ours: ask"}


def fill(tx: Tx) -> None:
    """A call of each kind in two workspaces."""
    for workspace, channel in CHANNELS.items():
        there = tx.of(workspace)
        outbox.post(there, channel, Message("Hoi"), key="card")
        outbox.post_ephemeral(there, channel, ANNA, Message("Psst"))
        outbox.publish_home(there, ANNA, VIEW)
        outbox.publish_home(there, BRAM, VIEW, background=True)
        outbox.call_api(there, "users.info", {"user": ANNA}, answer="test.answer", subject=ANNA)
    tx.sql.flush()


def take(tx: Tx, times: int, call: Call) -> None:
    buckets = RateLimits(tx, locked=True)
    for _ in range(times):
        buckets.take(call)


def refuse_token(tx: Tx) -> None:
    record_token_refusal(tx, EVERY_METHOD, "token_revoked")


def post_too_much(tx: Tx) -> None:
    take(tx, 3, Call(OURS, "chat.postMessage", CHANNELS[OURS]))


def also(*closings: Callable[[Tx], None]) -> Callable[[Tx], None]:
    def close(tx: Tx) -> None:
        for one in closings:
            one(tx)

    return close


@pytest.mark.parametrize(
    ("close", "waits", "seconds"),
    [
        pytest.param(lambda tx: None, set(), None, id="nothing"),
        pytest.param(refuse_token, ALL_OURS, 5, id="a refused token"),
        pytest.param(
            lambda tx: record_token_refusal(tx, "chat.postMessage", "missing_scope"),
            {"ours: post"},
            5,
            id="a missing scope",
        ),
        pytest.param(
            lambda tx: rate_limits.record_429(tx, "users.info", timedelta(seconds=30)),
            {"ours: ask"},
            30,
            id="a method, as Slack said",
        ),
        pytest.param(post_too_much, {"ours: post"}, 1, id="a channel"),
        # Its post waits for the token anyway, so the second of its channel is no reason to look.
        pytest.param(also(post_too_much, refuse_token), ALL_OURS, 5, id="a channel and the token"),
        pytest.param(
            also(
                lambda tx: take(tx, 3, Call(OURS, "chat.postMessage", "C0STIL")),
                lambda tx: outbox.post_ephemeral(tx, "C0STIL", BRAM, Message("Psst")),
            ),
            set(),
            None,
            id="a channel in which a whisper alone waits",
        ),
        pytest.param(
            lambda tx: take(tx, 10, Call(OURS, "views.publish")),
            {"ours: home in background"},
            0.75,
            id="what is left is kept for what somebody waits for",
        ),
        pytest.param(
            lambda tx: take(tx, 10, Call(OURS, "users.info")),
            set(),
            None,
            id="the same of a method without calls in the background",
        ),
    ],
)
def test_only_what_it_concerns_waits_and_until_it_is_open(
    tx: Tx, close: Callable[[Tx], None], waits: set[str], seconds: float | None
) -> None:
    fill(tx)
    close(tx)
    tx.sql.flush()
    went, again = sendable.select_sendable(tx, sendable.MAX_IN_FLIGHT, token_pauses(tx))
    assert left_behind(tx, went) == waits
    assert again == (None if seconds is None else tx.now + timedelta(seconds=seconds))


def test_nothing_of_a_suspended_workspace_goes_and_nothing_wakes_up_for_it(tx: Tx) -> None:
    fill(tx)
    went, again = sendable.select_sendable(tx, sendable.MAX_IN_FLIGHT, suspended=[OURS])
    assert (left_behind(tx, went), again) == (ALL_OURS, None)


@pytest.mark.parametrize(
    ("kind", "method", "background"),
    [("home", "views.publish", False), ("ask", "users.info", False), ("ask", "users.info", True)],
)
def test_however_many_wait_for_a_method_they_hide_no_other(
    tx: Tx, kind: str, method: str, background: bool
) -> None:
    """More than the sender looks at: they are left out before it looks."""
    api_method = method if kind == "ask" else None
    row = {
        "kind": kind,
        "asks": api_method,
        "background": background,
        "at_worst": "twice",
        "state": "pending",
    }
    crowd = [
        {**row, "user": f"U{n}", "lane": f"T0OURS/{n}", "created_at": tx.now, "not_before": tx.now}
        for n in range(sendable.PAGE_SIZE * sendable.MAX_PAGES)
    ]
    tx.sql.execute(insert(TABLE), [{**one, **belonging_to(OURS)} for one in crowd])
    outbox.call_api(tx, "dnd.info", {}, answer="test.answer", subject=ANNA, background=background)
    tx.sql.flush()
    ours = tx.sql.scalars(select(OutboxRow.id).where(OutboxRow.api_method == "dnd.info")).one()
    take(tx, 10 if background else 20, Call(OURS, method))
    tx.sql.flush()
    assert sendable.select_sendable(tx, sendable.MAX_IN_FLIGHT)[0] == [ours]


def left_behind(tx: Tx, went: list[int]) -> set[str]:
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.id.not_in(went))).all()
    return {f"{_whose(row.workspace)}: {row.kind}{' in background' * row.background}" for row in rows}


def _whose(workspace: Workspace) -> str:
    return "ours" if workspace == OURS else "theirs"
