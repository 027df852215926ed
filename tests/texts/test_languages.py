"""Which language a person reads: chosen, then their group's, then Slack's locale, then the zone, then the default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts import LANGUAGES, reader_language
from bot.texts.languages import LANGUAGE_OF_ZONE, language_of_locale
from sandbox.workspace.model import LOCALES

LANGUAGE = st.sampled_from([*LANGUAGES, None])
LOCALE = st.sampled_from([*sorted(LOCALES), "nl-NL", "nl", "", None])
ZONE = st.sampled_from([*LANGUAGE_OF_ZONE, "Europe/London", "Asia/Tokyo", None])


@pytest.mark.parametrize(
    ("chosen", "group", "locale", "zone", "default", "reads"),
    [
        ("en", "nl", "nl-NL", "Europe/Amsterdam", "nl", "en"),
        ("nl", "en", "en-US", "Europe/London", "en", "nl"),
        (None, "en", "nl-NL", "Europe/Amsterdam", "nl", "en"),
        (None, "nl", "en-GB", "Europe/London", "en", "nl"),
        # Slack may learn Dutch one day.
        (None, None, "nl-BE", "Europe/London", "en", "nl"),
        (None, None, "en-US", "Europe/Amsterdam", "en", "nl"),
        (None, None, "en-GB", "Europe/Brussels", "en", "nl"),
        (None, None, "en-US", "America/Paramaribo", "en", "nl"),
        # English in Slack is nobody's choice, and German is not ours to speak.
        (None, None, "en-GB", "Europe/London", "nl", "nl"),
        (None, None, "en-GB", "Europe/London", "en", "en"),
        (None, None, "de-DE", "Europe/Berlin", "nl", "nl"),
        (None, None, None, None, "en", "en"),
    ],
)
def test_a_language_is_found_in_this_order(
    chosen: str | None, group: str | None, locale: str | None, zone: str | None, default: str, reads: str
) -> None:
    assert reader_language(chosen=chosen, group=group, locale=locale, zone=zone, default=default) == reads


@given(LANGUAGE, LANGUAGE, LOCALE, ZONE, st.sampled_from(LANGUAGES))
def test_the_first_thing_that_tells_a_language_decides(
    chosen: str | None, group: str | None, locale: str | None, zone: str | None, default: str
) -> None:
    found = reader_language(chosen=chosen, group=group, locale=locale, zone=zone, default=default)
    if chosen is not None:
        assert found == chosen
    elif group is not None:
        assert found == group
    elif (locale and locale.startswith("nl")) or zone in LANGUAGE_OF_ZONE:
        assert found == "nl"
    else:
        assert found == default


@given(LOCALE, ZONE, st.sampled_from(LANGUAGES))
def test_english_in_slack_tells_nothing(locale: str | None, zone: str | None, default: str) -> None:
    if locale and locale.startswith("en"):
        found = reader_language(chosen=None, group=None, locale=locale, zone=zone, default=default)
        assert found == reader_language(chosen=None, group=None, locale=None, zone=zone, default=default)


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_none_of_slacks_own_languages_tells_one_of_ours(locale: str) -> None:
    assert language_of_locale(locale) is None
