"""A group may choose that a session's thread is emptied the night after: the bot's words go, and what people typed stays."""

from datetime import timedelta

from sqlalchemy import select

from bot.delivery.records import OutboxRow
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.jobs.queue import Job
from bot.sessions.service import emptying
from bot.storage import Tx
from tests.conftest import due_items, make_group, ours, outgoing, texts_of
from tests.factories import ANNA, BRAM
from tests.groups.test_listeners import press_change
from tests.meetings.test_listeners import grouped
from tests.privacy.people import standing, sweep
from tests.privacy.test_forgetting import held_session
from tests.privacy.test_messages_go import group_of
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["grouped", "stage"]


def next_night(tx: Tx) -> int:
    """The night of the job, if one is planned; returns how many jobs there were."""
    rows = due_items(tx, emptying.EMPTY_THREAD)
    for row in rows:
        job = Job(row.workspace, row.kind, row.subject, row.at, dict(row.data))
        tx.now = row.at
        tx.sql.delete(row)
        tx.sql.flush()
        emptying.on_empty_thread(tx, job)
    sweep(tx)
    return len(rows)


def in_thread(tx: Tx, key: str) -> set[str]:
    """The messages of a session in its channel that stand, with the end of their keys."""
    private = ("own/", "facilitator", "console")
    return {
        one.removeprefix(f"{key}/")
        for one in standing(tx)
        if one.startswith(f"{key}/") and not one.removeprefix(f"{key}/").startswith(private)
    }


def test_the_night_after_the_words_are_gone_and_the_thread_stands(tx: Tx) -> None:
    session = held_session(tx, thread_empties=True)
    key = f"session/{session.id}"
    assert {"card", "case", "summary"} <= in_thread(tx, key)
    [planned] = due_items(tx, emptying.EMPTY_THREAD)
    assert timedelta(0) < planned.at - tx.now < timedelta(hours=24)
    assert next_night(tx) == 1
    left = in_thread(tx, key)
    assert not left & {"case", "summary"}
    assert not [one for one in left if "/response" in one or "/written" in one or "/advice" in one]
    assert "card" in left, "what people typed hangs beneath it"
    emptied = select(OutboxRow.holds_words).where(OutboxRow.key == f"{key}/card")
    assert tx.sql.scalars(emptied).all() == [False]


def test_what_each_got_in_private_and_the_stored_words_stay(tx: Tx) -> None:
    session = held_session(tx, thread_empties=True)
    next_night(tx)
    assert f"session/{session.id}/own/{BRAM}" in standing(tx)
    assert len(tx.sql.scalars(select(Takeaway)).all()) == 3


def test_by_default_nothing_is_planned(tx: Tx) -> None:
    held_session(tx)
    assert due_items(tx, emptying.EMPTY_THREAD) == []


def test_a_group_that_changes_its_mind_before_the_night_keeps_the_thread(tx: Tx) -> None:
    session = held_session(tx, thread_empties=True)
    groups.change_retention(tx, group_of(tx).id, BRAM, days=365, sure=False, thread_empties=False)
    next_night(tx)
    assert "case" in in_thread(tx, f"session/{session.id}")
    assert due_items(tx, emptying.EMPTY_THREAD) == []


def test_a_late_takeaway_goes_in_a_later_night_and_then_it_is_over(tx: Tx) -> None:
    held_session(tx, thread_empties=True)
    nights = 0
    while next_night(tx):
        nights += 1
    assert nights == emptying.NIGHTS


def test_the_choice_is_told_and_is_not_lost_on_the_way_to_a_shorter_term(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, retention_days=365)
    done = groups.change_retention(tx, group.id, BRAM, days=92, sure=False, thread_empties=True)
    assert not done, "the shorter term is asked about"
    assert group.thread_empties
    assert "de nacht erna uit de thread" in texts_of(outgoing(tx, "post"))[-1]
    groups.change_retention(tx, group.id, BRAM, days=365, sure=False, messages_stay=True)
    assert (group.messages_stay, group.thread_empties) == (True, False)


async def test_a_member_chooses_it_in_the_form(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.command("groep", CHANNEL)
    await press_change(stage.anna, "keeping")
    assert "Wat jullie er zelf typten blijft staan" in await stage.anna.read_modal()
    await stage.anna.fill(messages="night")
    await stage.anna.submit()
    await stage.rest()
    assert "De nacht na een sessie gaan mijn berichten" in await stage.anna.read_modal()
    assert await stage.anna.sees("de nacht erna uit de thread", CHANNEL)
    assert (await ours(stage.app).read(group_of)).thread_empties
    assert await stage.team.refused() == []
