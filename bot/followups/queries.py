"""Queries of follow-up: takeaways with their steps, the look-back, and reflections."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from bot.followups import rules, views
from bot.followups.records import Reflection, Takeaway
from bot.followups.rules import ReflectionState, StepState, What
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused

# The nudges that ask about a step, and whether there is one now.
STEP_NUDGE = "step.ask"
SETTLE_NUDGE = "step.settle"
# More presenters than this do not fit in one meeting.
MAX_LOOK_BACKS = 6


def own_step(tx: Tx, step_id: str, user: str) -> Takeaway:
    """A user's own takeaway with its step. Raises Refused for any other id."""
    kept = tx.scalars(_own_step(tx.workspace, step_id, user)).one_or_none()
    if kept is None:
        raise Refused(lambda t: t("I can't find this step among yours. Type /intervisie steps for the list."))
    return kept


@statement
def _own_step(workspace: Workspace, step_id: str, user: str) -> Select[Takeaway]:
    return select(Takeaway).where(Takeaway.of(workspace), Takeaway.id == step_id, Takeaway.user == user)


def takeaways_of(tx: Tx, session_id: str, user: str, what: What) -> list[Takeaway]:
    """A user's response or harvest from one session: the takeaway with the first step, then the further steps."""
    return list(tx.scalars(_of_user(session_id, user, what)))


@statement
def _of_user(session_id: str, user: str, what: str) -> Select[Takeaway]:
    wanted = select(Takeaway).where(Takeaway.session_id == session_id, Takeaway.user == user)
    return wanted.where(Takeaway.what == what).order_by(Takeaway.place)


def takeaways_of_session(tx: Tx, session_id: str) -> list[Takeaway]:
    """The takeaways of everyone from one session."""
    return list(tx.scalars(_of_session(session_id)))


@statement
def _of_session(session_id: str) -> Select[Takeaway]:
    wanted = select(Takeaway).where(Takeaway.session_id == session_id)
    return wanted.order_by(Takeaway.kept_at, Takeaway.user, Takeaway.what, Takeaway.place)


def open_steps(tx: Tx, user: str) -> list[Takeaway]:
    """A user's open steps, the nearest day first."""
    return [kept for kept in unfinished_steps(tx, user) if kept.state == StepState.OPEN]


def unfinished_steps(tx: Tx, user: str) -> list[Takeaway]:
    """A user's open steps, followed by those answered with "partly" or "not yet"."""
    return [kept for kept in tx.recall(_unfinished(tx.workspace, user)) if kept.step]


@statement
def _unfinished(workspace: Workspace, user: str) -> Select[Takeaway]:
    return (
        select(Takeaway)
        .where(
            Takeaway.of(workspace),
            Takeaway.user == user,
            Takeaway.state.in_((StepState.OPEN, StepState.PARTLY, StepState.NOT_YET)),
        )
        .order_by(Takeaway.state != StepState.OPEN, Takeaway.by, Takeaway.id)
    )


def proposed_day(tx: Tx, kept: Takeaway) -> str:
    """The day that the form of a step proposes: the chosen one, or a week from now when that has passed."""
    today = groups.today_of(tx, kept.user)
    return kept.by if kept.by > today.isoformat() else (today + rules.WITHOUT_A_DAY).isoformat()


def open_step_count(tx: Tx, group: Group) -> int:
    """The number of open steps of a group's members: never whose or which."""
    present = {member.user for member in groups.participants_of(tx, group)}
    return sum(1 for kept in tx.scalars(_open_in_group(group.id)) if kept.step and kept.user in present)


@statement
def _open_in_group(group_id: str) -> Select[Takeaway]:
    return select(Takeaway).where(Takeaway.group_id == group_id, Takeaway.state == StepState.OPEN)


