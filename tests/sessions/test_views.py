"""What a session looks like: within Slack's limits, in both languages, and safe with anything people type."""

from dataclasses import replace
from datetime import timedelta

import pytest

import bot.rounds.activities  # noqa: F401  # The table of activities.
from bot.delivery.message import Message
from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.sessions.rules import State, Timer
from bot.sessions.service import activity_named
from bot.sessions.views import SessionRef, SessionView, absence, card, private, prompt, thread
from bot.slack import ids, limits
from bot.texts import Texts, for_language
from tests.clock import START

NASTY = "<!channel> *vet* {phase} & <https://example.org|klik> \u202e omgekeerd 🙂 " + "lang " * 30
FULL = catalogue.method("incident")
# As a session in the thread has it.
METHOD = replace(FULL, phases=tuple(phase for phase in FULL.phases if not phase.optional))


def shown(state: State = State.RUNNING, number: int = 2, **more: object) -> SessionView:
    ends_at = START + timedelta(minutes=7) if state is State.RUNNING else None
    remaining = timedelta(minutes=7, seconds=30) if state is State.PAUSED else None
    basis = SessionView(
        id="0" * 16,
        title=NASTY[:150],
        presenter="U0ANNA",
        facilitator="U0BRAM",
        method=METHOD,
        first_phase=0,
        version=3,
        timer=Timer(state, number, 1, ends_at, remaining),
        zone="Europe/Amsterdam",
        now=START,
    )
    return replace(basis, **more)  # type: ignore[arg-type]  # fields by name, of this class


def about_an_absence(t: Texts) -> list[Message]:
    minutes = [timedelta(minutes=by) for by in (-70, -10, -62, 5)]
    since, until, passed, to_come = (START + by for by in minutes)
    messages = [absence.absence_closing(t, shown(), since - timedelta(days=2), until)]
    for meant in (passed, to_come):
        for number in (2, 7):
            away = absence.Away(3, number, 1, since, until, meant, timedelta(minutes=8))
            messages.append(absence.absence_question(t, shown(State.PAUSED, number, was_away=True), away))
            messages += [
                absence.absence_outcome(t, shown(state, number), away)
                for state in (State.RUNNING, State.ENDED)
            ]
    return messages


def every_message(t: Texts) -> list[Message]:
    messages = [
        card.session_card(t, shown(state, number))
        for state in State
        for number in range(len(METHOD.phases))
        if not (state is State.GATHERING and number > 1)
    ]
    messages += [prompt.prompt(t, shown(number=number)) for number in range(len(METHOD.phases))]
    messages += [
        card.session_card(t, shown(State.ENDED, ended_how=how))
        for how in ("finished", "stopped", "unattended", "away")
    ]
    messages += [
        prompt.prompt(
            t, shown(number=0), before=prompt.look_back_opening(t, "U0DAAN", [NASTY * 20], NASTY * 20)
        ),
        thread.pause_notice(t, shown(State.PAUSED)),
        *about_an_absence(t),
        thread.closing_message(t, shown(State.ENDED, ended_how="finished"), START),
        private.presenter_question(t, SessionRef("0" * 16), NASTY, "U0BRAM", "C0OOST"),
        private.running_already(t, shown(), "T0OURS", "C0OOST", "1700000000.000100"),
        private.channel_lost_notice(t, shown(State.PAUSED), "C0OOST", "archived"),
        private.takeover_offer(t, shown(facilitator=None)),
    ]
    return messages


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_message_fits_and_lets_nothing_through(language: str) -> None:
    for message in every_message(for_language(language)):
        assert len(message.text) <= limits.MESSAGE_TEXT
        assert len(message.blocks) <= limits.BLOCKS_PER_MESSAGE
        spoken = [message.text]
        for block in message.blocks:
            if block["type"] == "section":
                spoken.append(block["text"]["text"])
            elif block["type"] == "context":
                spoken += [element["text"] for element in block["elements"]]
        for text in spoken:
            assert "<!channel>" not in text
            assert "<https://example.org" not in text
            assert "!" not in text.replace("&lt;!channel", "")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.RUNNING, "*De sessie loopt.* Wat er nu is, staat onderaan de thread."),
        (State.PAUSED, "*De klok staat stil* in Vragen. Straks nog 7 minuten."),
        (State.WAITING, "*De sessie loopt.*"),
    ],
)
def test_the_card_says_in_words_where_we_are(state: State, says: str) -> None:
    assert says in card.session_card(for_language("nl"), shown(state)).text


