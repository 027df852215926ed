"""What the form points out, and what it lets be."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases import rules
from bot.cases.rules import CaseDraft, CaseKind, Remark


@pytest.mark.parametrize(
    "question",
    [
        "Moet ik hem aanspreken?",
        "Kan ik dit zo laten?",
        "En is dat erg?",
        "Should I tell her?",
        "Hij zegt nooit iets terug. Ben ik te streng?",
        "Or do I leave it?",
    ],
)
def test_a_question_for_yes_or_no_is_seen(question: str) -> None:
    assert rules.is_closed(question)


@pytest.mark.parametrize(
    "question",
    [
        "Hoe kan ik nee zeggen?",
        "Wat moet ik doen als zij belt?",
        "Is dat mijn taak? En hoe blijf ik dan rustig?",
        "Hoe kan ik o.a. mijn mevr. is ziek-gesprekken beter voeren?",
        "Wat helpt mij om los te laten? Dank alvast.",
        "How can I say no?",
        "Moet ik blijven of weggaan?",
        "Zal ik het zeggen of niet?",
        "Should I stay or leave?",
        "",
        "?",
    ],
)
def test_an_open_question_passes(question: str) -> None:
    assert not rules.is_closed(question)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ruzie met Pieter over de planning", "Pieter"),
        ("Gesprek met mevrouw jansen", "mevrouw jansen"),
        ("Overleg met HR loopt vast", None),
        ("Hoe ik Nederlands geef", None),
        ("Een collega die alles weet. Altijd.", None),
    ],
)
def test_a_word_that_looks_like_a_name(title: str, name: str | None) -> None:
    assert rules.name_in(title) == name


def test_all_remarks_come_at_once_in_the_order_of_the_fields() -> None:
    thin = CaseDraft("Ruzie met Pieter", "Kort.", "Niks", "Moet zij dat doen?")
    assert rules.remarks(thin) == [
        Remark.NAME_IN_TITLE,
        Remark.THIN_SITUATION,
        Remark.THIN_OWN_PART,
        Remark.CLOSED_QUESTION,
        Remark.ABOUT_OTHERS,
    ]
    assert rules.remarks(replace(thin, title=""))[0] == Remark.NO_TITLE
    assert rules.remarks(replace(thin, question=""))[-1] == Remark.NO_QUESTION
    assert rules.remarks(replace(thin, question="Hoe?"))[-1] == Remark.SHORT_QUESTION
    assert rules.remarks(replace(thin, question="Hoe ik nee kan zeggen"))[-1] == Remark.NOT_A_QUESTION


def test_a_real_dilemma_and_something_that_went_well_need_no_remark() -> None:
    full = CaseDraft(
        "Te vaak ja", "Iemand vraagt me elke week iets erbij, en ik zeg altijd ja.", "Ik zeg ja.", ""
    )
    full = replace(full, own_part="Ik wil aardig gevonden worden.", question="Moet ik blijven of weggaan?")
    assert rules.remarks(full) == []
    assert rules.remarks(replace(full, kind=CaseKind.WENT_WELL, question="")) == []


@given(st.text(max_size=300))
def test_nothing_that_people_type_breaks_the_checks(text: str) -> None:
    rules.is_closed(text)
    rules.is_about_me(text)
    rules.name_in(text)
    rules.remarks(CaseDraft(text, text, text, text))
    rules.same_theme_count(text, [text.upper()])


def test_themes_are_one_however_they_are_spelt() -> None:
    assert rules.same_theme_count("Grenzen", ["grenzen ", "GRENZEN", "Werkdruk", ""]) == 3


@given(st.sampled_from("aAbB"), st.lists(st.sampled_from(["a", "A", " a", "b", "B ", ""]), max_size=8))
def test_a_shared_theme_is_shared_by_that_many(theme: str, others: list[str]) -> None:
    number = rules.same_theme_count(theme, others)
    assert number == 1 + sum(one.strip().casefold() == theme.casefold() for one in others)


def test_a_very_long_row_of_leading_words_is_read_in_one_go() -> None:
    """Taking each word from the front took 93 s for a text of 1.9 MB."""
    assert rules.is_closed("en " * 630_000 + "mag dat?")


@pytest.mark.parametrize(
    ("field", "enough", "remark"),
    [
        ("situation", 40, Remark.THIN_SITUATION),
        ("own_part", 15, Remark.THIN_OWN_PART),
        ("question", 12, Remark.SHORT_QUESTION),
    ],
)
def test_a_field_is_long_enough_from_so_many_characters_on(field: str, enough: int, remark: Remark) -> None:
    full = CaseDraft("Te vaak ja", "x" * 40, "x" * 15, "Hoe zeg ik nee?")
    assert rules.remarks(full) == []
    ending = " ik?" if field == "question" else "x" * 4
    typed: dict[str, Any] = {field: "x" * (enough - 4) + ending}
    assert rules.remarks(replace(full, **typed)) == []
    typed = {field: "x" * (enough - 5) + ending}
    assert rules.remarks(replace(full, **typed)) == [remark]


def test_one_person_has_ten_waiting_cases_and_titles_of_150_characters_at_most() -> None:
    assert (rules.MOST_WAITING, rules.TITLE_AT_MOST) == (10, 150)
