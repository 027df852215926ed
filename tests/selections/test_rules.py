"""Pure rules of a choice together: the steps, who has voted, and the order in which presenters are asked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.polls import rules as poll_rules
from bot.selections import rules
from bot.selections.rules import Entry, SelectionState, has_everyone_voted, is_tie, next_step, ranking

NOON = datetime(2027, 1, 14, 12, tzinfo=UTC)


def entry(case: str, votes: int, echoes: int = 0, waits: int = 0) -> Entry:
    waiting_since = NOON - timedelta(days=waits)
    return Entry(votes, echoes, poll_rules.Entry(case, 0, "can_wait", waiting_since, 0))


def order(*entries: Entry) -> list[str]:
    return [one.poll.case for one in ranking(entries)]


def test_votes_come_first_then_who_recognises_it_then_the_longest_wait() -> None:
    assert order(entry("a", 1, 9), entry("b", 2)) == ["b", "a"]
    assert order(entry("a", 1, 0, 9), entry("b", 1, 1)) == ["b", "a"]
    assert order(entry("a", 1, 1, 1), entry("b", 1, 1, 9)) == ["b", "a"]


def test_a_case_without_a_vote_is_asked_for_by_nobody() -> None:
    assert order(entry("a", 0, 5), entry("b", 1)) == ["b"]
    assert order(entry("a", 0)) == []


@given(st.permutations([("a", 2), ("b", 2), ("c", 1), ("d", 2)]))
def test_the_order_does_not_depend_on_how_the_cases_are_listed(listed: list[tuple[str, int]]) -> None:
    assert order(*(entry(case, votes) for case, votes in listed)) == ["a", "b", "d", "c"]


def test_equal_votes_are_a_tie() -> None:
    assert is_tie(ranking([entry("a", 2), entry("b", 2, 1)]))
    assert not is_tie(ranking([entry("a", 2), entry("b", 1)]))
    assert not is_tie(ranking([entry("a", 2)]))


def test_everyone_who_is_there_has_voted_whoever_else_did() -> None:
    assert has_everyone_voted({"anna", "bram", "gone"}, {"anna", "bram"})
    assert has_everyone_voted({"anna", "bram"}, {"anna", "bram"})
    assert not has_everyone_voted({"anna", "gone"}, {"anna", "bram"})
    assert not has_everyone_voted({"anna"}, set())


def test_only_who_speaks_arrives_and_a_choice_follows_by_nothing() -> None:
    assert next_step(SelectionState.GATHERING, is_written=False) is SelectionState.ARRIVAL
    assert next_step(SelectionState.GATHERING, is_written=True) is SelectionState.INVENTORY
    assert next_step(SelectionState.INVENTORY, is_written=False) is SelectionState.CHOOSING
    for state in (SelectionState.CHOOSING, SelectionState.POLLING, SelectionState.ASKING):
        assert next_step(state, is_written=False) is None


def test_two_to_twenty_cases_are_voted_on_for_two_minutes_and_a_choice_lies_still_for_an_hour() -> None:
    assert (rules.MIN_CANDIDATES, rules.MAX_CANDIDATES) == (2, 20)
    assert timedelta(minutes=2) == rules.POLL_LASTS
    assert timedelta(hours=1) == rules.CLOSES_AFTER
