"""A leader from outside: asked, there by their own press, counted nowhere, and on the way out again."""

from collections.abc import Callable
from datetime import timedelta

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
from bot.groups import service as groups
from bot.groups import views as group_views
from bot.groups.records import Group, Member
from bot.home import service as home
from bot.leaders import service as leaders
from bot.leaders.views import AloneRef
from bot.meetings import service as meetings
from bot.nudges.records import Nudge
from bot.polls import service as polls
from bot.polls.records import Candidate, Poll
from bot.rounds import queries as rounds
from bot.rounds.service import advice, evaluation, notes, phases, progress, questions, takeaways
from bot.rounds.views.refs import MarkRef
from bot.sessions import service as sessions
from bot.sessions.views import PhaseRef, SessionRef, TakeOverRef
from bot.storage import Tx, new_id
from bot.texts import Refused, for_language
from tests.conftest import make_group, outgoing, texts_of
from tests.date_polls.people import drafted, say
from tests.factories import ANNA, BRAM, CHLOE, DAAN, load, make_case, posted, text_of
from tests.leaders.people import EVERYBODY, PETRA, ask, hold, leader_of, led_group, on, start, sweep

MEMBERS = [ANNA, BRAM, CHLOE, DAAN]


def users(found: list[Member]) -> list[str]:
    return sorted(one.user for one in found)


def letters(tx: Tx, user: str) -> list[str]:
    return texts_of([row for row in outgoing(tx, "direct") if row.user == user])


def in_channel(tx: Tx) -> list[str]:
    return texts_of(outgoing(tx, "post"))


def open_poll(tx: Tx, group: Group) -> Poll:
    """A poll over two cases, that Bram opened."""
    for user in (ANNA, BRAM):
        make_case(tx, group, user)
    return polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))


def vote(tx: Tx, poll: Poll, user: str) -> None:
    first = tx.sql.scalars(select(Candidate.case_id).where(Candidate.poll_id == poll.id)).first()
    polls.give_votes(tx, poll.id, user, {str(first): 1})
    sweep(tx)


# Coming


def test_the_group_asks_and_only_their_own_press_makes_them_lead(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS, facilitation="rotating")
    ask(tx, group)
    sweep(tx)
    assert (groups.leader_of(tx, group), group.facilitation) == (None, "rotating")
    assert "begeleiden, 5 keer" in letters(tx, PETRA)[0]
    assert [todo.text for todo in home.todos_of(tx, PETRA)] == [letters(tx, PETRA)[0]]
    leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)
    sweep(tx)
    assert leader_of(tx, group).user == PETRA
    assert users(groups.participants_of(tx, group)) == MEMBERS
    assert (group.facilitation, group.facilitator, group.asked_leader) == ("fixed", PETRA, None)
    assert agreements.has_agreed(tx, group, PETRA)
    assert any("begeleidt jullie vanaf nu" in text for text in in_channel(tx))
    assert groups.next_facilitator(tx, group, ANNA) == PETRA


def test_a_no_is_told_to_whoever_asked_and_to_nobody_else(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    ask(tx, group)
    sweep(tx)
    leaders.decline_request(tx, group.id, PETRA)
    assert group.asked_leader is None
    assert "niet begeleiden" in letters(tx, ANNA)[0]
    assert [letters(tx, user) for user in (BRAM, CHLOE, DAAN)] == [[], [], []]
    assert in_channel(tx) == []
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)


def test_nobody_leads_who_is_not_in_the_channel_or_was_not_asked(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    with pytest.raises(Refused) as refused:
        groups.change_leading(
            tx, group.id, ANNA, facilitation="outside", facilitator=PETRA, choices=[], present={ANNA}
        )
    assert refused.value.field == "facilitator"
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)
    ask(tx, group)
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, {ANNA}, 1)


def test_a_group_has_one_leader_from_outside(tx: Tx) -> None:
    group = led_group(tx)
    with pytest.raises(Refused) as refused:
        groups.change_leading(tx, group.id, ANNA, facilitation="outside", facilitator="U0QUIRIN", choices=[])
    assert PETRA in refused.value.say(for_language("nl"))
    # The same one again only changes how often.
    ask(tx, group, sessions_led=7)
    assert (group.leader_sessions, group.asked_leader) == (7, None)


