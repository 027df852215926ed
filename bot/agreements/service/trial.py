"""Trial: a group tries it once first, and decides after the first session whether it goes on."""

from bot.agreements import views
from bot.delivery import outbox
from bot.events import SessionEnded
from bot.groups import service as groups
from bot.groups.records import Group
from bot.storage import Tx


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    """Asks the group in trial whether it goes on. A session that was broken off early does not count."""
    if not event.held:
        return
    group = groups.group_by_id(tx, event.group_id)
    if group.trial == "first":
        group.trial = "asked"
        message = views.asks_to_go_on(groups.texts_in(group), group.id)
        outbox.post(tx, group.channel, message, key=_key(group))
        groups.update_card(tx, group)


def continue_group(tx: Tx, group_id: str, user: str) -> bool:
    """Ends the trial: the group goes on. Twice is as good as once: then it returns False."""
    group = groups.group_for(tx, group_id, user)
    is_new = bool(group.trial) or group.rests_since is not None
    group.trial = ""
    groups.resume_group(tx, group_id, user)
    groups.update_card(tx, group)
    outbox.update(tx, _key(group), views.goes_on(groups.texts_in(group), group.id))
    return is_new


def stop_group(tx: Tx, group_id: str, user: str) -> bool:
    """Ends the trial: the group rests, and can go on at any time. Returns False for one that rested already."""
    is_new = groups.group_for(tx, group_id, user).rests_since is None
    group = groups.pause_group(tx, group_id, user)
    outbox.update(tx, _key(group), views.stops(groups.texts_in(group), group.id))
    return is_new


def _key(group: Group) -> str:
    return f"group/{group.id}/go_on"
