"""People in a text: by name where a mention would notify them."""

from bot.texts import InChannel, InPrivate, for_language, name_of
from tests.factories import ANNA, BRAM

NL = for_language("nl")


def in_channel(**names: str) -> InChannel:
    return InChannel("Europe/Amsterdam", names=names)


def test_a_channel_reads_a_name_and_a_private_message_a_mention() -> None:
    assert name_of(NL.read_by(in_channel(U0ANNA="Anna")), ANNA) == "Anna"
    assert name_of(NL.read_by(InPrivate()), ANNA) == f"<@{ANNA}>"


def test_a_name_that_is_not_known_is_a_mention_and_never_somebody() -> None:
    assert name_of(NL.read_by(in_channel(U0ANNA="Anna")), BRAM) == f"<@{BRAM}>"


def test_a_name_mentions_nobody_and_links_nowhere() -> None:
    t = NL.read_by(in_channel(U0ANNA="<!channel> & <@U0BRAM>"))
    assert name_of(t, ANNA) == "&lt;!channel&gt; &amp; &lt;@U0BRAM&gt;"


def test_names_stay_out_of_what_a_log_or_a_traceback_writes() -> None:
    assert "Anna" not in repr(in_channel(U0ANNA="Anna"))