def test_a_member_who_becomes_the_leader_has_no_case_that_waits_and_no_vote(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS, PETRA)
    waiting = make_case(tx, group, PETRA)
    ask(tx, group)
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, EVERYBODY)
    cases.withdraw(tx, waiting.id, PETRA)
    poll = open_poll(tx, group)
    vote(tx, poll, PETRA)
    tx.sql.refresh(poll)
    assert poll.voters == 1
    leaders.accept_request(tx, group.id, PETRA, EVERYBODY)
    assert poll.voters == 0
    assert users(groups.participants_of(tx, group)) == MEMBERS


# Counting nowhere


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


# Leading less and less


def test_after_their_sessions_members_lead_and_they_read_along(tx: Tx) -> None:
    group = led_group(tx, sessions_led=1)
    hold(tx, group, groups.next_facilitator(tx, group, ANNA))
    assert any("heeft jullie 1 keer begeleid" in text for text in in_channel(tx))
    following = groups.next_facilitator(tx, group, ANNA)
    assert following in MEMBERS
    session_id = hold(tx, group, BRAM)
    assert leader_of(tx, group).read_along == 1
    assert any("leidde vandaag" in text for text in letters(tx, PETRA))
    leaders.write_line(tx, session_id, PETRA, "Je gaf *iedereen* de tijd.")
    reached = {user: [one for one in letters(tx, user) if "de tijd" in one] for user in MEMBERS}
    assert [user for user, found in reached.items() if found] == [BRAM]
    with pytest.raises(Refused):
        leaders.write_line(tx, session_id, PETRA, "Nog iets.")
    for user in (ANNA, BRAM):
        with pytest.raises(Refused):
            leaders.write_line(tx, session_id, user, "Van mij.")


def test_who_leads_the_next_meeting_changes_as_soon_as_they_have_led_their_last(tx: Tx) -> None:
    group = led_group(tx, led=4)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-26", "15:00", "")
    sweep(tx)
    assert meeting.facilitator == PETRA
    hold(tx, group, PETRA)
    assert meeting.facilitator is not None
    assert meeting.facilitator in MEMBERS
    # Who offers it leads, also somebody from outside.
    attendance.offer_to_lead(tx, meeting.id, int(meeting.starts_at.timestamp()), PETRA)
    attendance.pass_on_lead(tx, meeting.id, int(meeting.starts_at.timestamp()), str(meeting.facilitator))
    assert meeting.facilitator == PETRA


def test_a_session_that_they_missed_is_not_read_along(tx: Tx) -> None:
    group = led_group(tx, led=5)
    session_id = hold(tx, group, BRAM, here=(ANNA, BRAM, CHLOE, DAAN))
    assert leader_of(tx, group).read_along == 0
    with pytest.raises(Refused):
        leaders.write_line(tx, session_id, PETRA, "Mooi.")


def question(tx: Tx, group_id: str) -> AloneRef:
    group = groups.group_by_id(tx, group_id)
    asked_at = leader_of(tx, group).alone_asked_at
    assert asked_at is not None
    return AloneRef(group_id, PETRA, int(asked_at.timestamp()))


def test_then_the_group_is_asked_once_and_chooses_itself(tx: Tx) -> None:
    group = led_group(tx, led=5, read_along=1)
    hold(tx, group, BRAM)
    ref = question(tx, group.id)
    key = f"alone/{ref.asked_at}"
    assert "Gaan jullie alleen verder?" in text_of(tx, key)
    with pytest.raises(Refused):
        leaders.go_on_alone(tx, ref, PETRA)
    leaders.go_on_together(tx, ref, CHLOE)
    assert "nog 2 keer mee" in text_of(tx, key)
    assert (leader_of(tx, group).read_along, leader_of(tx, group).alone_asked_at) == (0, None)
    with pytest.raises(Refused):
        leaders.go_on_alone(tx, ref, CHLOE)


def test_after_the_goodbye_they_are_out_and_the_channel_thanks_them(tx: Tx) -> None:
    group = led_group(tx, led=5, read_along=2)
    leaders.ask_whether_alone(tx, group, leader_of(tx, group))
    leaders.go_on_alone(tx, question(tx, group.id), CHLOE)
    leaders.say_goodbye(tx, group.id, DAAN)
    sweep(tx)
    assert groups.leader_of(tx, group) is None
    assert (group.facilitation, group.facilitator) == ("rotating", None)
    assert any("5 keer begeleid. Vanaf nu gaat de groep alleen" in text for text in in_channel(tx))
    with pytest.raises(Refused):
        leaders.say_goodbye(tx, group.id, DAAN)
    # Whoever joins after that takes part as anybody else.
    groups.join_group(tx, group.id, PETRA, EVERYBODY)
    assert PETRA in users(groups.participants_of(tx, group))


