"""Guests: a guest hears once, in private, what they can and cannot do in the group."""

from bot.agreements import views
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.rules import Role
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx
from bot.texts import Texts

GUEST = "group.guest"


def plan_guest_notice(tx: Tx, group: Group, user: str) -> None:
    """Plans the notice to somebody who joined, if they are a guest and have not read it before."""
    found = groups.member(tx, group, user)
    if found is None or found.left_at is not None or found.guest_notice_sent:
        return
    if groups.ensure_person(tx, user).guest is not None:
        nudges.plan_nudge(tx, user, GUEST, group.id, tx.now, group=group.id)


def cancel_guest_notice(tx: Tx, group: Group, user: str) -> None:
    """Cancels the notice to somebody who left."""
    nudges.cancel_nudge(tx, user, GUEST, group.id)


def compose_guest_notice(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """To a guest, or somebody of another organisation: what they can and cannot do here."""
    group = groups.group_by_id(tx, nudge.group_id)
    found = groups.member(tx, group, nudge.user)
    guest = groups.ensure_person(tx, nudge.user).guest
    if found is None or found.left_at is not None or guest is None:
        return None
    # Its reader may have pressed "Later".
    if found.guest_notice_sent and not nudge.data.get("later"):
        return None
    found.guest_notice_sent = True
    if found.role == Role.LEADER:
        # Of cases and votes there is nothing to say to them.
        return DigestItem(views.for_leader_elsewhere(t, group.channel)) if guest == "stranger" else None
    return DigestItem(views.for_guest(t, group.channel, guest))
