"""A trial: each member answers in private, numbers are shown from four answers on, and the group decides."""

import asyncio

import pytest

from bot.agreements import jobs, service, todos
from bot.agreements.records import TrialAnswer
from bot.agreements.service import trial
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.nudges import jobs as nudge_jobs
from bot.nudges import service as nudges
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import due_items, make_group, ours, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, begin, go_on, load, open_session
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]

SIX = (ANNA, BRAM, CHLOE, DAAN, "U0ESRA", "U0FLEUR")
HANDLERS = {**jobs.JOBS, nudges.DELIVER: nudges.digest_job(jobs.DIGESTS)}


def session_ended(tx: Tx, group_id: str, *, held: bool = True) -> None:
    about = {"group": group_id, "session": "x", "held": held}
    queue.schedule(tx, "session.ended", "session/x", tx.now, about)
    run_due(tx, jobs.JOBS)


async def asked(store: Store) -> list[str]:
    """The questions to the channel whether the group goes on."""
    posted = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    return [text for text in posted if "Gaan jullie verder als groep" in text]


def tried(tx: Tx, *users: str) -> str:
    """A group whose first session is over; returns its id."""
    group = make_group(tx, *users, trial="first")
    session_ended(tx, group.id)
    return group.id


async def test_after_the_first_session_everyone_is_asked_in_private_and_then_the_channel(
    store: Store, clock: StillClock
) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, *SIX[:4], trial="first").id)
    await store.transact(session_ended, group_id, held=False)
    assert await store.read(lambda tx: outgoing(tx, "post")) == []
    for _ in range(2):
        await store.transact(session_ended, group_id)
    assert len(await store.read(lambda tx: outgoing(tx, "post"))) == 1
    clock.move(hours=24)
    await store.transact(run_due, HANDLERS)
    letters = await store.read(lambda tx: outgoing(tx, "direct"))
    assert {row.user for row in letters} == set(SIX[:4])
    assert all("Wil je verder?" in text for text in texts_of(letters))
    for user, answer in zip(SIX, ("yes", "yes", "doubt", "no"), strict=False):
        assert await asked(store) == []
        await store.transact(service.answer_trial, group_id, user, answer)
    [text] = await asked(store)
    assert "2 gaan mee, 1 twijfelt en 1 liever niet" in text
    assert await store.read(lambda tx: tx.sql.query(TrialAnswer).count()) == 0
    await store.transact(service.continue_group, group_id, BRAM)
    assert await asked(store) == []
    assert await store.read(lambda tx: tx.sql.get_one(Group, group_id).trial) == ""
    assert "ieders akkoord op de afspraken" in str(
        await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    )


