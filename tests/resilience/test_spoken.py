"""A message in a session's thread is handled once: whoever wrote it is there, and is heard."""

from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.rounds.records import Contribution
from bot.sessions.records import Participant
from bot.slack.records import ProcessedEvent
from bot.storage import Tx, belonging_to
from tests.conftest import OURS
from tests.factories import DAAN
from tests.resilience.slack_driver import ROUTER, Slack
from tests.rounds.people import ANALYSIS, THREAD, session_at

WRITTEN = {"type": "message", "channel": "C0OOST", "thread_ts": THREAD, "ts": "1900000000.000100"}
NAMES = ("bot.rounds.listeners.someone_wrote", "bot.sessions.listeners.someone_spoke")


def without_daan(tx: Tx) -> None:
    session_at(tx, ANALYSIS)
    tx.sql.execute(delete(Participant).where(Participant.user == DAAN))


def there_and_heard(tx: Tx) -> tuple[bool, int]:
    there = tx.sql.scalars(select(Participant).where(Participant.user == DAAN)).first()
    counted = tx.sql.scalars(select(Contribution).where(Contribution.user == DAAN)).all()
    return there is not None, len(counted)


async def writes(slack: Slack, **more: Any) -> None:
    await slack.happens({**WRITTEN, "user": DAAN, **more}, OURS)


async def comes_again(slack: Slack) -> None:
    slack._events -= 1
    await writes(slack)


async def test_one_handler_does_both_and_notes_the_event_once(slack: Slack) -> None:
    await slack.store.transact(without_daan)
    await writes(slack)
    assert await slack.store.read(there_and_heard) == (True, 1)
    noted = await slack.store.read(lambda tx: {row.handler for row in tx.sql.scalars(select(ProcessedEvent))})
    assert noted == {"rounds.thread_message", *NAMES}
    await comes_again(slack)
    assert await slack.store.read(there_and_heard) == (True, 1)
    assert [one.name for one in ROUTER.events["message"]].count("rounds.thread_message") == 1
    assert "sessions.thread_message" not in [one.name for one in ROUTER.events["message"]]


@pytest.mark.parametrize("name", NAMES)
async def test_what_an_older_version_dealt_with_is_known_under_either_name(slack: Slack, name: str) -> None:
    def noted(tx: Tx) -> None:
        without_daan(tx)
        tx.sql.add(ProcessedEvent(event_id="Ev1", handler=name, seen_at=tx.now, **belonging_to(OURS)))

    await slack.store.transact(noted)
    await writes(slack)
    assert await slack.store.read(there_and_heard) == (False, 0)
    await writes(slack)
    assert await slack.store.read(there_and_heard) == (True, 1)


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
async def test_who_shows_a_file_is_there_and_has_contributed_nothing_yet(slack: Slack, subtype: str) -> None:
    await slack.store.transact(without_daan)
    await writes(slack, subtype=subtype)
    assert await slack.store.read(there_and_heard) == (True, 0)


@pytest.mark.parametrize("what", [{"subtype": "channel_join"}, {"bot_id": "B0"}, {"thread_ts": None}])
async def test_nothing_else_in_the_thread_is_somebody_writing(slack: Slack, what: dict[str, Any]) -> None:
    await slack.store.transact(without_daan)
    await writes(slack, **what)
    assert await slack.store.read(there_and_heard) == (False, 0)
