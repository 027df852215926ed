"""What presence asks of a person now: whether they come to a meeting that has been announced."""

from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.presence import service, views
from bot.slack.asks import Ask
from bot.storage import Tx, Workspace


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Ask]:
    t = groups.texts_of(tx, workspace, user)
    found = []
    for group in groups.groups_of(tx, workspace, user):
        meeting = meetings.next_meeting(tx, group)
        announced = meeting is not None and meeting.invitation is not None and meeting.starts_at > tx.now
        if meeting is not None and announced and service.mine(tx, meeting, user) is None:
            text, [_, buttons] = views.private.ask(t, meeting, group.channel, moved=False)
            found.append(Ask(text, buttons["elements"], meeting.starts_at))
    return found
