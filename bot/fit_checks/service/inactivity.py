"""Use cases of an inactive group: three weeks after it met without another date, the channel is asked once."""

from bot.cases import service as cases
from bot.date_polls import service as date_polls
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.fit_checks import rules, views
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.storage import Tx

NOTHING_PLANNED = "presence.nothing_planned"


def schedule_check(tx: Tx, group: Group, after: str) -> None:
    """Schedule the check for another date. `after`: the id of the meeting or session that is over."""
    at = group.working_hours.next_open(tx.now + rules.NOTHING_PLANNED_AFTER)
    about = {"group": group.id, "after": after}
    queue.schedule(tx, NOTHING_PLANNED, group.id, at, about)


def ask_for_a_date(tx: Tx, group: Group, after: str) -> None:
    """Ask the channel for a date, unless one is planned or being searched for."""
    # A group on trial gets another question, from the room of agreements.
    if groups.is_at_rest(group) or group.trial or meetings.next_meeting(tx, group) is not None:
        return
    if date_polls.running_date_poll(tx, group) is not None:
        schedule_check(tx, group, after)
        return
    message = views.nothing_planned(groups.texts_in(group), group.id, cases.backlog_size(tx, group))
    group.asks_for_a_date = f"presence/{group.id}/nothing/{after}"
    outbox.post(tx, group.channel, message, key=group.asks_for_a_date)


def answer_with_date(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Replace the question by the date that is planned."""
    _replace_question(tx, group, views.date_found(groups.texts_in(group), meeting))


def answer_with_pause(tx: Tx, group: Group) -> None:
    """Replace the question: the group is paused."""
    _replace_question(tx, group, views.paused_instead(groups.texts_in(group)))


def _replace_question(tx: Tx, group: Group, message: Message) -> None:
    if group.asks_for_a_date is not None:
        outbox.update(tx, group.asks_for_a_date, message)
        group.asks_for_a_date = None
