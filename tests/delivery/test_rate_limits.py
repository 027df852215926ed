"""What Slack allows: calls stay within the minute of their tier, and a post within the second of its channel."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.delivery import rate_limits
from bot.delivery.rate_limits import Call, Limit, RateLimits, limits, retry_after
from bot.delivery.records import TokenBucket
from bot.storage import Store, Tx
from tests.clock import START, StillClock
from tests.conftest import OURS, THEIRS

CHANNEL, POST = "C0OOST", "chat.postMessage"
# Slack's tiers two, three and four, and posting apart: https://docs.slack.dev/apis/web-api/rate-limits
CALLS_PER_MINUTE = {
    300: "chat.postMessage",
    100: "chat.postEphemeral views.publish users.info auth.test conversations.members",
    50: "chat.update chat.delete dnd.info conversations.info conversations.replies conversations.history",
    20: "any.other",
}
METHODS = [(method, calls) for calls, methods in CALLS_PER_MINUTE.items() for method in methods.split()]


@pytest.mark.parametrize(("method", "calls"), METHODS)
def test_a_burst_and_what_flows_back_stay_within_the_minute_of_the_tier(method: str, calls: int) -> None:
    [limit] = limits(method, None)
    assert (limit.name, limit.capacity) == (method, 20)
    # Of the slowest tier the burst is all there is, and one call a minute flows back.
    assert limit.per_second * 60 == pytest.approx(max(calls - 20, 1))


def test_every_method_has_the_tier_of_slack_s_own_pages() -> None:
    assert set(rate_limits.PER_MINUTE) == {method for method, _ in METHODS} - {"any.other"}


def test_a_channel_takes_three_posts_at_once_and_then_one_a_second() -> None:
    assert limits(POST, CHANNEL)[1:] == [Limit(f"{POST}/{CHANNEL}", 3, 1.0)]
    assert len(limits(POST, None)) == len(limits("chat.update", CHANNEL)) == 1


@given(st.floats(0, 20), st.integers(-100, 100))
def test_a_bucket_fills_up_and_no_further_and_loses_nothing_when_a_clock_goes_back(
    level: float, seconds: int
) -> None:
    limit = Limit("any.other", 20, 0.5)
    found = limit.level(level, START, START + timedelta(seconds=seconds))
    assert found == pytest.approx(min(20, level + max(0, seconds) * 0.5))


def test_the_fourth_post_in_a_channel_waits_a_second_and_one_elsewhere_goes(tx: Tx) -> None:
    buckets = RateLimits(tx)
    for _ in range(3):
        assert not buckets.wait(Call(OURS, POST, CHANNEL))
        buckets.take(Call(OURS, POST, CHANNEL))
    assert buckets.wait(Call(OURS, POST, CHANNEL)) == timedelta(seconds=1)
    assert not buckets.wait(Call(OURS, POST, "C0WEST"))
    assert not buckets.wait(Call(THEIRS, POST, CHANNEL))


def test_after_a_burst_an_edit_waits_for_the_next_to_flow_back(tx: Tx) -> None:
    buckets = RateLimits(tx)
    for _ in range(20):
        assert not buckets.wait(Call(OURS, "chat.update", CHANNEL))
        buckets.take(Call(OURS, "chat.update", CHANNEL))
    assert buckets.wait(Call(OURS, "chat.update", CHANNEL)) == timedelta(seconds=2)


@pytest.mark.parametrize(("told", "seconds"), [("30", 30), ("1", 1), ("0.2", 1), ("soon", 1), (None, 1)])
def test_slack_says_how_long_to_wait_and_without_a_word_it_is_a_second(
    told: str | None, seconds: int
) -> None:
    headers = {} if told is None else {"Retry-After": told}
    assert retry_after(headers) == timedelta(seconds=seconds)


def test_after_a_refusal_this_method_alone_waits_as_long_as_slack_said(tx: Tx) -> None:
    rate_limits.record_429(tx, POST, timedelta(seconds=30))
    tx.sql.flush()
    buckets = RateLimits(tx)
    assert buckets.closed_methods() == {Call(OURS, POST): timedelta(seconds=30)}
    assert buckets.wait(Call(OURS, POST, CHANNEL)) == timedelta(seconds=30)
    assert not buckets.wait(Call(OURS, "chat.update", CHANNEL))


def test_everything_that_is_closed_is_found_and_not_the_first_alone(tx: Tx) -> None:
    buckets = RateLimits(tx, locked=True)
    for channel in ("C0OOST", "C0WEST"):
        for _ in range(3):
            buckets.take(Call(OURS, POST, channel))
    for method in ("chat.update", "chat.delete"):
        rate_limits.record_429(tx, method, timedelta(seconds=9))
    tx.sql.flush()
    looked = RateLimits(tx)
    assert {call.method for call in looked.closed_methods()} == {"chat.update", "chat.delete"}
    assert looked.closed_channels() == dict.fromkeys(("C0OOST", "C0WEST"), timedelta(seconds=1))


async def test_a_bucket_without_a_call_for_an_hour_is_forgotten_unless_slack_said_to_wait(
    store: Store, clock: StillClock
) -> None:
    def take(tx: Tx) -> None:
        buckets = RateLimits(tx, locked=True)
        for method in ("chat.update", "chat.delete"):
            buckets.take(Call(OURS, method, None))

    def refuse(tx: Tx, seconds: int) -> None:
        rate_limits.record_429(tx, "chat.delete", timedelta(seconds=seconds))

    def names(tx: Tx) -> set[str]:
        rate_limits.purge_full(tx)
        return set(tx.sql.scalars(select(TokenBucket.name)))

    await store.transact(take)
    clock.move(hours=1)
    assert await store.transact(names) == {"chat.update", "chat.delete"}
    await store.transact(refuse, 2)
    clock.move(seconds=1)
    assert await store.transact(names) == {"chat.delete"}
    clock.move(seconds=1)
    assert await store.transact(names) == {"chat.delete"}
    clock.move(seconds=1)
    assert await store.transact(names) == set()
