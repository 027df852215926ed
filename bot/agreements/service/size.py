"""Group size: its owner hears once when the group has become small or large."""

from datetime import timedelta

from bot.agreements import views
from bot.groups import rules
from bot.groups import service as groups
from bot.groups import views as group_views
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx
from bot.texts import Texts

SIZE = "group.size"
# Somebody who left by mistake comes back.
NOTICE_DELAY = timedelta(days=1)
# A new group is still filling: everybody in the channel has just been asked.
GATHERING_DELAY = timedelta(days=7)


def plan_size_notice(tx: Tx, group: Group) -> None:
    """Plans the notice about the size, or cancels it when the size is fine again."""
    size = rules.size_of(len(groups.participants_of(tx, group)), group.maximum)
    user = groups.group_owner(tx, group)
    if rules.is_size_notice_due(size, group.size_notice_sent, group.size_told_at, tx.now):
        delay = GATHERING_DELAY if group.gathering else NOTICE_DELAY
        nudges.plan_nudge(tx, user, SIZE, group.id, tx.now + delay, group=group.id)
    else:
        nudges.cancel_nudge(tx, user, SIZE, group.id)


def compose_size_notice(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """To the group's owner: it is small or large. None when it no longer is."""
    group = groups.group_by_id(tx, nudge.group_id)
    number = len(groups.participants_of(tx, group))
    size = rules.size_of(number, group.maximum)
    # Its reader may have pressed "Later", and the size is still the same.
    snoozed = nudge.data.get("later") and size is not None and size == group.size_notice_sent
    due = rules.is_size_notice_due(size, group.size_notice_sent, group.size_told_at, tx.now)
    if groups.is_at_rest(group) or not (due or snoozed):
        return None
    group.size_notice_sent, group.size_told_at = size, tx.now
    hint = group_views.advice(t, group, number)[0]
    return DigestItem(views.about_size(t, group.channel, number, hint))
