"""Every sentence in the code has its Dutch, and nothing in the catalogues is left over."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import bot.app
from bot.groups.views.forms import THEMES, theme_name
from bot.slack import limits
from bot.texts import LANGUAGES, for_language

COMMAND = re.compile(r"/intervisie ([a-z]+)")
LOCALE = Path("bot/texts/locale/nl")
# Sentences may also be read from a lambda's argument: t("…") and t.n("…", "…", n).
KEYWORDS = {"t": None, "n": (1, 2)}


def in_code() -> Catalog:
    found = Catalog()
    for filename, _line, message, _comments, _context in extract_from_dir(
        "bot", method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        found.add(message, locations=[(filename, 0)])
    return found


def forms_of(message: Message) -> list[str]:
    """The Dutch of a sentence: one form, or one for each number."""
    if isinstance(message.string, str):
        return [message.string]
    return list(message.string or ())


def translated() -> dict[str, tuple[str, str]]:
    """msgid → (Dutch, file); plural forms joined."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(LOCALE.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="nl", abort_invalid=True):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    text = (
                        message.string if isinstance(message.string, str) else "\n".join(message.string or ())
                    )
                    found.setdefault(key, (text, path.name))
    return found


def test_a_sentence_has_one_dutch() -> None:
    """The catalogues of all rooms become one: with two translations the last file would win everywhere."""
    said: dict[str, set[str]] = {}
    for path in LOCALE.glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="nl", abort_invalid=True):
                if message.id:
                    said.setdefault(key_of(message.id), set()).add("\n".join(forms_of(message)))
    assert {sentence: dutch for sentence, dutch in said.items() if len(dutch) > 1} == {}


def key_of(message_id: object) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]  # type: ignore[index]  # a plural's id is a pair


def test_every_sentence_has_its_dutch() -> None:
    have = translated()
    missing = sorted(
        key_of(message.id)
        for message in in_code()
        if message.id and not have.get(key_of(message.id), ("",))[0]
    )
    assert missing == []


def test_no_sentence_is_left_over() -> None:
    used = {key_of(message.id) for message in in_code() if message.id}
    assert sorted(set(translated()) - used) == []


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("path", sorted(LOCALE.glob("*.po")), ids=lambda path: path.stem)
def test_the_dutch_has_the_same_holes(path: Path) -> None:
    with path.open("rb") as file:
        for message in read_po(file, locale="nl", abort_invalid=True):
            if not message.id:
                continue
            forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
            wanted = names_in(message.id if isinstance(message.id, str) else message.id[1])
            for form in forms:
                assert names_in(form) <= wanted | {"n"}, message.id


def test_the_words_are_calm() -> None:
    """No exclamation marks, and je instead of u."""
    for text, where in translated().values():
        assert "!" not in text, where
        assert " u " not in f" {text.lower()} ", (where, text)


def test_the_home_tab_has_one_name_in_dutch() -> None:
    """As Slack has it, whose interface most read in English."""
    places = [LOCALE, Path("docs"), Path("sandbox/page"), Path("sandbox/guide"), Path("sandbox/player")]
    texts = [
        one for place in places for one in place.rglob("*") if one.suffix in (".po", ".md", ".js", ".py")
    ]
    assert len(texts) > 60
    assert [str(one) for one in texts if "startpagina" in one.read_text(encoding="utf-8").lower()] == []


def test_a_command_is_called_by_its_name_in_the_language_of_the_sentence() -> None:
    known = [one for room in bot.app.ROOMS for one in room.router.subcommands if one.name != one.english]
    dutch, english = {one.name for one in known}, {one.english for one in known}
    assert len(known) > 6
    for sentence, (translation, where) in translated().items():
        assert dutch.isdisjoint(COMMAND.findall(sentence)), (where, sentence)
        assert english.isdisjoint(COMMAND.findall(translation)), (where, translation)


def _said(call: ast.Call) -> Iterator[str]:
    """What stands in the title and the buttons of a window that is drawn here."""
    shown = [*call.args[:1], *(word.value for word in call.keywords if word.arg in ("submit", "close"))]
    for part in shown:
        for found in ast.walk(part):
            if isinstance(found, ast.Call) and isinstance(found.func, ast.Name) and found.func.id == "t":
                text = found.args[0]
                if isinstance(text, ast.Constant):
                    yield str(text.value)


def test_the_title_and_the_buttons_of_a_window_are_never_cut_off() -> None:
    found = {
        text
        for path in sorted(Path("bot").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "modal"
        for text in _said(call)
    }
    assert len(found) > 40
    named = [theme_name(for_language(language), theme) for language in LANGUAGES for theme in THEMES]
    both = [*found, *(translated()[text][0] for text in found), *named]
    assert [text for text in both if "{" not in text and len(text) > limits.VIEW_TITLE] == []
