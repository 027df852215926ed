"""The methods are data: what is in the file is what happens, and a faulty file is refused with its place."""

import copy
import json
import re
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.methods.catalogue import BadMethod, UnknownMethod


@pytest.fixture
def data() -> dict[str, Any]:
    return tomllib.loads((catalogue.DATA / "incident.toml").read_text(encoding="utf-8"))


def phase_of(key: str) -> catalogue.Phase:
    return next(phase for phase in catalogue.method("incident").phases if phase.key == key)


def test_the_incident_method_takes_65_minutes_between_the_bookends() -> None:
    incident = catalogue.method("incident")
    assert [(phase.activities, phase.minutes, phase.least) for phase in incident.phases] == [
        (("arrival",), 3, 2),
        (("look_back",), 5, 2),
        (("tell",), 9, 5),
        (("write",), 4, 3),
        (("rate", "answer"), 10, 6),
        (("reword",), 2, 2),
        (("think",), 10, 6),
        (("write", "turns"), 10, 6),
        (("respond",), 5, 4),
        (("harvest",), 5, 3),
        (("evaluate",), 5, 4),
    ]
    # Whoever arrives is not counted: that phase may be left out.
    assert incident.minutes == 65
    assert [phase.key for phase in incident.phases if phase.optional] == ["arrival"]
    protected = [phase.key for phase in incident.phases if phase.protected]
    assert protected == ["response", "harvest", "evaluation"]


def test_the_bookends_are_those_of_every_method(tmp_path: Path) -> None:
    bookends = tomllib.loads(catalogue.BOOKENDS.read_text(encoding="utf-8"))
    before, after = ([one["key"] for one in bookends[where]] for where in ("before", "after"))
    for method in catalogue.methods():
        keys = [phase.key for phase in method.phases]
        assert keys[: len(before)] == before
        assert keys[-len(after) :] == after


def test_the_short_form_takes_every_phase_at_its_least() -> None:
    full, short = catalogue.method("incident"), catalogue.shortened("incident")
    assert [(one.key, one.minutes) for one in short.phases] == [
        (one.key, one.least) for one in full.phases if not one.optional
    ]


def test_a_session_keeps_its_method_in_at_most_32_kilobytes_and_gets_it_back_whole() -> None:
    for method in catalogue.methods():
        kept = json.dumps(method.as_json())
        assert len(kept.encode()) <= 32 * 1024
        assert catalogue.method_of_session(method.key + catalogue.KEPT, json.loads(kept)) == method


def test_a_session_of_before_keeps_its_eight_phases_and_their_minutes() -> None:
    before = catalogue.method_of_session("incident", None)
    assert [(one.key, one.minutes) for one in before.phases] == [
        ("look_back", 5),
        ("presentation", 10),
        ("questions", 15),
        ("analysis", 10),
        ("advice", 10),
        ("response", 5),
        ("harvest", 5),
        ("evaluation", 5),
    ]
    assert before.phases[2].writing_time == timedelta(minutes=4)
    short = catalogue.method_of_session("incident.short", None)
    assert [one.minutes for one in short.phases] == [3, 6, 9, 6, 6, 3, 3, 3]
    assert short.name("nl") == "Incidentmethode, kort"


def test_a_version_before_knows_no_method_of_a_session_that_keeps_its_own() -> None:
    for method in (*catalogue.methods(), catalogue.shortened("incident")):
        kept = method.key + catalogue.KEPT
        # As that version looked it up.
        assert not kept.endswith(catalogue.SHORT)
        assert kept not in {one.key for one in catalogue.methods()}
        assert catalogue.method(kept) == method


def test_the_presenter_is_silent_while_the_others_think_and_advise() -> None:
    incident = catalogue.method("incident")
    assert [phase.key for phase in incident.phases if phase.presenter == "silent"] == ["analysis", "advice"]