def test_the_card_lists_the_phases_with_their_minutes() -> None:
    phases = card.session_card(for_language("en"), shown()).blocks[3]["text"]["text"].split("\n")
    assert phases == [
        "Look-back: 5 minutes",
        "Presentation: 9 minutes",
        "Questions: 4 minutes",
        "Answers: 10 minutes",
        "Your question: 2 minutes",
        "Analysis: 10 minutes",
        "Advice: 10 minutes",
        "Response: 5 minutes",
        "Harvest: 5 minutes",
        "Evaluation: 5 minutes",
    ]


def test_no_phase_changes_the_card() -> None:
    """A card of the phase before would name the wrong phase, and its buttons would be refused."""
    t = for_language("nl")
    cards = [
        card.session_card(t, shown(state, number))
        for state in (State.RUNNING, State.WAITING)
        for number in range(1, len(METHOD.phases))
    ]
    assert all(one == cards[0] for one in cards)


def test_a_stopped_session_says_how_far_it_came() -> None:
    phases = card.session_card(for_language("en"), shown(State.ENDED, ended_how="stopped")).blocks[3]["text"][
        "text"
    ]
    assert "Questions: stopped here\nAnswers: not reached" in phases


def test_a_session_stopped_while_gathering_reached_nothing() -> None:
    stopped = shown(State.ENDED, number=0, ended_how="stopped", begun=False)
    phases = card.session_card(for_language("en"), stopped).blocks[3]["text"]["text"]
    assert "stopped here" not in phases


def test_minutes_are_never_rounded_up() -> None:
    t = for_language("nl")
    assert (
        "minder dan een minuut"
        in thread.pause_notice(
            t, shown(State.PAUSED, timer=Timer(State.PAUSED, 2, 1, None, timedelta(seconds=59)))
        ).text
    )


def test_at_the_end_of_the_last_phase_the_facilitator_closes_and_leads_nobody_on() -> None:
    def said(number: int) -> str:
        return prompt.time_up_notice(
            for_language("nl"), METHOD.phases[number], shown(State.WAITING, number), START
        ).text

    assert "neemt jullie mee naar het volgende" in said(2)
    assert said(len(METHOD.phases) - 1).endswith("<@U0BRAM> rondt de sessie af.")


def test_going_back_asks_first_and_names_the_phase() -> None:
    nl = for_language("nl")
    controls = card.controls(nl, shown(number=2))
    [back] = [one for one in controls if one["action_id"] == ids.SESSIONS_BACK]
    previous = METHOD.phases[1].title("nl")
    assert back["confirm"]["title"]["text"] == f"Terug naar {previous}?"


def test_only_writing_stands_out_among_the_buttons_of_a_phase() -> None:
    def strong(number: int) -> list[str]:
        t, view = for_language("nl"), shown(number=number)
        said = prompt.prompt(t, view, buttons=activity_named(view.activity).buttons(t, view))
        buttons = [one for block in said.blocks if block["type"] == "actions" for one in block["elements"]]
        return [one["text"]["text"] for one in buttons if one.get("style") == "primary"]

    found = {phase.key: strong(number) for number, phase in enumerate(METHOD.phases)}
    assert found["questions"] == ["Schrijf je vraag"]
    assert found["advice"] == ["Mijn advies"]
    assert found["analysis"] == found["look_back"] == found["presentation"] == []


@pytest.mark.parametrize(
    ("meets", "dutch", "english"),
    [
        (Meets.ROOM, "De rest gebeurt in de ruimte zelf;", "Everything else happens in the room;"),
        (Meets.VIDEO, "De rest gebeurt in het videogesprek;", "Everything else happens on video;"),
        (
            Meets.THREAD,
            "De rest gebeurt in de thread van dit bericht.",
            "Everything else happens in its thread.",
        ),
    ],
)
def test_the_card_says_where_the_rest_happens(meets: Meets, dutch: str, english: str) -> None:
    for language, words in (("nl", dutch), ("en", english)):
        for state in (State.GATHERING, State.RUNNING, State.PAUSED):
            shown_card = card.session_card(for_language(language), shown(state, meets=meets))
            [small] = [one for one in shown_card.blocks if one["type"] == "context"]
            assert small["elements"][0]["text"].startswith(words)
