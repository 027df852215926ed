"""Keeping takeaways and steps, and asking how they went."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.followups import rules, views
from bot.followups.records import Takeaway
from bot.followups.rules import StepState
from bot.followups.service import looking_back
from bot.followups.service.lookup import asks_anew, own, today_of
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, Texts

# What is said in a letter; and what was planned before there were letters.
STEP_NUDGE = "step.ask"
NUDGE = "followup.nudge"


def keep_takeaway(
    tx: Tx,
    group: Group,
    session_id: str,
    user: str,
    *,
    takeaway: str,
    step: str,
    by: date | None,
    is_presenter: bool,
    shared: bool,
) -> Takeaway:
    """Keeps what somebody takes home; sending the form again changes it. Plans the question about a step."""
    kept = tx.sql.scalars(
        select(Takeaway).where(Takeaway.session_id == session_id, Takeaway.user == user)
    ).one_or_none()
    if kept is None:
        kept = Takeaway(
            group_id=group.id,
            session_id=session_id,
            user=user,
            kept_at=tx.now,
            **belonging_to(group.workspace),
        )
        tx.sql.add(kept)
    # The presenter's response and harvest fill in the same keepsake: the first step is the one that counts.
    kept.is_presenter = kept.is_presenter or is_presenter
    kept.takeaway = takeaway or kept.takeaway or ""
    kept.step = step or kept.step or ""
    # A tick holds for the words it came with: the last choice counts.
    kept.shared = shared
    kept.shared_takeaway = (takeaway or kept.shared_takeaway) if shared else None
    kept.shared_step = (step or kept.shared_step) if shared else None
    if by is not None:
        kept.by = by.isoformat()
    tx.sql.flush()
    _plan_question(tx, kept)
    if kept.is_presenter:
        looking_back.plan_look_back(tx, group)
    groups.refresh_home(tx, group.workspace, user)
    return kept


def _plan_question(tx: Tx, kept: Takeaway) -> None:
    if not kept.step or kept.state != StepState.OPEN:
        nudges.cancel_nudge(tx, kept.workspace, kept.user, STEP_NUDGE, kept.id)
        return
    person = groups.person(tx, kept.workspace, kept.user)
    if not kept.by:
        kept.by = rules.day_to_ask("", tx.now, person.zone).isoformat()
    kept_on = kept.kept_at.astimezone(ZoneInfo(person.zone)).date()
    at = rules.ask_at(kept_on, kept.by, tx.now, person.zone, person.from_hour, person.days)
    nudges.plan_nudge(tx, kept.workspace, kept.user, STEP_NUDGE, kept.id, at, group=kept.group_id)


def shared_takeaway(kept: Takeaway) -> str:
    """What the group may read of somebody's insight; empty when that is nothing."""
    shared = rules.is_shared(kept.shared, kept.takeaway, kept.shared_takeaway)
    return kept.takeaway if shared else ""


def of_session(tx: Tx, session_id: str) -> list[Takeaway]:
    """What everyone took home from a session."""
    return list(
        tx.sql.scalars(
            select(Takeaway)
            .where(Takeaway.session_id == session_id)
            .order_by(Takeaway.kept_at, Takeaway.user)
        )
    )


def open_steps(tx: Tx, workspace: Workspace, user: str) -> list[Takeaway]:
    """Somebody's steps that are still open, the nearest first."""
    found = tx.sql.scalars(
        select(Takeaway)
        .where(Takeaway.of(workspace), Takeaway.user == user, Takeaway.state == StepState.OPEN)
        .order_by(Takeaway.by, Takeaway.id)
    )
    return [kept for kept in found if kept.step]


def unfinished(tx: Tx, workspace: Workspace, user: str) -> list[Takeaway]:
    """Somebody's steps that are open, and those of which they said not yet or partly: these wait for another day."""
    found = tx.sql.scalars(
        select(Takeaway)
        .where(
            Takeaway.of(workspace),
            Takeaway.user == user,
            Takeaway.state.in_((StepState.OPEN, StepState.PARTLY, StepState.NOT_YET)),
        )
        .order_by(Takeaway.state != StepState.OPEN, Takeaway.by, Takeaway.id)
    )
    return [kept for kept in found if kept.step]


def day_for(tx: Tx, kept: Takeaway) -> str:
    """The day that a form proposes: the one that was chosen, or a week from now when that has passed."""
    today = today_of(tx, kept.workspace, kept.user)
    return kept.by if kept.by > today.isoformat() else (today + rules.WITHOUT_A_DAY).isoformat()


def count_open(tx: Tx, group: Group) -> int:
    """How many steps of its members are still open in a group: a number, never whose or which."""
    present = {member.user for member in groups.members(tx, group)}
    found = tx.sql.scalars(
        select(Takeaway).where(Takeaway.group_id == group.id, Takeaway.state == StepState.OPEN)
    )
    return sum(1 for kept in found if kept.step and kept.user in present)


