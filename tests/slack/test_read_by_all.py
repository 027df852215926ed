"""What everybody must read is never folded away, and nobody's own words become a link."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.agreements import views as agreements
from bot.cases import views as cases
from bot.cases.records import Case
from bot.groups import service as groups
from bot.groups import views as group_views
from bot.groups.records import Group
from bot.polls import views as polls
from bot.rounds.views import takeaways, thread
from bot.sessions import service as sessions
from bot.sessions.views.card import session_card
from bot.slack import blocks
from bot.storage import Tx
from bot.texts import for_language, place_in
from tests.clock import START
from tests.date_polls.people import opened
from tests.factories import ANNA, load, posted, running_session

NL = for_language("nl")
LONG = "Een collega vraagt me elke week iets erbij, en ik zeg ja. " * 20


def folded(content: list[dict[str, Any]]) -> list[str]:
    """The sections that Slack may fold."""
    return [
        block["text"]["text"][:60]
        for block in content
        if block["type"] == "section" and "text" in block and not block.get("expand")
    ]


def a_case() -> Case:
    return Case(
        title="Te vaak ja", situation=LONG, own_part=LONG, tried=LONG, hope=LONG, question=LONG, help=[]
    )


def the_case() -> list[dict[str, Any]]:
    return cases.case_blocks(NL, a_case())


def the_poll() -> list[dict[str, Any]]:
    choice = polls.Choice("1", "Te vaak ja", LONG)
    return polls.poll_post(NL, "p", [choice], 1, 4, START, "Europe/Amsterdam").blocks


def the_agreements() -> list[dict[str, Any]]:
    shown = agreements.Shown("g", "C0OOST", 1, LONG, False, 1, 4, False)
    view = agreements.agreements_window(NL, shown, callback_id=None, meta=None, opening=None)
    return list(view["blocks"])


def the_advice() -> list[dict[str, Any]]:
    return thread.advice_post(NL, ANNA, LONG).blocks[1:]


def the_harvest() -> list[dict[str, Any]]:
    return takeaways.harvest_post(NL, ANNA, LONG, LONG, date(2027, 1, 15)).blocks


@pytest.mark.parametrize("shown", [the_case, the_poll, the_agreements, the_advice, the_harvest])
def test_what_everybody_must_read_never_folds(shown: Callable[[], list[dict[str, Any]]]) -> None:
    assert folded(shown()) == []


def test_the_group_card_and_the_session_card_never_fold(tx: Tx) -> None:
    session = load(tx, running_session(tx))
    group = tx.sql.get_one(Group, session.group_id)
    card = session_card(groups.texts_in(group), sessions.scene_of(tx, session).view())
    assert folded(card.blocks) == []
    assert folded(group_views.card(groups.texts_in(group), group).blocks) == []


def test_proposed_dates_never_fold(tx: Tx) -> None:
    row = posted(tx, opened(tx))
    assert row is not None
    assert row.payload is not None
    assert folded(row.payload["blocks"]) == []


def mrkdwn_in(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, dict):
        own = [content] if content.get("type") == "mrkdwn" else []
        return own + [found for value in content.values() for found in mrkdwn_in(value)]
    return [found for one in content for found in mrkdwn_in(one)] if isinstance(content, list) else []


def test_nobodys_own_words_become_a_link_or_a_channel() -> None:
    made = [blocks.section("#algemeen"), blocks.fields("example.org"), blocks.context("anna@example.org")]
    assert [one["verbatim"] for one in mrkdwn_in(made)] == [True, True, True]
    assert all(one["verbatim"] for one in mrkdwn_in(the_case()))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Kamer 2.", "Kamer 2"),
        ("https://meet.example.org/oost?a=1&b=2.", "<https://meet.example.org/oost?a=1&amp;b=2>"),
        ("Video (https://meet.example.org)", "Video (<https://meet.example.org>)"),
        ("<https://meet.example.org>", "&lt;<https://meet.example.org>&gt;"),
        ("<!channel> javascript:x", "&lt;!channel&gt; javascript:x"),
        ("https://a.example|Kamer", "<https://a.example>|Kamer"),
    ],
)
def test_an_address_in_a_place_is_the_one_link(typed: str, shown: str) -> None:
    assert place_in(typed) == shown
