"""Tokens that nobody guesses, and sentences in which a role stands where a name was."""

import pytest

from bot.table_page import rules


def test_a_token_has_128_bits_and_is_never_the_same() -> None:
    found = {rules.new_token() for _ in range(100)}
    assert len(found) == 100
    assert {len(bytes.fromhex(token)) for token in found} == {16}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("de inbrenger luistert. Nog geen oplossingen.", "De inbrenger luistert. Nog geen oplossingen."),
        ("Om de beurt. de inbrenger reageert nog niet.", "Om de beurt. De inbrenger reageert nog niet."),
        ("Tot 15.20 uur is de inbrenger stil.", "Tot 15.20 uur is de inbrenger stil."),
        ("", ""),
    ],
)
def test_each_sentence_begins_with_a_capital(text: str, wanted: str) -> None:
    assert rules.sentences(text) == wanted


def test_twenty_pages_of_one_session_may_be_open() -> None:
    assert rules.MAX_OPEN == 20
