"""Two groups of one channel become one: the older stays, and nothing that people brought is lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.agreements.queries import agreed_row
from bot.agreements.records import Agreed
from bot.app import due_handlers
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.groups.rules import AbsenceReason
from bot.meetings import service as meetings
from bot.merging.service import is_anything_running, merge_groups
from bot.polls.records import Poll
from bot.polls.rules import PollState
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.storage import Tx, Workspace, belonging_to
from tests.conftest import OURS, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case

MOVED = Workspace(OURS.team_id, "E0OURS")


def two_groups(tx: Tx, older: tuple[str, ...], newer: tuple[str, ...]) -> tuple[Group, Group]:
    """As migration 0015 leaves them: the newer one was begun after the workspace had joined an organisation."""
    first = make_group(tx, *older)
    second = make_group(tx.of(MOVED), *newer, merges_into=first.id)
    return first, second


def users(tx: Tx, group: Group) -> set[str]:
    return {member.user for member in groups.members(tx, group)}


def test_members_cases_and_meetings_move_to_the_older_group(tx: Tx) -> None:
    older, newer = two_groups(tx, (ANNA, BRAM), (BRAM, CHLOE))
    case = make_case(tx, newer, CHLOE)
    day = (tx.now + timedelta(days=30)).date().isoformat()
    meeting = meetings.plan_meeting(tx, newer.id, BRAM, "", day, "14:00", "", confirmed=True)
    merge_groups(tx)
    assert newer.merged_at == tx.now
    assert users(tx, older) == {ANNA, BRAM, CHLOE}
    assert users(tx, newer) == set()
    assert (case.group_id, meeting.group_id) == (older.id, older.id)
    assert any("Het is nu één groep" in text for text in texts_of(outgoing(tx, "post")))


def test_who_comes_along_is_asked_to_agree_again_and_who_had_agreed_is_not(tx: Tx) -> None:
    older, _ = two_groups(tx, (ANNA, BRAM), (BRAM, CHLOE))
    merge_groups(tx)
    agreed = {row.user for row in tx.sql.scalars(select(Agreed))}
    assert agreed == {ANNA, BRAM}
    assert [agreed_row(tx, older, user) is not None for user in (BRAM, CHLOE)] == [True, False]


def test_who_left_the_older_group_and_is_in_the_newer_is_in_the_one_that_stays(tx: Tx) -> None:
    older, newer = two_groups(tx, (ANNA, BRAM), (BRAM, CHLOE))
    groups.leave_group(tx, older.id, BRAM)
    groups.leave_group(tx, newer.id, CHLOE)
    merge_groups(tx)
    assert users(tx, older) == {ANNA, BRAM}
    chloe = groups.member(tx, older, CHLOE)
    assert chloe is not None
    assert chloe.absence_reason == AbsenceReason.CHOSE


def test_turns_are_counted_together(tx: Tx) -> None:
    older, newer = two_groups(tx, (ANNA, BRAM), (BRAM,))
    for group, count, days in ((older, 2, 9), (newer, 3, 1)):
        member = groups.member(tx, group, BRAM)
        assert member is not None
        member.facilitated, member.led_at = count, tx.now - timedelta(days=days)
    merge_groups(tx)
    [bram] = tx.sql.scalars(select(Member).where(Member.user == BRAM))
    assert (bram.group_id, bram.facilitated, bram.led_at) == (older.id, 5, tx.now - timedelta(days=1))


@pytest.mark.parametrize("which", ["older", "newer"])
def test_it_waits_for_a_session(tx: Tx, which: str) -> None:
    pair = two_groups(tx, (ANNA, BRAM, CHLOE), (ANNA, BRAM, DAAN))
    group = pair[which == "newer"]
    case = make_case(tx, group, state=CaseState.CHOSEN)
    session = sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    merge_groups(tx)
    assert pair[1].merged_at is None
    # In the newer group everything goes on as if nothing had happened.
    assert users(tx, pair[1]) == {ANNA, BRAM, DAAN}
    sessions.mark_present(tx, sessions.scene_of(tx, session), BRAM)
    sessions.stop(tx, BRAM, SessionRef(session.id))
    run_due(tx, dict(due_handlers()))
    merge_groups(tx)
    assert pair[1].merged_at is not None
    assert session.group_id == pair[0].id


@pytest.mark.parametrize("state", [PollState.OPEN, PollState.ASKING])
def test_it_waits_for_a_poll(tx: Tx, state: PollState) -> None:
    older, newer = two_groups(tx, (ANNA, BRAM), (ANNA, CHLOE))
    values: dict[str, Any] = {"opened_by": ANNA, "opened_at": tx.now, "closes_at": tx.now}
    poll = Poll(group_id=newer.id, state=state, **values, **belonging_to(OURS))
    tx.sql.add(poll)
    tx.sql.flush()
    assert (is_anything_running(tx, older), is_anything_running(tx, newer)) == (False, True)
    merge_groups(tx)
    assert newer.merged_at is None


def test_a_channel_has_the_older_group_and_an_old_button_finds_it(tx: Tx) -> None:
    older, newer = two_groups(tx, (ANNA, BRAM), (ANNA, CHLOE))
    assert groups.channel_group(tx, older.channel) is older
    assert groups.group_by_id(tx, newer.id) is newer
    merge_groups(tx)
    assert groups.channel_group(tx, older.channel) is older
    assert groups.group_by_id(tx, newer.id) is older


def test_a_new_id_of_the_channel_is_that_of_both(tx: Tx) -> None:
    older, newer = two_groups(tx, (ANNA,), (ANNA,))
    groups.rename_channel(tx, older.channel, "C0NEW")
    assert (older.channel, newer.channel) == ("C0NEW", "C0NEW")


def test_twice_is_as_good_as_once(tx: Tx) -> None:
    older, _ = two_groups(tx, (ANNA, BRAM), (BRAM, CHLOE))
    merge_groups(tx)
    said = len(outgoing(tx))
    merge_groups(tx)
    assert len(outgoing(tx)) == said
    assert users(tx, older) == {ANNA, BRAM, CHLOE}
