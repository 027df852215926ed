"""Use cases of the Home tab: it only shows, except for one's own settings."""

from collections.abc import Callable
from typing import Any

from bot import events
from bot.agreements import todos as agreement_todos
from bot.attendance import service as attendance
from bot.attendance import todos as attendance_todos
from bot.cases import service as cases
from bot.cases import todos as case_todos
from bot.cases.records import Case
from bot.date_polls import todos as date_poll_todos
from bot.delivery import outbox
from bot.events import HomeOutdated
from bot.followups import service as followups
from bot.followups import todos as followup_todos
from bot.followups.records import Takeaway
from bot.followups.rules import StepState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.home import views
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.nudges.rules import TOPICS
from bot.polls import service as polls
from bot.polls import todos as poll_todos
from bot.sessions import service as sessions
from bot.sessions import todos as session_todos
from bot.sessions.rules import State
from bot.slack.todos import Todo, in_order
from bot.storage import Tx, Workspace
from bot.texts import LANGUAGES, Refused

# From the highest room down: of what can wait, what comes first stands first.
TODO_SOURCES: tuple[Callable[[Tx, Workspace, str], list[Todo]], ...] = (
    session_todos.asks_of,
    followup_todos.todos_of,
    attendance_todos.todos_of,
    date_poll_todos.todos_of,
    poll_todos.todos_of,
    case_todos.asks_of,
    agreement_todos.asks_of,
)
DAYS = "1234567"


def view(tx: Tx, workspace: Workspace, user: str) -> dict[str, Any]:
    """The Home tab as this person sees it."""
    t = groups.texts_of(tx, workspace, user)
    mine = groups_of(tx, workspace, user)
    found_asks = todos_of(tx, workspace, user)
    found_cases, channels = cases_of(tx, workspace, user, at_most=4 * views.CASES)
    return views.home(
        t,
        views.Mine(
            found_asks,
            mine,
            found_cases,
            other_steps(tx, workspace, user),
            followups.reflections_of(tx, workspace, user),
            channels,
            groups.joinable_by(tx, workspace, user),
            nudges.is_away(tx, workspace, user),
        ),
    )


def groups_of(tx: Tx, workspace: Workspace, user: str) -> list[views.GroupNow]:
    """What is going on in each of somebody's groups."""
    return [group_now(tx, group) for group in groups.groups_of(tx, workspace, user)]


def todos_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    """Everything that somebody is asked now, what is wanted soonest first."""
    found = [ask for room in TODO_SOURCES for ask in room(tx, workspace, user)]
    return in_order(found)


def cases_of(tx: Tx, workspace: Workspace, user: str, *, at_most: int) -> tuple[list[Case], dict[str, str]]:
    """Somebody's newest cases in the groups that they are in, and those groups' channels."""
    channels = {group.id: group.channel for group in groups.groups_of(tx, workspace, user)}
    found = cases.of_user(tx, workspace, user, at_most=at_most)
    return [case for case in found if case.group_id in channels], channels


def other_steps(tx: Tx, workspace: Workspace, user: str) -> list[Takeaway]:
    """Somebody's steps that are not asked about now: their day is still to come, or they wait for another one."""
    today = groups.today_of(tx, workspace, user).isoformat()
    return [
        step
        for step in followups.unfinished_steps(tx, workspace, user)
        if step.state != StepState.OPEN or not step.by or step.by > today
    ]


def group_now(tx: Tx, group: Group) -> views.GroupNow:
    """What is going on in a group."""
    running = sessions.running_in(tx, group)
    return views.GroupNow(
        group,
        len(groups.members(tx, group)),
        cases.count_waiting(tx, group),
        meetings.next_meeting(tx, group),
        polls.open_poll_of(tx, group),
        polls.chosen_case(tx, group),
        # One that is only asked for is nobody's business yet but the presenter's.
        running is not None and running.state != State.ASKED,
    )


def glance(tx: Tx, group: Group, user: str) -> views.Glance:
    """All that a member may know of a group; how many stay away only whoever sees to the group."""
    last = sessions.last_in(tx, group)
    now = group_now(tx, group)
    return views.Glance(
        now,
        followups.open_step_count(tx, group),
        last.began_at if last else None,
        attendance.head_count(tx, now.meeting) if now.meeting else None,
        attendance.attendance_numbers(tx, group).missed_two
        if attendance.group_contact(tx, group) == user
        else 0,
    )


def on_home_opened(tx: Tx, workspace: Workspace, user: str) -> None:
    """Somebody opens the tab; from now on it is kept up to date for them."""
    groups.person(tx, workspace, user).opened_home = True
    publish_home(tx, workspace, user)


def publish_home(tx: Tx, workspace: Workspace, user: str) -> None:
    """Shows the tab anew."""
    person = groups.person(tx, workspace, user)
    if not person.is_bot:
        outbox.publish_home(tx, workspace, user, view(tx, workspace, user))


def on_home_outdated(tx: Tx, workspace: Workspace, event: HomeOutdated) -> None:
    publish_home(tx, workspace, event.user)


def settings_form(tx: Tx, workspace: Workspace, user: str) -> dict[str, Any]:
    """My settings, as they are."""
    person = groups.person(tx, workspace, user)
    return views.settings_form(
        groups.texts_of(tx, workspace, user), person, nudges.muted_topics(tx, workspace, user)
    )


def change_settings(
    tx: Tx,
    workspace: Workspace,
    user: str,
    *,
    language: str,
    choices: list[str],
    from_hour: int,
    to_hour: int,
    days: list[str] | None = None,
    topics: list[str] | None = None,
) -> None:
    """Changes how somebody is spoken to; None leaves a choice as it is. Raises Refused when the hours or the days leave no time."""
    groups.check_hours(from_hour, to_hour)
    working = None if days is None else "".join(day for day in DAYS if day in days)
    if working == "":
        raise Refused(lambda t: t("Choose at least one day on which I may write to you."), "days")
    person = groups.person(tx, workspace, user)
    if language in LANGUAGES:
        person.language, person.chose_language = language, True
        groups.reads_differently(tx)
    person.nudges, person.session_nudges = "nudges" in choices, "session_nudges" in choices
    person.from_hour, person.to_hour = from_hour, to_hour
    if working is not None:
        person.days = working
    if topics is not None:
        nudges.mute_topic(tx, workspace, user, set(TOPICS) - set(topics))
    nudges.wake_digest(tx, workspace, user, tx.now)
    groups.refresh_home(tx, workspace, user)


DUE: dict[str, queue.Handler] = events.on(HomeOutdated, on_home_outdated)
