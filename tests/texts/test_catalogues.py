"""Every sentence in the code has its Dutch, and nothing in the catalogues is left over."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

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
        assert "!" not in text.replace("<!date", ""), where
        assert " u " not in f" {text.lower()} ", (where, text)
