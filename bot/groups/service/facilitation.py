"""Facilitation: who leads the next session, and whose turn it is."""

from bot.groups import queries, rules
from bot.groups.records import Group
from bot.groups.rules import Role
from bot.storage import Tx


def fixed_facilitator(tx: Tx, group: Group) -> str | None:
    """Who always leads. A leader from outside does for as many sessions as the group chose."""
    if group.facilitation != "fixed" or group.facilitator is None:
        return None
    found = queries.member(tx, group, group.facilitator)
    if found is None or found.left_at is not None:
        return None
    if found.role == Role.LEADER and not rules.leads_still(found.facilitated, group.leader_sessions):
        return None
    return found.user


def is_led_in_turn(tx: Tx, group: Group) -> bool:
    """Whether the participants lead in turn: also while a leader from outside only reads along."""
    if group.facilitation == "rotating":
        return True
    leader = queries.leader_of(tx, group)
    return (
        leader is not None
        and group.facilitation == "fixed"
        and group.facilitator == leader.user
        and not rules.leads_still(leader.facilitated, group.leader_sessions)
    )


def next_facilitator(tx: Tx, group: Group, starter: str) -> str:
    """The next facilitator: the fixed one, the participant whose turn it is, or the person who starts the session."""
    fixed = fixed_facilitator(tx, group)
    if fixed is not None:
        return fixed
    if is_led_in_turn(tx, group):
        able = [one for one in queries.participants_of(tx, group) if one.leads]
        return (
            rules.whose_turn([rules.Turn(one.user, one.led_at, one.facilitated) for one in able]) or starter
        )
    return starter


def record_facilitation(tx: Tx, group: Group, user: str) -> None:
    """Counts a session that someone has led, so that turns go round."""
    found = queries.member(tx, group, user)
    if found is not None:
        found.facilitated += 1
        found.led_at = tx.now
