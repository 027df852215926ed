"""Somebody asks to be forgotten: their words go at once, their name soon, and the others' work stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Text, select, type_coerce

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import claims
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.groups.records import Group, Member, Person
from bot.meetings import service as meetings
from bot.polls import service as polls
from bot.privacy import service as privacy
from bot.privacy.records import Forgotten
from bot.privacy.rules import Subject, digest_of
from bot.rounds.service import notes
from bot.sessions import service as sessions
from bot.sessions.records import Session, SessionAttendance
from bot.sessions.views import TakeOverRef
from bot.storage import Tx, belonging_to
from bot.texts import FORGOTTEN, for_language, name_of
from tests.conftest import THEIRS, due_items, make_group, outgoing
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    begin,
    deliver,
    go_on,
    load,
    make_case,
    open_session,
)
from tests.privacy.people import later, naming, standing, sweep, sweep_away, words

TITLE = "Te vaak ja"
SITUATION = "Een collega vraagt me elke week"


def takeaway(tx: Tx, session: Session, user: str, text: str) -> None:
    tx.sql.add(
        Takeaway(
            group_id=session.group_id,
            session_id=session.id,
            user=user,
            takeaway=text,
            step=text,
            kept_at=tx.now,
            **belonging_to(tx.workspace),
        )
    )
    tx.sql.flush()


def held_session(tx: Tx, **group: Any) -> Session:
    """Anna's case was treated; Bram led; everybody wrote something."""
    session_id = open_session(tx, **group)
    begin(tx, session_id)
    session = load(tx, session_id)
    for user in (ANNA, CHLOE):
        notes.write_note(tx, session_id, user, f"aantekening van {user}")
    while session.state != "ended":
        later(tx, timedelta(minutes=5))
        go_on(tx, session_id)
    for user in (ANNA, BRAM, CHLOE):
        takeaway(tx, session, user, f"inzicht van {user}")
    sweep(tx)
    return session


def test_the_words_go_at_once(tx: Tx) -> None:
    held_session(tx)
    assert SITUATION in words(tx)
    privacy.forget_person(tx, ANNA)
    left = words(tx)
    assert SITUATION not in left
    assert f"inzicht van {ANNA}" not in left
    assert f"aantekening van {ANNA}" not in left
    assert f"inzicht van {BRAM}" in left, "what others wrote is theirs"


@pytest.mark.parametrize("user", [ANNA, BRAM, CHLOE])
def test_afterwards_no_row_names_them(tx: Tx, user: str) -> None:
    """As presenter, as facilitator, as somebody who thought along."""
    held_session(tx)
    make_case(tx, groups.group_by_id(tx, load_only(tx).group_id), user)
    assert {"members.user", "people.user", "session_attendances.user"} <= naming(tx, user).keys()
    privacy.forget_person(tx, user)
    sweep_away(tx)
    assert naming(tx, user) == {}


def load_only(tx: Tx) -> Session:
    return tx.sql.scalars(select(Session)).one()


def test_what_others_need_stays_without_the_name(tx: Tx) -> None:
    session = held_session(tx)
    session_id, case_id = session.id, session.case_id
    privacy.forget_person(tx, ANNA)
    sweep_away(tx)
    assert load(tx, session_id).presenter == FORGOTTEN
    case = tx.sql.scalars(select(Case).where(Case.id == case_id)).one()
    assert (case.presenter, case.title, case.state) == (FORGOTTEN, "", CaseState.TREATED)
    assert tx.sql.scalars(select(SessionAttendance.user)).all().count(BRAM) == 1
    assert name_of(for_language("nl"), FORGOTTEN) == "iemand die weg is"


def test_a_case_that_waits_is_withdrawn_and_leaves_the_poll(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    mine = make_case(tx, group, ANNA, title="Van Anna")
    make_case(tx, group, BRAM, title="Van Bram")
    make_case(tx, group, CHLOE, title="Van Chloé")
    polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))
    deliver(tx)
    privacy.forget_person(tx, ANNA)
    sweep(tx)
    case = tx.sql.scalars(select(Case).where(Case.id == mine.id)).one()
    assert (case.state, case.title, case.situation) == (CaseState.WITHDRAWN, "", "")
    shown = [row.payload["text"] for row in outgoing(tx) if row.payload and "text" in row.payload]
    assert "Van Anna" not in shown[-1]