def asks_again_on(tx: Tx, kept: Takeaway) -> str:
    """The day on which an open step is asked about (YYYY-MM-DD), also while its owner wants no messages."""
    person = groups.person_or_default(tx, kept.user)
    planned = nudges.nudge_planned_at(tx, kept.user, STEP_NUDGE, kept.id)
    at = planned or rules.nudge_at(kept.by, tx.now, person.zone, person.from_hour, person.days)
    return at.astimezone(ZoneInfo(person.zone)).date().isoformat()


def step_question_day(tx: Tx, kept: Takeaway) -> date | None:
    """The day on which the question about a step arrives; None when it is muted, paused or not planned."""
    person = groups.person_or_default(tx, kept.user)
    at = nudges.nudge_planned_at(tx, kept.user, STEP_NUDGE, kept.id)
    unwanted = "steps" in nudges.muted_topics(tx, kept.user)
    heard = kept.group_id in tx.sql.scalars(groups.active_group_ids(kept.workspace, kept.user)).all()
    if at is None or not person.nudges or unwanted or not heard:
        return None
    arrives = nudges.opens_at(tx, kept.user, at)
    return arrives.astimezone(ZoneInfo(person.zone)).date()


def shared_takeaway(kept: Takeaway) -> str:
    """The takeaway as the group may read it; empty when it is private."""
    shared = rules.is_shared(kept.shared, kept.takeaway, kept.shared_takeaway)
    return kept.takeaway if shared else ""


def shared_step(kept: Takeaway) -> str:
    """The step as the group may hear it; empty when it is private."""
    return kept.step if rules.is_shared(kept.shared, kept.step, kept.shared_step) else ""


def is_step_asked(tx: Tx, step_id: str, user: str) -> bool:
    """Whether a digest asks about this step, and shows no answer yet."""
    return nudges.is_question_open(tx, user, STEP_NUDGE, step_id)


def is_step_in_digest(tx: Tx, step_id: str, user: str) -> bool:
    """Whether a digest has asked about this step: it shows each later answer and change."""
    return nudges.is_in_digest(tx, user, STEP_NUDGE, step_id)


def is_sharing_open(kept: Takeaway) -> bool:
    """Whether the presenter must still say if the group may hear the changed step at the look-back."""
    awaits = kept.is_presenter and not kept.look_back_done and not kept.look_back_skipped
    return awaits and rules.asks_anew(kept.shared, kept.step, kept.shared_step)


def treated_last(tx: Tx, group: Group, before: datetime) -> list[Takeaway]:
    """What the presenters of the last meeting before a moment kept, in the order of their cases."""
    found = tx.scalars(_of_presenters(group.id, before)).all()
    return [one for one in reversed(found) if rules.is_same_meeting(one.kept_at, found[0].kept_at)]


@statement
def _of_presenters(group_id: str, before: datetime) -> Select[Takeaway]:
    return (
        select(Takeaway)
        .where(
            Takeaway.group_id == group_id,
            Takeaway.is_presenter,
            Takeaway.place == 0,
            Takeaway.kept_at <= before,
        )
        .order_by(Takeaway.kept_at.desc(), Takeaway.id)
        .limit(MAX_LOOK_BACKS)
    )


def is_look_back_open(kept: Takeaway) -> bool:
    """Whether the presenter has still something to say about the look-back."""
    if kept.look_back_skipped or kept.look_back_done:
        return False
    return not kept.look_back or is_sharing_open(kept)


def look_back_of(kept: Takeaway) -> views.Told:
    """A takeaway as the views of the look-back show it."""
    return views.Told(kept, shares=bool(shared_step(kept)), asks=is_sharing_open(kept))


def shared_steps(tx: Tx, kept: Takeaway) -> list[str]:
    """The steps of a presenter as the group may hear them, in their order."""
    rows = takeaways_of(tx, kept.session_id, kept.user, What(kept.what))
    return [words for one in rows if (words := shared_step(one))]


def open_look_back(tx: Tx, step_id: str, user: str) -> Takeaway:
    """A user's own takeaway before the look-back. Raises Refused once the look-back is done."""
    kept = own_step(tx, step_id, user)
    if kept.look_back_done:
        raise Refused(lambda t: t("The look-back has been; what you write now would not be read any more."))
    return kept


