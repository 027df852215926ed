"""A leader from outside: asked, there by their own press, counted nowhere, and on the way out again."""

import pytest

from bot.agreements import service as agreements
from bot.cases import service as cases
from bot.groups import service as groups
from bot.home import service as home
from bot.leaders import service as leaders
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case
from tests.leaders.people import (
    EVERYBODY,
    PETRA,
    ask,
    in_channel,
    leader_of,
    led_group,
    letters,
    open_poll,
    sweep,
    users,
    vote,
)

MEMBERS = [ANNA, BRAM, CHLOE, DAAN]


def test_the_group_asks_and_only_their_own_press_makes_them_lead(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS, facilitation="rotating")
    ask(tx, group)
    sweep(tx)
    assert (groups.leader_of(tx, group), group.facilitation) == (None, "rotating")
    assert "begeleiden, 5 keer" in letters(tx, PETRA)[0]
    assert [todo.text for todo in home.todos_of(tx, PETRA)] == [letters(tx, PETRA)[0]]
    leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)
    sweep(tx)
    assert leader_of(tx, group).user == PETRA
    assert users(groups.participants_of(tx, group)) == MEMBERS
    assert (group.facilitation, group.facilitator, group.asked_leader) == ("fixed", PETRA, None)
    assert agreements.has_agreed(tx, group, PETRA)
    assert any("begeleidt jullie vanaf nu" in text for text in in_channel(tx))
    assert groups.next_facilitator(tx, group, ANNA) == PETRA


def test_a_no_is_told_to_whoever_asked_and_to_nobody_else(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    ask(tx, group)
    sweep(tx)
    leaders.decline_request(tx, group.id, PETRA)
    assert group.asked_leader is None
    assert "niet begeleiden" in letters(tx, ANNA)[0]
    assert [letters(tx, user) for user in (BRAM, CHLOE, DAAN)] == [[], [], []]
    assert in_channel(tx) == []
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)


def test_nobody_leads_who_is_not_in_the_channel_or_was_not_asked(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS)
    with pytest.raises(Refused) as refused:
        groups.change_leading(
            tx, group.id, ANNA, facilitation="outside", facilitator=PETRA, choices=[], present={ANNA}
        )
    assert refused.value.field == "facilitator"
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, EVERYBODY, 1)
    ask(tx, group)
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, {ANNA}, 1)


def test_a_group_has_one_leader_from_outside(tx: Tx) -> None:
    group = led_group(tx)
    with pytest.raises(Refused) as refused:
        groups.change_leading(tx, group.id, ANNA, facilitation="outside", facilitator="U0QUIRIN", choices=[])
    assert PETRA in refused.value.say(for_language("nl"))
    # The same one again only changes how often.
    ask(tx, group, sessions_led=7)
    assert (group.leader_sessions, group.asked_leader) == (7, None)


def test_a_member_who_becomes_the_leader_has_no_case_that_waits_and_no_vote(tx: Tx) -> None:
    group = make_group(tx, *MEMBERS, PETRA)
    waiting = make_case(tx, group, PETRA)
    ask(tx, group)
    with pytest.raises(Refused):
        leaders.accept_request(tx, group.id, PETRA, EVERYBODY)
    cases.withdraw(tx, waiting.id, PETRA)
    poll = open_poll(tx, group)
    vote(tx, poll, PETRA)
    tx.sql.refresh(poll)
    assert poll.voters == 1
    leaders.accept_request(tx, group.id, PETRA, EVERYBODY)
    assert poll.voters == 0
    assert users(groups.participants_of(tx, group)) == MEMBERS
