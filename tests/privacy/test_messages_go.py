"""The bot's own messages with people's words go with these words, and groups of before hear of it first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.followups.records import Reflection
from bot.followups.rules import ReflectionState
from bot.groups import service as groups
from bot.groups.records import Group, Person
from bot.groups.rules import Role
from bot.groups.service import retention
from bot.jobs.queue import Job
from bot.rounds.records import Note
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import due_items, make_group, outgoing, texts_of
from tests.factories import ANNA, BRAM, CHLOE
from tests.leaders.people import PETRA, led_group
from tests.privacy.people import later, standing, sweep
from tests.privacy.test_forgetting import held_session

A_YEAR = timedelta(days=365)


def group_of(tx: Tx) -> Group:
    return tx.sql.scalars(select(Group)).one()


def night(tx: Tx, group: Group | None = None) -> None:
    """The purge of one night, and everything that follows from it."""
    group = group or group_of(tx)
    tx.sql.flush()
    retention.on_purge(tx, Job(group.workspace, retention.PURGE, group.id, tx.now, {}))
    sweep(tx)


def with_messages(tx: Tx, *, days: int | None = 365, told: bool = True) -> str:
    """A session that was held in a group with a term; returns the beginning of its keys."""
    session = held_session(tx)
    group = group_of(tx)
    group.retention_days = days
    group.messages_go_since = tx.now - timedelta(days=1) if told else None
    return f"session/{session.id}"


def test_they_go_when_the_term_of_the_words_is_over(tx: Tx) -> None:
    key = with_messages(tx)
    later(tx, A_YEAR - timedelta(days=2))
    night(tx)
    assert f"{key}/case" in standing(tx)
    later(tx, timedelta(days=5))
    night(tx)
    left = standing(tx)
    assert f"{key}/case" not in left
    assert f"{key}/summary" not in left
    assert f"{key}/card" in left, "what people typed hangs beneath it"
    assert tx.sql.scalars(select(Note)).all() == []


def test_private_messages_about_a_session_go_with_them(tx: Tx) -> None:
    key = with_messages(tx)
    assert f"{key}/own/{BRAM}" in standing(tx)
    night(tx)
    assert f"{key}/own/{BRAM}" in standing(tx)
    later(tx, A_YEAR + timedelta(days=3))
    night(tx)
    assert f"{key}/own/{BRAM}" not in standing(tx)


def letter(tx: Tx, user: str, key: str) -> str:
    """A private message with words outside a session, as a digest is one."""
    t = for_language("nl")
    groups.post_dm(tx, user, groups.discreet_to(tx, t, user, Message("De stap: bellen")), key=key)
    return key


def test_digests_and_questions_go_with_the_term_too(tx: Tx) -> None:
    with_messages(tx)
    make_group(tx, "U0BUUR", channel="C0BUREN")
    gone = [letter(tx, BRAM, f"letter/{BRAM}/1"), letter(tx, ANNA, "case/x/asked_back/1")]
    stays = [letter(tx, BRAM, "reflection/x/text/1"), letter(tx, "U0BUUR", "letter/U0BUUR/1")]
    first = tx.sql.scalars(
        select(Group).order_by(Group.created_at, Group.id).where(Group.channel != "C0BUREN")
    ).one()
    later(tx, A_YEAR - timedelta(days=1))
    night(tx, first)
    assert {*gone, *stays} <= {*standing(tx)}
    later(tx, timedelta(days=5))
    new = letter(tx, BRAM, f"letter/{BRAM}/2")
    night(tx, first)
    left = {*standing(tx)}
    assert not {*gone} & left
    assert {*stays, new} <= left


def test_a_digest_that_is_sent_counts_as_one(tx: Tx) -> None:
    """Each digest may name a step, a case or a reason."""
    with_messages(tx)
    for _ in range(30):
        later(tx, timedelta(days=1))
        sweep(tx)
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key.startswith("letter/"))).all()
    assert rows != []
    assert all(row.holds_words for row in rows)


def test_where_messages_stay_the_private_ones_do_too(tx: Tx) -> None:
    key = with_messages(tx)
    group_of(tx).messages_stay = True
    later(tx, A_YEAR + timedelta(days=3))
    night(tx)
    assert f"{key}/own/{BRAM}" in standing(tx)


def test_a_group_that_keeps_everything_keeps_them_too(tx: Tx) -> None:
    key = with_messages(tx, days=None)
    later(tx, 3 * A_YEAR)
    night(tx)
    assert f"{key}/case" in standing(tx)


def test_a_group_may_choose_that_they_stay(tx: Tx) -> None:
    key = with_messages(tx)
    group = group_of(tx)
    groups.change_retention(tx, group.id, BRAM, days=365, sure=False, messages_stay=True)
    assert "in Slack blijven" in texts_of(outgoing(tx, "post"))[-1]
    later(tx, A_YEAR + timedelta(days=3))
    night(tx)
    assert f"{key}/case" in standing(tx)


def test_a_group_of_before_hears_it_once(tx: Tx) -> None:
    make_group(tx, ANNA, BRAM, CHLOE, messages_go_since=None)
    for _ in range(2):
        groups.announce_messages_go(tx)
        sweep(tx)
    said = [text for text in texts_of(outgoing(tx, "post")) if "Er verandert iets in wat ik bewaar" in text]
    assert len(said) == 1
    assert group_of(tx).messages_go_since == tx.now


def test_it_is_said_in_the_hours_of_the_group(tx: Tx) -> None:
    """The bot starts in the night of an upgrade, and a channel is not woken for it."""
    make_group(tx, ANNA, BRAM, messages_go_since=None)
    later(tx, timedelta(hours=10))
    groups.announce_messages_go(tx)
    sweep(tx)
    assert outgoing(tx, "post") == []
    [row] = due_items(tx, retention.MESSAGES_GO)
    assert row.at.hour == 8, "nine o'clock in Amsterdam"


def test_a_group_whose_channel_is_gone_hears_it_when_it_is_back(tx: Tx) -> None:
    make_group(tx, ANNA, BRAM, unreachable="archived", messages_go_since=None)
    groups.announce_messages_go(tx)
    sweep(tx)
    assert group_of(tx).messages_go_since is None


def test_nothing_goes_before_a_group_has_heard(tx: Tx) -> None:
    key = with_messages(tx, told=False)
    later(tx, 3 * A_YEAR)
    night(tx)
    assert f"{key}/case" in standing(tx)


@pytest.mark.parametrize("days", [92, 365])
def test_what_there_was_has_a_whole_term_from_the_day_that_the_group_heard(tx: Tx, days: int) -> None:
    """Years old, and still nothing goes within four weeks, or before the new term is over."""
    key = with_messages(tx, days=days, told=False)
    later(tx, 3 * A_YEAR)
    group_of(tx).messages_go_since = tx.now
    for passed in (1, 28, days - 30):
        later(tx, timedelta(days=passed))
        if group_of(tx).messages_go_since > tx.now - timedelta(days=days):  # type: ignore[operator]
            night(tx)
            assert f"{key}/case" in standing(tx)
    later(tx, timedelta(days=30))
    night(tx)
    assert f"{key}/case" not in standing(tx)


def test_a_refused_deletion_is_not_tried_again_every_night(tx: Tx) -> None:
    """The channel is archived: the bot does not ask the same thing each night."""
    key = with_messages(tx)
    later(tx, A_YEAR + timedelta(days=3))
    group = group_of(tx)
    retention.on_purge(tx, Job(group.workspace, retention.PURGE, group.id, tx.now, {}))
    for row in tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "delete")):
        row.state = OutboxState.SENDING
        row.state, row.error = OutboxState.FAILED, "is_archived"
    tx.sql.flush()
    later(tx, timedelta(days=1))
    night(tx)
    tried = tx.sql.scalars(select(OutboxRow).where(OutboxRow.target_key == f"{key}/case")).all()
    assert [row.state for row in tried if row.kind == "delete"] == [OutboxState.FAILED]


def test_a_written_reflection_outlives_the_term_of_the_group(tx: Tx) -> None:
    """It is private: others don't decide how long it is kept."""
    session = held_session(tx)
    later(tx, timedelta(days=1))
    mine, _empty = tx.sql.scalars(
        select(Reflection).where(Reflection.session_id == session.id).order_by(Reflection.user).limit(2)
    ).all()
    mine.state, mine.seen, mine.written_at = ReflectionState.WRITTEN, "Wat ik zag", tx.now
    tx.sql.flush()
    group_of(tx).retention_days = 92
    later(tx, timedelta(days=200))
    night(tx)
    assert [one.id for one in tx.sql.scalars(select(Reflection))] == [mine.id]
    assert mine.seen == "Wat ik zag"