def test_a_sentence_whose_time_is_not_known_is_left_out() -> None:
    said = phase_of("questions").says("nl", "Anna", time="15:20").prompt
    assert "Om 15:20 staan ze er allemaal tegelijk." in said
    assert "Om" not in phase_of("questions").says("nl", "Anna").prompt


def test_the_words_follow_the_activity() -> None:
    answers = phase_of("answers")
    assert "koud, lauw of warm" in answers.says("nl", "Anna", activity="rate").prompt
    assert "Begin daar." in answers.says("nl", "Anna", activity="answer").prompt


def test_every_text_is_there_in_both_languages_without_exclamation_marks() -> None:
    for method in catalogue.methods():
        for phase in method.phases:
            for language in catalogue.LANGUAGES:
                for meets in Meets:
                    said = phase.says(language, "<@U0ANNA>", meets, time="15:20")
                    for name in catalogue.TEXTS:
                        text = getattr(said, name)
                        assert text
                        assert not set(text) & set("!{}")


def test_dutch_pronominal_adverbs_are_one_word() -> None:
    """ "Wat doe je ermee", and not "er mee"."""
    for method in catalogue.methods():
        for phase in method.phases:
            for meets in Meets:
                said = phase.says("nl", "Anna", meets, time="15:20")
                for name in catalogue.TEXTS:
                    assert not re.search(r"\ber (mee|aan|van|voor|over)\b", getattr(said, name))


def test_advice_has_one_word_in_dutch() -> None:
    for method in catalogue.methods():
        assert not re.search(r"\braad\b", method.about("nl"))
        for phase in (*method.phases, *catalogue.choosing_phases()):
            for meets in Meets:
                for activity in phase.activities:
                    said = phase.says("nl", "Anna", meets, activity, time="15:20")
                    for name in catalogue.TEXTS:
                        assert not re.search(r"\braad\b", getattr(said, name), re.IGNORECASE)


def test_where_people_speak_they_write_on_paper_and_hear_nothing_of_forms() -> None:
    questions = phase_of("questions")
    for meets in (Meets.ROOM, Meets.VIDEO):
        spoken = questions.says("nl", "Anna", meets)
        assert "op papier" in spoken.prompt
        assert spoken.title == questions.title("nl")
    written = questions.says("nl", "Anna", Meets.THREAD, time="15:20")
    assert "allemaal tegelijk" in written.prompt
    assert "papier" not in written.prompt


# What whoever leads in a thread cannot see, hear or do.
ONLY_ALOUD = {
    "nl": r"\bhand(en)?\b|\bkijk|luister|\bhoor|\bstil(te)?\b(?! zette)|hardop|papier|\blees .* voor\b|telefoon|tranen|gepraat",
    "en": r"\bhands?\b|\blook at|listen|\bhear|quiet|silence|aloud|paper|read out|phone|tears|talk together",
}


def test_in_writing_no_text_asks_for_eyes_ears_or_paper() -> None:
    incident = catalogue.method("incident")
    phases = [*incident.phases, *incident.for_what_went_well().phases, *catalogue.choosing_phases()]
    # Nobody arrives in the thread, in one sentence each.
    for phase in (one for one in phases if one.key != "arrival"):
        for language in catalogue.LANGUAGES:
            for activity in phase.activities:
                said = phase.says(language, "Anna", Meets.THREAD, activity, time="15:20")
                for name in catalogue.TEXTS:
                    found = re.search(ONLY_ALOUD[language], getattr(said, name), re.IGNORECASE)
                    assert found is None, (phase.key, language, name, found)


def test_in_a_room_the_words_for_eyes_and_ears_stay() -> None:
    for meets in (Meets.ROOM, Meets.VIDEO):
        assert "Een hand omhoog is genoeg." in phase_of("presentation").says("nl", "Anna", meets).watch_for
        assert "Kijken jullie naar Anna?" in phase_of("analysis").says("nl", "Anna", meets).watch_for
    written = phase_of("analysis").says("nl", "Anna", Meets.THREAD)
    assert written.watch_for == "Schrijven jullie aan Anna? Wie schreef nog niets?"