# Trouble


def test_who_comes_back_after_the_group_found_another_leader_stays_out(tx: Tx) -> None:
    group = led_group(tx)
    groups.on_channel_leave(tx, group, PETRA)
    groups.change_leading(
        tx, group.id, ANNA, facilitation="outside", facilitator="U0QUIRIN", choices=[], present={"U0QUIRIN"}
    )
    leaders.accept_request(tx, group.id, "U0QUIRIN", {"U0QUIRIN"}, 1)
    groups.on_channel_join(tx, group, PETRA)
    assert leader_of(tx, group).user == "U0QUIRIN"
    assert PETRA not in users(groups.members(tx, group))


def test_who_leaves_in_mid_session_leaves_the_lead_to_whoever_takes_over(tx: Tx) -> None:
    group = led_group(tx)
    session_id = start(tx, group, PETRA)
    groups.on_channel_leave(tx, group, PETRA)
    sweep(tx)
    assert load(tx, session_id).facilitator is None
    assert "Wie neemt het over?" in text_of(tx, f"facilitator_left/{PETRA}")
    assert group.facilitation == "rotating"
    assert sorted(sessions.scene_by_id(tx, session_id).present) == MEMBERS
    sessions.take_over(tx, CHLOE, TakeOverRef(session_id, ""))
    # Back in the channel they lead again, unless the group has another leader by now.
    groups.on_channel_join(tx, group, PETRA)
    assert leader_of(tx, group).user == PETRA
    assert group.facilitator == PETRA


def test_a_guest_whose_account_ends_leads_nothing_any_more(tx: Tx) -> None:
    group = led_group(tx, led=5, read_along=2)
    leaders.ask_whether_alone(tx, group, leader_of(tx, group))
    ref = question(tx, group.id)
    groups.on_profile_changed(tx, PETRA, {"deleted": True, "is_restricted": True})
    sweep(tx)
    assert groups.leader_of(tx, group) is None
    assert "niet langer jullie begeleider" in text_of(tx, f"alone/{ref.asked_at}")
    with pytest.raises(Refused):
        leaders.go_on_alone(tx, ref, CHLOE)


def test_by_their_own_press_they_take_part_also_in_the_session_that_they_lead(tx: Tx) -> None:
    group = led_group(tx)
    session_id = start(tx, group, PETRA)
    leaders.take_part(tx, group.id, PETRA)
    leaders.take_part(tx, group.id, PETRA)
    sweep(tx)
    assert PETRA in users(groups.participants_of(tx, group))
    assert group.facilitation == "rotating"
    assert PETRA in sessions.scene_by_id(tx, session_id).present
    assert [text for text in in_channel(tx) if "doet vanaf nu zelf mee" in text] != []
    assert load(tx, session_id).facilitator == PETRA


def test_one_person_leads_two_groups(tx: Tx) -> None:
    east = led_group(tx)
    west = led_group(tx, channel="C0WEST")
    hold(tx, east, PETRA)
    assert (leader_of(tx, east).facilitated, leader_of(tx, west).facilitated) == (1, 0)
    leaders.say_goodbye(tx, east.id, ANNA)
    assert groups.leader_of(tx, east) is None
    assert leader_of(tx, west).user == PETRA


def test_somebody_of_another_organisation_leads_as_anybody_else(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    ask(tx, group)
    person = groups.known_person(tx, PETRA)
    assert person is not None
    person.guest = "stranger"
    leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)
    sweep(tx)
    session_id = start(tx, group, PETRA)
    assert load(tx, session_id).facilitator == PETRA
    sweep(tx)
    assert any("*Zeg:*" in text for text in letters(tx, PETRA))
    told = " ".join(letters(tx, PETRA))
    assert "begeleid je met de knoppen" in told
    assert "stemmen" not in told


def test_a_group_without_a_leader_reads_as_before(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    assert group.leaders == frozenset()
    assert groups.members(tx, group) == groups.participants_of(tx, group)
    before = group_views.stamp(group, "leading")
    group.leader_sessions = 5
    assert group_views.stamp(group, "leading") == before
