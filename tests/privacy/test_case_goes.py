"""A treated case goes alone, when its presenter wants that: its words, and the bot's messages that hold them."""

import pytest
from sqlalchemy import select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.groups import service as groups
from bot.groups.records import Member
from bot.privacy import service as privacy
from bot.rounds.records import Note
from bot.sessions.records import SessionAttendance
from bot.storage import Tx
from bot.texts import Refused
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, make_case
from tests.groups.test_listeners import our_group
from tests.meetings.test_listeners import grouped
from tests.privacy.people import standing, words
from tests.privacy.test_forgetting import SITUATION, held_session
from tests.privacy.test_showing import page_of
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["grouped", "stage"]


def test_its_words_go_and_the_messages_with_them(tx: Tx) -> None:
    session = held_session(tx)
    key = f"session/{session.id}"
    assert {f"{key}/case", f"{key}/summary"} <= set(standing(tx))
    messages, lost = privacy.delete_treated_case(tx, ANNA, session.case_id)
    assert (messages > 2, lost) == (True, 0)
    assert SITUATION not in words(tx)
    left = standing(tx)
    assert not {f"{key}/case", f"{key}/summary"} & set(left)
    assert f"{key}/card" in left, "what people typed hangs beneath it"


def test_what_is_of_others_and_what_is_their_own_stays(tx: Tx) -> None:
    session = held_session(tx)
    privacy.delete_treated_case(tx, ANNA, session.case_id)
    left = words(tx)
    for user in (ANNA, BRAM, CHLOE):
        assert f"inzicht van {user}" in left
    assert {one.user for one in tx.sql.scalars(select(Note))} == {ANNA, CHLOE}
    assert ANNA in tx.sql.scalars(select(SessionAttendance.user)).all()
    assert f"session/{session.id}/own/{CHLOE}" in standing(tx)
    assert tx.sql.scalars(select(Member.left_at).where(Member.user == ANNA)).one() is None


def test_only_its_presenter_may_and_only_once_it_was_treated(tx: Tx) -> None:
    session = held_session(tx)
    for other in (BRAM, CHLOE, "U0NIEMAND"):
        with pytest.raises(Refused):
            privacy.delete_treated_case(tx, other, session.case_id)
    waiting = make_case(tx, groups.group_by_id(tx, session.group_id), ANNA)
    with pytest.raises(Refused):
        privacy.delete_treated_case(tx, ANNA, waiting.id)
    assert SITUATION in words(tx)


def test_twice_is_as_good_as_once(tx: Tx) -> None:
    session = held_session(tx)
    assert privacy.delete_treated_case(tx, ANNA, session.case_id)[0] > 0
    assert privacy.delete_treated_case(tx, ANNA, session.case_id) == (0, 0)


def test_who_left_the_group_may_as_well(tx: Tx) -> None:
    session = held_session(tx)
    groups.leave_group(tx, session.group_id, ANNA)
    assert [one.id for one in cases.treated_of(tx, ANNA)] == [session.case_id]
    assert "Behandelde casus verwijderen" in page_of(tx, ANNA)
    privacy.delete_treated_case(tx, ANNA, session.case_id)
    assert tx.sql.get_one(Case, session.case_id).title == ""
    assert "Behandelde casus verwijderen" not in page_of(tx, ANNA)


def test_without_a_treated_case_nothing_is_offered(tx: Tx) -> None:
    make_case(tx, make_group(tx, ANNA), ANNA)
    assert "Behandelde casus verwijderen" not in page_of(tx, ANNA)


async def test_it_asks_first_and_says_what_happened(grouped: Stage) -> None:
    stage = grouped

    def treated(tx: Tx) -> str:
        case = make_case(tx, our_group(tx), stage.anna.user, title="Te vaak ja")
        cases.mark_chosen(tx, case)
        cases.mark_started(tx, case)
        cases.mark_treated(tx, case)
        return case.id

    case_id = await ours(stage.app).transact(treated)
    await stage.anna.command("gegevens", CHANNEL)
    await stage.anna.click_in_view("Behandelde casus verwijderen")
    await stage.rest()
    asked = await stage.anna.read_modal()
    assert "Dit gaat meteen weg" in asked
    assert "Dit blijft" in asked
    await stage.anna.fill(case="Te vaak ja")
    await stage.anna.submit()
    await stage.rest()
    assert "De woorden van je casus zijn gewist" in await stage.anna.read_modal()
    assert await ours(stage.app).read(lambda tx: tx.sql.get_one(Case, case_id).title) == ""
    assert await stage.team.refused() == []