def test_something_that_went_well_has_its_own_words_and_the_same_phases() -> None:
    for method in catalogue.methods():
        well = method.for_what_went_well()
        assert [(one.activities, one.minutes) for one in well.phases] == [
            (one.activities, one.minutes) for one in method.phases
        ]
        for phase in well.phases:
            if phase.activities == ("reword",):
                # What went well has no question, and the session not this phase.
                continue
            for language in catalogue.LANGUAGES:
                said = phase.says(language, "Anna")
                whole = " ".join((said.prompt, said.rule, said.facilitator_line))
                assert "je vraag" not in whole
                assert "your question" not in whole
                assert not set(whole) & set("!{}")


def test_in_every_phase_a_sentence_for_trouble_says_when_it_is_said() -> None:
    """Whoever leads for the first time reads a situation, and what to say in it."""
    for method in catalogue.methods():
        for phase in method.phases:
            for language, say in (("nl", "Zeg: "), ("en", "Say: ")):
                said = phase.says(language, "Anna").if_wrong
                assert said.count(f'? {say}"') == said.count(say) > 0
                assert f'"{say}' not in said


def test_what_to_look_out_for_is_a_question_and_no_order() -> None:
    """A statement there, as that somebody gets one more piece of advice, reads as something to do."""
    for phase in (*catalogue.method("incident").phases, *catalogue.choosing_phases()):
        for language in catalogue.LANGUAGES:
            assert "?" in phase.says(language, "Anna").watch_for, (phase.key, language)


def test_what_is_said_first_begins_the_phase() -> None:
    said = {
        one.key: one.says("nl", "Anna", Meets.ROOM).facilitator_line
        for one in catalogue.method("incident").phases
    }
    assert "hoe zit je hier nu?" in said["arrival"]
    assert said["presentation"].startswith("Anna, jij brengt vandaag in.")
    assert said["questions"] == "Schrijf ieder één of twee open vragen op. We lezen ze zo voor."
    assert said["answers"].splitlines()[1] == "Anna, begin bij de vraag die je even stil zette."
    assert said["analysis"].startswith("Anna, je mag nu alleen luisteren.")
    assert said["advice"] == "Schrijf eerst ieder je advies op; daarna lezen we om de beurt voor."
    assert "Pak nu allemaal je telefoon" in said["harvest"]
    assert said["evaluation"].splitlines()[1] == "Wat doen we volgende keer anders?"
    turns = phase_of("advice").says("nl", "Anna", Meets.ROOM, "turns")
    assert turns.facilitator_line.startswith("Nu om de beurt.")


def test_questions_on_paper_are_read_out_in_the_next_phase() -> None:
    for meets in (Meets.ROOM, Meets.VIDEO):
        assert (
            "lezen we ze om de beurt voor"
            in phase_of("questions").says("nl", "Anna", meets, time="15:20").prompt
        )
        answers = phase_of("answers").says("nl", "Anna", meets, activity="answer")
        assert "Lees om de beurt je vragen voor." in answers.prompt
        assert "Lees om de beurt je vragen voor." in answers.facilitator_line
    assert "Lees" not in phase_of("answers").says("nl", "Anna", Meets.THREAD, activity="answer").prompt


def test_where_everybody_has_a_turn_their_number_decides_the_least() -> None:
    advice, back = phase_of("advice"), phase_of("look_back")
    assert [advice.least_for(people) for people in (0, 2, 3, 5, 7)] == [6, 3, 5, 8, 11]
    assert [back.least_for(people) for people in (0, 1, 2)] == [2, 2, 4]
    assert phase_of("analysis").least_for(7) == 6


