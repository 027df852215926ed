"""Discreet notifications: no message with people's words tells them on a lock screen, unless the group wants that."""

from dataclasses import replace
from datetime import timedelta

from bot.delivery.message import Message
from bot.groups import service as groups
from bot.polls import service as polls
from bot.storage import Tx
from bot.texts import for_language
from tests.conftest import make_group, outgoing
from tests.factories import ANNA, BRAM, CHLOE, go_on, make_case, posted, running_session

NEUTRAL = "Er is iets nieuws in je intervisie. Open het om het te lezen."
WORDS = ("Te vaak ja", "Een collega vraagt me", "aardig gevonden", "schuldig te voelen")


def with_words(tx: Tx) -> list[tuple[str | None, str | None]]:
    """Key and notification of each message whose text holds words of the case."""
    return [
        (row.key, row.discreet)
        for row in outgoing(tx)
        if row.kind in ("post", "direct")
        and any(word in str((row.payload or {}).get("text")) for word in WORDS)
    ]


def test_no_message_of_a_session_tells_the_case_to_a_lock_screen(tx: Tx) -> None:
    session = running_session(tx)
    go_on(tx, session, 6)
    found = with_words(tx)
    assert f"session/{session}/case" in [key for key, _ in found]
    assert [key for key, notification in found if notification != NEUTRAL] == []
    # What is read, aloud too, is whole.
    case = posted(tx, "case")
    assert case is not None
    assert case.payload is not None
    assert "Een collega vraagt me" in case.payload["text"]


def test_no_message_of_a_poll_tells_it_either(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    first, second = make_case(tx, group, ANNA).id, make_case(tx, group, BRAM).id
    poll = polls.open_poll(tx, group.id, CHLOE, tx.now + timedelta(days=3))
    polls.close_poll_by_hand(tx, poll.id, CHLOE)
    presenter, asked = (ANNA, first) if poll.asked_case == first else (BRAM, second)
    polls.answer_presenter(tx, poll.id, asked, presenter, accepted=True)
    found = with_words(tx)
    assert found
    assert [key for key, notification in found if notification != NEUTRAL] == []


def test_a_group_may_switch_it_off(tx: Tx) -> None:
    running_session(tx)
    group = groups.group_of_channel(tx, "C0OOST")
    assert group.discreet
    message = Message("Te vaak ja")
    t = for_language("nl")
    assert groups.discreet_in(t, group, message).discreet == NEUTRAL
    assert groups.discreet_to(tx, t, ANNA, message).discreet == NEUTRAL
    groups.change_leading(tx, group.id, ANNA, facilitation="rotating", facilitator=None, choices=["goes_on"])
    assert not group.discreet
    # It still holds words, and goes when these do.
    assert groups.discreet_in(t, group, message) == replace(message, holds_words=True)
    assert groups.discreet_to(tx, t, ANNA, message) == replace(message, holds_words=True)
    groups.change_leading(tx, group.id, ANNA, facilitation="rotating", facilitator=None, choices=["discreet"])
    assert group.discreet