def test_a_session_about_their_case_stops_kindly(tx: Tx) -> None:
    session_id = open_session(tx)
    begin(tx, session_id)
    deliver(tx)
    privacy.forget_person(tx, ANNA)
    session = load(tx, session_id)
    assert (session.state, session.ended_how) == ("ended", "stopped")
    said = [
        row.payload["text"]
        for row in outgoing(tx, "post")
        if row.payload and row.key and "case_gone" in row.key
    ]
    assert len(said) == 1
    assert "stopt deze sessie hier" in said[0]
    assert "wis" not in said[0].lower()
    assert "vergeten" not in said[0].lower(), "why the case is gone is hers to tell"
    sweep_away(tx)
    assert naming(tx, ANNA) == {}


def test_a_session_that_waits_for_their_yes_is_off(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    case = make_case(tx, group)
    session = sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    assert session.state == "asked"
    privacy.forget_person(tx, ANNA)
    assert load(tx, session.id).state == "ended"
    sweep_away(tx)
    assert naming(tx, ANNA) == {}


def test_a_session_whose_facilitator_goes_asks_who_takes_over(tx: Tx) -> None:
    session_id = open_session(tx)
    begin(tx, session_id)
    privacy.forget_person(tx, BRAM)
    sweep(tx)
    session = load(tx, session_id)
    assert (session.state, session.facilitator) == ("running", None)
    sessions.take_over(tx, CHLOE, TakeOverRef(session_id, ""))
    sweep_away(tx)
    assert load(tx, session_id).facilitator == CHLOE
    assert naming(tx, BRAM) == {}


def test_the_last_member_can_go_too(tx: Tx) -> None:
    group = make_group(tx, ANNA)
    make_case(tx, group)
    privacy.forget_person(tx, ANNA)
    sweep_away(tx)
    assert naming(tx, ANNA) == {}
    assert tx.sql.scalars(select(Group)).one().set_up_by == FORGOTTEN
    assert tx.sql.scalars(select(Member)).all() == []


def test_a_planned_meeting_that_they_lead_is_led_by_nobody(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    meetings.plan_meeting(tx, group.id, ANNA, "", "2027-02-12", "15:00", "Kamer 2", confirmed=True)
    sweep(tx)
    privacy.forget_person(tx, ANNA)
    sweep_away(tx)
    assert naming(tx, ANNA) == {}


def test_the_bots_own_messages_with_their_words_go(tx: Tx) -> None:
    session = held_session(tx)
    before = standing(tx)
    key = f"session/{session.id}"
    assert f"{key}/case" in before
    privacy.forget_person(tx, ANNA)
    after = standing(tx)
    assert f"{key}/case" not in after
    assert f"{key}/summary" not in after
    assert f"{key}/own/{ANNA}" not in after
    assert f"{key}/own/{CHLOE}" in after, "her own takeaways, in her own conversation"
    assert f"{key}/card" in after, "the thread with what others typed hangs beneath it"
    row = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == f"{key}/card")).one()
    assert row.payload is not None
    assert row.payload["text"] == "Wat hier stond is gewist."


def test_of_somebody_who_thought_along_the_case_stays(tx: Tx) -> None:
    session = held_session(tx)
    privacy.forget_person(tx, CHLOE)
    after = standing(tx)
    assert f"session/{session.id}/case" in after
    assert f"session/{session.id}/own/{CHLOE}" not in after


def test_the_receipt_says_what_went(tx: Tx) -> None:
    held_session(tx)
    given = privacy.forget_person(tx, ANNA)
    assert (given.groups, given.cases) == (1, 1)
    assert given.messages >= 2
    [receipt] = [row for row in outgoing(tx, "direct") if row.key == f"privacy/{ANNA}/receipt"]
    assert receipt.payload is not None
    assert "Je gegevens zijn gewist" in receipt.payload["text"]
    assert "niet aan mij" in receipt.payload["text"]


