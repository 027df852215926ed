"""The controls: who may press what, what a second press does, and what the thread hears."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.attendance import jobs as attendance_jobs
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.console import jobs as console_jobs
from bot.delivery.states import OutboxState
from bot.events import PhaseBegan, PhaseEnded, SessionEnded
from bot.groups.records import Member
from bot.meetings import service as meetings
from bot.sessions import service
from bot.sessions.rules import State
from bot.sessions.service import RefusedWithOffer
from bot.sessions.service.transitions import PHASE_END, UNATTENDED, WARNING
from bot.sessions.views import ControlRef, PhaseRef, SessionRef, TakeOverRef
from bot.sessions.views.thread import closing_message
from bot.slack import ids
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import run_due
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    begin,
    buttons_of,
    control,
    deliver,
    go_on,
    keys,
    load,
    open_session,
    posted,
    running_session,
    text_of,
    waiting,
)

NL = for_language("nl")
MINUTE = timedelta(minutes=1)


def case_of(tx: Tx, session_id: str) -> Case:
    return tx.sql.scalars(select(Case).where(Case.id == load(tx, session_id).case_id)).one()


def test_beginning_posts_the_prompt_with_the_rule_and_the_end(tx: Tx) -> None:
    session_id = open_session(tx)
    begin(tx, session_id)
    session = load(tx, session_id)
    assert (session.state, session.phase_index, session.ends_at) == ("running", 1, tx.now + 10 * MINUTE)
    prompt = text_of(tx, "phase/1/1/prompt")
    assert f"<@{ANNA}> vertelt" in prompt
    assert "Niemand onderbreekt" in prompt
    assert "15:10" in prompt
    assert "*De sessie loopt.*" in str(posted(tx, "card").payload)  # type: ignore[union-attr]  # it is there
    run_due(tx, console_jobs.JOBS)
    console = text_of(tx, f"facilitator/{BRAM}")
    assert "*Nu: Inbreng*, tot 15:10." in console
    assert "jij brengt vandaag in. Neem je tijd" in console


def test_the_invitation_to_a_later_meeting_offers_no_beginning_once_its_case_is_on(tx: Tx) -> None:
    session_id = open_session(tx)
    group_id = load(tx, session_id).group_id
    soon = str(tx.now.date() + timedelta(days=9))
    meeting = meetings.plan_meeting(tx, group_id, BRAM, "", soon, "15:00", "", confirmed=True)
    run_due(tx, attendance_jobs.JOBS)
    invitation = f"{meeting.id}/planned/1"
    assert ids.SESSIONS_OPEN in buttons_of(tx, invitation)
    begin(tx, session_id)
    assert ids.SESSIONS_OPEN not in buttons_of(tx, invitation)


def test_it_cannot_begin_without_the_presenter_or_alone(tx: Tx) -> None:
    session_id = open_session(tx)
    session = load(tx, session_id)
    for participant in service.scene_of(tx, session).everyone:
        participant.left_at = tx.now
    with pytest.raises(Refused) as refused:
        begin(tx, session_id)
    assert f"<@{ANNA}> is er nog niet" in refused.value.say(NL)
    assert session.state == State.GATHERING


def test_with_three_it_warns_once_and_begins_all_the_same(tx: Tx) -> None:
    session_id = open_session(tx)
    for participant in service.scene_of(tx, load(tx, session_id)).everyone:
        if participant.user == DAAN:
            participant.left_at = tx.now
    tx.sql.flush()
    with pytest.raises(RefusedWithOffer) as offered:
        begin(tx, session_id)
    assert "met z'n drieën" in offered.value.say(NL)
    service.begin_anyway(tx, BRAM, control(tx, session_id))
    assert load(tx, session_id).state == State.RUNNING


def test_the_buttons_of_a_phase_go_when_it_is_over(tx: Tx) -> None:
    session_id = running_session(tx)
    go_on(tx, session_id)
    assert buttons_of(tx, "phase/2/1/prompt") == [
        ids.ROUNDS_WRITE_QUESTION,
        ids.ROUNDS_DONE,
        ids.ROUNDS_REVEAL,
    ]
    deliver(tx)
    go_on(tx, session_id)
    assert buttons_of(tx, "phase/2/1/prompt") == []
    assert "Deze fase is voorbij" in text_of(tx, "phase/2/1/prompt")


@pytest.mark.parametrize(
    "press", [service.next_phase, service.previous_phase, service.extend, service.resume, service.begin]
)
def test_only_the_facilitators_clicks_count_and_others_may_take_over(tx: Tx, press: object) -> None:
    session_id = running_session(tx)
    before = load(tx, session_id).version
    with pytest.raises(RefusedWithOffer) as offered:
        press(tx, CHLOE, control(tx, session_id))  # type: ignore[operator]  # a use case
    assert f"Alleen <@{BRAM}> leidt nu het gesprek" in offered.value.say(NL)
    button = offered.value.offer(NL).blocks[-1]["elements"][0]
    assert (button["action_id"], "confirm" in button) == (ids.SESSIONS_TAKE_OVER, True)
    assert load(tx, session_id).version == before


async def test_anyone_may_pause_and_only_the_facilitator_goes_on(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=3, seconds=7, microseconds=11)

    def quiet(tx: Tx) -> None:
        service.pause(tx, DAAN, control(tx, session_id))
        session = load(tx, session_id)
        assert session.state == State.PAUSED
        assert "We staan even stil, de klok ook." in text_of(tx, f"pause/{session.version}")
        assert waiting(tx, PHASE_END) == [] == waiting(tx, WARNING)
        with pytest.raises(Refused):
            service.pause(tx, CHLOE, control(tx, session_id))
        assert buttons_of(tx, "card")[0] == ids.SESSIONS_RESUME

    await store.transact(quiet)
    clock.move(minutes=23)

    def go(tx: Tx) -> None:
        service.resume(tx, BRAM, control(tx, session_id))
        expected = tx.now + timedelta(minutes=6, seconds=52, microseconds=999_989)
        assert load(tx, session_id).ends_at == expected
        assert [row.at for row in waiting(tx, "session.phase.end")] == [expected]

    await store.transact(go)


def test_going_back_begins_the_phase_again_with_a_prompt_of_its_own(tx: Tx) -> None:
    session_id = running_session(tx)
    old = control(tx, session_id)
    go_on(tx, session_id)
    service.previous_phase(tx, BRAM, control(tx, session_id))
    session = load(tx, session_id)
    assert (session.phase_index, session.pass_no) == (1, 2)
    assert posted(tx, "phase/1/2/prompt") is not None
    assert keys(tx, "%/case") == [f"session/{session_id}/case"]
    # A click from the first time round does nothing more.
    with pytest.raises(Refused):
        service.next_phase(tx, BRAM, old)
    with pytest.raises(Refused):
        service.require_current_phase(session, 1, 1)
    assert service.require_current_phase(session, 1, 2).key == "presentation"
    with pytest.raises(Refused):
        service.previous_phase(tx, BRAM, control(tx, session_id))


def test_rounds_hears_of_each_phase_and_of_the_end(tx: Tx) -> None:
    session_id = running_session(tx)
    go_on(tx, session_id)
    begun = sorted((row.data for row in waiting(tx, PhaseBegan.kind)), key=lambda data: data["number"])
    assert begun == [{"session": session_id, "number": number, "round": 1} for number in (1, 2)]
    go_on(tx, session_id, times=8)
    ended = waiting(tx, PhaseEnded.kind)
    assert sorted(row.data["number"] for row in ended) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    last = waiting(tx, SessionEnded.kind)
    group = load(tx, session_id).group_id
    about = {"session": session_id, "group": group, "number": 9, "round": 1}
    assert last[0].data == {**about, "how": "finished", "held": True}
    # In this order, all of them now.
    assert max(row.at for row in ended) < last[0].at <= tx.now


def test_after_the_last_phase_the_card_is_a_closed_record(tx: Tx) -> None:
    session_id = running_session(tx)
    go_on(tx, session_id, times=8)
    deliver(tx)
    go_on(tx, session_id)
    session = load(tx, session_id)
    assert (session.state, session.ended_how) == ("ended", "finished")
    assert buttons_of(tx, "card") == [] == buttons_of(tx, "welcome") == buttons_of(tx, "phase/9/1/prompt")
    assert "afgesloten" in text_of(tx, "card")
    assert (
        f"Dank je wel, <@{ANNA}>"
        in closing_message(NL, service.scene_by_id(tx, session_id).view(), None).text
    )
    assert case_of(tx, session_id).state == CaseState.TREATED
    led = tx.sql.scalars(select(Member.facilitated).where(Member.user == BRAM)).one()
    assert led == 1
    for kind in (WARNING, PHASE_END, UNATTENDED):
        assert waiting(tx, kind) == []
    with pytest.raises(Refused):
        service.require_current_phase(session, 9)
    with pytest.raises(Refused):
        service.next_phase(tx, BRAM, ControlRef(session_id, 9, 1, session.version))


@pytest.mark.parametrize(
    ("phases", "state"),
    [(0, CaseState.HANDED_IN), (3, CaseState.HANDED_IN), (4, CaseState.TREATED), (7, CaseState.TREATED)],
)
def test_stopping_puts_the_case_back_before_the_analysis(tx: Tx, phases: int, state: CaseState) -> None:
    session_id = running_session(tx)
    go_on(tx, session_id, times=phases)
    service.stop(tx, BRAM, SessionRef(session_id))
    assert load(tx, session_id).ended_how == "stopped"
    assert case_of(tx, session_id).state == state
    assert ("op de lijst" in closing_message(NL, service.scene_by_id(tx, session_id).view(), None).text) == (
        state == CaseState.HANDED_IN
    )


def test_stopping_before_it_began_puts_the_case_back(tx: Tx) -> None:
    session_id = open_session(tx)
    service.stop(tx, BRAM, SessionRef(session_id))
    assert case_of(tx, session_id).state == CaseState.HANDED_IN
    assert buttons_of(tx, "card") == []
    with pytest.raises(Refused):
        service.stop(tx, BRAM, SessionRef(session_id))


def test_taking_over_is_told_in_the_thread_and_moves_the_controls(tx: Tx) -> None:
    session_id = running_session(tx)
    service.take_over(tx, CHLOE, TakeOverRef(session_id, BRAM))
    session = load(tx, session_id)
    assert session.facilitator == CHLOE
    assert f"<@{CHLOE}> leidt vanaf nu" in text_of(tx, f"taken_over/{session.version}")
    assert f"<@{CHLOE}> leidt het gesprek" in text_of(tx, "card")
    with pytest.raises(RefusedWithOffer):
        service.next_phase(tx, BRAM, control(tx, session_id))
    # Daan saw Bram leading: his click does not push Chloé aside.
    with pytest.raises(RefusedWithOffer) as offered:
        service.take_over(tx, DAAN, TakeOverRef(session_id, BRAM))
    assert f"Alleen <@{CHLOE}>" in offered.value.say(NL)
    with pytest.raises(Refused):
        service.take_over(tx, ANNA, TakeOverRef(session_id, CHLOE))


def test_when_everyone_is_done_the_facilitator_is_told_or_it_goes_on(tx: Tx) -> None:
    session = load(tx, running_session(tx))
    service.advance_when_everyone_done(tx, service.scene_of(tx, session), 1)
    assert session.phase_index == 1
    # The thread has one word for it, in the prompt, until the clock is changed.
    assert keys(tx, "%/everyone_done") == []
    done = text_of(tx, "phase/1/1/prompt")
    assert f"<@{ANNA}> is klaar; <@{BRAM}> neemt jullie zo mee" in done
    assert "is aan het woord" not in done
    service.extend(tx, BRAM, control(tx, session.id))
    assert "is klaar" not in text_of(tx, "phase/1/1/prompt")
    assert "is aan het woord" in text_of(tx, "phase/1/1/prompt")
    service.advance_when_everyone_done(tx, service.scene_of(tx, session), 0)
    assert session.phase_index == 1
    service.stop(tx, BRAM, SessionRef(session.id))


def test_when_everyone_is_done_a_session_that_goes_on_by_itself_does(tx: Tx) -> None:
    session = load(tx, running_session(tx, auto_advance=True))
    service.advance_when_everyone_done(tx, service.scene_of(tx, session), 1)
    assert session.phase_index == 2
    service.advance_when_everyone_done(tx, service.scene_of(tx, session), 1)
    assert session.phase_index == 2


def test_a_thread_is_known_as_a_running_sessions_by_its_card(tx: Tx) -> None:
    session_id = running_session(tx)
    card = posted(tx, "card")
    assert card is not None
    card.state, card.ts, card.channel = OutboxState.SENT, "1700000000.000100", "C0OOST"
    tx.sql.flush()
    found = service.session_in_thread(tx, "C0OOST", "1700000000.000100")
    assert found is not None
    assert found.id == session_id
    assert service.session_in_thread(tx, "C0OOST", "1700000000.000200") is None
    go_on(tx, session_id, times=9)
    assert service.session_in_thread(tx, "C0OOST", "1700000000.000100") is None


def test_someone_who_speaks_is_present_unless_the_group_wants_no_reading(tx: Tx) -> None:
    session = load(tx, running_session(tx))
    card = posted(tx, "card")
    assert card is not None
    card.ts, card.channel = "1700000000.000100", "C0OOST"
    for participant in service.scene_of(tx, session).everyone:
        if participant.user == DAAN:
            participant.left_at = tx.now
    group = service.group_of(tx, session)
    group.reads_thread = False
    tx.sql.flush()

    def there() -> set[str]:
        return set(service.scene_of(tx, session).present)

    service.observe_thread_message(tx, "C0OOST", "1700000000.000100", DAAN)
    assert DAAN not in there()
    group.reads_thread = True
    service.observe_thread_message(tx, "C0OOST", "1700000000.000100", DAAN)
    service.observe_thread_message(tx, "C0OOST", "1700000000.000100", "U0OUTSIDER")
    assert DAAN in there()
    assert "U0OUTSIDER" not in there()


def test_a_tampered_phase_or_session_is_refused(tx: Tx) -> None:
    session_id = running_session(tx)
    for ref in (
        ControlRef(session_id, 99, 1, 1),
        ControlRef("0" * 16, 1, 1, 1),
        ControlRef(session_id, -1, 1, 1),
    ):
        with pytest.raises(Refused):
            service.next_phase(tx, BRAM, ref)
    with pytest.raises(Refused):
        service.skip_look_back(tx, CHLOE, PhaseRef(session_id, 1, 1))
