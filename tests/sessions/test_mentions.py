"""Who is mentioned in a session's thread: everyone at its beginning, and then whoever must act."""

import re

from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.sessions import service
from bot.sessions.service import participants
from bot.sessions.views import SessionRef
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    begin,
    control,
    deliver,
    go_on,
    keys,
    open_session,
    posted,
    sweep,
    text_of,
)

NAMES = {ANNA: "Anna", BRAM: "Bram", CHLOE: "Chloé", DAAN: "Daan"}


def gathering(tx: Tx) -> str:
    """A session of people whose names are known."""
    for user, name in NAMES.items():
        groups.store_profile(tx, user, {"tz": "Europe/Amsterdam", "profile": {"display_name": name}})
    return open_session(tx)


def begun(tx: Tx) -> str:
    session_id = gathering(tx)
    begin(tx, session_id)
    return session_id


def mentioned(text: str) -> set[str]:
    return set(re.findall(r"<@(\w+)>", text))


async def test_at_the_beginning_everyone_present_is_mentioned_in_the_first_prompt(tx: Tx) -> None:
    session_id = gathering(tx)
    participants.mark_left(tx, service.scene_by_id(tx, session_id), DAAN)
    # What is sent already can only be edited, and an edit notifies nobody.
    deliver(tx)
    service.begin_anyway(tx, BRAM, control(tx, session_id))
    prompt = posted(tx, "phase/1/1/prompt")
    assert prompt is not None
    assert prompt.kind == "post"
    assert mentioned(text_of(tx, "phase/1/1/prompt")) == {ANNA, BRAM, CHLOE}
    # The clock may change before Slack has taken it.
    service.extend(tx, BRAM, control(tx, session_id))
    assert mentioned(text_of(tx, "phase/1/1/prompt")) == {ANNA, BRAM, CHLOE}
    deliver(tx)
    service.extend(tx, BRAM, control(tx, session_id))
    assert mentioned(text_of(tx, "phase/1/1/prompt")) == set()
    assert posted(tx, "begun") is None


async def test_who_is_present_stands_in_the_welcome_by_name(tx: Tx) -> None:
    gathering(tx)
    sweep(tx)
    assert "Erbij: Anna, Bram, Chloé en Daan." in text_of(tx, "welcome")
    assert mentioned(text_of(tx, "welcome")) == set()


async def test_the_card_calls_the_presenter_until_the_session_begins(tx: Tx) -> None:
    session_id = gathering(tx)
    assert mentioned(text_of(tx, "card")) == {ANNA}
    begin(tx, session_id)
    assert "Anna brengt de casus in, Bram leidt het gesprek." in text_of(tx, "card")
    assert mentioned(text_of(tx, "card")) == set()


async def test_while_the_presenter_listens_the_thread_speaks_of_them_by_name(tx: Tx) -> None:
    session_id = begun(tx)
    called: dict[str, set[str]] = {}
    kinds = (
        "presentation",
        "questions",
        "answers",
        "reworded",
        "analysis",
        "advice",
        "response",
        "harvest",
        "evaluation",
    )
    for kind in kinds:
        phase = service.scene_by_id(tx, session_id).phase
        assert phase.key == kind
        (key,) = keys(tx, f"%/phase/{len(called) + 1}/1/prompt")
        called[kind] = mentioned(text_of(tx, key.split("/", 2)[2]))
        if kind != "evaluation":
            go_on(tx, session_id)
    assert {kind for kind, users in called.items() if users} == {"presentation", "reworded", "response"}
    # The first prompt mentions everyone; the presenter is called where only the presenter has the floor.
    assert called["presentation"] == {ANNA, BRAM, CHLOE, DAAN}
    assert called["reworded"] == {ANNA}
    assert called["response"] == {ANNA}


async def test_the_facilitator_is_mentioned_when_the_session_waits_for_them(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(begun)

    def pauses(tx: Tx) -> None:
        service.pause(tx, CHLOE, control(tx, session_id))
        (key,) = keys(tx, "%/pause/%")
        said = text_of(tx, key.split("/", 2)[2])
        assert "Bram zegt wanneer we verdergaan." in said
        service.resume(tx, BRAM, control(tx, session_id))

    def is_over(tx: Tx) -> None:
        sweep(tx)
        (key,) = keys(tx, "%/over/%")
        assert mentioned(text_of(tx, key.split("/", 2)[2])) == {BRAM}

    await store.transact(pauses)
    clock.move(minutes=11)
    await store.transact(is_over)


async def test_after_a_session_that_ended_nobody_reads_that_it_has_begun(tx: Tx) -> None:
    """While Slack cannot be reached the messages wait."""
    session_id = gathering(tx)
    deliver(tx)
    begin(tx, session_id)
    service.stop(tx, BRAM, SessionRef(session_id))
    prompt = posted(tx, "phase/1/1/prompt")
    assert prompt is not None
    assert prompt.state == OutboxState.DROPPED
