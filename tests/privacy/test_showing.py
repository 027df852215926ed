"""What the bot knows of somebody: a page to read, and a file for a machine, in their own conversation."""

import json
from typing import Any

from bot.agreements.records import TalkFirst
from bot.attendance.records import Attendance
from bot.meetings import service as meetings
from bot.privacy import service as privacy
from bot.privacy.register import REGISTER
from bot.storage import Tx, belonging_to
from bot.texts import for_language
from sandbox.people import words as words_in
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, make_case
from tests.meetings.test_listeners import grouped
from tests.privacy.people import naming
from tests.privacy.test_forgetting import held_session
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["grouped", "stage"]


def file_of(tx: Tx, user: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(privacy.data_file(tx, user).body)
    return found


def page_of(tx: Tx, user: str) -> str:
    return words_in(privacy.data_page(tx, for_language("nl"), user))


def test_the_file_holds_every_table_that_names_them(tx: Tx) -> None:
    held_session(tx)
    tables = file_of(tx, ANNA)["tables"]
    shown = {where.split(".")[0] for where in naming(tx, ANNA)} & {
        name for name, kept in REGISTER.items() if kept.shown_by
    }
    assert shown
    assert shown <= tables.keys()
    [case] = tables["cases"]["rows"]
    assert case["title"] == "Te vaak ja"
    assert tables["keepsakes"]["kept"] == REGISTER["keepsakes"].term


def test_the_file_holds_no_word_and_no_name_of_others(tx: Tx) -> None:
    held_session(tx)
    body = privacy.data_file(tx, CHLOE).body.decode()
    assert f"inzicht van {CHLOE}" in body
    for other in (ANNA, BRAM):
        assert other not in body
    assert "Een collega vraagt" not in body


def test_what_others_said_of_somebody_in_confidence_is_not_shown(tx: Tx) -> None:
    """Who would rather talk first about somebody new, and why somebody is absent, are told to nobody else."""
    group = make_group(tx, ANNA, BRAM, CHLOE)
    mine = belonging_to(tx.workspace)
    tx.sql.add(TalkFirst(group_id=group.id, newcomer=CHLOE, user=ANNA, at=tx.now, **mine))
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-02-12", "15:00", "", confirmed=True)
    given = Attendance(
        meeting_id=meeting.id, group_id=group.id, user=ANNA, reason="Ziek kind", reason_for=CHLOE, **mine
    )
    tx.sql.add(given)
    tx.sql.flush()
    body = privacy.data_file(tx, CHLOE).body.decode()
    assert "talk_first" not in body
    assert "Ziek kind" not in body
    assert "Ziek kind" in privacy.data_file(tx, ANNA).body.decode()


def test_a_calendar_address_is_no_part_of_the_file(tx: Tx) -> None:
    """Whoever finds the file could read their dates with it."""
    held_session(tx)
    assert '"token"' not in privacy.data_file(tx, ANNA).body.decode()


def test_the_page_says_it_in_words(tx: Tx) -> None:
    held_session(tx)
    said = page_of(tx, ANNA)
    assert "Te vaak ja" in said
    assert "jij bracht de casus in" in said
    assert "jij leidde" in page_of(tx, BRAM)
    assert "Inzichten en stappen: 1" in page_of(tx, CHLOE)


def test_a_stranger_is_told_that_nothing_is_known(tx: Tx) -> None:
    held_session(tx)
    assert "Ik weet niets van je" in page_of(tx, "U0NIEMAND")
    assert file_of(tx, "U0NIEMAND")["tables"] == {}


def test_words_are_shown_as_they_were_typed(tx: Tx) -> None:
    group = make_group(tx, ANNA)
    make_case(tx, group, title="<!channel> & co")
    assert "&lt;!channel&gt; &amp; co" in page_of(tx, ANNA)


async def test_the_file_comes_in_one_s_own_conversation(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.command("gegevens", CHANNEL)
    assert "Mijn gegevens" in await stage.anna.read_modal()
    await stage.anna.click_in_view("Stuur me het bestand")
    await stage.rest()
    assert "Het bestand staat in je eigen gesprek" in await stage.anna.read_modal()
    [file] = await stage.anna.files(stage.anna.dm)
    assert file["title"].endswith(".json")
    assert json.loads(await stage.anna.open_file(file))["person"] == stage.anna.user
    assert await stage.anna.files(CHANNEL) == []
    assert await stage.team.refused() == []


async def test_somebody_is_forgotten_by_their_own_press(grouped: Stage) -> None:
    stage = grouped
    assert await ours(stage.app).read(naming, stage.anna.user) != {}
    await stage.anna.command("data", CHANNEL)
    await stage.anna.click_in_view("Wis mijn gegevens")
    await stage.rest()
    asked = await stage.anna.read_modal()
    assert "Dit gaat meteen weg" in asked
    assert "Dit kan niet terug" in asked
    await stage.anna.submit()
    await stage.rest()
    assert "Je gegevens zijn gewist" in await stage.anna.read_modal()
    assert await stage.anna.sees("Je gegevens zijn gewist", stage.anna.dm)
    await stage.team.until(await stage.team.now() + 3600)
    assert await ours(stage.app).read(naming, stage.anna.user) == {}
    assert await stage.team.refused() == []


async def test_whoever_leaves_a_group_is_offered_their_data(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.command("groep", CHANNEL)
    await stage.anna.click_in_view("Groep verlaten")
    await stage.rest()
    await stage.anna.click_in_view("Mijn gegevens")
    await stage.rest()
    assert "Wis mijn gegevens" in await stage.anna.read_modal()
