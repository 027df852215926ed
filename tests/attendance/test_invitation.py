"""The invitation: once, always up to date, and what is said of a meeting besides it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.attendance import service, views
from bot.attendance.service import invitation, meeting_events
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.events import SessionEnded
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.nudges.records import Digest
from bot.polls import service as polls
from bot.polls.records import Poll
from bot.slack import ids
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.attendance.people import (
    DAY,
    at,
    buttons,
    group_of,
    in_channel,
    invitation_message,
    letters,
    move,
    plan,
    plan_of_series,
    says,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.conftest import due_items, make_group, outgoing, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver, make_case


async def test_before_a_meeting_the_channel_reads_an_invitation_and_two_notices(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan)
    assert len(await store.read(in_channel)) == 1
    await until(store, clock, at("2027-02-11", 15))
    told = await store.read(in_channel)
    assert len(told) == 2
    assert "Kom je?" in told[1]
    assert "Kamer 2" in told[1]
    await until(store, clock, at(DAY, 12, 59))
    assert len(await store.read(in_channel)) == 3
    await until(store, clock, at(DAY, 13))
    told = await store.read(in_channel)
    assert len(told) == 4
    assert "Morgen komen jullie bij elkaar" in told[2]
    assert "Over een uur beginnen jullie" in told[3]
    assert await store.read(lambda tx: the(tx, meeting).invitation) is not None


async def test_planned_nearer_than_two_weeks_what_told_of_it_becomes_the_invitation(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-18")
    told = await store.read(in_channel)
    assert len(told) == 1
    assert "De volgende bijeenkomst is" in told[0]
    said = await store.read(invitation_message, meeting)
    assert f"{ids.PRESENCE_ANSWER}.yes" in buttons(said)


async def test_the_channel_reads_names_and_only_a_reminder_mentions_who_leads(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        meeting = plan(tx, "2027-01-20", facilitation="fixed", facilitator=ANNA)
        for user, name in ((ANNA, "Anna"), (BRAM, "Bram"), (CHLOE, "Chloé"), (DAAN, "Daan")):
            groups.store_profile(tx, user, {"profile": {"display_name": name}})
        return meeting

    meeting = await store.transact(prepare)
    await store.transact(says, meeting, BRAM, "yes")
    await store.transact(says, meeting, CHLOE, "yes")
    said = (await store.read(invitation_message, meeting))["text"]
    assert "Anna leidt. Erbij: Bram en Chloé. Van 2 mensen" in said
    assert "<@" not in said

    def reminder(tx: Tx, kind: str) -> str:
        group = groups.group_by_id(tx, the(tx, meeting).group_id)
        shown = invitation.invitation_view(tx, group, the(tx, meeting))
        return views.notice(groups.texts_in(group), shown, kind, near=True).text

    for kind in ("day", "hour"):
        text = await store.read(reminder, kind)
        assert "Erbij: Bram en Chloé." in text
        assert f"<@{ANNA}> leidt." in text
        assert text.count("<@") == 1


async def test_the_list_says_who_comes_and_never_why(store: Store) -> None:
    meeting = await store.transact(lambda tx: plan(tx, "2027-01-20", facilitation="fixed", facilitator=ANNA))

    def all_say(tx: Tx) -> None:
        for user, answer in ((ANNA, "yes"), (BRAM, "late"), (CHLOE, "no")):
            says(tx, meeting, user, answer)
        start = int(the(tx, meeting).starts_at.timestamp())
        service.give_reason(tx, meeting, start, CHLOE, "no", "Ik moet naar de tandarts")

    await store.transact(all_say)
    text = (await store.read(invitation_message, meeting))["text"]
    assert f"Erbij: <@{ANNA}>." in text
    assert f"Later: <@{BRAM}>." in text
    assert f"Niet erbij: <@{CHLOE}>." in text
    assert "Eén van jullie" in text
    assert "tandarts" not in str(await store.read(invitation_message, meeting))
    await store.transact(says, meeting, CHLOE, "yes")
    text = (await store.read(invitation_message, meeting))["text"]
    assert f"Erbij: <@{ANNA}> en <@{CHLOE}>." in text
    assert "Niet erbij" not in text
    assert await store.read(lambda tx: service.rsvp_of(tx, the(tx, meeting), CHLOE)) == "yes"
    assert await store.read(lambda tx: service.head_count(tx, the(tx, meeting)).unknown) == [DAAN]


async def test_the_agenda_follows_the_cases(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    assert "Iets kleins" in (await store.read(invitation_message, meeting))["text"]

    def choose(tx: Tx) -> None:
        group = group_of(tx, meeting)
        case = make_case(tx, group, CHLOE, title="Te vaak ja")
        polls.take_only_case(tx, group.id, CHLOE)
        poll = tx.sql.scalars(select(Poll)).one()
        polls.answer_presenter(tx, poll.id, case.id, CHLOE, accepted=True)
        sweep(tx)

    await store.transact(choose)
    assert "De casus: *Te vaak ja*." in (await store.read(invitation_message, meeting))["text"]
    # A day before its presenter is told, and nobody else.
    for user in (ANNA, BRAM, CHLOE, DAAN):
        await store.transact(says, meeting, user, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert "Je brengt je casus in" in (await store.read(letters, CHLOE))[-1]
    assert await store.read(letters, DAAN) == []


async def test_no_lock_screen_shows_the_chosen_case_before_a_meeting(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")

    def choose(tx: Tx) -> None:
        group = group_of(tx, meeting)
        case = make_case(tx, group, CHLOE, title="Te vaak ja")
        polls.take_only_case(tx, group.id, CHLOE)
        polls.answer_presenter(tx, tx.sql.scalars(select(Poll)).one().id, case.id, CHLOE, accepted=True)
        sweep(tx)

    await store.transact(choose)
    await until(store, clock, at("2027-01-20", 13))
    found = await store.read(outgoing)
    posted = {row.key: row for row in found if row.kind == "post"}
    titled = [row for row in found if "Te vaak ja" in str((row.payload or {}).get("text"))]
    told = [row for row in titled if row.kind in ("post", "direct")]
    assert any("/day/" in str(row.key) for row in told)
    assert [row.key for row in told if row.discreet is None] == []
    # Whatever holds the title, by an edit too, goes with the words of the case.
    shown = [row for row in titled if row.kind == "post"]
    shown += [posted[row.target_key] for row in titled if row.kind == "update"]
    assert (await store.read(lambda tx: the(tx, meeting).invitation)) in [row.key for row in shown]
    assert [row.key for row in shown if not row.holds_words] == []


async def test_what_tells_of_a_move_becomes_the_invitation_and_the_old_one_says_where_it_went(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(says, meeting, ANNA, "yes")
    await store.transact(deliver)
    await store.transact(move, meeting, "2027-01-22")
    await store.transact(deliver)
    before, now = await store.read(in_channel)
    assert "Deze bijeenkomst is verzet naar" in before
    assert "vrijdag 22 januari" in before
    assert "is verzet naar" in now
    assert "(was woensdag 20 januari om " in now
    assert "Erbij" not in now
    said = await store.read(invitation_message, meeting)
    assert said["text"] == now
    assert f"{ids.PRESENCE_ANSWER}.yes" in buttons(said)
    await store.transact(sweep)
    assert "heeft een andere datum" in (await store.read(letters, ANNA))[-1]


async def test_moved_far_away_it_is_announced_now_and_invited_to_again_two_weeks_before(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(says, meeting, ANNA, "yes")
    await store.transact(deliver)
    await store.transact(move, meeting, "2027-03-17")
    assert (await store.read(the, meeting)).invitation is None
    assert not any("Kom je?" in text for text in await store.read(in_channel))
    # Whoever had the old date in mind is told, and no button for it is left.
    await store.transact(sweep)
    assert "heeft een andere datum" in (await store.read(letters, ANNA))[-1]
    await until(store, clock, at("2027-03-03", 16))
    *_, told, invited = await store.read(in_channel)
    assert "is verzet naar" in told
    assert "De volgende bijeenkomst is *" in invited
    assert f"{ids.PRESENCE_ANSWER}.yes" in buttons(await store.read(invitation_message, meeting))


async def test_what_told_of_a_date_before_two_moves_and_the_end_says_what_became_of_it(store: Store) -> None:
    meeting = await store.transact(plan, "2027-03-10")
    await store.transact(deliver)
    await store.transact(move, meeting, "2027-03-11")
    await store.transact(deliver)
    await store.transact(move, meeting, "2027-03-12")
    await store.transact(deliver)
    first, second, third = await store.read(in_channel)
    assert "Deze bijeenkomst is verzet naar" in first
    assert "12 maart" in first
    assert "Deze bijeenkomst is verzet naar" in second
    assert "12 maart" in second
    assert "(was donderdag 11 maart om " in third
    await store.transact(meetings.cancel_meeting, meeting, ANNA)
    await store.transact(sweep)
    await store.transact(deliver)
    assert all("gaat niet door" in text for text in await store.read(in_channel))


async def test_a_notice_for_the_old_date_says_what_holds_now(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-01-19", 15))
    assert "Morgen komen jullie bij elkaar" in (await store.read(in_channel))[-1]
    await store.transact(deliver)
    await store.transact(move, meeting, "2027-01-28")
    await store.transact(deliver)
    edited = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert any("is verzet naar" in text and "28 januari" in text for text in edited)
    await until(store, clock, at("2027-01-20", 15))
    assert not any("Over een uur" in text for text in await store.read(in_channel))
    await until(store, clock, at("2027-01-28", 14))
    assert sum("Over een uur" in text for text in await store.read(in_channel)) == 1


async def test_another_place_changes_the_invitation_and_no_answer(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(says, meeting, ANNA, "yes")

    def elsewhere(tx: Tx) -> None:
        meetings.plan_meeting(tx, group_of(tx, meeting).id, ANNA, meeting, "2027-01-20", "15:00", "De zolder")
        sweep(tx)

    await store.transact(elsewhere)
    text = (await store.read(invitation_message, meeting))["text"]
    assert "De zolder" in text
    assert f"Erbij: <@{ANNA}>." in text


async def test_of_a_cancelled_meeting_nothing_more_is_heard(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(deliver)

    def cancel(tx: Tx) -> None:
        meetings.cancel_meeting(tx, meeting, BRAM)
        sweep(tx)

    await store.transact(cancel)
    await store.transact(deliver)
    said = await store.read(invitation_message, meeting)
    assert "gaat niet door" in said["text"]
    assert buttons(said) == []
    before = len(await store.read(in_channel))
    await until(store, clock, at("2027-01-21", 15))
    assert len(await store.read(in_channel)) == before
    assert await store.read(letters, BRAM) == []


async def test_a_second_meeting_waits_until_the_first_is_over(store: Store, clock: StillClock) -> None:
    first = await store.transact(plan, "2027-02-04")
    second = await store.transact(plan_of_series, first, "2027-02-11")
    await until(store, clock, at("2027-02-04", 13))
    assert await store.read(lambda tx: the(tx, first).invitation) is not None
    assert await store.read(lambda tx: the(tx, second).invitation) is None
    await until(store, clock, at("2027-02-05", 8, 30))
    assert await store.read(lambda tx: the(tx, second).invitation) is not None
    assert not [text for text in await store.read(letters, BRAM) if "steeds terugkomt" in text]


async def test_a_group_that_rests_is_left_alone_and_invited_when_it_goes_on(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan)
    group = (await store.read(group_of, meeting)).id
    await store.transact(groups.pause_group, group, ANNA)
    await until(store, clock, at("2027-02-12", 15))
    assert not any("Kom je?" in text for text in await store.read(in_channel))

    def wake(tx: Tx) -> None:
        groups.resume_group(tx, group, ANNA)
        sweep(tx)

    await store.transact(wake)
    assert "Kom je?" in (await store.read(in_channel))[-1]


async def test_the_group_says_which_reminders_it_wants(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan)
    group = (await store.read(group_of, meeting)).id
    await store.transact(service.change_reminders, group, BRAM, ["hour", "nonsense"])
    await until(store, clock, at(DAY, 13, 30))
    told = await store.read(in_channel)
    assert [word for word in ("Kom je?", "Morgen", "Over een uur") if any(word in one for one in told)] == [
        "Kom je?",
        "Over een uur",
    ]
    assert await store.read(letters, CHLOE) == []


async def test_a_session_that_begins_takes_the_buttons_away(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-15")
    clock.move(hours=22)

    def begin(tx: Tx) -> None:
        service.on_session_opened(tx, group_of(tx, meeting), "s1")

    await store.transact(begin)
    assert buttons(await store.read(invitation_message, meeting)) == []
    before = len(await store.read(in_channel))
    clock.move(hours=1)
    await store.transact(sweep)
    assert len(await store.read(in_channel)) == before


def begin_buttons(tx: Tx) -> list[str]:
    """The first words of the messages in the channel that have the button to begin a session."""
    with_it = [row for row in outgoing(tx, "post") if row.payload and ids.SESSIONS_OPEN in str(row.payload)]
    return [" ".join(str(row.payload["text"]).split()[:2]) for row in with_it if row.payload]


async def test_once_a_session_opens_no_older_message_offers_to_begin_it(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(lambda tx: plan(tx, "2027-01-20", facilitation="fixed", facilitator=DAAN))

    def chosen(tx: Tx) -> None:
        make_case(tx, group_of(tx, meeting), BRAM, state=CaseState.CHOSEN, title="Te vaak ja")
        invitation.update_next_invitation(tx, group_of(tx, meeting))

    await store.transact(chosen)
    await until(store, clock, at("2027-01-20", 13, 5))
    assert any("Morgen komen" in text for text in await store.read(in_channel))
    # The invitation has it, and the newest message: not the reminder between them.
    assert await store.read(begin_buttons) == ["De volgende", "Over een"]

    await store.transact(lambda tx: service.on_session_opened(tx, group_of(tx, meeting), "s1"))
    assert await store.read(begin_buttons) == []

    # Nobody came, and it is tried again later: it can be begun from here once more.
    def not_held(tx: Tx) -> None:
        about = {"group": group_of(tx, meeting).id, "session": "s1", "held": False}
        queue.schedule(tx, "session.ended", "s1", tx.now, about)
        sweep(tx)

    await store.transact(not_held)
    assert await store.read(begin_buttons) == ["De volgende", "Over een"]


async def test_a_session_beside_the_meetings_takes_the_button_of_the_next_one(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-25")

    def chosen(tx: Tx) -> Case:
        case = make_case(tx, group_of(tx, meeting), BRAM, state=CaseState.CHOSEN, title="Te vaak ja")
        invitation.update_next_invitation(tx, group_of(tx, meeting))
        return case

    case = await store.transact(chosen)
    assert ids.SESSIONS_OPEN in buttons(await store.read(invitation_message, meeting))

    def begins(tx: Tx) -> None:
        service.on_session_opened(tx, group_of(tx, meeting), "s1")
        cases.mark_started(tx, tx.sql.get_one(Case, case.id))
        service.on_session_begun(tx, group_of(tx, meeting))

    await store.transact(begins)
    assert ids.SESSIONS_OPEN not in buttons(await store.read(invitation_message, meeting))
    assert f"{ids.PRESENCE_ANSWER}.yes" in buttons(await store.read(invitation_message, meeting))


async def test_a_meeting_at_which_nobody_began_asks_nothing_any_more(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-01-19", 16))
    assert "Ben je erbij?" in (await store.read(letters, BRAM))[-1]
    await until(store, clock, at("2027-01-21", 9))
    # Only that they met without the bot can still be said.
    assert buttons(await store.read(invitation_message, meeting)) == ["standstill.met"]
    assert "is voorbij" in str(await store.read(invitation_message, meeting))
    assert "is voorbij" in (await store.read(letters, BRAM))[-1]
    with pytest.raises(Refused) as refused:
        await store.transact(says, meeting, BRAM, "yes")
    assert "voorbij" in refused.value.say(for_language("nl"))


async def test_what_the_version_before_planned_brings_a_meeting_here(store: Store, clock: StillClock) -> None:
    def as_before(tx: Tx) -> str:
        meeting = plan(tx)
        for row in due_items(tx):
            tx.sql.delete(row)
        tx.sql.flush()
        data = {"meeting": meeting, "kind": "week", "version": 1}
        queue.schedule(tx, "meeting.reminder", f"{meeting}/week", at("2027-02-18", 14), data)
        return meeting

    meeting = await store.transact(as_before)
    await until(store, clock, at("2027-02-18", 14) + timedelta(minutes=1))
    assert await store.read(lambda tx: the(tx, meeting).invitation) is not None


async def test_a_rhythm_that_begins_soon_invites_at_once_and_stays_what_it_says(store: Store) -> None:
    def keep_a_rhythm(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
        weekly = meetings.SeriesRequest("FREQ=WEEKLY;INTERVAL=6;BYDAY=TH", "2027-01-21", "15:00")
        meetings.plan_series(tx, group.id, ANNA, weekly)
        sweep(tx)

    await store.transact(keep_a_rhythm)
    told = await store.read(in_channel)
    assert len(told) == 2
    assert "vast ritme" in told[0]
    assert "Kom je?" in told[1]


async def test_after_a_meeting_the_letters_about_it_have_no_buttons(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-01-19", 16))
    assert "Ben je erbij?" in (await store.read(letters, BRAM))[-1]
    clock.move_to(at("2027-01-20", 14))

    def held(tx: Tx) -> None:
        service.on_session_opened(tx, group_of(tx, meeting), "s1")
        group = group_of(tx, meeting).id
        meeting_events.on_session_ended(tx, SessionEnded("s1", group, 6, 1, "finished", held=True))

    await store.transact(held)

    def kinds_of_blocks(tx: Tx) -> set[str]:
        digests = tx.sql.scalars(select(Digest)).all()
        return {block["type"] for one in digests for part in one.parts for block in part["blocks"]}

    assert await store.read(kinds_of_blocks) == {"section"}
    assert "is voorbij" in (await store.read(letters, BRAM))[-1]
