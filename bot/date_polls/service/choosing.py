"""Use cases of the end of a date poll: choose a date, or cancel it."""

from bot.date_polls import queries, views
from bot.date_polls.records import DatePoll
from bot.date_polls.rules import DatePollState
from bot.date_polls.service import messages
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import rules
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Refused, Texts, mention


def date_choice_form(tx: Tx, search_id: str, user: str, t: Texts) -> Block:
    """The form with the coming dates, the best first. Raises Refused for a user who may not choose."""
    search, group = _date_poll_for_chooser(tx, search_id, user)
    queries.require_state(search, *queries.GOING_ON)
    seen = queries.standing_of(tx, search, group)
    if not seen.best:
        raise Refused(lambda t: t("All these dates have passed. Stop this search and begin another."))
    return views.choose_form(t, search.id, group.zone, seen.best, len(seen.missing))


def _date_poll_for_chooser(tx: Tx, search_id: str, user: str) -> tuple[DatePoll, Group]:
    search, group = queries.date_poll_for(tx, search_id, user)
    if not queries.is_chooser(tx, search, group, user):
        asker = search.asked_by
        raise Refused(
            lambda t: t(
                "{user} began this search, and chooses; when that takes longer than three days after it closes, everybody can.",
                user=mention(asker),
            )
        )
    return search, group


def choose_date(tx: Tx, search_id: str, user: str, slot_id: str, form: str) -> None:
    """Plan a meeting on one of the dates. The same window sent again moves it to another date."""
    search, group = _date_poll_for_chooser(tx, search_id, user)
    if not (search.state == DatePollState.CHOSEN and search.form == form):
        queries.require_state(search, *queries.GOING_ON)
    slot = queries.slot_of(tx, search, slot_id)
    if slot is None:
        raise Refused(lambda t: t("Choose one of the dates."), views.DATE)
    # The votes were about this moment, even if the group's zone has changed since.
    day, hour = rules.local_of(slot.starts_at, group.zone)
    try:
        meeting = meetings.plan_meeting(
            tx,
            group.id,
            user,
            "",
            day,
            hour,
            search.place,
            confirmed=True,
            form=f"dates/{search.id}",
            minutes=search.minutes,
        )
    except Refused as problem:
        raise Refused(problem.say, views.DATE) from None
    search.state, search.meeting_id, search.form = DatePollState.CHOSEN, meeting.id, form
    _end_date_poll(tx, search, group)


def cancel_date_poll(tx: Tx, search_id: str, user: str) -> None:
    """Cancel a date poll. One that is over already stays as it is."""
    search, group = _date_poll_for_chooser(tx, search_id, user)
    if search.state not in queries.GOING_ON:
        return
    search.state = DatePollState.CANCELLED
    _end_date_poll(tx, search, group)


def _end_date_poll(tx: Tx, search: DatePoll, group: Group) -> None:
    queue.cancel_all(tx, search.id)
    nudges.cancel_nudges(tx, search.id)
    messages.update_date_poll(tx, search, group)
    messages.replace_questions(tx, search, group)
