"""Somebody new: the others hear it before the next meeting, and only a number of those who would rather talk first."""

import pytest

from bot.agreements import jobs, service
from bot.agreements.records import TalkFirst
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import service as nudges
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import make_group, ours, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]

EVA = "U0EVA"
HANDLERS = {**jobs.JOBS, nudges.DELIVER: nudges.digest_job(jobs.DIGESTS)}
NEW, TALK = "is nieuw in de groep van", "liever eerst even"


def joined(tx: Tx, user: str = EVA) -> str:
    """A group of four that somebody joins with the button."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    groups.join_group(tx, group.id, user, {user})
    return group.id


async def letters(store: Store, clock: StillClock, **by: float) -> list[tuple[str, str]]:
    """The private messages after a while, as they read then: who got them, and their text."""
    await store.transact(run_due, HANDLERS)
    clock.move(**by)
    await store.transact(run_due, HANDLERS)

    def found(tx: Tx) -> list[tuple[str, str]]:
        return [(str(row.user), texts_of([row])[0]) for row in outgoing(tx, "direct")]

    return await store.read(found)


async def test_each_other_member_is_asked_once_in_private(store: Store, clock: StillClock) -> None:
    group_id = await store.transact(joined)
    [line] = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert f"<@{EVA}> doet vanaf nu mee" in line
    sent = await letters(store, clock, days=1)
    assert sorted(user for user, _ in sent) == sorted([ANNA, BRAM, CHLOE, DAAN])
    assert all(f"<@{EVA}> {NEW}" in text for _, text in sent)
    # Out and in again: they are not new any more.
    await store.transact(groups.leave_group, group_id, EVA)
    await store.transact(groups.join_group, group_id, EVA, {EVA})
    assert len(await letters(store, clock, days=8)) == len(sent)


async def test_only_the_number_reaches_whoever_set_the_group_up(store: Store, clock: StillClock) -> None:
    group_id = await store.transact(joined)
    await letters(store, clock, days=1)
    for user in (BRAM, BRAM, CHLOE):
        await store.transact(service.talk_first, group_id, user, EVA)
    sent = await letters(store, clock, days=4)
    told = [(user, text) for user, text in sent if "voor het eerst bij is" in text]
    assert [user for user, _ in told] == [ANNA]
    assert "praten 2 van jullie liever eerst even" in told[0][1]
    assert BRAM not in told[0][1]
    assert CHLOE not in told[0][1]
    noted = [text for user, text in sent if user == BRAM]
    assert "Jij praat liever eerst even" in noted[-1]
    # Nobody else, and the channel least of all.
    assert not any(TALK in text for text in await store.read(lambda tx: texts_of(outgoing(tx, "post"))))


async def test_when_the_founder_is_the_one_who_is_new_the_longest_member_hears_the_number(
    store: Store, clock: StillClock
) -> None:
    def prepare(tx: Tx) -> str:
        group = make_group(tx, BRAM, CHLOE, DAAN)
        group.set_up_by = ANNA
        groups.join_group(tx, group.id, ANNA, {ANNA})
        return group.id

    group_id = await store.transact(prepare)
    await letters(store, clock, days=1)
    await store.transact(service.talk_first, group_id, DAAN, ANNA)
    sent = await letters(store, clock, days=4)
    assert [user for user, text in sent if "voor het eerst bij is" in text] == [BRAM]


async def test_after_the_group_has_met_nobody_is_asked_any_more(store: Store, clock: StillClock) -> None:
    def meet(tx: Tx, group_id: str) -> None:
        about = {"group": group_id, "session": "x", "held": True}
        queue.schedule(tx, "session.ended", "session/x", tx.now, about)
        run_due(tx, jobs.JOBS)

    group_id = await store.transact(joined)
    await letters(store, clock, days=1)
    await store.transact(service.talk_first, group_id, BRAM, EVA)
    await store.transact(meet, group_id)
    sent = await letters(store, clock, days=4)
    assert not any("Praat je liever eerst even" in text for _, text in sent)
    assert await store.read(lambda tx: tx.sql.query(TalkFirst).count()) == 0


async def test_whoever_left_by_then_is_not_spoken_of(store: Store, clock: StillClock) -> None:
    group_id = await store.transact(joined)
    await store.transact(service.talk_first, group_id, BRAM, EVA)
    await store.transact(groups.leave_group, group_id, EVA)
    sent = await letters(store, clock, days=1)
    assert not any(NEW in text or TALK in text for _, text in sent)
    with pytest.raises(Refused):
        await store.transact(service.talk_first, group_id, BRAM, EVA)
    with pytest.raises(groups.NotMember):
        await store.transact(service.talk_first, group_id, EVA, BRAM)


async def test_before_the_first_meeting_the_question_who_takes_part_announces_everybody(
    store: Store, clock: StillClock
) -> None:
    def begin(tx: Tx) -> None:
        made = groups.set_up(tx, "C0OOST", ANNA, {ANNA, BRAM}, language="nl", zone="Europe/Amsterdam")
        groups.join_group(tx, made.id, BRAM, {ANNA, BRAM})

    await store.transact(begin)
    assert not any(NEW in text for _, text in await letters(store, clock, days=1))
    posted = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert not any("doet vanaf nu mee" in text for text in posted)
    assert f"Tot nu toe: <@{ANNA}> en <@{BRAM}>." in posted[-1]


async def test_it_is_said_with_a_button_in_the_letter(stage: Stage) -> None:
    await ours(stage.app).transact(joined, "U0ESRA")
    await stage.team.advance(hours=1)
    assert await stage.bram.sees(NEW, stage.bram.dm)
    assert not await stage.team.person("U0ESRA").sees(NEW, stage.team.person("U0ESRA").dm)
    await stage.bram.click("Liever eerst even praten", channel=stage.bram.dm)
    await stage.rest()
    assert await stage.bram.sees("Jij praat liever eerst even.", stage.bram.dm)
    await stage.team.advance(days=4)
    assert await stage.anna.sees("praat 1 van jullie liever eerst even", stage.anna.dm)
    assert not await stage.chloe.sees("voor het eerst bij is", stage.chloe.dm)
    assert not await stage.anna.sees("liever eerst even", CHANNEL)
    assert await stage.team.refused() == []
