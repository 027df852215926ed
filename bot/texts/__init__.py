"""Texts that people read: English in the code, Dutch in the catalogues, one file per room."""

from bot.texts.catalogue import Texts, default_language, for_language, use_default_language
from bot.texts.formatting import (
    FORGOTTEN,
    channel,
    date_in,
    day_in,
    day_name,
    duration,
    escape,
    list_of,
    mention,
    moment,
    name_of,
    one_line,
    place_in,
    plain,
    time_in,
    weekday_name,
)
from bot.texts.languages import LANGUAGES, reader_language
from bot.texts.readers import InChannel, InPrivate, Readers
from bot.texts.refusals import Refused
