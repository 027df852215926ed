"""A leader from outside who leads while a group chooses its case: gone, a member after all, or without an account."""

import pytest

from bot.groups import service as groups
from bot.leaders import service as leaders
from bot.selections import service as selections
from bot.selections.records import Selection
from bot.selections.views.refs import TakeOverSelection
from bot.storage import Tx
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE, make_case, text_of
from tests.leaders.people import PETRA, led_group, sweep
from tests.selections.people import case_of, control, gather, more_time, of, ref


def led_choice(tx: Tx) -> Selection:
    """Petra leads; Anna, Bram and Chloé are there, and Anna and Chloé have a case."""
    group = led_group(tx)
    for user in (ANNA, CHLOE):
        make_case(tx, group, user, title=f"Van {user}")
    found = gather(tx, ANNA, CHLOE, PETRA, facilitator=PETRA)
    for _ in range(3):
        selections.begin_next_step(tx, PETRA, control(found))
    return found


def test_they_stop_the_clock_and_give_more_time(tx: Tx) -> None:
    found = led_choice(tx)
    selections.pause_selection(tx, PETRA, ref(found))
    selections.resume_selection(tx, PETRA, ref(found))
    selections.extend_step(tx, PETRA, more_time(found))
    assert found.extensions == 1


def test_who_leaves_the_channel_leaves_the_lead_to_whoever_takes_over(tx: Tx) -> None:
    found = led_choice(tx)
    selections.pause_selection(tx, PETRA, ref(found))
    groups.on_channel_leave(tx, groups.group_by_id(tx, found.group_id), PETRA)
    sweep(tx)
    assert found.facilitator is None
    assert found.remaining is not None
    assert "is erbij van buiten" not in text_of(tx, "card")
    with pytest.raises(Refused):
        selections.resume_selection(tx, PETRA, ref(found))
    selections.take_over_selection(tx, CHLOE, TakeOverSelection(found.id, ""))
    selections.resume_selection(tx, CHLOE, ref(found))
    assert found.remaining is None


def test_a_guest_whose_account_ends_leads_no_choice(tx: Tx) -> None:
    found = led_choice(tx)
    groups.on_profile_changed(tx, PETRA, {"deleted": True, "is_restricted": True})
    sweep(tx)
    assert found.facilitator is None
    assert found.state == "choosing"


def test_who_takes_part_after_all_is_waited_for_in_the_vote(tx: Tx) -> None:
    found = led_choice(tx)
    selections.open_vote(tx, PETRA, control(found))
    for user in (ANNA, BRAM):
        selections.give_vote(tx, user, of(found, case_of(tx, CHLOE)))
    leaders.take_part(tx, found.group_id, PETRA)
    sweep(tx)
    assert selections.give_vote(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    assert found.state == "polling"
    assert not selections.give_vote(tx, PETRA, of(found, case_of(tx, CHLOE)))
    assert found.state == "asking"
