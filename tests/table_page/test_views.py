"""What a page shows in each state, in the group's language; and never whose case it is, nor a word of it."""

import html
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.sessions.rules import State, Timer
from bot.sessions.views import SessionView
from bot.table_page import views
from bot.table_page.views import Face, PageState
from bot.texts import LANGUAGES, Texts, for_language
from tests.clock import START

DUTCH, ENGLISH = for_language("nl"), for_language("en")
PHASES = [phase.key for phase in catalogue.method("incident").phases]
PRESENTATION, QUESTIONS, ANSWERS, ANALYSIS, ADVICE = (
    PHASES.index(key) for key in ("presentation", "questions", "answers", "analysis", "advice")
)


def view(phase: int, state: State = State.RUNNING) -> SessionView:
    ends_at = START + timedelta(minutes=7) if state is State.RUNNING else None
    left = timedelta(minutes=7) if state is State.PAUSED else None
    return SessionView(
        id="s1",
        title="Te vaak ja",
        presenter="U0ANNA",
        facilitator="U0BRAM",
        method=catalogue.method("incident"),
        first_phase=PRESENTATION,
        version=3,
        timer=Timer(state, phase, 1, ends_at, left),
        zone="Europe/Amsterdam",
        now=START,
        # Where people speak they look at the page together.
        meets=Meets.ROOM,
    )


def face(phase: int, state: State = State.RUNNING, turn: str = "", t: Texts = DUTCH) -> Face:
    return views.face(t, view(phase, state), turn)


def test_a_running_phase_shows_the_rule_who_speaks_and_until_when() -> None:
    found = face(QUESTIONS)
    assert (found.title, found.rule) == ("Vragen", "Open en kort; je advies bewaar je.")
    assert found.turn == "Iedereen schrijft, behalve de inbrenger."
    assert face(ANSWERS).turn == "De groep vraagt, de inbrenger antwoordt."
    assert found.until == "Tot 15:07."
    assert (found.ends_at, found.left) == (START + timedelta(minutes=7), None)


def test_the_presenter_is_a_role_and_not_a_name() -> None:
    assert face(ANALYSIS).rule == "Nog geen oplossingen. De inbrenger luistert en schrijft mee."
    assert face(PRESENTATION).turn == "De inbrenger is aan het woord."


def test_a_turn_has_the_name_of_whose_it_is() -> None:
    assert face(ADVICE, turn="Daan").turn == "Aan de beurt: Daan"
    assert face(ADVICE).turn == "Ieder krijgt een beurt."


def test_a_pause_keeps_the_time_that_is_left() -> None:
    found = face(QUESTIONS, State.PAUSED)
    assert (found.until, found.ends_at) == ("Pauze. De klok staat stil.", None)
    assert found.left == timedelta(minutes=7)


def test_a_phase_whose_time_is_up_stands_at_nought() -> None:
    found = face(QUESTIONS, State.WAITING)
    assert (found.until, found.left) == ("De tijd is om.", timedelta())


def test_before_and_after_the_session_there_is_no_clock() -> None:
    gathering, ended = face(PRESENTATION, State.GATHERING), face(PRESENTATION, State.ENDED)
    assert (gathering.title, gathering.until) == ("We verzamelen.", "We beginnen met: Inbreng.")
    assert ended.title == "Dank jullie wel."
    for found in (gathering, ended):
        assert (found.ends_at, found.left) == (None, None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [state for state in State if state is not State.ASKED])
@pytest.mark.parametrize("phase", range(len(catalogue.method("incident").phases)))
def test_nothing_of_the_case_is_in_a_page(phase: int, state: State, language: str) -> None:
    shown = face(phase, state, t=for_language(language))
    page = views.html(shown, START, 1.0)
    for secret in ("Te vaak ja", "U0ANNA", "U0BRAM", "{presenter}", "<@", "<!"):
        assert secret not in html.unescape(page).replace("<!doctype", "")


def test_a_page_speaks_the_language_of_its_group() -> None:
    page = views.html(face(QUESTIONS, t=ENGLISH), START, 1.0)
    assert '<html lang="en">' in page
    assert "Until 15:07." in page
    assert '<html lang="nl">' in views.html(face(QUESTIONS), START, 1.0)


def test_a_name_cannot_break_out_of_the_page() -> None:
    page = views.html(face(ADVICE, turn='<img src=x onerror="a">'), START, 1.0)
    assert "<img" not in page


def test_a_page_is_told_times_in_milliseconds_and_how_fast_the_clock_goes() -> None:
    told = views.data_of(face(QUESTIONS), START, 30.0)
    assert (told["ends"] - told["now"], told["left"], told["speed"]) == (7 * 60_000, None, 30.0)
    told = json.loads(json.dumps(views.data_of(face(QUESTIONS, State.PAUSED), START, 1.0)))
    assert (told["ends"], told["left"]) == (None, 7 * 60_000)


def test_a_repeated_phase_is_another_step() -> None:
    first = view(QUESTIONS)
    again = replace(first, timer=replace(first.timer, pass_no=2))
    assert views.face(DUTCH, first).step != views.face(DUTCH, again).step


def test_every_state_of_a_begun_session_is_one_of_the_page() -> None:
    for state in (State.GATHERING, State.RUNNING, State.PAUSED, State.WAITING, State.ENDED):
        assert face(QUESTIONS, state).state is PageState(state.value)
