"""What Slack refuses while the channel cannot be reached, and what the group reads once it can."""

import pytest

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.sessions import service
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.slack import ids
from bot.storage import Tx
from sandbox.people import CannotDo
from tests.conftest import ours
from tests.factories import (
    BRAM,
    begin,
    buttons_of,
    deliver,
    go_on,
    load,
    open_session,
    posted,
    running_session,
    sweep,
    text_of,
)
from tests.polls.people import prepare
from tests.sessions.conftest import CHANNEL, Stage


def archived_unheard(stage: Stage) -> None:
    """From now on Slack refuses; that it was archived is only heard of by that."""
    stage.sandbox.workspace.channel(CHANNEL).is_archived = True


async def unarchived(stage: Stage) -> None:
    await stage.sandbox.doings.unarchive(CHANNEL)
    await stage.team.settle()
    await stage.rest()
    await stage.rest()


async def test_a_phase_that_began_in_an_archived_channel_has_its_prompt_and_buttons_afterwards(
    with_case: Stage,
) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    archived_unheard(stage)
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    assert not await stage.daan.sees("*Vragen.*", CHANNEL, thread)
    await unarchived(stage)
    assert await stage.daan.sees("*Vragen.*", CHANNEL, thread)
    assert await stage.daan.sees("0 van de 3", CHANNEL, thread)
    assert await stage.daan.sees("*De klok staat stil* in Vragen", CHANNEL)
    await stage.bram.click("Verder", channel=CHANNEL)
    await stage.rest()
    await stage.daan.click("Schrijf je vraag", channel=CHANNEL, thread_ts=thread)


