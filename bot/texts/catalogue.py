"""Catalogues of translations: `locale/<language>/<room>.po`, all read when a language is first used.

The .po files are read directly, so no compiled copy can be out of date. A missing translation appears in English; a test
checks that none is missing.
"""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from bot.texts.languages import LANGUAGES
from bot.texts.readers import InPrivate, Readers

# The language where nothing else says which; `use_default_language` sets another one at the start.
_default_language = "nl"
_LOCALE = Path(__file__).parent / "locale"


class Texts:
    """Texts in one language: `t("Hello {name}", name=…)`. The msgid is the English sentence.

    `readers` decides how times are written (formatting.moment); the words are the same for all.
    """

    def __init__(
        self,
        language: str,
        singular: dict[str, str],
        plural: dict[str, tuple[str, ...]],
        readers: Readers = InPrivate(),  # noqa: B008  # frozen
    ) -> None:
        self.language = language
        self.readers = readers
        self._singular = singular
        self._plural = plural

    def read_by(self, readers: Readers) -> "Texts":
        """The same texts for certain readers."""
        return Texts(self.language, self._singular, self._plural, readers)

    def __call__(self, msgid: str, **values: object) -> str:
        sentence = self._singular.get(msgid) or msgid
        return sentence.format(**values) if values else sentence

    def n(self, one: str, many: str, n: int, **values: object) -> str:
        """A text with a plural. Dutch and English both have one form for 1 and one for other numbers."""
        forms = self._plural.get(one) or (one, many)
        return forms[0 if n == 1 else 1].format(n=n, **values)


def use_default_language(language: str) -> None:
    """Sets the language of people and groups of whom nothing says which one they read (DEFAULT_LANGUAGE)."""
    global _default_language
    _default_language = language


def default_language() -> str:
    return _default_language


def for_language(language: str) -> Texts:
    """The texts of a language; those of the default language for an unknown one."""
    return _catalogue(language if language in LANGUAGES else _default_language)


@cache
def _catalogue(language: str) -> Texts:
    singular: dict[str, str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    for path in sorted((_LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if not message.id:
                    continue
                translated = message.string
                if isinstance(message.id, str):
                    if isinstance(translated, str) and translated:
                        singular[message.id] = translated
                elif isinstance(translated, tuple) and all(translated):
                    plural[message.id[0]] = translated
    return Texts(language, singular, plural)