def test_the_receipt_counts_what_slack_did_not_let_go(tx: Tx) -> None:
    """The channel is archived: each deletion is refused."""
    held_session(tx)
    deliver(tx)
    privacy.forget_person(tx, ANNA)
    waiting = tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "delete")).all()
    refused = [row for row in waiting if row.target_key and row.target_key.endswith("/case")]
    for row in refused:
        row.state = OutboxState.SENDING
        row.state, row.error = OutboxState.FAILED, "is_archived"
    tx.sql.flush()
    deliver_but(tx, refused)
    assert len(due_items(tx, privacy.SWEEP)) == 1
    later(tx, timedelta(minutes=2))
    sweep(tx)
    [receipt] = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == f"privacy/{ANNA}/receipt")).all()
    assert receipt.payload is not None
    assert "1 niet weghalen" in receipt.payload["text"]


def deliver_but(tx: Tx, refused: list[OutboxRow]) -> None:
    ids = [row.id for row in refused]
    deliver(tx)
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids))).all()
    assert all(row.state == OutboxState.FAILED for row in rows)


def test_twice_is_as_good_as_once(tx: Tx) -> None:
    held_session(tx)
    privacy.forget_person(tx, ANNA)
    again = privacy.forget_person(tx, ANNA)
    assert (again.groups, again.cases, again.messages) == (0, 0, 0)
    sweep_away(tx)
    privacy.forget_person(tx, ANNA)
    sweep_away(tx)
    assert naming(tx, ANNA) == {}


def test_who_comes_back_is_somebody_new(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    privacy.forget_person(tx, ANNA)
    groups.join_group(tx, group.id, ANNA, {ANNA, BRAM})
    make_case(tx, group, ANNA)
    # The sweeps of before are still planned: what is new stays.
    sweep_away(tx)
    assert tx.sql.scalars(select(Case.presenter)).all() == [ANNA]
    assert groups.member(tx, group, ANNA) is not None


def test_nobody_of_another_workspace_is_touched(tx: Tx) -> None:
    """Ids are only unique within a workspace."""
    there = tx.of(THEIRS)
    theirs = make_group(there, ANNA, channel="C0DAAR")
    make_case(there, theirs)
    make_group(tx, ANNA)
    privacy.forget_person(tx, ANNA)
    sweep_away(tx)
    assert tx.sql.scalars(select(Case.presenter)).all() == [ANNA]
    assert tx.sql.scalars(select(Person.team_id).where(Person.user == ANNA)).all() == [THEIRS.team_id]


def test_who_was_forgotten_is_listed_as_a_hash(tx: Tx) -> None:
    make_group(tx, ANNA)
    privacy.forget_person(tx, ANNA)
    [listed] = tx.sql.scalars(select(Forgotten)).all()
    assert listed.digest == digest_of(Subject.USER, tx.workspace.team_id, ANNA, listed.secret)
    assert ANNA not in listed.digest
    assert listed.digest != digest_of(Subject.USER, THEIRS.team_id, ANNA, listed.secret)


def test_whoever_has_the_list_and_no_key_can_try_no_id(tx: Tx) -> None:
    """Slack ids are short: a hash without a key would tell each of them."""
    make_group(tx, ANNA, BRAM)
    privacy.forget_person(tx, ANNA)
    privacy.forget_person(tx, BRAM)
    first, second = tx.sql.scalars(select(Forgotten)).all()
    assert first.digest != digest_of(Subject.USER, tx.workspace.team_id, ANNA, None)
    stored = tx.sql.scalars(select(type_coerce(Forgotten.__table__.c.secret, Text))).all()
    assert first.secret is not None
    assert first.secret == second.secret, "one key for the whole list"
    assert not [one for one in stored if first.secret in str(one)]


def test_messages_with_words_are_known_for_as_long_as_they_stand(tx: Tx) -> None:
    """After 120 days the outbox forgets what it sent, and a message without its ts could never be deleted."""
    session = held_session(tx)
    later(tx, timedelta(days=200))
    claims.purge_done(tx)
    left = standing(tx)
    assert f"session/{session.id}/case" in left
    assert not [key for key in left if key.endswith("/welcome")]
    privacy.forget_person(tx, ANNA)
    deliver(tx)
    assert f"session/{session.id}/case" not in standing(tx)
    later(tx, timedelta(days=200))
    claims.purge_done(tx)
    assert not [key for key in standing(tx) if key.startswith("session/") and key.endswith("/case")]
