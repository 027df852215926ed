"""How one gets to every button and every form with which a group chooses its case together."""

from bot.groups.views import GroupRef
from bot.selections import service as selections
from bot.selections.records import Selection
from bot.selections.views.refs import LineForm, TakeOverSelection
from bot.slack import ids
from bot.storage import Tx
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.resilience.acts import RECIPES, Act, number_of, recipe
from tests.selections.people import case_of, choosing, control, gather, more_time, of, pick, ref, type_line

LINE = {"title": "Te vaak ja", "question": "Hoe zeg ik nee?"}
REWORDED = {**LINE, "title": "Vaker nee"}


def at_the_choice(tx: Tx) -> Selection:
    """Anna and Chloé have a case each, and everybody is there."""
    return choosing(tx, ANNA, CHLOE)


def gathering(tx: Tx) -> Selection:
    make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    return gather(tx, ANNA)


def asking(tx: Tx) -> Selection:
    found = at_the_choice(tx)
    pick(tx, found, ANNA)
    return found


def polling(tx: Tx) -> Selection:
    found = at_the_choice(tx)
    selections.open_vote(tx, BRAM, control(found))
    for user in (ANNA, CHLOE, DAAN):
        selections.give_vote(tx, user, of(found, case_of(tx, ANNA)))
    return found


@recipe(ids.SESSIONS_TOGETHER)
def without_a_case(tx: Tx) -> Act:
    return Act(BRAM, GroupRef(make_group(tx, ANNA, BRAM, CHLOE, DAAN).id))


RECIPES[ids.SELECTION_HERE] = lambda tx: Act(DAAN, ref(gathering(tx)))
RECIPES[ids.SELECTION_NEXT] = lambda tx: Act(BRAM, control(gathering(tx)))
RECIPES[ids.SELECTION_STOP] = lambda tx: Act(BRAM, ref(gathering(tx)))
RECIPES[ids.SELECTION_AGAIN] = lambda tx: Act(BRAM, control(at_the_choice(tx)))
RECIPES[ids.SELECTION_PRESENT] = lambda tx: Act(BRAM, ref(gathering(tx)))
RECIPES[ids.SELECTION_PRESENT_FORM] = lambda tx: Act(
    BRAM, ref(gathering(tx)), {"here": [ANNA, BRAM, DAAN]}, {"here": [BRAM, DAAN]}
)
RECIPES[ids.SELECTION_TAKE_OVER] = lambda tx: Act(CHLOE, TakeOverSelection(gathering(tx).id, BRAM))
RECIPES[ids.SELECTION_LINE] = lambda tx: Act(DAAN, ref(at_the_choice(tx)))
RECIPES[ids.SELECTION_LINE_FOR] = lambda tx: Act(BRAM, ref(at_the_choice(tx)))
RECIPES[ids.SELECTION_PICK] = lambda tx: Act(BRAM, control(at_the_choice(tx)))
RECIPES[ids.SELECTION_POLL] = lambda tx: Act(BRAM, control(at_the_choice(tx)))
RECIPES[ids.SELECTION_COUNT] = lambda tx: Act(BRAM, control(polling(tx)))
RECIPES[ids.SELECTION_PAUSE] = lambda tx: Act(DAAN, ref(at_the_choice(tx)))
RECIPES[ids.SELECTION_EXTEND] = lambda tx: Act(BRAM, more_time(at_the_choice(tx)))
RECIPES[ids.TABLE_PAGE_OPEN_CHOOSING] = lambda tx: Act(BRAM, ref(gathering(tx)))
RECIPES[ids.TABLE_PAGE_RENEW_CHOOSING] = lambda tx: Act(BRAM, ref(gathering(tx)))
RECIPES[ids.SELECTION_OTHER] = lambda tx: Act(BRAM, control(asking(tx)))


@recipe(ids.SELECTION_RESUME)
def pausing(tx: Tx) -> Act:
    found = at_the_choice(tx)
    selections.pause_selection(tx, DAAN, ref(found))
    return Act(BRAM, ref(found))


@recipe(ids.SELECTION_LINE_FORM)
def bringing_a_line(tx: Tx) -> Act:
    return Act(DAAN, LineForm(at_the_choice(tx).id, number_of(tx.workspace)), LINE, REWORDED)


@recipe(ids.SELECTION_LINE_FOR_FORM)
def typing_a_line(tx: Tx) -> Act:
    carries = LineForm(at_the_choice(tx).id, number_of(tx.workspace))
    who = {"who": {"option": DAAN}}
    return Act(BRAM, carries, {**LINE, **who}, {**REWORDED, **who})


@recipe(ids.SELECTION_CONFIRM, ids.SELECTION_REJECT)
def a_line_of_mine(tx: Tx) -> Act:
    found = at_the_choice(tx)
    type_line(tx, found, DAAN)
    return Act(DAAN, of(found, case_of(tx, DAAN)))


@recipe(ids.SELECTION_ECHO)
def recognising(tx: Tx) -> Act:
    found = at_the_choice(tx)
    return Act(DAAN, of(found, case_of(tx, ANNA)))


@recipe(ids.SELECTION_PICK_FORM)
def picking(tx: Tx) -> Act:
    found = at_the_choice(tx)
    return Act(BRAM, control(found), {"case": {"option": case_of(tx, ANNA).id}})


@recipe(ids.SELECTION_VOTE)
def the_last_vote(tx: Tx) -> Act:
    found = polling(tx)
    return Act(BRAM, of(found, case_of(tx, ANNA)))


@recipe(ids.SELECTION_ACCEPT, ids.SELECTION_DECLINE)
def asked_to_bring_it(tx: Tx) -> Act:
    found = asking(tx)
    return Act(ANNA, of(found, case_of(tx, ANNA)))
