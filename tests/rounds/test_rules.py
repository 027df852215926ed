"""Turns, who is unheard, remarks on questions and averages, for every group and every text."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rounds import rules

users = st.lists(st.sampled_from([f"U{n}" for n in range(12)]), unique=True)
mark = st.integers(min_value=1, max_value=5)
marks = st.lists(st.tuples(mark, mark, mark), max_size=15)


@pytest.mark.parametrize(
    ("question", "remark"),
    [
        ("Wat maakt dat je ja zegt?", None),
        ("Hoe reageerde zij daarop?", None),
        ("When did this begin?", None),
        ("Heb je al eens met haar gepraat?", "advice"),
        ("Zou je niet beter nee kunnen zeggen?", "advice"),
        ("Is het niet zo dat jij dit zelf oproept?", "advice"),
        ("Heb je er wel eens aan gedacht om nee te zeggen?", "advice"),
        ("Je moet gewoon nee zeggen, toch?", "advice"),
        ("ZOU JE NIET EENS MET HAAR PRATEN?", "advice"),
        ("Why don't you just say no?", "advice"),
        ("Have you tried to talk to her?", "advice"),
        # What a phone makes of an apostrophe.
        ("Why don’t you just say no?", "advice"),
        ("Shouldn’t you talk to her?", "advice"),
        ("Waarom zeg je ja?", "why"),
        ("  “Waarom” zeg je ja?", "why"),
        ("Why do you say yes?", "why"),
        ("Wat zei je? En wat zei zij?", "stacked"),
        ("Wat zei je, omdat zij boos werd?", "stacked"),
        ("Wat " + "heel " * 25 + "vaak?", "stacked"),
        ("Vertel eens over je team", "no_question"),
        # Words that merely contain those of a list.
        ("Wat heb je geprobeerd?", None),
        ("Wat daarom niet?", None),
    ],
)
def test_what_is_pointed_out_about_a_question(question: str, remark: str | None) -> None:
    assert rules.remark_on(question) == remark


def test_of_two_questions_advice_is_pointed_out_first() -> None:
    assert rules.remark_on_any(["Waarom zeg je ja?", "Zou je niet nee zeggen?"]) == "advice"
    assert rules.remark_on_any(["Wat wil jij?", "Waarom zeg je ja?"]) == "why"
    assert rules.remark_on_any(["Wat wil jij?"]) is None
    assert rules.remark_on_any([]) is None


@given(st.text(max_size=3000))
def test_any_text_gets_a_remark_that_is_known_or_none(text: str) -> None:
    assert rules.remark_on(text) in ("advice", "why", "stacked", "no_question", None)


@given(users, st.data())
def test_everyone_but_the_presenter_gets_one_turn(present: list[str], data: st.DataObject) -> None:
    presenter = data.draw(st.sampled_from([*present, "UGONE"]))
    facilitator = data.draw(st.sampled_from([*present, "UAWAY", None]))
    order = rules.turn_order(present, presenter, facilitator)
    assert sorted(order) == sorted(user for user in present if user != presenter)
    if facilitator in order:
        assert order[-1] == facilitator


@given(users, st.data())
def test_a_round_of_advice_ends_and_passes_over_only_who_has_left(
    turns: list[str], data: st.DataObject
) -> None:
    present = data.draw(st.sets(st.sampled_from(turns))) if turns else set()
    had, spoke = 0, []
    for _ in range(len(turns) + 1):
        user, had = rules.next_turn(turns, had, present)
        if user is None:
            break
        spoke.append(user)
        had += 1
    assert spoke == [user for user in turns if user in present]
    assert rules.next_turn(turns, had, present)[0] is None


@given(users, users, st.data())
def test_unheard_are_those_who_are_there_and_said_nothing_but_never_the_presenter(
    present: list[str], heard: list[str], data: st.DataObject
) -> None:
    presenter = data.draw(st.sampled_from([*present, "UGONE"]))
    found = rules.unheard(present, set(heard), presenter)
    assert set(found) == set(present) - set(heard) - {presenter}
    assert found == [user for user in present if user in found]


@given(marks)
def test_averages_appear_from_four_answers_on_and_lie_between_the_marks(
    given_marks: list[tuple[int, int, int]],
) -> None:
    found = rules.averages([rules.Marks(*one) for one in given_marks])
    assert (found is None) == (len(given_marks) < 4)
    if found is None:
        return
    assert found.answers == len(given_marks)
    for average, column in zip(
        (found.use, found.safety, found.method), zip(*given_marks, strict=True), strict=True
    ):
        assert average is not None
        assert min(column) <= average <= max(column)
        assert average * 2 == int(average * 2)


def test_twenty_five_words_are_one_question_and_one_more_is_too_much() -> None:
    assert rules.remark_on("Wat " + "heel " * 23 + "vaak?") is None
    assert rules.remark_on("Wat " + "heel " * 24 + "vaak?") == "stacked"


def test_who_has_said_nothing_is_asked_after_six_tenths_of_the_phase() -> None:
    now = datetime(2027, 1, 14, 14, tzinfo=UTC)
    assert rules.unheard_check_at(now, 10) == now + timedelta(minutes=6)


def test_the_warmest_questions_come_first_and_those_without_a_word_last() -> None:
    rated = [(1, None), (2, rules.COLD), (3, rules.WARM), (4, rules.LUKEWARM), (5, rules.WARM)]
    assert rules.warmest_first(rated) == [3, 5, 4, 2, 1]
    assert (rules.COLD, rules.LUKEWARM, rules.WARM) == (0, 1, 2)


def test_a_mark_of_one_or_two_for_safety_is_unsafe_and_no_mark_is_none() -> None:
    assert [rules.Marks(4, safety, 4).is_unsafe for safety in range(6)] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
    assert rules.Marks() == (0, 0, 0)
    assert not rules.Marks().counts
    assert not rules.Marks(use=4).counts
    assert not rules.Marks(safety=4).counts
    assert rules.Marks(4, 4).counts


def test_a_facilitator_who_presents_has_no_turn() -> None:
    assert rules.turn_order(["A", "B", "C"], "A", "A") == ["B", "C"]
    assert rules.turn_order(["A", "B", "C"], "C", "A") == ["B", "A"]


def test_the_method_has_an_average_from_four_marks_on_and_averages_are_in_halves() -> None:
    asked, not_asked = rules.Marks(5, 4, 3), rules.Marks(4, 4, 0)
    found = rules.averages([asked, asked, asked, not_asked])
    assert found == rules.Averages(use=5.0, safety=4.0, method=None, answers=4)
    found = rules.averages([asked, asked, rules.Marks(4, 4, 4), rules.Marks(4, 4, 4), not_asked])
    assert found == rules.Averages(use=4.5, safety=4.0, method=3.5, answers=5)
