"""A leader from outside leaves, joins, has no account any more, or leads two groups."""

import pytest

from bot.groups import service as groups
from bot.groups import views as group_views
from bot.leaders import service as leaders
from bot.sessions import service as sessions
from bot.sessions.views import TakeOverRef
from bot.storage import Tx
from bot.texts import Refused
from tests.conftest import make_group
from tests.factories import ANNA, CHLOE, load, text_of
from tests.leaders.people import (
    EVERYBODY,
    MEMBERS,
    PETRA,
    ask,
    hold,
    in_channel,
    leader_of,
    led_group,
    letters,
    question,
    start,
    sweep,
    users,
)


def test_who_comes_back_after_the_group_found_another_leader_stays_out(tx: Tx) -> None:
    group = led_group(tx)
    groups.on_channel_leave(tx, group, PETRA)
    groups.change_leading(
        tx, group.id, ANNA, facilitation="outside", facilitator="U0QUIRIN", choices=[], present={"U0QUIRIN"}
    )
    leaders.accept_request(tx, group.id, "U0QUIRIN", {"U0QUIRIN"}, 1)
    groups.on_channel_join(tx, group, PETRA)
    assert leader_of(tx, group).user == "U0QUIRIN"
    assert PETRA not in users(groups.members(tx, group))


def test_who_leaves_in_mid_session_leaves_the_lead_to_whoever_takes_over(tx: Tx) -> None:
    group = led_group(tx)
    session_id = start(tx, group, PETRA)
    groups.on_channel_leave(tx, group, PETRA)
    sweep(tx)
    assert load(tx, session_id).facilitator is None
    assert "Wie neemt het over?" in text_of(tx, f"facilitator_left/{PETRA}")
    assert group.facilitation == "rotating"
    assert sorted(sessions.scene_by_id(tx, session_id).present) == MEMBERS
    sessions.take_over(tx, CHLOE, TakeOverRef(session_id, ""))
    # Back in the channel they lead again, unless the group has another leader by now.
    groups.on_channel_join(tx, group, PETRA)
    assert leader_of(tx, group).user == PETRA
    assert group.facilitator == PETRA


def test_a_guest_whose_account_ends_leads_nothing_any_more(tx: Tx) -> None:
    group = led_group(tx, led=5, read_along=2)
    leaders.ask_whether_alone(tx, group, leader_of(tx, group))
    ref = question(tx, group.id)
    groups.on_profile_changed(tx, PETRA, {"deleted": True, "is_restricted": True})
    sweep(tx)
    assert groups.leader_of(tx, group) is None
    assert "niet langer jullie begeleider" in text_of(tx, f"alone/{ref.asked_at}")
    with pytest.raises(Refused):
        leaders.go_on_alone(tx, ref, CHLOE)


def test_by_their_own_press_they_take_part_also_in_the_session_that_they_lead(tx: Tx) -> None:
    group = led_group(tx)
    session_id = start(tx, group, PETRA)
    leaders.take_part(tx, group.id, PETRA)
    leaders.take_part(tx, group.id, PETRA)
    sweep(tx)
    assert PETRA in users(groups.participants_of(tx, group))
    assert group.facilitation == "rotating"
    assert PETRA in sessions.scene_by_id(tx, session_id).present
    assert [text for text in in_channel(tx) if "doet vanaf nu zelf mee" in text] != []
    assert load(tx, session_id).facilitator == PETRA


def test_one_person_leads_two_groups(tx: Tx) -> None:
    east = led_group(tx)
    west = led_group(tx, channel="C0WEST")
    hold(tx, east, PETRA)
    assert (leader_of(tx, east).facilitated, leader_of(tx, west).facilitated) == (1, 0)
    leaders.say_goodbye(tx, east.id, ANNA)
    assert groups.leader_of(tx, east) is None
    assert leader_of(tx, west).user == PETRA


def test_somebody_of_another_organisation_leads_as_anybody_else(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    ask(tx, group)
    person = groups.known_person(tx, PETRA)
    assert person is not None
    person.guest = "stranger"
    leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)
    sweep(tx)
    session_id = start(tx, group, PETRA)
    assert load(tx, session_id).facilitator == PETRA
    sweep(tx)
    assert any("*Zeg:*" in text for text in letters(tx, PETRA))
    told = " ".join(letters(tx, PETRA))
    assert "begeleid je met de knoppen" in told
    assert "stemmen" not in told


def test_a_group_without_a_leader_reads_as_before(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    assert group.leaders == frozenset()
    assert groups.members(tx, group) == groups.participants_of(tx, group)
    before = group_views.stamp(group, "leading")
    group.leader_sessions = 5
    assert group_views.stamp(group, "leading") == before
