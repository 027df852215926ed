"""A group at a glance: numbers for every member, and nothing that is somebody's own."""

from datetime import timedelta

from bot.attendance import service as attendance
from bot.cases.records import Case
from bot.followups import service as followups
from bot.followups.rules import PlannedStep, What
from bot.groups import service as groups
from bot.home import service, views
from bot.home.views import Glance
from bot.meetings import service as meetings
from bot.polls import service as polls
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.slack import ids
from bot.storage import Store, Tx
from bot.texts import for_language
from sandbox.strict.blocks import check_message, check_view
from tests.attendance import people as presence_people
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, begin, make_case, open_session
from tests.polls.people import open_one, votes

NL, EN = for_language("nl"), for_language("en")


def text(glance: Glance) -> str:
    message = views.overview(NL, glance)
    check_message(message.blocks)
    check_view(views.glance_window(NL, glance))
    return message.text


async def test_a_new_group_says_what_to_do_first(store: Store) -> None:
    shown = text(await store.transact(lambda tx: service.glance(tx, make_group(tx, ANNA), ANNA)))
    assert "Er is nog geen bijeenkomst gepland." in shown
    assert "Er is nog geen sessie geweest." in shown
    assert "1 groepslid." in shown
    assert "Breng een casus in" in shown


def test_nothing_of_a_glance_is_behind_see_more(tx: Tx) -> None:
    facts = views.overview(NL, service.glance(tx, make_group(tx, ANNA), ANNA)).blocks[0]
    assert "1 groepslid." in facts["text"]["text"]
    assert facts["expand"] is True


def test_the_next_step_is_a_button_and_not_a_command(tx: Tx) -> None:
    def offered(group_id: str) -> tuple[str, list[str]]:
        found = service.glance(tx, groups.group_by_id(tx, group_id), ANNA)
        blocks = views.overview(NL, found).blocks
        buttons = [
            one["action_id"] for block in blocks for one in block.get("elements", []) if "action_id" in one
        ]
        return text(found).replace("/intervisie help", ""), buttons

    group = make_group(tx, ANNA, BRAM)
    assert offered(group.id)[1] == [ids.CASE_WRITE, ids.MEETING_OPEN]
    for user in (ANNA, BRAM):
        make_case(tx, group, user)
    assert offered(group.id)[1] == [ids.POLL_OPEN, ids.MEETING_OPEN]
    meetings.plan_meeting(tx, group.id, BRAM, "", "2027-01-28", "15:00", "Kamer 2")
    tx.sql.flush()
    assert offered(group.id)[1] == [ids.POLL_OPEN]
    poll = polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))
    assert offered(group.id)[1] == [ids.POLL_OPEN]
    polls.close_poll_by_hand(tx, poll.id, BRAM)
    case = tx.sql.get_one(Case, poll.asked_case)
    polls.answer_presenter(tx, poll.id, case.id, case.presenter, accepted=True)
    shown, buttons = offered(group.id)
    assert buttons == [ids.SESSIONS_OPEN]
    assert "/intervisie" not in shown
    groups.pause_group(tx, group.id, ANNA)
    assert offered(group.id)[1] == [ids.GROUP_WAKE]


async def test_a_group_that_is_busy_shows_it_in_numbers(store: Store) -> None:
    def busy(tx: Tx) -> str:
        poll = open_one(tx)
        votes(tx, poll, BRAM, anna=3)
        group = groups.group_by_id(tx, poll.group_id)
        meeting = meetings.plan_meeting(tx, group.id, BRAM, "", "2027-01-28", "15:00", "Kamer 2")
        meeting.facilitator = CHLOE
        for user, step in ((ANNA, "Bellen met de directeur"), (BRAM, "Iets anders"), (CHLOE, "")):
            followups.keep_takeaway(
                tx,
                group,
                "s1",
                user,
                what=What.HARVEST,
                takeaway="t",
                steps=[PlannedStep(step, None, True)],
                is_presenter=False,
                shared=True,
            )
        return group.id

    group = await store.transact(busy)
    shown = text(await store.read(lambda tx: service.glance(tx, groups.group_by_id(tx, group), ANNA)))
    assert "Volgende bijeenkomst: " in shown
    assert f"Plaats: Kamer 2. <@{CHLOE}> leidt." in shown
    assert "Gestemd: 1 van de 4." in shown
    assert "Er wachten 3 casussen." in shown
    assert "Er staan nog 2 stappen open." in shown
    assert "4 groepsleden." in shown
    assert "directeur" not in shown


def test_a_step_of_someone_who_left_is_not_counted(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    followups.keep_takeaway(
        tx,
        group,
        "s",
        BRAM,
        what=What.HARVEST,
        takeaway="t",
        steps=[PlannedStep("x", None, False)],
        is_presenter=False,
        shared=False,
    )
    groups.on_channel_leave(tx, group, BRAM)
    assert (service.glance(tx, group, ANNA)).steps == 0


async def test_a_session_that_runs_is_named_and_one_that_is_only_asked_for_is_not(store: Store) -> None:
    def running(tx: Tx) -> str:
        session = open_session(tx)
        begin(tx, session)
        return text(service.glance(tx, sessions.group_of(tx, sessions.session_by_id(tx, session)), ANNA))

    def asked(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, DAAN, channel="C2")
        case = make_case(tx, group)
        sessions.start_session(
            tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
        )
        return text(service.glance(tx, group, ANNA))

    assert "Er is een sessie bezig" in await store.transact(running)
    assert "sessie bezig" not in await store.transact(asked)


def test_when_the_last_session_was(tx: Tx) -> None:
    session = sessions.session_by_id(tx, open_session(tx))
    session.state, session.began_at, session.ended_at = State.ENDED, tx.now - timedelta(days=40), tx.now
    tx.sql.flush()
    assert "De laatste sessie was op 5 december 2026." in text(
        service.glance(tx, sessions.group_of(tx, session), ANNA)
    )


async def test_english_says_one_and_many(store: Store) -> None:
    glance = await store.transact(lambda tx: service.glance(tx, make_group(tx, ANNA), ANNA))
    assert "1 member." in views.overview(EN, glance).text


async def test_who_comes_is_shown_in_numbers(store: Store) -> None:
    def said(tx: Tx) -> Glance:
        meeting = presence_people.the(tx, presence_people.plan(tx, day="2027-01-21"))
        at = int(meeting.starts_at.timestamp())
        for user, answer in ((ANNA, "yes"), (BRAM, "late"), (CHLOE, "no")):
            attendance.answer_invitation(tx, meeting.id, at, user, answer)
        return service.glance(tx, groups.group_by_id(tx, meeting.group_id), ANNA)

    shown = text(await store.transact(said))
    assert "Komt: 2. Komt niet: 1. Nog niets gezegd: 1." in shown
    assert CHLOE not in shown