async def test_whose_turn_it_is_stands_there_after_an_archived_channel(with_case: Stage) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    for phase in ("Vragen", "Antwoorden", "Je vraag", "Analyse", "Advies"):
        await stage.bram.click(f"Door naar {phase}", channel=stage.bram.dm)
        await stage.rest()
    await stage.bram.click("Laat de adviezen zien", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    archived_unheard(stage)
    await stage.bram.click("Volgende", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    await unarchived(stage)
    said = [message["text"] for message in await stage.daan.messages(CHANNEL, thread)]
    assert len([text for text in said if "wat zou jij doen?" in text]) == 1
    # The call that is over stood in the prompt.
    assert not [text for text in said if "*Advies.*" in text and "wat zou jij doen?" in text]
    await stage.bram.click("Verder", channel=CHANNEL)
    await stage.rest()
    await stage.bram.click("Volgende", channel=CHANNEL, thread_ts=thread)


async def test_a_card_that_was_refused_comes_with_the_channel(with_case: Stage) -> None:
    stage = with_case
    archived_unheard(stage)
    await stage.bram.command("start", CHANNEL)
    await stage.bram.fill(facilitator=BRAM, pace="wait")
    assert await stage.bram.submit() == {}
    await stage.rest()
    await unarchived(stage)
    thread = await stage.card(stage.bram)
    for person in (stage.anna, stage.daan):
        await person.click("Ik ben er", channel=CHANNEL, thread_ts=thread)
    await stage.bram.click("Beginnen", channel=CHANNEL)


async def test_a_poll_that_was_counted_in_an_archived_channel_tells_what_came_of_it(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: prepare(tx).id)
    await stage.bram.command("stem", CHANNEL)
    assert await stage.bram.submit() == {}
    await stage.rest()
    archived_unheard(stage)
    await stage.bram.click("Nu sluiten", channel=CHANNEL)
    await stage.rest()
    assert await stage.bram.sees("Stem", CHANNEL)
    await unarchived(stage)
    with pytest.raises(CannotDo):
        await stage.bram.click("Stem", channel=CHANNEL)
    assert await stage.bram.sees("gesloten", CHANNEL)


def refuse(tx: Tx, beginning: str = "") -> None:
    """As the sender does when Slack refuses everything that waits for a channel."""
    for row in outgoing_to_channel(tx):
        if (row.key or row.target_key or "").startswith(beginning):
            no_place = (
                row.kind == "post" and row.thread_key is not None and not outbox.ts_of(tx, row.thread_key)
            )
            row.state = OutboxState.SENDING
            row.state = OutboxState.DROPPED if no_place else OutboxState.FAILED
            row.payload, row.error = None, outbox.NO_TARGET if no_place else "is_archived"
    tx.sql.flush()


def outgoing_to_channel(tx: Tx) -> list[OutboxRow]:
    waiting = tx.sql.query(OutboxRow).filter(OutboxRow.state == OutboxState.PENDING).order_by(OutboxRow.id)
    return [row for row in waiting if row.kind in ("post", "update")]


def lost_and_back(tx: Tx, session_id: str) -> None:
    """The channel is found to be gone, and comes back."""
    refuse(tx)
    group = service.group_of(tx, load(tx, session_id))
    groups.mark_unreachable(tx, group, "archived")
    sweep(tx)
    refuse(tx)
    groups.mark_reachable(tx, group)
    sweep(tx)


def test_what_was_refused_is_posted_anew_under_its_key_with_the_words_of_now(tx: Tx) -> None:
    outbox.post(tx, "C0OOST", Message("Eerst"), key="poll/a")
    refuse(tx)
    before = outbox.refused_keys(tx, "poll/")
    outbox.post(tx, "C0OOST", Message("Nu"), key="poll/a")
    outbox.post(tx, "C0OOST", Message("Nog eens"), key="poll/a")
    assert before == {"poll/a"}
    assert [row.payload for row in outgoing_to_channel(tx)] == [{"text": "Nu", "blocks": []}]
    assert outbox.refused_keys(tx, "poll/") == set()


def test_a_phase_that_ended_unseen_has_no_buttons_and_the_one_that_is_on_has(tx: Tx) -> None:
    session_id = running_session(tx)
    go_on(tx, session_id)
    deliver(tx)
    seen = load(tx, session_id).phase_index
    go_on(tx, session_id)
    lost_and_back(tx, session_id)
    assert load(tx, session_id).state == State.PAUSED
    assert buttons_of(tx, f"phase/{seen}/1/prompt") == []
    assert ids.ROUNDS_DONE in buttons_of(tx, f"phase/{seen + 1}/1/prompt")
    assert ids.SESSIONS_RESUME in buttons_of(tx, "card")


def test_a_session_that_ended_unseen_closes_its_card(tx: Tx) -> None:
    session_id = running_session(tx)
    deliver(tx)
    service.stop(tx, BRAM, SessionRef(session_id))
    lost_and_back(tx, session_id)
    assert buttons_of(tx, "card") == []
    assert "Deze sessie is afgesloten" in text_of(tx, "card")


def test_a_card_that_was_refused_for_another_reason_stands_in_nobody_s_way(tx: Tx) -> None:
    first = open_session(tx)
    refuse(tx)
    group = service.group_of(tx, load(tx, first))
    form = service.start_form_for(tx, group.channel, BRAM)
    assert form.chosen == load(tx, first).case_id
    second = service.start_session(
        tx,
        group.id,
        BRAM,
        case_id=str(form.chosen),
        method="incident",
        facilitator=BRAM,
        auto_advance=False,
    )
    assert (load(tx, first).state, second.state) == ("ended", "gathering")


def test_what_arrived_is_not_said_again(tx: Tx) -> None:
    session_id = open_session(tx)
    begin(tx, session_id)
    deliver(tx)
    group = service.group_of(tx, load(tx, session_id))
    groups.mark_unreachable(tx, group, "archived")
    sweep(tx)
    deliver(tx)
    groups.mark_reachable(tx, group)
    sweep(tx)
    assert outgoing_to_channel(tx) == []
    assert posted(tx, "card") is not None
