"""A leader from outside counts nowhere and is asked for nothing: in polls, sessions, minimums and agreements."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.agreements import queries as agreement_queries
from bot.agreements import service as agreements
from bot.agreements.records import TrialAnswer
from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.cases.rules import CaseDraft
from bot.console import service as console
from bot.date_polls import queries as date_polls
from bot.date_polls.service import open_date_poll
from bot.followups.records import Reflection
from bot.home import service as home
from bot.meetings import service as meetings
from bot.nudges.records import Nudge
from bot.polls import service as polls
from bot.polls.records import Poll
from bot.rounds import queries as rounds
from bot.rounds.service import advice, evaluation, notes, phases, progress, questions, takeaways
from bot.rounds.views.refs import MarkRef
from bot.sessions import service as sessions
from bot.sessions.views import PhaseRef, SessionRef
from bot.storage import Tx, new_id
from bot.texts import Refused, for_language
from tests.date_polls.people import drafted, say
from tests.factories import ANNA, BRAM, CHLOE, DAAN, load, posted, text_of
from tests.leaders.people import (
    MEMBERS,
    PETRA,
    hold,
    leader_of,
    led_group,
    on,
    open_poll,
    start,
    sweep,
    vote,
)


def test_they_bring_in_nothing_and_vote_for_nothing_also_by_an_old_button(tx: Tx) -> None:
    group = led_group(tx)
    draft = CaseDraft("Titel", "Wat er gebeurde", "Ik", "Hoe kan ik?")
    with pytest.raises(Refused) as refused:
        cases.save_draft(tx, group.id, PETRA, new_id(), draft, then="hand_in")
    assert "brengt zelf niets in" in refused.value.say(for_language("nl"))
    poll = open_poll(tx, group)
    with pytest.raises(Refused) as refused:
        vote(tx, poll, PETRA)
    assert "brengt zelf niets in" in refused.value.say(for_language("nl"))
    with pytest.raises(Refused):
        polls.ballot_of(tx, poll.id, PETRA)
    assert not any("stem" in todo.text.lower() for todo in home.todos_of(tx, PETRA))
    for user in MEMBERS[:3]:
        vote(tx, poll, user)
    assert poll.state == "open"
    vote(tx, poll, DAAN)
    assert tx.sql.scalars(select(Poll.state)).one() == "asking"


def test_in_a_session_they_lead_and_are_asked_for_nothing(tx: Tx) -> None:
    group = led_group(tx)
    session_id = start(tx, group, PETRA)
    scene = sessions.scene_by_id(tx, session_id)
    assert (sorted(scene.present), scene.observers) == (MEMBERS, [PETRA])
    sweep(tx)
    assert "Begeleider: " in text_of(tx, f"{session_id}/welcome")
    session = load(tx, session_id)

    def ref() -> PhaseRef:
        return PhaseRef(session_id, session.phase_index, session.pass_no)

    refused = 0
    tries: dict[str, list[Callable[[], object]]] = {
        "questions": [
            lambda: questions.write_question(tx, ref(), PETRA, ["Wat wil je?"]),
            lambda: phases.mark_done(tx, ref(), PETRA),
            lambda: notes.write_note(tx, session_id, PETRA, "Iets"),
        ],
        "advice": [
            lambda: advice.write_advice(tx, ref(), PETRA, "Bellen"),
            lambda: advice.pass_turn(tx, ref(), PETRA),
        ],
        "harvest": [
            lambda: takeaways.keep_harvest(tx, SessionRef(session_id), PETRA, "Iets", "", None, shared=False)
        ],
        "evaluation": [
            lambda: evaluation.evaluate_session(tx, SessionRef(session_id), PETRA, (5, 5, 5), ""),
            lambda: evaluation.give_mark(tx, MarkRef(session_id, "use", 5), PETRA),
        ],
    }
    while session.state != "ended":
        kind = sessions.scene_by_id(tx, session_id).phase.key
        for attempt in tries.get(kind, []):
            with pytest.raises(Refused) as no:
                attempt()
            assert "brengt zelf niets in" in no.value.say(for_language("nl"))
            refused += 1
        if kind == "advice":
            # Everybody writes first; the turns come after that.
            progress.end_activity(tx, sessions.scene_by_id(tx, session_id))
            sweep(tx)
            going = rounds.current_advice_round(tx, session)
            assert going is not None
            assert PETRA not in going.turns
        on(tx, session_id)
    assert refused == 8
    sweep(tx)
    assert posted(tx, f"{session_id}/own/{PETRA}") is None
    assert PETRA not in tx.sql.scalars(select(Reflection.user)).all()
    assert leader_of(tx, group).facilitated == 1
    assert PETRA not in text_of(tx, f"{session_id}/summary")


def test_in_a_room_they_are_ticked_as_the_leader_and_not_as_one_who_takes_part(tx: Tx) -> None:
    group = led_group(tx, led=5, meets="room")
    session_id = start(tx, group, BRAM, here=(ANNA, BRAM, CHLOE, DAAN))
    form = console.present_form_for(tx, session_id, BRAM)
    assert [name.endswith("(begeleider)") for user, name in form.members if user == PETRA] == [True]
    assert form.ticked == sessions.scene_by_id(tx, session_id).present
    console.record_presence(tx, session_id, BRAM, {*MEMBERS, PETRA})
    scene = sessions.scene_by_id(tx, session_id)
    assert (sorted(scene.present), scene.observers) == (MEMBERS, [PETRA])


def test_everyone_has_marked_without_them(tx: Tx) -> None:
    group = led_group(tx)
    session_id = start(tx, group, PETRA)
    session = load(tx, session_id)
    session.auto_advance = True
    while sessions.scene_by_id(tx, session_id).phase.key != "evaluation":
        on(tx, session_id)
    for user in MEMBERS:
        evaluation.evaluate_session(tx, SessionRef(session_id), user, (4, 4, 4), "")
    assert load(tx, session_id).state == "ended"


def test_with_only_the_presenter_and_the_leader_nobody_begins(tx: Tx) -> None:
    group = led_group(tx)
    with pytest.raises(Refused) as refused:
        start(tx, group, PETRA, here=(ANNA, PETRA))
    assert "is alleen de inbrenger er" in refused.value.say(for_language("nl"))


def test_they_say_whether_they_come_and_count_in_no_minimum(tx: Tx) -> None:
    group = led_group(tx, minimum=4)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-20", "15:00", "")
    sweep(tx)
    assert meeting.facilitator == PETRA
    at = int(meeting.starts_at.timestamp())
    for user in (ANNA, BRAM, PETRA):
        attendance.answer_invitation(tx, meeting.id, at, user, "yes")
    coming = attendance.head_count(tx, meeting)
    assert (coming.there, coming.unknown, coming.leader, coming.leader_says) == (
        [ANNA, BRAM],
        [CHLOE, DAAN],
        PETRA,
        "yes",
    )
    assert "De begeleider komt: " in text_of(tx, str(meeting.invitation).split("/", 1)[1])
    asked = {(nudge.user, nudge.kind) for nudge in tx.sql.scalars(select(Nudge))}
    assert (PETRA, "presence.prepare") not in asked
    assert not any("casus" in todo.text.lower() for todo in home.todos_of(tx, PETRA))


def test_when_the_only_leader_is_ill_somebody_else_is_looked_for(tx: Tx) -> None:
    group = led_group(tx)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-20", "15:00", "")
    sweep(tx)
    at = int(meeting.starts_at.timestamp())
    attendance.answer_invitation(tx, meeting.id, at, PETRA, "no")
    assert meeting.facilitator is None
    attendance.offer_to_lead(tx, meeting.id, at, CHLOE)
    assert meeting.facilitator == CHLOE


def test_a_date_poll_asks_them_and_waits_for_nobody_but_the_others(tx: Tx) -> None:
    group = led_group(tx)
    search = drafted(tx, group=group.id)
    open_date_poll(tx, search.id, BRAM, "2027-01-20", "Kamer 2", "V0ASK")
    for user in MEMBERS:
        say(tx, search.id, user, "yes", "yes", "yes")
    assert [nudge.user for nudge in tx.sql.scalars(select(Nudge)) if nudge.kind == "dates.ask"] == [PETRA]
    seen = date_polls.standing_of(tx, search, group)
    assert (seen.missing, seen.leader_missing, seen.members) == ([], PETRA, 4)
    say(tx, search.id, PETRA, "no", "no", "no")
    seen = date_polls.standing_of(tx, search, group)
    assert {(one.yes, one.no, one.leader) for one in seen.found} == {(4, 0, "no")}


def test_the_agreements_and_a_first_try_count_those_who_take_part(tx: Tx) -> None:
    group = led_group(tx, trial="first")
    assert agreement_queries.agreed_count(tx, group, 1) == 4
    hold(tx, group, PETRA)
    asked = sorted(tx.sql.scalars(select(TrialAnswer.user).where(TrialAnswer.group_id == group.id)))
    assert asked == MEMBERS
    for user in MEMBERS:
        agreements.answer_trial(tx, group.id, user, "yes")
    assert group.trial == "asked"
    with pytest.raises(Refused):
        agreements.continue_group(tx, group.id, PETRA)


def test_whoever_stays_away_twice_is_not_asked_when_they_lead_from_outside(tx: Tx) -> None:
    group = led_group(tx)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-20", "15:00", "")
    sweep(tx)
    assert PETRA not in attendance.head_count(tx, meeting).unknown
    assert attendance.attendance_numbers(tx, group).members == 4
    now = home.group_now(tx, group, PETRA)
    assert (now.members, now.is_leader) == (4, True)
