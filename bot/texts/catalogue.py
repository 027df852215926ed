"""Catalogues of translations: `locale/<language>/<room>.po`, all read when a language is first used.

The .po files are read directly, so no compiled copy can be out of date. A missing translation appears in English; a test
checks that none is missing.
"""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from bot.texts.readers import InPrivate, Readers

LANGUAGES = ("nl", "en")
DEFAULT_LANGUAGE = "nl"
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


@cache
def for_language(language: str) -> Texts:
    """The texts of a language; Dutch for an unknown language."""
    if language not in LANGUAGES:
        language = DEFAULT_LANGUAGE
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


def language_of_locale(locale: str | None) -> str:
    """The language for a Slack locale such as "nl-NL": Dutch for a Dutch or missing locale, otherwise English."""
    if not locale:
        return DEFAULT_LANGUAGE
    return "nl" if locale.lower().startswith("nl") else "en"