def own_reflection(tx: Tx, reflection_id: str, user: str) -> Reflection:
    """A user's own reflection. Raises Refused for any other id."""
    found = tx.scalars(_own_reflection(tx.workspace, reflection_id, user)).one_or_none()
    if found is None:
        raise Refused(
            lambda t: t("I can't find this reflection among yours. Type /intervisie steps for the list.")
        )
    return found


@statement
def _own_reflection(workspace: Workspace, reflection_id: str, user: str) -> Select[Reflection]:
    return select(Reflection).where(
        Reflection.of(workspace), Reflection.id == reflection_id, Reflection.user == user
    )


def session_day(tx: Tx, reflection: Reflection) -> str:
    """The local day of a reflection's session, as YYYY-MM-DD."""
    zone = groups.person_or_default(tx, reflection.user).zone
    return reflection.held_at.astimezone(ZoneInfo(zone)).date().isoformat()


def reflections_of(tx: Tx, user: str, at_most: int = 10) -> list[views.Place]:
    """The last sessions that a user took part in, with their reflections; the newest first."""
    found = tx.recall_rows(_latest_reflections(tx.workspace, user, at_most))
    return [views.Place(one, channel, session_day(tx, one)) for one, channel in found]


@statement
def _latest_reflections(workspace: Workspace, user: str, limit: int) -> Select[Reflection, str]:
    return (
        select(Reflection, Group.channel)
        .join(Group, Group.id == Reflection.group_id)
        .where(Reflection.of(workspace), Reflection.user == user)
        .order_by(Reflection.held_at.desc(), Reflection.id)
        .limit(limit)
    )


def reflections_asked_for(tx: Tx, user: str) -> list[views.Place]:
    """The reflections that a presenter is asked for and has neither written nor declined."""
    since, until = tx.now - rules.REFLECTION_AFTER - rules.REFLECTION_UNTIL, tx.now - rules.REFLECTION_AFTER
    return [
        place
        for place in reflections_of(tx, user)
        if place.reflection.is_presenter
        and place.reflection.state == ReflectionState.OPEN
        and since < place.reflection.held_at <= until
    ]


def reflection_draft(tx: Tx, reflection_id: str, user: str) -> views.Draft:
    """The initial contents of a reflection's form: what was written, or the takeaway from that session."""
    found = own_reflection(tx, reflection_id, user)
    if found.state == ReflectionState.WRITTEN:
        return views.Draft(found, found.brought_in, found.seen, found.doing, found.needed)
    kept = [
        one
        for what in (What.RESPONSE, What.HARVEST)
        for one in takeaways_of(tx, found.session_id, user, what)
    ]
    seen = "\n".join(one.takeaway for one in kept if one.takeaway)
    return views.Draft(found, "", seen, "\n".join(one.step for one in kept if one.step), "")


def users_with_reflection(tx: Tx, session_id: str) -> set[str]:
    """The users who have a place for a reflection on this session."""
    return set(tx.scalars(_users_reflecting(session_id)))


@statement
def _users_reflecting(session_id: str) -> Select[str]:
    return select(Reflection.user).where(Reflection.session_id == session_id)


def follow_up_before(tx: Tx, group: Group, before: datetime) -> Sequence[Takeaway | Reflection]:
    """The takeaways kept before a moment, and the places for reflections that nobody wrote. A written one is its writer's own."""
    return [
        *tx.scalars(_takeaways_before(group.id, before)),
        *tx.scalars(_reflections_before(group.id, before)),
    ]


@statement
def _takeaways_before(group_id: str, before: datetime) -> Select[Takeaway]:
    return select(Takeaway).where(Takeaway.group_id == group_id, Takeaway.kept_at < before)


@statement
def _reflections_before(group_id: str, before: datetime) -> Select[Reflection]:
    return select(Reflection).where(
        Reflection.group_id == group_id,
        Reflection.state != ReflectionState.WRITTEN,
        Reflection.held_at < before,
    )
