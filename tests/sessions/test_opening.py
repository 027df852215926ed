"""From `/intervisie start` to the card: who is asked, and what the channel gets to see."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.console import jobs as console_jobs
from bot.delivery.records import OutboxRow
from bot.groups import service as groups
from bot.jobs import queue
from bot.sessions import service
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import RefusedWithOffer, opening
from bot.sessions.service.transitions import UNATTENDED
from bot.sessions.views import SessionRef, private
from bot.sessions.views.form import start_form
from bot.slack import ids
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, make_group, run_due
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    begin,
    buttons_of,
    keys,
    load,
    make_case,
    open_session,
    posted,
    sweep,
    text_of,
    waiting,
)

NL = for_language("nl")


def posted_to(tx: Tx, user: str) -> list[str]:
    """What was sent to somebody in private."""
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.user == user).order_by(OutboxRow.id))
    return [str(row.payload["text"]) for row in rows if row.payload]


def start(tx: Tx, group_id: str, case: Case, user: str = BRAM, facilitator: str = BRAM) -> Session:
    return service.start_session(
        tx,
        group_id,
        user,
        case_id=case.id,
        method="incident",
        facilitator=facilitator,
        auto_advance=False,
    )


def test_without_cases_the_answer_says_how_to_hand_one_in(tx: Tx) -> None:
    make_group(tx, ANNA, BRAM)
    with pytest.raises(RefusedWithOffer) as refused:
        service.start_form_for(tx, "C0OOST", BRAM)
    assert ids.CASE_WRITE in str(refused.value.offer(NL).blocks)


def test_the_form_prefers_the_chosen_case_and_offers_the_backlog(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, auto_advance=True)
    waits = make_case(tx, group, CHLOE, title="Een ander verhaal")
    chosen = make_case(tx, group, state=CaseState.CHOSEN)
    form = service.start_form_for(tx, "C0OOST", BRAM)
    assert [case.id for case in form.cases] == [chosen.id, waits.id]
    assert (form.chosen, form.facilitator, form.auto_advance) == (chosen.id, BRAM, True)


@pytest.mark.parametrize(
    ("settings", "starter", "expected"),
    [
        ({"facilitation": "claim"}, BRAM, BRAM),
        ({"facilitation": "fixed", "facilitator": CHLOE}, BRAM, CHLOE),
        ({"facilitation": "claim"}, ANNA, None),
    ],
)
def test_the_form_proposes_a_facilitator_who_is_not_the_presenter(
    tx: Tx, settings: dict[str, Any], starter: str, expected: str | None
) -> None:
    make_case(tx, make_group(tx, ANNA, BRAM, CHLOE, **settings))
    assert service.start_form_for(tx, "C0OOST", starter).facilitator == expected


def test_the_presenter_of_the_chosen_case_is_not_proposed_to_lead(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, facilitation="fixed", facilitator=ANNA)
    make_case(tx, group, state=CaseState.CHOSEN)
    assert service.start_form_for(tx, "C0OOST", BRAM).facilitator == BRAM


def test_a_case_chosen_by_the_group_opens_at_once_with_one_post_in_the_channel(tx: Tx) -> None:
    session_id = open_session(tx)
    assert load(tx, session_id).state == State.GATHERING
    in_channel = tx.sql.scalars(
        select(OutboxRow).where(OutboxRow.channel == "C0OOST", OutboxRow.thread_key.is_(None))
    ).all()
    assert [row.key for row in in_channel] == [f"session/{session_id}/card"]
    card = text_of(tx, "card")
    assert "Te vaak ja" in card
    assert f"<@{ANNA}>" in card
    assert f"<@{BRAM}>" in card
    # Without something to look back on it takes five minutes less.
    assert "60 minuten" in card
    assert buttons_of(tx, "card") == [ids.SESSIONS_BEGIN, ids.SESSIONS_STOP]


def test_the_case_itself_appears_only_at_the_presentation_and_once(tx: Tx) -> None:
    session_id = open_session(tx)
    assert posted(tx, "case") is None
    everything = tx.sql.scalars(select(OutboxRow)).all()
    assert not any("aardig gevonden" in str(row.payload) for row in everything)
    begin(tx, session_id)
    assert "aardig gevonden" in text_of(tx, "case")


def test_the_welcome_names_who_is_there(tx: Tx) -> None:
    session_id = open_session(tx)
    sweep(tx)
    assert f"Erbij: <@{ANNA}>, <@{BRAM}>, <@{CHLOE}> en <@{DAAN}>" in text_of(tx, "welcome")
    service.check_in(tx, CHLOE, SessionRef(session_id))
    assert service.scene_of(tx, load(tx, session_id)).present.count(CHLOE) == 1


def test_the_facilitator_hears_in_private_what_to_say_first(tx: Tx) -> None:
    open_session(tx)
    run_due(tx, console_jobs.JOBS)
    assert "Jij leidt" in text_of(tx, f"facilitator/{BRAM}")


def test_somebody_elses_case_is_asked_for_in_private_before_anything_opens(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    session = start(tx, group.id, make_case(tx, group))
    assert session.state == State.ASKED
    assert keys(tx, "session/%") == [f"session/{session.id}/ask"]
    assert buttons_of(tx, "ask") == [ids.SESSIONS_CONFIRM, ids.SESSIONS_DECLINE]
    with pytest.raises(Refused):
        service.confirm_case(tx, CHLOE, SessionRef(session.id))
    service.confirm_case(tx, ANNA, SessionRef(session.id))
    assert str(session.state) == State.GATHERING
    assert set(service.scene_of(tx, session).present) == {ANNA, BRAM}
    assert buttons_of(tx, "ask") == []
    with pytest.raises(Refused):
        service.confirm_case(tx, ANNA, SessionRef(session.id))


def test_ones_own_case_needs_no_question(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    assert start(tx, group.id, make_case(tx, group), user=ANNA).state == "gathering"


def test_a_presenter_who_would_rather_not_leaves_the_case_where_it_was(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    case = make_case(tx, group)
    session = start(tx, group.id, case)
    service.decline_case(tx, ANNA, SessionRef(session.id))
    assert (session.state, session.ended_how, case.state) == ("ended", "declined", "handed_in")
    assert "liever niet" in text_of(tx, "answer")
    assert keys(tx, "%/card") == []
    assert waiting(tx, "session.stands_still") == []
    assert start(tx, group.id, case).id != session.id


def test_nothing_on_the_way_to_a_session_names_the_owner_of_a_waiting_case(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    for user, name in ((ANNA, "Anna"), (BRAM, "Bram"), (CHLOE, "Chloé")):
        groups.ensure_person(tx, user).name = name
    case = make_case(tx, group)
    form = service.start_form_for(tx, "C0OOST", BRAM)
    session = start(tx, group.id, case)
    with pytest.raises(RefusedWithOffer) as pending:
        service.start_form_for(tx, group.channel, CHLOE)
    service.decline_case(tx, ANNA, SessionRef(session.id))
    declined = text_of(tx, "answer")
    again = start(tx, group.id, case, CHLOE, CHLOE)
    opening.close_unanswered_request(tx, service.scene_of(tx, again))
    unanswered = next(row for row in posted_to(tx, CHLOE) if "niet geantwoord" in row)
    said = [
        str(start_form(NL, form)),
        str(private.presenter_asked_notice(NL)),
        str(pending.value.offer(NL)),
        declined,
        unanswered,
    ]
    assert not [text for text in said if ANNA in text or "Anna" in text]
    assert all("inbrenger" in text for text in said)


@pytest.mark.parametrize("settings", [{}, {"facilitation": "fixed", "facilitator": ANNA}])
def test_who_may_lead_gives_away_no_owner_of_a_waiting_case(tx: Tx, settings: dict[str, Any]) -> None:
    """Otherwise one could try each member as the facilitator, until one of them is refused."""
    group = make_group(tx, ANNA, BRAM, CHLOE, **settings)
    case = make_case(tx, group)
    assert service.start_form_for(tx, "C0OOST", BRAM).facilitator == (ANNA if settings else BRAM)
    session = start(tx, group.id, case, facilitator=ANNA)
    assert session.state == State.ASKED
    service.confirm_case(tx, ANNA, SessionRef(session.id))
    assert (session.facilitator, session.presenter) == (BRAM, ANNA)
    run_due(tx, console_jobs.JOBS)
    assert "Jij leidt" in text_of(tx, f"facilitator/{BRAM}")


def test_a_case_whose_owner_left_is_only_no_longer_there(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    case, withdrawn = make_case(tx, group), make_case(tx, group, CHLOE, state=CaseState.WITHDRAWN)
    groups.on_channel_leave(tx, group, ANNA)
    said = set()
    for one in (case, withdrawn):
        with pytest.raises(Refused) as refused:
            start(tx, group.id, one)
        said.add(refused.value.say(NL))
    assert len(said) == 1


def test_a_presenter_who_is_asked_on_friday_afternoon_has_until_monday(tx: Tx) -> None:
    tx.now = datetime(2027, 1, 15, 15, tzinfo=UTC)
    group = make_group(tx, ANNA, BRAM)
    session = start(tx, group.id, make_case(tx, group))
    assert queue.scheduled_time(tx, UNATTENDED, session.id) == datetime(2027, 1, 18, 8, tzinfo=UTC)


async def test_a_question_that_is_not_answered_in_a_day_is_let_go(store: Store, clock: StillClock) -> None:
    def ask(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, CHLOE)
        return start(tx, group.id, make_case(tx, group)).id

    session_id = await store.transact(ask)
    clock.move(hours=24)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert load(tx, session_id).state == State.ENDED
        assert "niet geantwoord" in text_of(tx, "answer")
        with pytest.raises(Refused):
            service.confirm_case(tx, ANNA, SessionRef(session_id))

    await store.transact(run)


def test_a_case_withdrawn_in_the_meantime_opens_nothing(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    case = make_case(tx, group)
    session = start(tx, group.id, case)
    case.state = CaseState.WITHDRAWN
    service.confirm_case(tx, ANNA, SessionRef(session.id))
    assert session.state == State.ENDED
    assert keys(tx, "%/card") == []


def test_one_session_at_a_time_and_the_way_to_the_other_is_offered(tx: Tx) -> None:
    session = load(tx, open_session(tx))
    group = service.group_of(tx, session)
    another = make_case(tx, group, CHLOE)
    with pytest.raises(RefusedWithOffer) as offered:
        start(tx, group.id, another)
    assert "Te vaak ja" in offered.value.say(NL)
    actions = [block for block in offered.value.offer(NL).blocks if block["type"] == "actions"]
    assert actions[0]["elements"][0]["action_id"] == ids.SESSIONS_STOP
    with pytest.raises(RefusedWithOffer):
        service.start_form_for(tx, group.channel, BRAM)


def test_a_second_start_while_the_presenter_thinks_can_take_the_question_back(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    session = start(tx, group.id, make_case(tx, group))
    with pytest.raises(RefusedWithOffer):
        service.start_form_for(tx, group.channel, CHLOE)
    service.withdraw_request(tx, CHLOE, SessionRef(session.id))
    assert session.ended_how == "withdrawn"
    service.start_form_for(tx, group.channel, CHLOE)


def test_what_the_form_sends_is_checked_at_its_field(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    other = make_group(tx, DAAN, BRAM, channel="C0WEST")
    case, elsewhere = make_case(tx, group), make_case(tx, other, DAAN)
    gone = make_case(tx, group, state=CaseState.WITHDRAWN)
    voted = make_case(tx, group, state=CaseState.CHOSEN)
    for chosen, facilitator, field in [
        (voted, ANNA, "facilitator"),
        (case, DAAN, "facilitator"),
        (gone, BRAM, "case"),
        (elsewhere, BRAM, None),
    ]:
        with pytest.raises(Refused) as refused:
            start(tx, group.id, chosen, facilitator=facilitator)
        assert refused.value.field == field


def test_a_session_of_another_workspace_or_group_does_not_exist_for_an_outsider(tx: Tx) -> None:
    session_id = open_session(tx)
    make_group(tx.of(THEIRS), "U0EVE")
    make_group(tx, "U0FEM", channel="C0WEST")
    for workspace, user in [(THEIRS, "U0EVE"), (THEIRS, BRAM), (OURS, "U0FEM")]:
        with pytest.raises(Refused):
            service.scene_for(tx.of(workspace), session_id, user)
