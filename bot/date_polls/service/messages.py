"""The messages of a date poll: one in the channel, edited with every change, and private questions."""

from bot.date_polls import queries, views
from bot.date_polls.records import DatePoll
from bot.date_polls.rules import DatePollState
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.storage import Tx

# Nudges: the question to those who have not answered, and the one to the asker.
ASK = "dates.ask"
CHOOSE = "dates.choose"


def repost_date_poll(tx: Tx, search: DatePoll, group: Group) -> None:
    """Post the message again if it is not in the channel; for a date poll that is over, only edit it."""
    if search.state in queries.GOING_ON:
        message = views.date_poll_message(groups.texts_in(group), queries.standing_of(tx, search, group))
        last = queries.last_date(tx, search)
        outbox.post(tx, group.channel, message, key=date_poll_key(search), expires_at=last)
    update_date_poll(tx, search, group)


def update_date_poll(tx: Tx, search: DatePoll, group: Group) -> None:
    """Edit the message in the channel to what holds now, and refresh the members' Home tabs."""
    tx.sql.flush()
    for member in groups.members(tx, group):
        groups.refresh_home(tx, member.user)
    message = views.date_poll_message(groups.texts_in(group), queries.standing_of(tx, search, group))
    outbox.update(tx, date_poll_key(search), message)


def date_poll_key(search: DatePoll) -> str:
    """The outbox key of the message in the channel."""
    return f"dates/{search.id}"


def replace_questions(tx: Tx, search: DatePoll, group: Group) -> None:
    """Replace the private questions by how the date poll ended."""
    seen = queries.standing_of(tx, search, group)
    for member in groups.members(tx, group):
        ended = views.date_poll_message(groups.texts_of(tx, member.user), seen)
        item = nudges.DigestItem(ended.text, ended.blocks)
        for kind in (ASK, CHOOSE):
            nudges.mark_answered(tx, member.user, kind, search.id, item)


def choose_if_complete(tx: Tx, search: DatePoll, group: Group, seen: views.Standing) -> None:
    """Ask the asker to choose once every member has answered."""
    if search.state == DatePollState.OPEN and not seen.missing and seen.members:
        plan_choice(tx, search, group)


def plan_choice(tx: Tx, search: DatePoll, group: Group) -> None:
    """Plan to ask the asker to choose. While they are away, the button in the channel stays."""
    nudges.plan_nudge(
        tx,
        search.asked_by,
        CHOOSE,
        search.id,
        tx.now,
        group=group.id,
        until=queries.last_date(tx, search),
    )
