"""Use cases of the Home tab: publish it, and change one's own settings."""

from collections.abc import Callable
from typing import Any

from bot.agreements import todos as agreement_todos
from bot.attendance import service as attendance
from bot.attendance import todos as attendance_todos
from bot.cases import service as cases
from bot.cases import todos as case_todos
from bot.cases.records import Case
from bot.date_polls import todos as date_poll_todos
from bot.delivery import outbox
from bot.followups import service as followups
from bot.followups import todos as followup_todos
from bot.followups.records import Takeaway
from bot.followups.rules import StepState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.home import views
from bot.leaders import todos as leader_todos
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.nudges.rules import TOPICS
from bot.polls import service as polls
from bot.polls import todos as poll_todos
from bot.selections import todos as selection_todos
from bot.sessions import service as sessions
from bot.sessions import todos as session_todos
from bot.sessions.rules import State
from bot.slack.todos import Todo, in_order
from bot.storage import Tx
from bot.texts import Refused

# The order is the tie-break: to-dos without a deadline keep it (in_order is stable).
TODO_SOURCES: tuple[Callable[[Tx, str], list[Todo]], ...] = (
    session_todos.asks_of,
    selection_todos.todos_of,
    leader_todos.todos_of,
    followup_todos.todos_of,
    attendance_todos.todos_of,
    date_poll_todos.todos_of,
    poll_todos.todos_of,
    case_todos.asks_of,
    agreement_todos.asks_of,
)
DAYS = "1234567"


def home_view(tx: Tx, user: str) -> dict[str, Any]:
    """The Home tab as this person sees it."""
    t = groups.texts_of(tx, user)
    mine = groups_of(tx, user)
    found_asks = todos_of(tx, user)
    found_cases, channels = cases_of(tx, user, at_most=4 * views.CASES)
    return views.home(
        t,
        views.Mine(
            found_asks,
            mine,
            found_cases,
            other_steps(tx, user),
            followups.reflections_of(tx, user),
            channels,
            _other_groups(tx, user),
            nudges.current_absence(tx, user),
        ),
    )


def _other_groups(tx: Tx, user: str) -> list[Group]:
    """The groups that somebody may join, without those to which a to-do invites them."""
    invited = {group.id for group in groups.invited_groups(tx, user)}
    return [group for group in groups.joinable_groups(tx, user) if group.id not in invited]


def groups_of(tx: Tx, user: str) -> list[views.GroupNow]:
    """The current state of each of a person's groups."""
    return [group_now(tx, group, user) for group in groups.groups_of(tx, user)]


def todos_of(tx: Tx, user: str) -> list[Todo]:
    """The to-dos of a person, the soonest deadline first."""
    found = [ask for room in TODO_SOURCES for ask in room(tx, user)]
    return in_order(found)


def cases_of(tx: Tx, user: str, *, at_most: int) -> tuple[list[Case], dict[str, str]]:
    """Somebody's newest cases in the groups that they are in, and those groups' channels."""
    channels = {group.id: group.channel for group in groups.groups_of(tx, user)}
    found = cases.cases_of(tx, user, at_most=at_most)
    return [case for case in found if case.group_id in channels], channels


def other_steps(tx: Tx, user: str) -> list[Takeaway]:
    """A user's steps that are no to-do now: their day is still to come, or they wait for another one."""
    today = groups.today_of(tx, user).isoformat()
    return [
        step
        for step in followups.unfinished_steps(tx, user)
        if step.state != StepState.OPEN or not step.by or step.by > today
    ]


def group_now(tx: Tx, group: Group, user: str) -> views.GroupNow:
    """The current state of a group for one of its members: meeting, poll, chosen case and session."""
    running = sessions.running_session(tx, group)
    waiting, chosen = cases.backlog_size_and_chosen(tx, group)
    return views.GroupNow(
        group,
        len(groups.participants_of(tx, group)),
        waiting,
        meetings.next_meeting(tx, group),
        polls.open_poll_around(tx, user, group),
        chosen,
        # A session that is only asked for concerns nobody but the presenter yet.
        running is not None and running.state != State.ASKED,
        user in group.leaders,
    )


def glance(tx: Tx, group: Group, user: str) -> views.Glance:
    """The group at a glance for a member. Only the group contact gets the number of absentees."""
    last = sessions.last_session(tx, group)
    now = group_now(tx, group, user)
    return views.Glance(
        now,
        followups.open_step_count(tx, group),
        last.began_at if last else None,
        attendance.head_count(tx, now.meeting) if now.meeting else None,
        attendance.attendance_numbers(tx, group).missed_two
        if attendance.group_contact(tx, group) == user
        else 0,
    )


def on_home_opened(tx: Tx, user: str) -> None:
    """Somebody opens the tab, so from now on it is kept up to date."""
    groups.ensure_person(tx, user).opened_home = True
    publish_home(tx, user)


def publish_home(tx: Tx, user: str, *, background: bool = False) -> None:
    """Publishes the tab as it is now. `background`: it is only refreshed, and nobody has just opened it."""
    person = groups.ensure_person(tx, user)
    if not person.is_bot:
        outbox.publish_home(tx, user, home_view(tx, user), background=background)


def settings_form(tx: Tx, user: str) -> dict[str, Any]:
    """The form of one's own settings."""
    person = groups.ensure_person(tx, user)
    return views.settings_form(
        groups.private_texts(person), person, groups.language_of(person), nudges.muted_topics(tx, user)
    )


def change_settings(
    tx: Tx,
    user: str,
    *,
    language: str,
    choices: list[str],
    from_hour: int,
    to_hour: int,
    days: list[str] | None = None,
    topics: list[str] | None = None,
) -> None:
    """Changes one's own settings; None leaves a choice as it is. Raises Refused when hours or days leave no time."""
    groups.check_hours(from_hour, to_hour)
    working = None if days is None else "".join(day for day in DAYS if day in days)
    if working == "":
        raise Refused(lambda t: t("Choose at least one day on which I may write to you."), "days")
    person = groups.ensure_person(tx, user)
    groups.choose_language(tx, person, language)
    person.nudges, person.session_nudges = "nudges" in choices, "session_nudges" in choices
    person.from_hour, person.to_hour = from_hour, to_hour
    if working is not None:
        person.days = working
    if topics is not None:
        nudges.mute_topics(tx, user, set(TOPICS) - set(topics))
    nudges.wake_digest(tx, user, tx.now)
    groups.refresh_home(tx, user)
