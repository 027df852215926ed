"""Time: a pause while the group chooses, and a step that gets more minutes."""

from datetime import timedelta

from bot.groups.rules import Meets
from bot.selections import rules
from bot.selections.service import showing
from bot.selections.service.access import choosing_for, second_click
from bot.selections.service.choice import close_vote_when_complete
from bot.selections.service.steps import add_present, require_leader, set_clock
from bot.selections.views import ExtendSelection, SelectionRef
from bot.storage import Tx
from bot.texts import Refused


def pause_selection(tx: Tx, user: str, ref: SelectionRef) -> None:
    """Stop the clock. Everybody who is there may, and says that they are."""
    choosing = choosing_for(tx, ref.selection, user)
    selection = choosing.selection
    if selection.state not in rules.TIMED:
        raise Refused(lambda t: t("There is no clock running now, so take all the time you need."))
    if showing.is_paused(selection):
        raise Refused(lambda t: t("The clock has stopped already."))
    add_present(choosing, user)
    left = timedelta() if selection.ends_at is None else max(selection.ends_at - tx.now, timedelta())
    set_clock(choosing, ends_at=None, remaining=left)


def resume_selection(tx: Tx, user: str, ref: SelectionRef) -> None:
    """Go on with the time that was left. A vote in which everybody voted meanwhile is counted now."""
    choosing = require_leader(tx, user, ref.selection)
    selection = choosing.selection
    if not showing.is_paused(selection):
        raise Refused(lambda t: t("The clock is running already."))
    assert selection.remaining is not None
    set_clock(choosing, ends_at=tx.now + selection.remaining, remaining=None)
    close_vote_when_complete(choosing)


def extend_step(tx: Tx, user: str, ref: ExtendSelection) -> None:
    """Give the step more time: two minutes, two again, and one. A step whose time was up runs again."""
    choosing = require_leader(tx, user, ref.selection)
    selection = choosing.selection
    if (selection.version, selection.extensions) != (ref.version, ref.extensions):
        raise second_click()
    minutes = showing.next_extension(selection)
    if minutes is None:
        is_written = selection.meets == Meets.THREAD
        raise Refused(
            lambda t: (
                t("That was the last minute. Ask the group: longer, or go on?")
                if is_written
                else t("That was the last minute. Ask the group aloud: longer, or go on?")
            )
        )
    by = timedelta(minutes=minutes)
    selection.extensions += 1
    if showing.is_paused(selection):
        assert selection.remaining is not None
        set_clock(choosing, ends_at=None, remaining=selection.remaining + by)
    else:
        set_clock(choosing, ends_at=max(selection.ends_at or tx.now, tx.now) + by, remaining=None)
