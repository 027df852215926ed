"""To-dos of agreements: answer an invitation or the question after a trial, and read and accept the agreements of a group."""

from bot.agreements import service, views
from bot.groups import service as groups
from bot.slack.todos import Todo
from bot.storage import Tx


def asks_of(tx: Tx, user: str) -> list[Todo]:
    t = groups.texts_of(tx, user)
    invited = [views.ask_to_join(t, group.id, group.channel) for group in groups.invited_groups(tx, user)]
    trying = [
        views.ask_member_at_home(t, group.id, group.channel)
        for group in groups.groups_of(tx, user)
        if service.is_asked(tx, group, user)
    ]
    return (
        invited
        + trying
        + [
            views.ask_to_agree(t, group.id, group.channel)
            for group in groups.groups_of(tx, user)
            if not groups.is_at_rest(group) and not service.is_free_to_hand_in(tx, group, user)
        ]
    )
