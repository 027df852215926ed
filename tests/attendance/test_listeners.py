"""The invitation and the private questions as people meet them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.attendance import service
from bot.attendance.queries import AttendanceNumbers
from bot.attendance.records import Attendance
from bot.attendance.service import subjects
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.storage import Tx, belonging_to
from sandbox.people import CannotDo, Someone
from tests.attendance.people import the
from tests.conftest import OURS, make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case
from tests.sessions.conftest import CHANNEL, Stage


async def planned(stage: Stage, ahead: int) -> str:
    """A meeting at three in the afternoon so many days from now, planned by Bram with the form."""
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    await stage.team.settle()
    await stage.bram.command("plan", CHANNEL)
    day = datetime.fromtimestamp(await stage.team.now(), UTC).date() + timedelta(days=ahead)
    await stage.bram.fill(day=day.isoformat(), hour="15:00", place="Kamer 2")
    assert await stage.bram.submit() == {}
    await stage.bram.close_all()
    await stage.rest()

    def found(tx: Tx) -> str:
        group = tx.sql.query(Group).one()
        meeting = meetings.next_meeting(tx, group)
        assert meeting is not None
        return meeting.id

    return await ours(stage.app).read(found)


async def comes(stage: Stage, who: Someone, label: str, *, reason: str | None = None) -> None:
    await who.click(label, channel=CHANNEL)
    if label != "Ik kom":
        if reason is not None:
            await who.fill(reason=reason)
            assert await who.submit() == {}
        else:
            await who.close_all()
    await stage.rest()


async def test_from_invitation_to_the_session_that_takes_its_facilitator(stage: Stage) -> None:
    meeting = await planned(stage, 6)
    assert await stage.daan.sees("De volgende bijeenkomst is", CHANNEL)
    await comes(stage, stage.anna, "Ik kom")
    # Nobody leads yet who would read a reason: nobody is asked for one.
    await comes(stage, stage.daan, "Ik kan niet")
    assert await stage.daan.views() == []
    await stage.bram.click("Ik wil wel leiden", channel=CHANNEL)
    await stage.rest()
    await comes(stage, stage.chloe, "Ik kom later", reason="De crèche")
    assert await stage.bram.sees("Jij leidt deze bijeenkomst", CHANNEL)
    assert await stage.anna.sees(f"<@{BRAM}> leidt.", CHANNEL)
    assert await stage.anna.sees(f"Later: <@{CHLOE}>.", CHANNEL)
    assert not await stage.anna.sees("crèche", CHANNEL)
    # Two days before Bram gets his card, and on it he sees who comes at any time, with what they told him.
    await stage.team.until(await _start(stage, meeting) - 2 * 86400 + 60)
    await stage.rest()
    assert await stage.bram.sees("Jij leidt de bijeenkomst", stage.bram.dm)
    assert not await stage.bram.sees("crèche", stage.bram.dm)
    await stage.bram.click("Wie er nu komt", channel=stage.bram.dm)
    assert "De crèche" in await stage.bram.read_modal()
    await stage.bram.close_all()
    # Bram cannot after all: on his card he gives it to Chloé, who offered.
    await stage.chloe.click("Ik wil wel leiden", channel=CHANNEL)
    await stage.bram.click("Deze keer niet", channel=stage.bram.dm)
    await stage.rest()
    assert await stage.anna.sees(f"<@{CHLOE}> leidt.", CHANNEL)
    with pytest.raises(CannotDo):
        await stage.bram.click("Wie er nu komt", channel=stage.bram.dm)
    # What Chloé told Bram is not for whoever takes the lead after him.
    await stage.team.until(await _start(stage, meeting) - 86400)
    await stage.rest()
    await stage.chloe.click("Wie er nu komt", channel=stage.chloe.dm)
    assert "De crèche" not in await stage.chloe.read_modal()
    await stage.chloe.close_all()
    await ours(stage.app).transact(lambda tx: make_case(tx, tx.sql.query(Group).one()).id)
    await stage.team.until(await _start(stage, meeting))
    await stage.anna.command("start", CHANNEL)
    view = await stage.anna.modal()
    [who] = [block for block in view["blocks"] if block.get("block_id") == "facilitator"]
    assert who["element"]["initial_user"] == CHLOE
    assert await stage.anna.submit() == {}
    await stage.rest()
    with pytest.raises(CannotDo):
        await stage.daan.click("Ik kom", channel=CHANNEL)
    assert await stage.team.refused() == []


async def started(stage: Stage) -> str:
    """A meeting tomorrow at which a session is opened, and not yet begun."""
    meeting = await planned(stage, 1)
    await ours(stage.app).transact(lambda tx: make_case(tx, tx.sql.query(Group).one()).id)
    await stage.team.until(await _start(stage, meeting))
    await stage.anna.command("start", CHANNEL)
    await stage.anna.fill(facilitator=BRAM)
    assert await stage.anna.submit() == {}
    await stage.rest()
    return meeting


async def test_whoever_is_there_is_remembered(stage: Stage) -> None:
    meeting = await started(stage)
    thread = await stage.card(stage.anna)
    for who in (stage.anna, stage.bram, stage.chloe, stage.daan):
        await who.click("Ik ben er", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    await stage.bram.click("Beginnen", channel=CHANNEL)
    for phase in ("Vragen", "Antwoorden", "Je vraag", "Analyse", "Advies", "Reactie", "Oogst", "Evaluatie"):
        await stage.rest()
        await stage.bram.click(f"Door naar {phase}", channel=stage.bram.dm)
    await stage.rest()
    await stage.bram.click("Sessie afronden", channel=stage.bram.dm)
    await stage.team.until(await _start(stage, meeting) + 13 * 3600)

    def numbers(tx: Tx) -> AttendanceNumbers:
        return service.attendance_numbers(tx, tx.sql.query(Group).one())

    found = await ours(stage.app).read(numbers)
    assert (found.members, found.came_last) == (4, 4)


async def test_a_session_that_nobody_began_is_no_meeting_that_anybody_missed(stage: Stage) -> None:
    meeting = await started(stage)
    await stage.team.until(await _start(stage, meeting) + 13 * 3600)
    found = await ours(stage.app).read(lambda tx: service.attendance_numbers(tx, tx.sql.query(Group).one()))
    assert found.came_last is None
    assert (await ours(stage.app).read(the, meeting)).state == MeetingState.PLANNED


async def test_with_too_few_the_facilitator_chooses_the_short_form(stage: Stage) -> None:
    meeting = await planned(stage, 6)
    for who in (stage.anna, stage.bram, stage.chloe):
        await comes(stage, who, "Ik kom")
    await comes(stage, stage.daan, "Ik kan niet")
    await stage.team.until(await _start(stage, meeting) - 86400 + 60)
    await stage.rest()
    assert await stage.bram.sees("Wat wil je doen?", stage.bram.dm)
    await stage.bram.click("Verzetten", channel=stage.bram.dm)
    assert "Dag" in await stage.bram.read_modal()
    await stage.bram.close_all()
    await stage.bram.click("De korte vorm", channel=stage.bram.dm)
    await stage.rest()
    assert await stage.bram.sees("Jullie doen de korte vorm", stage.bram.dm)
    assert await stage.anna.sees("de korte vorm, 41 minuten", CHANNEL)
    await ours(stage.app).transact(lambda tx: make_case(tx, tx.sql.query(Group).one()).id)
    await stage.team.until(await _start(stage, meeting))
    await stage.anna.command("start", CHANNEL)
    assert "Incidentmethode, kort, 39 minuten" in await stage.anna.read_modal()
    await stage.anna.fill(facilitator=BRAM)
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("39 minuten", CHANNEL)
    assert await stage.team.refused() == []


async def test_a_month_before_there_is_help_to_find_a_case(stage: Stage) -> None:
    meeting = await planned(stage, 40)
    await stage.team.until(await _start(stage, meeting) - 29 * 86400)
    await stage.rest()
    await stage.anna.click("Help me zoeken", channel=stage.anna.dm)
    assert "Wat stel je steeds uit?" in await stage.anna.read_modal()
    await stage.anna.close_all()
    await stage.anna.click("Deze keer niets", channel=stage.anna.dm)
    await stage.rest()
    assert await stage.anna.sees("Dat is goed", stage.anna.dm)
    with pytest.raises(CannotDo):
        await stage.anna.click("Deze keer niets", channel=stage.anna.dm)
    await stage.chloe.click("Casus schrijven", channel=stage.chloe.dm)
    assert await stage.chloe.modal()


async def test_a_question_about_the_old_date_asks_about_the_new_one(stage: Stage) -> None:
    meeting = await planned(stage, 12)
    await stage.team.until(await _start(stage, meeting) - 7 * 86400)
    await stage.rest()
    assert await stage.daan.sees("Kom je?", stage.daan.dm)
    await ours(stage.app).transact(_half_past_four, meeting)
    await stage.rest()
    assert await stage.daan.sees("heeft een andere datum", stage.daan.dm)
    assert not await stage.daan.sees("Kom je?", stage.daan.dm)
    await stage.daan.click("Ik kom", channel=stage.daan.dm)
    await stage.rest()
    assert await ours(stage.app).read(lambda tx: service.rsvp_of(tx, the(tx, meeting), DAAN)) == "yes"
    assert await stage.daan.sees("Fijn, je komt", stage.daan.dm)


def _half_past_four(tx: Tx, meeting: str) -> None:
    found = the(tx, meeting)
    meetings.plan_meeting(tx, found.group_id, found.planned_by, meeting, found.day, "16:30", "")


async def test_the_question_after_two_missed_meetings_in_private(stage: Stage) -> None:
    fit = await ours(stage.app).transact(_missed_two)
    await stage.team.until(await stage.team.now() + 4 * 86400)
    await stage.rest()
    await stage.daan.click("De tijd", channel=stage.daan.dm)
    await stage.daan.fill(line="Donderdag werk ik niet meer")
    # Nothing is shared without a tick.
    assert await stage.daan.submit() == {"share": "Vink aan wie het mag weten, of houd het voor jezelf."}
    await stage.daan.fill(share=["named"])
    assert await stage.daan.submit() == {}
    await stage.rest()
    assert await stage.daan.sees(f"<@{ANNA}> hoort het van mij", stage.daan.dm)
    await stage.team.until(await stage.team.now() + 4 * 86400)
    await stage.rest()
    assert await stage.anna.sees("Donderdag werk ik niet meer", stage.anna.dm)
    assert fit


async def test_stopping_asks_first(stage: Stage) -> None:
    await ours(stage.app).transact(_missed_two)
    await stage.team.until(await stage.team.now() + 4 * 86400)
    await stage.rest()
    await stage.daan.click("Ik stop", channel=stage.daan.dm)
    await stage.daan.close()
    assert DAAN in await ours(stage.app).read(_members)
    await stage.daan.click("Ik stop", channel=stage.daan.dm)
    assert await stage.daan.submit() == {}
    await stage.rest()
    assert DAAN not in await ours(stage.app).read(_members)
    assert await stage.daan.sees("Je bent uit de groep", stage.daan.dm)


async def test_the_reminders_are_chosen_in_the_group_s_window(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await stage.anna.command("groep", CHANNEL)
    await stage.anna.click_in_view("Herinneringen")
    await stage.anna.fill(reminders=["Een dag van tevoren"])
    assert await stage.anna.submit() == {}
    assert await ours(stage.app).read(lambda tx: tx.sql.query(Group).one().reminders) == "day"
    await stage.anna.close_all()
    await stage.anna.command("groep", CHANNEL)
    await stage.anna.click_in_view("Herinneringen")
    [field] = [block for block in (await stage.anna.modal())["blocks"] if block["type"] == "input"]
    assert [one["value"] for one in field["element"]["initial_options"]] == ["day"]


def _missed_two(tx: Tx) -> str:
    """Daan has just missed the second meeting in a row; Anna set the group up."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, meets="thread")
    for member in groups.members(tx, group):
        member.since = tx.now - timedelta(days=200)
    for weeks in (6, 0):
        starts_at = tx.now - timedelta(weeks=weeks, hours=12)
        meeting = Meeting(
            group_id=group.id,
            state=MeetingState.OPENED,
            day=starts_at.date().isoformat(),
            hour="15:00",
            zone=group.zone,
            starts_at=starts_at,
            planned_by=ANNA,
            **belonging_to(OURS),
        )
        tx.sql.add(meeting)
        tx.sql.flush()
        for user in (ANNA, BRAM, CHLOE):
            tx.sql.add(
                Attendance(
                    meeting_id=meeting.id, group_id=group.id, user=user, came=True, **belonging_to(OURS)
                )
            )
        at = tx.now + timedelta(seconds=-weeks)
        queue.schedule(tx, subjects.OVER, meeting.id, at, {"meeting": meeting.id})
    return group.id


def _members(tx: Tx) -> list[str]:
    return [member.user for member in groups.members(tx, tx.sql.query(Group).one())]


async def _start(stage: Stage, meeting: str) -> float:
    return await ours(stage.app).read(lambda tx: the(tx, meeting).starts_at.timestamp())


@pytest.mark.parametrize(
    ("ahead", "promised"),
    [(1, "Wat je kunt voorbereiden, schrijf ik je privé."), (6, "Twee dagen van tevoren krijg je een kaart")],
)
async def test_no_card_is_promised_for_a_day_that_has_passed(stage: Stage, ahead: int, promised: str) -> None:
    await planned(stage, ahead)
    await stage.chloe.click("Ik wil wel leiden", channel=CHANNEL)
    await stage.rest()
    assert await stage.chloe.sees(promised, CHANNEL)
