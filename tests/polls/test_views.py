"""The result in words: only what decided, in both languages."""

import pytest

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.polls import views
from bot.texts import for_language


def case(title: str) -> Case:
    return Case(
        id=title[:16], title=title, question="Hoe kan ik verder?", state=CaseState.HANDED_IN, theme=""
    )


def result(reason: str, *, voters: int = 3, others: int = 1) -> views.Result:
    named = [case(f"Andere {number}") for number in range(others)]
    return views.Result(case("Deze <b>"), 2, reason, named[0] if named else None, voters, named, 1)


@pytest.mark.parametrize(
    ("reason", "dutch", "english"),
    [
        ("points", "Met 2 stemmen, de meeste", "got the most votes: 2"),
        ("urgency", "dringender", "more urgent"),
        ("waiting", "wacht het langst", "waited longest"),
        ("turns", "minst vaak aan de beurt", "fewest turns"),
        ("lot", "nam de eerste van de twee", "took the first of the two"),
    ],
)
def test_the_reason_is_the_one_that_decided(reason: str, dutch: str, english: str) -> None:
    assert dutch in views.result_post(for_language("nl"), result(reason)).text
    assert english in views.result_post(for_language("en"), result(reason)).text


def test_how_often_somebody_had_a_turn_points_at_no_waiting_case() -> None:
    for language in ("nl", "en"):
        assert "Andere" not in views.reason_in_words(for_language(language), result("turns"))


def test_one_case_needs_no_reason_and_none_is_told_when_it_should_not_be() -> None:
    t = for_language("en")
    for one in (result("only", others=0), result("")):
        assert views.reason_in_words(t, one) == ""


def test_people_s_words_do_nothing_in_the_channel() -> None:
    shown = views.result_post(for_language("en"), result("points"))
    assert "Deze &lt;b&gt;" in shown.text
    assert "Deze <b>" not in str(shown.blocks)
