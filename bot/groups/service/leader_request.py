"""The request to lead from outside. Nobody leads by another's press, so somebody is asked first."""

from collections.abc import Collection

from bot import events
from bot.events import LeaderAsked
from bot.groups import queries
from bot.groups.records import Group
from bot.groups.service import people
from bot.storage import Tx
from bot.texts import Refused, mention


def ask_leader(
    tx: Tx, group: Group, asked_by: str, leader: str | None, present: Collection[str] | None
) -> None:
    """Asks somebody in the channel to lead from outside.

    `present`: the people in the channel, as Slack lists them now; None where nobody looked.
    """
    if not leader:
        raise Refused(lambda t: t("Choose who leads, or another way of leading."), "facilitator")
    now = queries.leader_of(tx, group)
    if now is not None and now.user == leader:
        group.facilitation, group.facilitator = "fixed", leader
        return
    if now is not None:
        before = now.user
        raise Refused(
            lambda t: t(
                "{user} leads you now. Say goodbye first, under *The group*; then you can ask somebody else.",
                user=mention(before),
            ),
            "facilitator",
        )
    known = queries.known_person(tx, leader)
    if (present is not None and leader not in present) or (known is not None and known.is_bot):
        raise Refused(
            lambda t: t(
                "{user} is not in the channel yet. Invite them with /invite, and choose them here after that.",
                user=mention(leader),
            ),
            "facilitator",
        )
    if group.asked_leader != leader:
        group.asked_leader, group.leader_asked_by, group.leader_asked_at = leader, asked_by, tx.now
        events.publish(tx, LeaderAsked(group.id, leader))
        tx.sql.flush()
        people.refresh_home(tx, leader)


def forget_request(tx: Tx, group: Group) -> None:
    """Nobody is asked to lead any more."""
    asked = group.asked_leader
    group.asked_leader = group.leader_asked_by = group.leader_asked_at = None
    if asked is not None:
        tx.sql.flush()
        people.refresh_home(tx, asked)


def require_request(tx: Tx, group_id: str, user: str) -> Group:
    """The group that asks somebody to lead, locked. Raises Refused once it no longer does."""
    group = queries.group_by_id(tx, group_id)
    queries.lock_group(tx, group)
    if group.asked_leader != user:
        raise Refused(lambda t: t("This has been settled in the meantime. Thank you all the same."))
    return group
