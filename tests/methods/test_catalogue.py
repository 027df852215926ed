"""The methods are data: what is in the file is what happens, and a faulty file is refused with its place."""

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.methods.catalogue import BadMethod, UnknownMethod


@pytest.fixture
def data() -> dict[str, Any]:
    return tomllib.loads((catalogue.DATA / "incident.toml").read_text(encoding="utf-8"))


def test_the_incident_method_takes_65_minutes_in_eight_phases() -> None:
    incident = catalogue.method("incident")
    assert [(phase.kind, phase.minutes) for phase in incident.phases] == [
        ("look_back", 5),
        ("presentation", 10),
        ("questions", 15),
        ("analysis", 10),
        ("advice", 10),
        ("response", 5),
        ("harvest", 5),
        ("evaluation", 5),
    ]
    assert incident.minutes == 65


def test_the_presenter_is_silent_while_the_others_think_and_advise() -> None:
    incident = catalogue.method("incident")
    assert [phase.kind for phase in incident.phases if phase.presenter == "silent"] == ["analysis", "advice"]


def test_every_text_is_there_in_both_languages_without_exclamation_marks() -> None:
    for method in catalogue.methods():
        for phase in method.phases:
            for language in catalogue.LANGUAGES:
                for meets in Meets:
                    said = phase.says(language, "<@U0ANNA>", meets)
                    for name in catalogue.TEXTS:
                        text = getattr(said, name)
                        assert text
                        assert not set(text) & set("!{}")


def test_where_people_speak_they_write_on_paper_and_hear_nothing_of_forms() -> None:
    questions = next(phase for phase in catalogue.method("incident").phases if phase.kind == "questions")
    for meets in (Meets.ROOM, Meets.VIDEO):
        spoken = questions.says("nl", "Anna", meets)
        assert "op papier" in spoken.prompt
        assert spoken.title == questions.title("nl")
    assert "ik zet ze tegelijk neer" in questions.says("nl", "Anna", Meets.THREAD).prompt


def test_something_that_went_well_has_its_own_words_and_the_same_phases() -> None:
    for method in catalogue.methods():
        well = method.for_what_went_well()
        assert [(one.kind, one.minutes) for one in well.phases] == [
            (one.kind, one.minutes) for one in method.phases
        ]
        for phase in well.phases:
            for language in catalogue.LANGUAGES:
                said = phase.says(language, "Anna")
                whole = " ".join((said.prompt, said.rule, said.facilitator_line))
                assert "je vraag" not in whole
                assert "your question" not in whole
                assert not set(whole) & set("!{}")


def test_the_presenters_name_is_filled_in() -> None:
    analysis = next(phase for phase in catalogue.method("incident").phases if phase.kind == "analysis")
    assert "alsof <@U0ANNA> er niet is" in analysis.says("nl", "<@U0ANNA>").prompt


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    analysis = next(phase for phase in catalogue.method("incident").phases if phase.kind == "analysis")
    assert "{0} {rule}" in analysis.says("en", "{0} {rule}").prompt


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
        (_set("phases", 0, "kind", to="coffee"), "x.toml, phase 1: kind: must be one of look_back"),
        (_set("phases", 0, "presenter", to="dances"), "x.toml, phase 1: presenter"),
        (_set("phases", 1, "key", to="look_back"), "x.toml: two phases have the same key"),
        (_set("phases", 1, "nl", "rule", to=" "), "x.toml, phase 2, nl: rule: must be a text"),
        (_set("phases", 1, "en", "prompt", to="{facilitator} asks"), "only {presenter} may be left open"),
        (_set("phases", 1, "en", "prompt", to="{presenter asks"), "x.toml, phase 2, en: prompt"),
        (_set("phases", 2, "nl", "room", to={}), "x.toml, phase 3, nl, room: must hold some of title"),
        (_set("phases", 2, "nl", "room", "sing", to="Do"), "x.toml, phase 3, nl, room: must hold some of"),
        (_set("phases", 2, "nl", "room", "rule", to=""), "x.toml, phase 3, nl, room: rule: must be a text"),
        (_set("phases", 1, "colour", to="red"), "x.toml, phase 2: unknown colour"),
        (_set("name", to={"nl": "Zo"}), "x.toml: name: missing en"),
        (
            _set("phases", 1, "nl", "went_well", to={"colour": "red"}),
            "phase 2, nl, went_well: unknown colour",
        ),
        (_set("phases", 1, "nl", "went_well", to="red"), "phase 2, nl, went_well: this is not a table"),
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
