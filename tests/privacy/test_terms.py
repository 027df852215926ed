"""What has no words of its own has a term too: who spoke when, who left, and what waits of people who left."""

from datetime import timedelta

from sqlalchemy import select

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group, Member, Person
from bot.privacy import service as privacy
from bot.rounds.records import Contribution
from bot.sessions.records import Participant, Session, SessionAttendance
from bot.storage import Tx, belonging_to
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, make_case
from tests.privacy.people import later, sweep
from tests.privacy.test_forgetting import held_session
from tests.privacy.test_messages_go import night


def aged(tx: Tx, days: int) -> None:
    later(tx, timedelta(days=days))


def test_who_spoke_when_goes_with_the_words_and_the_attendance_stays(tx: Tx) -> None:
    held_session(tx)
    tx.sql.scalars(select(Group)).one().retention_days = 92
    assert tx.sql.scalars(select(Participant)).all() != []
    aged(tx, 100)
    night(tx)
    assert tx.sql.scalars(select(Participant)).all() == []
    assert tx.sql.scalars(select(Contribution)).all() == []
    assert tx.sql.scalars(select(SessionAttendance)).all() != []
    assert len(tx.sql.scalars(select(Session)).all()) == 1


def test_a_case_that_waits_of_somebody_who_left_goes_after_the_term(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, retention_days=92)
    theirs = make_case(tx, group, ANNA)
    draft = make_case(tx, group, ANNA, state=CaseState.DRAFT)
    stays = make_case(tx, group, BRAM)
    groups.leave_group(tx, group.id, ANNA)
    aged(tx, 90)
    night(tx)
    assert tx.sql.get_one(Case, theirs.id).title != ""
    aged(tx, 5)
    night(tx)
    for gone in (theirs, draft):
        found = tx.sql.get_one(Case, gone.id)
        assert (found.title, found.situation, found.state) == ("", "", CaseState.WITHDRAWN)
    assert tx.sql.get_one(Case, stays.id).title != "", "a member's case may wait as long as it likes"


def test_a_draft_of_before_has_its_term_from_the_upgrade_on(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, retention_days=92, messages_go_since=None)
    draft = make_case(tx, group, ANNA, state=CaseState.DRAFT)
    aged(tx, 1000)
    group.messages_go_since = tx.now
    aged(tx, 80)
    night(tx)
    assert tx.sql.get_one(Case, draft.id).title != ""
    aged(tx, 20)
    night(tx)
    assert tx.sql.get_one(Case, draft.id).title == ""


def test_somebody_who_left_is_known_for_two_years(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    groups.leave_group(tx, group.id, ANNA)
    sweep(tx)
    aged(tx, 700)
    privacy.purge_people(tx)
    assert tx.sql.scalars(select(Person).where(Person.user == ANNA)).all() != []
    aged(tx, 31)
    privacy.purge_people(tx)
    assert tx.sql.scalars(select(Person.user)).all() == [BRAM]
    assert tx.sql.scalars(select(Member.user)).all() == [BRAM]


def test_a_bot_stays_known_as_one(tx: Tx) -> None:
    """Otherwise it would be asked every night whether it takes part."""
    mine = belonging_to(tx.workspace)
    for user, is_bot in (("U0BOT", True), ("U0VREEMD", False)):
        tx.sql.add(Person(user=user, language="nl", zone="Europe/Amsterdam", is_bot=is_bot, **mine))
    tx.sql.flush()
    privacy.purge_people(tx)
    assert tx.sql.scalars(select(Person.user)).all() == ["U0BOT"]
