"""Retention goes through the tables some rows at a time, and in the end through all of them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from bot.delivery import claims
from bot.delivery.outbox.rows import TABLE
from bot.delivery.records import OutboxRow
from bot.groups import service as groups
from bot.groups.records import Person
from bot.privacy import service as privacy
from bot.slack import dedup
from bot.slack.records import ProcessedEvent
from bot.storage import Tx, belonging_to, pruning
from tests.conftest import make_group
from tests.factories import ANNA


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 3)
    monkeypatch.setattr("bot.delivery.claims.BATCH", 3)
    monkeypatch.setattr("bot.groups.queries.PAGE", 3)
    monkeypatch.setattr("bot.privacy.service.terms.PAGE", 3)


def count(tx: Tx, kind: type) -> int:
    return tx.sql.scalar(select(func.count()).select_from(kind)) or 0


def test_old_events_go_batch_by_batch_and_new_ones_stay(tx: Tx) -> None:
    for number in range(8):
        age = timedelta(days=9 if number < 7 else 0)
        event = ProcessedEvent(event_id=f"Ev{number}", handler="x", seen_at=tx.now - age)
        event.team_id, event.enterprise_id = tx.workspace.team_id, ""
        tx.sql.add(event)
    tx.sql.flush()
    assert [dedup.purge_old_events(tx) for _ in range(3)] == [True, True, False]
    assert count(tx, ProcessedEvent) == 1


def test_the_outbox_goes_from_the_oldest_on_past_what_stays(tx: Tx) -> None:
    for number in range(10):
        # Every third one holds people's words and stands in Slack: it stays.
        add(tx, number, holds_words=number % 3 == 0, days=200 - number)
    add(tx, 10, holds_words=False, days=1)
    rounds, after = 0, claims.purge_done(tx)
    while after is not None:
        rounds, after = rounds + 1, claims.purge_done(tx, after)
    assert rounds == 2
    left = set(tx.sql.scalars(select(OutboxRow.key)))
    assert left == {"k0", "k3", "k6", "k9", "k10"}


def add(tx: Tx, number: int, *, holds_words: bool, days: int) -> None:
    row = {
        "kind": "post",
        "lane": "x",
        "key": f"k{number}",
        "channel": "C0OOST",
        "state": "sent",
        "at_worst": "twice",
        "created_at": tx.now - timedelta(days=days),
        "not_before": tx.now,
        "token": 1,
        "ts": f"1.{number}",
        "holds_words": holds_words,
        **belonging_to(tx.workspace),
    }
    tx.change((insert(TABLE), row))


def test_people_are_looked_at_page_by_page(tx: Tx) -> None:
    make_group(tx, ANNA)
    for number in range(7):
        groups.store_profile(tx, f"U0GONE{number}", {"profile": {"display_name": "Iemand"}})
    after: str | None = ""
    while after is not None:
        after = groups.refresh_names(tx, after)
    assert set(tx.sql.scalars(select(Person.name))) == {None}
    pages, after = 0, ""
    while after is not None:
        pages, after = pages + 1, privacy.purge_people(tx, after)
    assert list(tx.sql.scalars(select(Person.user))) == [ANNA]
    assert pages == 3
