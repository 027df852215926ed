"""How long attendance is kept is each person's own choice: longer, shorter, or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.privacy import service as privacy
from bot.sessions import service as sessions
from bot.sessions.records import SessionAttendance
from bot.storage import Tx
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE
from tests.meetings.test_listeners import grouped
from tests.privacy.people import later, sweep_away
from tests.privacy.test_forgetting import held_session
from tests.privacy.test_showing import file_of, page_of
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["grouped", "stage"]

A_YEAR = timedelta(days=367)


def kept(tx: Tx) -> set[str]:
    """Of whom attendance is kept after a night."""
    tx.sql.flush()
    sessions.purge_old_attendances(tx)
    return set(tx.sql.scalars(select(SessionAttendance.user)))


def test_each_term_is_honoured_by_night(tx: Tx) -> None:
    held_session(tx)
    privacy.choose_attendance_term(tx, ANNA, "1")
    privacy.choose_attendance_term(tx, CHLOE, "10")
    assert kept(tx) >= {ANNA, BRAM, CHLOE}
    later(tx, A_YEAR)
    assert ANNA not in kept(tx)
    later(tx, 3 * A_YEAR)
    assert BRAM in kept(tx), "who has not chosen keeps five years"
    later(tx, 2 * A_YEAR)
    assert kept(tx) == {CHLOE}
    later(tx, 5 * A_YEAR)
    assert kept(tx) == set()


def test_not_at_all_takes_what_is_kept_and_keeps_nothing_new(tx: Tx) -> None:
    held_session(tx)
    later(tx, timedelta(hours=1))
    assert privacy.choose_attendance_term(tx, ANNA, "0") == (0, 1)
    assert ANNA not in kept(tx)
    assert BRAM in kept(tx)


def test_who_chose_not_at_all_before_a_session_leaves_no_attendance(tx: Tx) -> None:
    privacy.choose_attendance_term(tx, ANNA, "0")
    privacy.choose_attendance_term(tx, CHLOE, "2")
    held_session(tx)
    found = {one.user: one.keep_years for one in tx.sql.scalars(select(SessionAttendance))}
    assert ANNA not in found
    assert (found[BRAM], found[CHLOE]) == (None, 2)


def test_a_choice_outlives_the_last_group(tx: Tx) -> None:
    """Two years after somebody's last group nothing else is known of them."""
    held_session(tx)
    privacy.choose_attendance_term(tx, ANNA, "10")
    for group in groups.groups_of(tx, ANNA):
        groups.leave_group(tx, group.id, ANNA)
    later(tx, 3 * A_YEAR)
    privacy.purge_people(tx)
    assert groups.known_person(tx, ANNA) is None
    later(tx, 3 * A_YEAR)
    assert ANNA in kept(tx)
    assert "10 jaar" in page_of(tx, ANNA)


def test_only_a_choice_of_the_list_counts(tx: Tx) -> None:
    held_session(tx)
    for made_up in ("3", "-1", "", "None"):
        with pytest.raises(Refused):
            privacy.choose_attendance_term(tx, ANNA, made_up)


def test_the_file_says_the_choice_and_forgetting_takes_it(tx: Tx) -> None:
    held_session(tx)
    privacy.choose_attendance_term(tx, ANNA, "10")
    tables = file_of(tx, ANNA)["tables"]
    assert tables["people"]["rows"][0]["attendance_years"] == 10
    assert tables["session_attendances"]["rows"][0]["keep_years"] == 10
    privacy.forget_person(tx, ANNA)
    sweep_away(tx)
    assert ANNA not in kept(tx)
    assert sessions.attendance_terms(tx, [ANNA]) == {}


async def test_somebody_chooses_it_on_their_own_page(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.command("gegevens", CHANNEL)
    assert "Ik bewaar ze 5 jaar" in await stage.anna.read_modal()
    await stage.anna.click_in_view("Hoe lang")
    await stage.rest()
    assert "Hoe lang, bepaal jij" in await stage.anna.read_modal()
    await stage.anna.fill(years="10")
    await stage.anna.submit()
    await stage.rest()
    assert "Vanaf nu bewaar ik je aanwezigheid 10 jaar" in await stage.anna.read_modal()
    await stage.anna.command("gegevens", CHANNEL)
    assert "Ik bewaar ze 10 jaar" in await stage.anna.read_modal()
    assert await stage.team.refused() == []
