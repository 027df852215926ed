"""How long messages wait while Slack refuses the bot's token."""

from datetime import timedelta

from bot.delivery import token_pauses
from bot.delivery.token_pauses import EVERY_METHOD, TokenPause
from bot.storage import Store
from tests.clock import START, StillClock
from tests.conftest import OURS

SECOND = timedelta(seconds=1)


def pause(method: str = EVERY_METHOD, minutes: int = 5) -> TokenPause:
    return TokenPause(OURS, method, "invalid_auth", START, START + timedelta(minutes=minutes))


async def test_the_pauses_grow_from_five_seconds_to_five_minutes_and_refusals_at_once_count_once(
    store: Store, clock: StillClock
) -> None:
    refuse = token_pauses.record_token_refusal
    assert await store.transact(refuse, EVERY_METHOD, "invalid_auth") == (True, 5 * SECOND)
    clock.move(seconds=2)
    assert await store.transact(refuse, EVERY_METHOD, "invalid_auth") == (False, 3 * SECOND)
    clock.move(seconds=3)
    for seconds in (15, 30, 60, 120, 300, 300, 300):
        assert await store.transact(refuse, EVERY_METHOD, "token_revoked") == (False, seconds * SECOND)
        clock.move(seconds=seconds)
    [row] = await store.read(token_pauses.token_pauses)
    assert (row.code, row.since) == ("token_revoked", START)
    lasted = await store.transact(token_pauses.end_token_pause, EVERY_METHOD)
    assert lasted == (clock.now() - START).total_seconds()
    assert await store.transact(token_pauses.end_token_pause, EVERY_METHOD) is None


def test_with_a_refused_token_every_call_waits_for_a_trial_and_a_missing_scope_holds_up_its_method_alone() -> (
    None
):
    every, one = pause(), pause("chat.delete")
    for at, over in ((every.until - SECOND, False), (every.until, True)):
        assert every.blocks(at)
        assert every.needs_probe(at) is over
        assert one.blocks(at) is not over
        assert not one.needs_probe(at)


def test_the_next_look_is_when_the_first_pause_is_over() -> None:
    soon, later = pause(minutes=5), pause("chat.delete", minutes=9)
    assert token_pauses.earliest_end([later, soon], START) == soon.until
    assert token_pauses.earliest_end([later, soon], soon.until) == later.until
    assert token_pauses.earliest_end([soon], soon.until) is None
