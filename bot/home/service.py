"""Use cases of the Home tab: it only shows, except for one's own settings."""

from typing import Any

from bot.cases import service as cases
from bot.delivery import outbox
from bot.followups import service as followups
from bot.groups import service as groups
from bot.groups.records import Group
from bot.home import views
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.nudges.rules import TOPICS
from bot.polls import service as polls
from bot.storage import Tx, Workspace
from bot.texts import LANGUAGES, Refused
from bot.timing import due


def view(tx: Tx, workspace: Workspace, user: str) -> dict[str, Any]:
    """The Home tab as this person sees it."""
    mine = [group_now(tx, group, user) for group in groups.groups_of(tx, workspace, user)]
    t = groups.texts_of(tx, workspace, user)
    return views.home(t, mine, followups.open_steps(tx, workspace, user))


def group_now(tx: Tx, group: Group, user: str) -> views.GroupNow:
    """What is going on in a group, as one member may see it."""
    return views.GroupNow(
        group,
        cases.of_user(tx, group.workspace, user, group, at_most=views.CASES),
        len(cases.backlog(tx, group)),
        meetings.next_meeting(tx, group),
        polls.open_in(tx, group),
        polls.chosen(tx, group),
    )


def opened(tx: Tx, workspace: Workspace, user: str) -> None:
    """Somebody opens the tab; from now on it is kept up to date for them."""
    groups.person(tx, workspace, user).opened_home = True
    publish(tx, workspace, user)


def publish(tx: Tx, workspace: Workspace, user: str) -> None:
    """Shows the tab anew."""
    person = groups.person(tx, workspace, user)
    if not person.is_bot:
        outbox.publish_home(tx, workspace, user, view(tx, workspace, user))


def refresh(tx: Tx, item: due.Item) -> None:
    publish(tx, item.workspace, item.subject)


def settings_form(tx: Tx, workspace: Workspace, user: str) -> dict[str, Any]:
    """My settings, as they are."""
    person = groups.person(tx, workspace, user)
    return views.settings_form(
        groups.texts_of(tx, workspace, user), person, nudges.silenced(tx, workspace, user)
    )


def change_settings(
    tx: Tx,
    workspace: Workspace,
    user: str,
    language: str,
    choices: list[str],
    from_hour: int,
    to_hour: int,
    *,
    days: list[str] | None = None,
    topics: list[str] | None = None,
) -> None:
    """Changes how somebody is spoken to. Raises Refused when the hours leave no time."""
    if to_hour <= from_hour:
        raise Refused(lambda t: t("This must be later than the hour from which I may write."), "to_hour")
    person = groups.person(tx, workspace, user)
    if language in LANGUAGES:
        person.language, person.chose_language = language, True
        groups.reads_differently(tx)
    person.nudges, person.session_nudges = "nudges" in choices, "session_nudges" in choices
    person.from_hour, person.to_hour = from_hour, to_hour
    if days:
        person.days = "".join(sorted(set(days) & set("1234567"))) or person.days
    if topics is not None:
        nudges.silence(tx, workspace, user, set(TOPICS) - set(topics))
    nudges.wake(tx, workspace, user, tx.now)
    groups.refresh_home(tx, workspace, user)


DUE: dict[str, due.Handler] = {"home.refresh": refresh}
