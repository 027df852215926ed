"""A session of people with several clocks."""

import pytest

from bot.app import due_handlers
from bot.groups.records import Group
from bot.sessions.service import transitions
from bot.sessions.service.scene import scene_for
from bot.storage import Store, Tx
from tests.clock import START, StillClock
from tests.conftest import outgoing, run_due
from tests.factories import BRAM, begin, deliver, open_session, running_session, sweep, text_of
from tests.sessions.absent import be_away, where
from tests.zones import spread_out

# Ten minutes of presentation, from three in the afternoon in Amsterdam.
STAMP = int(START.timestamp()) + 600


def gathering_far_apart(tx: Tx, language: str = "nl") -> str:
    session_id = open_session(tx, language=language)
    spread_out(tx)
    transitions.refresh_card(tx, scene_for(tx, session_id, BRAM))
    return session_id


def running_far_apart(tx: Tx, language: str = "nl") -> str:
    session_id = gathering_far_apart(tx, language)
    begin(tx, session_id)
    return session_id


@pytest.mark.parametrize(
    ("language", "card", "prompt"),
    [
        (
            "nl",
            "Beginnen we meteen, dan zijn we klaar om 16:00 (bij jou: {token}).",
            "Tot 15:10 (bij jou: {token}).",
        ),
        ("en", "If we begin now, we finish at 16:00 (for you: {token}).", "Until 15:10 (for you: {token})."),
    ],
)
async def test_card_and_prompt_name_the_groups_clock_with_a_token_beside_it(
    store: Store, language: str, card: str, prompt: str
) -> None:
    session_id = await store.transact(gathering_far_apart, language)
    finish = f"<!date^{STAMP + 3000}^{{time}}|15:00 UTC>"
    assert card.format(token=finish) in await store.read(text_of, "card")
    await store.transact(begin, session_id)
    # The card stays as it is from phase to phase, so no clock of a phase stands on it.
    assert "<!date" not in await store.read(text_of, "card")
    token = f"<!date^{STAMP}^{{time}}|14:10 UTC>"
    assert prompt.format(token=token) in await store.read(text_of, "phase/1/1/prompt")


async def test_a_group_with_one_clock_reads_no_token_in_a_session(store: Store, clock: StillClock) -> None:
    await store.transact(running_session)
    assert "Tot 15:10." in await store.read(text_of, "phase/1/1/prompt")
    clock.move(minutes=10)
    await store.transact(sweep)
    assert "<!date" not in str(await store.read(lambda tx: [row.payload for row in outgoing(tx)]))


async def test_what_one_person_reads_of_a_session_holds_no_token(store: Store, clock: StillClock) -> None:
    await store.transact(running_far_apart)
    clock.move(minutes=10)
    await store.transact(run_due, dict(due_handlers()))
    private = await store.read(lambda tx: [row.payload for row in outgoing(tx) if row.user])
    assert private
    assert "<!date" not in str(private)


async def test_an_absence_names_its_hours_by_the_groups_clock(store: Store, clock: StillClock) -> None:
    """It is the next day already in Auckland, but the hours are all that counts here."""
    session_id = await store.transact(running_far_apart)
    clock.move(minutes=9)

    def back(tx: Tx) -> str:
        deliver(tx)
        be_away(tx, minutes=5)
        return text_of(tx, where(tx, session_id))

    said = await store.transact(back)
    assert "Ik was weg van 15:04 (bij jou: <!date^" in said
    assert " tot 15:10 (bij jou: <!date^" in said
    assert "januari" not in said


async def test_when_the_group_moves_the_prompt_follows_its_clock(store: Store) -> None:
    def moves(tx: Tx) -> None:
        session_id = open_session(tx)
        tx.sql.query(Group).one().zone = "Europe/London"
        begin(tx, session_id)

    await store.transact(moves)
    assert "Tot 14:10 (bij jou: <!date^" in await store.read(text_of, "phase/1/1/prompt")
