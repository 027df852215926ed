"""When Slack counts more connections than there are, and what is no more than a moment."""

from bot.slack.sockets.crowding import Crowding


def test_what_is_seen_once_is_looked_at_again_before_anything_is_done() -> None:
    crowding = Crowding(300)
    crowding.on_hello(2, now=0)
    crowding.judge(elsewhere=0)
    assert (crowding.is_on, crowding.needs_hello(299), crowding.needs_hello(300)) == (False, False, True)
    crowding.on_hello(2, now=300)
    crowding.judge(elsewhere=0)
    assert crowding.is_on


def test_a_count_that_comes_right_ends_it() -> None:
    crowding = Crowding(300)
    for now, surplus in ((0, 2), (300, 2), (600, 0)):
        crowding.on_hello(surplus, now)
        crowding.judge(elsewhere=0)
    assert (crowding.is_on, crowding.needs_hello(10_000)) == (False, False)


def test_a_refusal_needs_no_second_look_and_ends_with_the_next_right_count() -> None:
    crowding = Crowding(300)
    crowding.on_refusal(now=0)
    crowding.judge(elsewhere=0)
    assert crowding.is_on
    assert crowding.needs_hello(300)
    crowding.on_hello(8, now=300)
    crowding.judge(elsewhere=6)
    assert crowding.is_on
    crowding.judge(elsewhere=8)
    assert not crowding.is_on
