"""The console of whoever leads in a thread: nothing in it needs ears, eyes or a room."""

import pytest

from bot.console import service as console
from bot.console import views
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.console.people import ANALYSIS, ANSWERS, BRAM, EVALUATION, console_of, session_at
from tests.factories import control


@pytest.mark.parametrize(
    ("meets", "watch"),
    [
        ("room", "Kijken jullie naar <@U0ANNA>? Wie zei nog niets?"),
        ("thread", "Schrijven jullie aan <@U0ANNA>? Wie schreef nog niets?"),
    ],
)
def test_what_to_look_out_for_is_what_can_be_seen(tx: Tx, meets: str, watch: str) -> None:
    assert f"*Waar je op let:* {watch}" in console_of(tx, session_at(tx, ANALYSIS, meets=meets))


@pytest.mark.parametrize(
    ("language", "written", "aloud"),
    [
        (
            "nl",
            ('"Ik lees twee meningen.', "… het iemand erg raakt?"),
            ('"Ik hoor twee meningen.', "… er tranen komen?"),
        ),
        (
            "en",
            ('"I read two opinions.', "… it touches somebody deeply?"),
            ('"I hear two opinions.', "… there are tears?"),
        ),
    ],
)
def test_the_sentences_for_trouble_fit_how_they_meet(
    language: str, written: tuple[str, ...], aloud: tuple[str, ...]
) -> None:
    for is_written, said, other in ((True, written, aloud), (False, aloud, written)):
        shown = str(views.sentences(for_language(language), "U0ANNA", "", is_written=is_written))
        for words in said:
            assert words in shown
        for words in other:
            assert words not in shown


@pytest.mark.parametrize("meets", ["room", "thread"])
def test_only_where_people_speak_the_group_is_asked_aloud(tx: Tx, meets: str) -> None:
    session = session_at(tx, ANSWERS, meets=meets)
    for _ in range(3):
        sessions.extend(tx, BRAM, control(tx, session.id))
    with pytest.raises(Refused) as refused:
        sessions.extend(tx, BRAM, control(tx, session.id))
    session.offers_time = False
    for said in (refused.value.say(for_language("nl")), console_of(tx, session)):
        assert "Vraag het de groep" in said
        assert ("hardop" in said) is (meets == "room")


@pytest.mark.parametrize("meets", ["room", "thread"])
def test_only_where_people_speak_the_windows_know_what_was_said_aloud(tx: Tx, meets: str) -> None:
    session = session_at(tx, EVALUATION, meets=meets)
    speaks = meets == "room"
    assert (console.present_form_for(tx, session.id, BRAM).aloud is not None) is speaks
    more = str(views.more_window(for_language("nl"), console.controls_for(tx, session.id, BRAM)))
    assert "en hoe jullie bij elkaar komen." in more
    assert ("wie het hardop zei" in more) is speaks
    assert ("voor tranen" in more) is speaks


def test_nobody_has_to_nod() -> None:
    for language, words in (("nl", "waar iedereen achter staat"), ("en", "that everybody agrees with")):
        form = str(views.next_time_form(for_language(language), SessionRef("0" * 16), ""))
        assert words in form