def test_a_shorter_term_begins_in_a_week(tx: Tx) -> None:
    with_messages(tx)
    group = group_of(tx)
    assert groups.change_retention(tx, group.id, BRAM, days=92, sure=True)
    assert group.retention_days == 365
    assert "/intervisie gegevens" in texts_of(outgoing(tx, "post"))[-1]
    later(tx, timedelta(days=6))
    night(tx)
    assert group_of(tx).retention_days == 365
    later(tx, timedelta(days=2))
    night(tx)
    assert (group_of(tx).retention_days, group_of(tx).retention_changes_at) == (92, None)


def test_a_shorter_term_can_be_taken_back_within_the_week(tx: Tx) -> None:
    with_messages(tx)
    group = group_of(tx)
    groups.change_retention(tx, group.id, BRAM, days=92, sure=True)
    groups.change_retention(tx, group.id, ANNA, days=365, sure=False)
    later(tx, timedelta(days=8))
    night(tx)
    assert group_of(tx).retention_days == 365


@pytest.mark.parametrize("guest", ["guest", "stranger"])
def test_a_guest_decides_nothing_about_how_long_texts_are_kept(tx: Tx, guest: str) -> None:
    """All three other members could set three months, and the next night colleagues' reflections were gone."""
    group = make_group(tx, ANNA, BRAM, CHLOE, retention_days=365)
    tx.sql.scalars(select(Person).where(Person.user == CHLOE)).one().guest = guest
    tx.sql.flush()
    for days in (92, None):
        with pytest.raises(Refused):
            groups.change_retention(tx, group.id, CHLOE, days=days, sure=True)
    with pytest.raises(Refused):
        groups.change_retention(tx, group.id, CHLOE, days=365, sure=True, messages_stay=True)
    assert (group.retention_days, group.messages_stay) == (365, False)


def test_a_leader_from_outside_decides_nothing_about_it_either(tx: Tx) -> None:
    group = led_group(tx, retention_days=365)
    assert Role.LEADER in {groups.member(tx, group, PETRA).role}  # type: ignore[union-attr]
    with pytest.raises(Refused):
        groups.change_retention(tx, group.id, PETRA, days=92, sure=True)