def test_the_presenters_name_is_filled_in() -> None:
    assert "zonder <@U0ANNA>" in phase_of("analysis").says("nl", "<@U0ANNA>").prompt


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    assert "{0} {rule}" in phase_of("analysis").says("en", "{0} {rule}").prompt


def test_an_unknown_method_is_not_found() -> None:
    with pytest.raises(UnknownMethod):
        catalogue.method("../incident")


def _set(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        at: Any = data
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("phases", to=[]), "x.toml: phases must be a list"),
        (
            _set("phases", 2, "minutes", to=0),
            "x.toml, phase 3: minutes: must be a whole number from 1 to 120",
        ),
        (_set("phases", 2, "minutes", to=True), "x.toml, phase 3: minutes"),
        (_set("phases", 0, "activities", to=[]), "x.toml, phase 1: activities: must be a list of one to 3"),
        (_set("phases", 0, "activities", to=["a", "a"]), "x.toml, phase 1: activities: must be a list"),
        (_set("phases", 0, "activities", to=["a b"]), "x.toml, phase 1: activities: must be one short word"),
        (_set("phases", 0, "least", to=10), "x.toml, phase 1: least: must be a whole number from 1 to 9"),
        (_set("phases", 0, "protected", to=1), "x.toml, phase 1: protected: must be true or false"),
        (_set("phases", 1, "item", to="song"), "x.toml, phase 2: item: must be one of question, advice"),
        (_set("phases", 0, "presenter", to="dances"), "x.toml, phase 1: presenter"),
        (_set("phases", 1, "key", to="presentation"), "x.toml: two phases have the same key"),
        (_set("phases", 1, "nl", "rule", to=" "), "x.toml, phase 2, nl: rule: must be a text"),
        (
            _set("phases", 1, "en", "prompt", to="{facilitator} asks"),
            "only {next}, {presenter}, {previous}, {time} may be",
        ),
        (_set("phases", 1, "en", "prompt", to="{presenter asks"), "x.toml, phase 2, en: prompt"),
        (_set("phases", 1, "nl", "room", to={}), "x.toml, phase 2, nl, room: must hold some of title"),
        (_set("phases", 1, "nl", "room", "sing", to="Do"), "x.toml, phase 2, nl, room: must hold some of"),
        (_set("phases", 1, "nl", "room", "rule", to=""), "x.toml, phase 2, nl, room: rule: must be a text"),
        (_set("phases", 1, "colour", to="red"), "x.toml, phase 2: unknown colour"),
        (_set("name", to={"nl": "Zo"}), "x.toml: name: missing en"),
        (
            _set("phases", 1, "nl", "went_well", to={"colour": "red"}),
            "phase 2, nl, went_well: must hold some of",
        ),
        (_set("phases", 1, "nl", "went_well", to="red"), "phase 2, nl: unknown went_well"),
        (_set("phases", 1, "nl", "dance", to={"rule": "Zo"}), "phase 2, nl: dance is no way of meeting"),
        (_set("group_at_most", to=3), "x.toml: group_at_most: must be a whole number from 4 to 20"),
        (_set("key", to="a b"), "x.toml: key: must be one short word"),
    ],
)
def test_a_fault_in_the_data_names_its_place(
    data: dict[str, Any], change: Callable[[dict[str, Any]], None], says: str
) -> None:
    catalogue.parse(copy.deepcopy(data), "x.toml")
    change(data)
    with pytest.raises(BadMethod) as problem:
        catalogue.parse(data, "x.toml")
    assert says in str(problem.value)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("key = ")
    with pytest.raises(BadMethod, match=r"broken\.toml: this is not TOML"):
        catalogue.load(tmp_path)


def test_two_files_with_one_key_are_refused(tmp_path: Path) -> None:
    text = (catalogue.DATA / "incident.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    (tmp_path / "b.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadMethod, match=r"b\.toml: the key 'incident' is taken"):
        catalogue.load(tmp_path)