def asked_on(tx: Tx, kept: Takeaway) -> date | None:
    """The day on which we really ask about a step; None when nobody asks, or it waits until something changes."""
    person = groups.person(tx, kept.workspace, kept.user)
    at = nudges.nudge_planned_at(tx, kept.workspace, kept.user, STEP_NUDGE, kept.id)
    unwanted = "steps" in nudges.muted_topics(tx, kept.workspace, kept.user)
    heard = kept.group_id in tx.sql.scalars(groups.active_group_ids(kept.workspace, kept.user)).all()
    if at is None or not person.nudges or unwanted or not heard:
        return None
    comes = nudges.opens_at(tx, kept.workspace, kept.user, at)
    return comes.astimezone(ZoneInfo(person.zone)).date()


def compose_steps(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Asks about a step, and plans the next question: whoever has done it, or let it go, is never asked again."""
    kept = tx.sql.get(Takeaway, nudge.subject)
    if kept is None or kept.state != StepState.OPEN or not kept.step:
        return None
    person = groups.person(tx, kept.workspace, kept.user)
    channel = groups.group_by_id(tx, kept.workspace, kept.group_id).channel
    before = today_of(tx, kept.workspace, kept.user).isoformat() < kept.by
    if not before and not nudge.data.get("later"):
        kept.asked += 1
    if before or kept.asked < rules.ASKED_AT_MOST:
        by = kept.by if before else ""
        again = rules.nudge_at(by, tx.now, person.zone, person.from_hour, person.days)
        nudges.plan_nudge(tx, kept.workspace, kept.user, STEP_NUDGE, kept.id, again, group=kept.group_id)
    message = views.question(t, kept, channel, first=before, again=kept.asked == rules.ASKED_AT_MOST)
    return DigestItem(message.text, message.blocks)


def on_step_due(tx: Tx, item: queue.Job) -> None:
    """A question that was planned before there were letters."""
    kept = tx.sql.get(Takeaway, item.subject)
    if kept is not None:
        nudges.plan_nudge(tx, item.workspace, kept.user, STEP_NUDGE, kept.id, tx.now, group=kept.group_id)


def answer_step(tx: Tx, workspace: Workspace, step_id: str, user: str, how: str) -> Takeaway:
    """Writes down how a step went; answering again changes it.

    Before the chosen day "partly" and "not yet" are no end: on that day we ask again.
    """
    kept = own(tx, workspace, step_id, user)
    if how not in rules.ANSWERS:
        raise Refused(lambda t: t("I don't know this answer. Type /intervisie steps for the list."))
    waits = (
        how in (StepState.PARTLY, StepState.NOT_YET) and today_of(tx, workspace, user).isoformat() < kept.by
    )
    kept.state = StepState.OPEN if waits else StepState(how)
    channel = groups.group_by_id(tx, workspace, kept.group_id).channel
    message = (views.snoozed if waits else views.answered)(
        groups.texts_of(tx, workspace, user), kept, channel
    )
    nudges.mark_answered(tx, workspace, user, STEP_NUDGE, kept.id, DigestItem(message.text, message.blocks))
    if waits:
        person = groups.person(tx, workspace, user)
        at = rules.nudge_at(kept.by, tx.now, person.zone, person.from_hour, person.days)
        nudges.plan_nudge(tx, workspace, user, STEP_NUDGE, kept.id, at, group=kept.group_id)
    groups.refresh_home(tx, workspace, user)
    return kept


def snooze_step(tx: Tx, workspace: Workspace, step_id: str, user: str, days: int) -> Takeaway:
    """Asks again in some days."""
    kept = own(tx, workspace, step_id, user)
    if days not in rules.SNOOZE_DAYS:
        raise Refused(lambda t: t("I don't know this answer. Type /intervisie steps for the list."))
    day = today_of(tx, workspace, user) + timedelta(days=days)
    _begin_again(tx, kept, day.isoformat())
    return kept


def change_step(tx: Tx, workspace: Workspace, step_id: str, user: str, step: str, by: str | None) -> Takeaway:
    """Changes one's own step and its day; it is open again."""
    kept = own(tx, workspace, step_id, user)
    if not step:
        raise Refused(lambda t: t("Write in a sentence what you are going to do."), "step")
    if not by or by < today_of(tx, workspace, user).isoformat():
        raise Refused(lambda t: t("Choose a day that is still to come."), "by")
    kept.step = step
    _begin_again(tx, kept, by)
    if asks_anew(kept):
        looking_back.plan_look_back(tx, groups.group_by_id(tx, workspace, kept.group_id))
    return kept


def _begin_again(tx: Tx, kept: Takeaway, by: str) -> None:
    """With another day; the question that was asked loses its buttons."""
    kept.by, kept.state, kept.asked = by, StepState.OPEN, 0
    channel = groups.group_by_id(tx, kept.workspace, kept.group_id).channel
    message = views.snoozed(groups.texts_of(tx, kept.workspace, kept.user), kept, channel)
    nudges.mark_answered(
        tx, kept.workspace, kept.user, STEP_NUDGE, kept.id, DigestItem(message.text, message.blocks)
    )
    # They chose this day themselves: a week after the session we no longer ask whether it has begun.
    person = groups.person(tx, kept.workspace, kept.user)
    at = rules.nudge_at(by, tx.now, person.zone, person.from_hour, person.days)
    nudges.plan_nudge(tx, kept.workspace, kept.user, STEP_NUDGE, kept.id, at, group=kept.group_id)
    groups.refresh_home(tx, kept.workspace, kept.user)
