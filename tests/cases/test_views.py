"""A case as people read it."""

import html

from hypothesis import given
from hypothesis import strategies as st

from bot.cases import views
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseKind, CaseState, Remark
from bot.slack import limits
from bot.texts import for_language

T = for_language("nl")


def case(text: str) -> Case:
    return Case(
        id="c" * 16,
        presenter="U0ANNA",
        state=CaseState.HANDED_IN,
        title="Te vaak ja",
        situation=text,
        own_part=text,
        question=text,
        tried=text,
        hope=text,
        help=["ideas"],
        urgency="now",
        theme="",
    )


def shown(found: list[views.Block]) -> str:
    return " ".join(block["text"]["text"] for block in found if block["type"] == "section")


@given(st.text(alphabet="ab &<>\n", min_size=1, max_size=limits.INPUT_TEXT))
def test_no_letter_of_a_case_is_lost_and_slack_takes_it(text: str) -> None:
    found = views.case_blocks(T, case(text))
    assert len(found) <= limits.BLOCKS_PER_MESSAGE
    assert all(len(block["text"]["text"]) <= limits.TEXT for block in found if block["type"] == "section")
    letters = "".join(html.unescape(shown(found)).split())
    wanted = "".join(text.split())
    assert letters.count(wanted) >= 4 if wanted else True


def test_the_longest_text_of_signs_stays_whole() -> None:
    text = "&" * limits.INPUT_TEXT
    assert shown(views.case_blocks(T, case(text))).count("&amp;") == 5 * limits.INPUT_TEXT


def test_the_group_reads_title_and_question_and_nothing_else() -> None:
    other = case("Iets geheims")
    other.question = "Hoe kan ik nee zeggen?"
    view = str(views.lists(T, "g" * 16, [], [other]))
    assert "Te vaak ja" in view
    assert "Hoe kan ik nee zeggen?" in view
    assert "Iets geheims" not in view
    assert "U0ANNA" not in view


def test_a_case_without_a_title_is_not_said_to_be_good_enough_to_send() -> None:
    meta, draft = views.CaseForm("g" * 16, "", 1), CaseDraft("", "Elke avond belt ze.", "", "")
    lacking = views.form(T, meta, draft, remarks=[Remark.NO_TITLE, Remark.NO_QUESTION])
    assert "verstuur het gewoon nog een keer" not in str(lacking)
    assert "Een titel is nodig; de rest mag zo blijven." in str(lacking)
    assert lacking["submit"]["text"] == "Verder"
    titled = views.form(T, meta, CaseDraft("Te vaak ja", "", "", ""), remarks=[Remark.NO_QUESTION])
    assert "verstuur het gewoon nog een keer" in str(titled)
    assert titled["submit"]["text"] == "Zo versturen"


def test_what_follows_that_it_went_well_has_no_capital() -> None:
    found = case("Een week")
    assert views.kind_and_state(for_language("en"), found) == "Waiting to be chosen"
    found.kind = CaseKind.WENT_WELL
    for language, words in (
        ("nl", "Iets wat goed ging, wacht op een keuze"),
        ("en", "Something that went well, waiting to be chosen"),
    ):
        assert views.kind_and_state(for_language(language), found) == words
