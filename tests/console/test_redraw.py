"""What shows how far the session is, is drawn anew once for everybody within some seconds."""

import asyncio

from bot.jobs.runner import JobRunner
from bot.rounds.service import phases, questions
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.views import PhaseRef, SessionRef
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import due_items, outgoing
from tests.console.people import BRAM, CHLOE, DAAN, HANDLERS, QUESTIONS, rows, session_at
from tests.factories import control, deliver, text_of

CONSOLE = f"facilitator/{BRAM}"


async def writing(store: Store, clock: StillClock) -> None:
    """Everybody writes their questions, and Slack shows all that was said until now."""
    await store.transact(lambda tx: session_at(tx, QUESTIONS, meets="thread").id)
    await pass_(store, clock, 3)
    await store.transact(deliver)


def here(tx: Tx) -> PhaseRef:
    (session,) = rows(tx, Session)
    return PhaseRef(session.id, session.phase_index, session.pass_no)


def write(tx: Tx, user: str) -> None:
    questions.write_question(tx, here(tx), user, ["Wat wil je?"])


async def pass_(store: Store, clock: StillClock, seconds: float) -> None:
    clock.move(seconds=seconds)
    await JobRunner(store, HANDLERS).run()


async def edits(store: Store) -> list[str]:
    """The messages that are edited, each for every edit that Slack gets."""
    found = await store.read(lambda tx: [row.target_key or "" for row in outgoing(tx, "update")])
    return sorted(key.split("/", 2)[2] for key in found)


async def shown(store: Store, key: str) -> str:
    return await store.read(text_of, key)


async def test_what_several_write_within_seconds_is_one_edit_of_each_message(
    store: Store, clock: StillClock
) -> None:
    await writing(store, clock)
    for user in (CHLOE, DAAN):
        await store.transact(write, user)
        await pass_(store, clock, 1)
    assert await edits(store) == []
    await pass_(store, clock, 3)
    assert await edits(store) == [CONSOLE]
    await pass_(store, clock, 6)
    assert await edits(store) == [CONSOLE, "phase/2/1/prompt"]
    assert "2 van de 3" in await shown(store, "phase/2/1/prompt")
    assert "Bram" in await shown(store, CONSOLE) or BRAM in await shown(store, CONSOLE)


async def test_whoever_leads_sees_at_once_what_they_pressed(store: Store, clock: StillClock) -> None:
    await writing(store, clock)
    await store.transact(lambda tx: phases.mark_done(tx, here(tx), BRAM))
    await pass_(store, clock, 0)
    assert await edits(store) == [CONSOLE]


async def test_the_next_phase_is_shown_at_once_and_what_waited_is_in_it(
    store: Store, clock: StillClock
) -> None:
    await writing(store, clock)
    await store.transact(write, CHLOE)

    def go_on(tx: Tx) -> None:
        sessions.next_phase(tx, BRAM, control(tx, here(tx).session))

    await store.transact(go_on)
    await pass_(store, clock, 0)
    assert CONSOLE in await edits(store)
    before = await shown(store, CONSOLE)
    await store.transact(deliver)
    await pass_(store, clock, 10)
    assert await edits(store) == []
    assert await shown(store, CONSOLE) == before


async def test_a_process_that_dies_in_between_leaves_the_redraw_to_the_next_one(
    store: Store, clock: StillClock
) -> None:
    """Nothing but the row knows of it: the process that comes an hour later draws."""
    await writing(store, clock)
    await store.transact(write, CHLOE)
    clock.move(hours=1)
    draws = {kind: HANDLERS[kind] for kind in ("session.progressed", "session.prompt")}
    await JobRunner(store, draws).run()
    assert await edits(store) == [CONSOLE, "phase/2/1/prompt"]


async def test_two_processes_redraw_at_once(store: Store, clock: StillClock) -> None:
    await writing(store, clock)
    await store.transact(write, CHLOE)
    clock.move(seconds=10)
    await asyncio.gather(*(JobRunner(store, HANDLERS).run() for _ in range(3)), store.transact(write, DAAN))
    await pass_(store, clock, 10)
    assert "2 van de 3" in await shown(store, "phase/2/1/prompt")
    assert await store.read(lambda tx: due_items(tx, "session.progressed")) == []
    assert len(await edits(store)) == 2


async def test_the_session_ends_in_that_second(store: Store, clock: StillClock) -> None:
    await writing(store, clock)
    await store.transact(write, CHLOE)
    await store.transact(lambda tx: sessions.stop(tx, BRAM, SessionRef(here(tx).session)))
    await pass_(store, clock, 0)
    ended = await shown(store, CONSOLE)
    await store.transact(deliver)
    await pass_(store, clock, 10)
    assert await edits(store) == []
    assert await shown(store, CONSOLE) == ended


async def test_who_come_in_within_seconds_are_one_edit_of_the_welcome(
    store: Store, clock: StillClock
) -> None:
    await writing(store, clock)

    def come(tx: Tx, user: str) -> None:
        (session,) = rows(tx, Session)
        sessions.mark_left(tx, sessions.scene_of(tx, session), user)

    for user in (CHLOE, DAAN):
        await store.transact(come, user)
    await pass_(store, clock, 0)
    assert await edits(store) == []
    await pass_(store, clock, 3)
    assert await edits(store) == ["welcome"]
