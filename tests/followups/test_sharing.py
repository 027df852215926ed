"""Sharing belongs to the words that were shared: other words are private until their owner says yes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.followups import rules, service
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.storage import Store, Tx, Workspace, in_workspace
from bot.texts import Refused
from sandbox.people import Team
from tests.bot import running_bot
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, ours, outgoing, texts_of
from tests.factories import ANNA, BRAM
from tests.followups.test_service import STEP, keep, later

OTHER = "Eerlijk zeggen dat ik weg wil."
# When the letter before the meeting goes.
BEFORE = datetime(2027, 1, 26, 9, tzinfo=UTC)


def shared(tx: Tx) -> str:
    """A step that was shared at the end of a session; the group meets again on the 28th."""
    step = keep(tx, shared=True)
    meetings.plan_meeting(tx, group_of(tx, step).id, BRAM, "", "2027-01-28", "15:00", "")
    return step


def shared_before_the_upgrade(tx: Tx) -> str:
    step = shared(tx)
    tx.sql.get_one(Takeaway, step).shared_step = None
    return step


def group_of(tx: Tx, step: str) -> Group:
    return groups.group_by_id(tx, tx.sql.get_one(Takeaway, step).group_id)


def told(tx: Tx, step: str) -> str:
    """What the next session would read to the channel of the step."""
    [found] = service.next_look_backs(tx, group_of(tx, step), tx.now + timedelta(days=30))
    return "".join(found.steps)


def change(tx: Tx, step: str, words: str = OTHER) -> None:
    service.change_step(tx, step, ANNA, words, "2027-03-01")


def letters(tx: Tx) -> list[str]:
    return [one for one in texts_of(outgoing(tx, "direct")) if "terugblik op jouw casus" in one]


def yes(tx: Tx, step: str, words: str) -> None:
    service.share_step(tx, step, ANNA, rules.fingerprint(words))


async def test_a_step_that_was_changed_is_not_read_to_the_group(store: Store) -> None:
    step = await store.transact(shared)
    assert await store.read(told, step) == STEP
    await store.transact(change, step)
    assert await store.read(told, step) == ""
    # The words that were shared are shared, whatever stood there meanwhile.
    await store.transact(change, step, STEP)
    assert await store.read(told, step) == STEP


async def test_the_letter_before_the_look_back_asks_and_yes_is_for_these_words(
    store: Store, clock: StillClock
) -> None:
    step = await store.transact(shared)
    await store.transact(change, step)
    clock.move_to(BEFORE)
    await store.transact(later)
    [asked] = await store.read(letters)
    assert "Mag de groep je stap zo horen?" in asked
    with pytest.raises(Refused):
        await store.transact(yes, step, STEP)
    assert await store.read(told, step) == ""
    await store.transact(yes, step, OTHER)
    assert await store.read(told, step) == OTHER
    [answered] = await store.read(letters)
    assert "De groep hoort je stap." in answered
    await store.transact(change, step, "Toch iets anders.")
    assert await store.read(told, step) == ""


async def test_no_keeps_it_and_is_not_asked_again(store: Store, clock: StillClock) -> None:
    step = await store.transact(shared)
    await store.transact(change, step)
    await store.transact(service.share_step, step, ANNA, "")
    assert await store.read(told, step) == ""
    clock.move_to(BEFORE)
    await store.transact(later)
    [asked] = await store.read(letters)
    assert "Mag de groep" not in asked
    assert "Je stap blijft van jou alleen." in asked


async def test_what_was_shared_before_the_upgrade_is_private_until_its_owner_says_yes(
    store: Store, clock: StillClock
) -> None:
    step = await store.transact(shared_before_the_upgrade)
    assert await store.read(told, step) == ""
    clock.move_to(BEFORE)
    await store.transact(later)
    [asked] = await store.read(letters)
    assert "Mag de groep je stap zo horen?" in asked
    await store.transact(yes, step, STEP)
    assert await store.read(told, step) == STEP


async def test_a_look_back_that_was_prepared_asks_about_the_step_that_changed_after_it(
    store: Store, clock: StillClock
) -> None:
    step = await store.transact(shared)
    these = rules.fingerprint(STEP)
    await store.transact(service.prepare_look_back, step, ANNA, "Het was stil.", skip=False, share=these)
    clock.move_to(BEFORE)
    await store.transact(later)
    assert await store.read(letters) == []
    await store.transact(change, step)
    await store.transact(later)
    [asked] = await store.read(letters)
    assert "Wat je daarvoor schreef is bewaard" in asked
    assert "Mag de groep je stap zo horen?" in asked


async def test_the_form_says_of_a_step_whether_the_group_hears_it(store: Store) -> None:
    step = await store.transact(shared)
    prepare = service.prepare_look_back
    await store.transact(prepare, step, ANNA, "Het was stil.", skip=False, share="")
    assert await store.read(told, step) == ""
    these = rules.fingerprint(STEP)
    await store.transact(prepare, step, ANNA, "Het was stil.", skip=False, share=these)
    assert await store.read(told, step) == STEP
    await store.transact(change, step)
    with pytest.raises(Refused) as refused:
        await store.transact(prepare, step, ANNA, "Het was stil.", skip=False, share=these)
    assert refused.value.field == "share"


@pytest.mark.parametrize(("workspace", "user"), [(OURS, BRAM), (THEIRS, ANNA)])
async def test_nobody_else_says_yes(store: Store, workspace: Workspace, user: str) -> None:
    step = await store.transact(shared_before_the_upgrade)
    with pytest.raises(Refused):
        await store.transact(in_workspace(workspace, service.share_step), step, user, rules.fingerprint(STEP))
    assert await store.read(told, step) == ""


def test_after_a_session_a_tick_is_for_the_insight_that_it_came_with(tx: Tx) -> None:
    kept = tx.sql.get_one(Takeaway, keep(tx, shared=True))
    assert service.shared_takeaway(kept) == "Ik mis haar."
    # A process of the version before writes other words beside the tick.
    kept.takeaway = "Ik mis haar niet."
    assert service.shared_takeaway(kept) == ""


async def test_in_slack_a_changed_step_is_asked_about_with_two_buttons_and_in_the_form(
    tmp_path: Path,
) -> None:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        await team.until(datetime(2027, 1, 14, 14, tzinfo=UTC).timestamp())
        step = await ours(bot.app).transact(shared)
        anna = team.person(ANNA)
        await anna.command("stappen", "C0OOST")
        await anna.click_in_view("Aanpassen")
        await anna.fill(step=OTHER)
        assert await anna.submit() == {}
        assert "alleen als jij dat voor de terugblik goedvindt" in await anna.read_modal()
        await anna.close_all()
        # After everybody's minute of the first half hour.
        await team.until(datetime(2027, 1, 26, 9, tzinfo=UTC).timestamp())
        await team.settle()
        assert await anna.sees("Mag de groep je stap zo horen?", anna.dm)
        await anna.click("De groep mag mijn stap horen", channel=anna.dm)
        await team.settle()
        assert await anna.sees("De groep hoort je stap.", anna.dm)
        assert await ours(bot.app).read(told, step) == OTHER
        await anna.click("Terugblik voorbereiden", channel=anna.dm)
        assert OTHER.rstrip(".") in await anna.read_modal()
        await anna.fill(told="Het was stil.", share=[])
        assert await anna.submit() == {}
        assert await anna.views() == []
        await team.settle()
        assert await anna.sees("Je stap blijft van jou alleen.", anna.dm)
        assert await ours(bot.app).read(told, step) == ""
        assert await team.refused() == []
