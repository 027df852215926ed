"""Facilitation: who leads the next session, and whose turn it is."""

from bot.groups import queries, rules
from bot.groups.records import Group
from bot.storage import Tx


def next_facilitator(tx: Tx, group: Group, starter: str) -> str:
    """The next facilitator: the fixed one, the member whose turn it is, or the person who starts the session."""
    present = queries.members(tx, group)
    if group.facilitation == "fixed" and any(one.user == group.facilitator for one in present):
        return str(group.facilitator)
    if group.facilitation == "rotating":
        turns = [rules.Turn(one.user, one.led_at, one.facilitated) for one in present if one.leads]
        return rules.whose_turn(turns) or starter
    return starter


def record_facilitation(tx: Tx, group: Group, user: str) -> None:
    """Counts a session that someone has led, so that turns go round."""
    found = queries.member(tx, group, user)
    if found is not None:
        found.facilitated += 1
        found.led_at = tx.now