async def test_a_group_that_has_been_going_for_long_is_not_asked(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(session_ended, group_id)
    assert await store.read(lambda tx: outgoing(tx, "post")) == []


async def test_a_group_that_stops_rests_and_nobody_is_reminded(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group = tx.get(Group, tried(tx, ANNA, BRAM))
        assert group is not None
        for user in (ANNA, BRAM):
            service.answer_trial(tx, group.id, user, "no")
        nudges.plan_nudge(tx, ANNA, "meeting.prepare", "x", tx.now, group=group.id)
        return group.id

    say = nudges.digest_job({"meeting.prepare": lambda tx, nudge, t: nudges.DigestItem("Breng je iets in?")})
    handlers = {**jobs.JOBS, **nudge_jobs.JOBS, nudges.DELIVER: say}
    group_id = await store.transact(prepare)
    await store.transact(service.stop_group, group_id, BRAM)
    await store.transact(run_due, handlers)
    assert await store.read(lambda tx: outgoing(tx, "direct")) == []
    assert await store.read(lambda tx: groups.is_at_rest(tx.sql.get_one(Group, group_id)))
    await store.transact(service.continue_group, group_id, ANNA)
    await store.transact(run_due, handlers)
    assert not await store.read(lambda tx: groups.is_at_rest(tx.sql.get_one(Group, group_id)))
    # What there still is to say was not lost.
    assert len(await store.read(lambda tx: outgoing(tx, "direct"))) == 1


async def test_a_session_that_was_held_is_a_try_and_one_that_nobody_began_is_not(store: Store) -> None:
    def told(tx: Tx) -> list[bool]:
        return [bool(row.data["held"]) for row in due_items(tx, "session.over")]

    async def ends(session_id: str) -> list[bool]:
        await store.transact(sessions.stop, BRAM, SessionRef(session_id))
        return await store.read(told)

    assert await ends(await store.transact(lambda tx: open_session(tx, trial="first"))) == [False]


def test_a_whole_session_is_a_try(tx: Tx) -> None:
    session_id = open_session(tx, trial="first")
    begin(tx, session_id)
    while load(tx, session_id).state != State.ENDED:
        go_on(tx, session_id)
    run_due(tx, jobs.JOBS)
    assert any("Ik vraag ieder van jullie privé" in text for text in texts_of(outgoing(tx, "post")))


async def test_after_a_week_the_group_decides_and_fewer_than_four_answers_show_no_numbers(
    store: Store, clock: StillClock
) -> None:
    group_id = await store.transact(tried, *SIX)
    for user in SIX[:3]:
        await store.transact(service.answer_trial, group_id, user, "yes")
    clock.move(days=6)
    await store.transact(run_due, HANDLERS)
    assert await asked(store) == []
    clock.move(days=4)
    await store.transact(run_due, HANDLERS)
    [text] = await asked(store)
    assert "Er is een week voorbij" in text
    assert not any(character.isdigit() for character in text)
    # A later answer is not counted, and changes nothing that stands there.
    with pytest.raises(Refused):
        await store.transact(service.answer_trial, group_id, SIX[3], "no")
    assert await asked(store) == [text]
    # Whoever had not answered has no buttons left.
    letters = await store.read(lambda tx: [row for row in outgoing(tx, "direct") if row.user == SIX[5]])
    assert "beslist daar nu" in texts_of(letters)[-1]


async def test_four_of_six_answers_are_shown_after_a_week(store: Store, clock: StillClock) -> None:
    group_id = await store.transact(tried, *SIX)
    for user in SIX[:4]:
        await store.transact(service.answer_trial, group_id, user, "no")
    # Twice is one answer.
    await store.transact(service.answer_trial, group_id, SIX[0], "yes")
    clock.move(days=10)
    await store.transact(run_due, HANDLERS)
    [text] = await asked(store)
    assert "1 gaat mee en 3 liever niet" in text


async def test_three_members_who_have_all_answered_decide_at_once_and_without_numbers(store: Store) -> None:
    group_id = await store.transact(tried, ANNA, BRAM, CHLOE)
    for user in (ANNA, BRAM, CHLOE):
        await store.transact(service.answer_trial, group_id, user, "yes")
    [text] = await asked(store)
    assert "Iedereen heeft geantwoord" in text
    assert "geen aantallen" in text


async def test_whoever_leaves_is_not_waited_for_and_not_counted(store: Store) -> None:
    group_id = await store.transact(tried, *SIX[:5])
    for user in SIX[:4]:
        await store.transact(service.answer_trial, group_id, user, "yes")
    await store.transact(groups.leave_group, group_id, SIX[0])
    await store.transact(groups.leave_group, group_id, SIX[4])
    await store.transact(run_due, HANDLERS)
    [text] = await asked(store)
    assert "geen aantallen" in text
    with pytest.raises(groups.NotMember):
        await store.transact(service.answer_trial, group_id, SIX[0], "no")


async def test_of_two_answers_at_once_both_count_and_the_channel_is_asked_once(store: Store) -> None:
    group_id = await store.transact(tried, ANNA, BRAM)
    await asyncio.gather(
        *(store.transact(service.answer_trial, group_id, user, "yes") for user in (ANNA, BRAM))
    )
    [text] = await asked(store)
    assert "Iedereen heeft geantwoord" in text
    assert await store.read(lambda tx: tx.sql.query(TrialAnswer).count()) == 0


async def test_an_answer_after_the_group_was_stopped_says_where_to_say_it(store: Store) -> None:
    group_id = await store.transact(tried, ANNA, BRAM)
    for user in (ANNA, BRAM):
        await store.transact(service.answer_trial, group_id, user, "no")
    await store.transact(service.stop_group, group_id, ANNA)
    with pytest.raises(Refused) as refused:
        await store.transact(service.answer_trial, group_id, BRAM, "yes")
    assert "in het kanaal" in refused.value.say(for_language("nl"))
    assert await store.read(lambda tx: groups.is_at_rest(tx.sql.get_one(Group, group_id)))
    assert len(await asked(store)) <= 1


async def test_a_former_member_neither_answers_nor_decides(store: Store) -> None:
    group_id = await store.transact(tried, ANNA, BRAM, CHLOE)
    await store.transact(groups.leave_group, group_id, CHLOE)
    await store.transact(run_due, HANDLERS)
    with pytest.raises(groups.NotMember):
        await store.transact(service.answer_trial, group_id, CHLOE, "no")
    # Two others are asked; the former member is not waited for.
    for user in (ANNA, BRAM):
        await store.transact(service.answer_trial, group_id, user, "yes")
    assert len(await asked(store)) == 1
    for decide in (service.continue_group, service.stop_group):
        with pytest.raises(groups.NotMember):
            await store.transact(decide, group_id, CHLOE)


async def test_nobody_decides_while_the_members_are_asked(store: Store) -> None:
    group_id = await store.transact(tried, ANNA, BRAM)
    for decide in (service.continue_group, service.stop_group):
        with pytest.raises(Refused):
            await store.transact(decide, group_id, ANNA)
    assert await store.read(lambda tx: tx.sql.get_one(Group, group_id).trial) == "asking"


async def test_of_two_who_decide_at_once_going_on_is_not_undone_by_stopping(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM, trial="asked").id)
    await store.transact(service.continue_group, group_id, ANNA)
    with pytest.raises(Refused):
        await store.transact(service.stop_group, group_id, BRAM)
    assert not await store.read(lambda tx: groups.is_at_rest(tx.sql.get_one(Group, group_id)))


async def test_a_group_that_was_asked_before_the_upgrade_keeps_its_buttons(store: Store) -> None:
    def before(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, trial="asked")
        outbox.post(
            tx, group.channel, Message("Gaan jullie verder als groep?"), key=f"group/{group.id}/go_on"
        )
        return group.id

    group_id = await store.transact(before)
    await store.transact(session_ended, group_id)
    await store.transact(service.continue_group, group_id, BRAM)
    assert await asked(store) == []
    [text] = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert "Jullie gaan verder als groep" in text


async def test_a_group_that_rests_meanwhile_is_not_asked_to_decide(store: Store, clock: StillClock) -> None:
    group_id = await store.transact(tried, ANNA, BRAM)
    await store.transact(groups.pause_group, group_id, ANNA)
    for user in (ANNA, BRAM):
        await store.transact(service.answer_trial, group_id, user, "yes")
    clock.move(days=10)
    await store.transact(run_due, HANDLERS)
    assert await asked(store) == []
    await store.transact(groups.resume_group, group_id, BRAM)
    assert await store.read(lambda tx: tx.sql.get_one(Group, group_id).trial) == ""


def test_the_home_tab_asks_until_there_is_an_answer(tx: Tx) -> None:
    group_id = tried(tx, ANNA, BRAM)
    assert ["Wil je verder?" in one.text for one in todos.asks_of(tx, ANNA)] == [True]
    service.answer_trial(tx, group_id, ANNA, "doubt")
    assert todos.asks_of(tx, ANNA) == []


async def test_the_private_answers_are_pressed_in_slack(stage: Stage) -> None:
    def prepare(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, trial="first")
        trial.ask_members(tx, group)

    await ours(stage.app).transact(prepare)
    await stage.team.advance(hours=1)
    for who, answer in (
        (stage.anna, "Ik ga mee"),
        (stage.bram, "Ik twijfel"),
        (stage.chloe, "Voor mij niet"),
        (stage.daan, "Ik ga mee"),
    ):
        await who.click(answer, channel=who.dm)
        await stage.rest()
        assert await who.sees(f"zei je: *{answer}*", who.dm)
    await stage.rest()
    assert await stage.anna.sees("2 gaan mee, 1 twijfelt en 1 liever niet", CHANNEL)
    await stage.bram.click("Ja, we gaan verder", channel=CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("Jullie gaan verder als groep", CHANNEL)
    assert await stage.team.refused() == []
