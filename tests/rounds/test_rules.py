"""Turns, who is unheard, remarks on questions and averages, for every group and every text."""

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
