"""Use cases of follow-up: keeping takeaways and steps, asking how they went, and the look-back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.message import AtWorst, Message
from bot.followups import rules, views
from bot.followups.records import Keepsake
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused
from bot.timing import due

NUDGE = "followup.nudge"
LOOK_BACK = "followup.look_back"


@dataclass(frozen=True)
class LookBack:
    """What the next session may open with."""

    keepsake: str
    presenter: str
    # What was shared of the step, and what the presenter wrote for the group; empty when nothing was.
    step: str
    told: str


def keep(
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
) -> Keepsake:
    """Keeps what somebody takes home; sending the form again changes it. Plans the nudge for a step."""
    kept = tx.sql.scalars(
        select(Keepsake).where(Keepsake.session_id == session_id, Keepsake.user == user)
    ).one_or_none()
    if kept is None:
        kept = Keepsake(
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
    if by is not None:
        kept.by = by.isoformat()
    tx.sql.flush()
    _plan_nudge(tx, kept)
    groups.refresh_home(tx, group.workspace, user)
    return kept


def _plan_nudge(tx: Tx, kept: Keepsake) -> None:
    if not kept.step or kept.state != "open":
        due.cancel(tx, kept.workspace, NUDGE, kept.id)
        return
    person = groups.person(tx, kept.workspace, kept.user)
    if not kept.by:
        kept.by = rules.day_to_ask("", tx.now, person.zone).isoformat()
    at = rules.nudge_at(kept.by, tx.now, person.zone, person.from_hour)
    due.schedule(tx, kept.workspace, NUDGE, kept.id, at)


def of_session(tx: Tx, session_id: str) -> list[Keepsake]:
    """What everyone took home from a session."""
    return list(
        tx.sql.scalars(
            select(Keepsake)
            .where(Keepsake.session_id == session_id)
            .order_by(Keepsake.kept_at, Keepsake.user)
        )
    )


def open_steps(tx: Tx, workspace: Workspace, user: str) -> list[Keepsake]:
    """Somebody's steps that are still open, the nearest first."""
    found = tx.sql.scalars(
        select(Keepsake)
        .where(Keepsake.of(workspace), Keepsake.user == user, Keepsake.state == "open")
        .order_by(Keepsake.by, Keepsake.id)
    )
    return [kept for kept in found if kept.step]


def count_open(tx: Tx, group: Group) -> int:
    """How many steps of its members are still open in a group: a number, never whose or which."""
    present = {member.user for member in groups.members(tx, group)}
    found = tx.sql.scalars(select(Keepsake).where(Keepsake.group_id == group.id, Keepsake.state == "open"))
    return sum(1 for kept in found if kept.step and kept.user in present)


def own(tx: Tx, workspace: Workspace, step_id: str, user: str) -> Keepsake:
    """Somebody's own step. Raises Refused for any other id."""
    kept = tx.sql.scalars(
        select(Keepsake).where(Keepsake.of(workspace), Keepsake.id == step_id, Keepsake.user == user)
    ).one_or_none()
    if kept is None:
        raise Refused(
            lambda t: t("I can't find this step among yours. Type /intervisie stappen for the list.")
        )
    return kept


def ask(tx: Tx, item: due.Item) -> None:
    """The chosen day has come: asks how it went."""
    kept = tx.sql.get(Keepsake, item.subject)
    if kept is None or kept.state != "open" or not kept.step:
        return
    person = groups.person(tx, item.workspace, kept.user)
    if not person.nudges:
        return
    kept.asked += 1
    t = groups.texts_of(tx, item.workspace, kept.user)
    outbox.direct(
        tx, item.workspace, kept.user, views.nudge(t, kept), key=_nudge_key(kept), at_worst=AtWorst.NEVER
    )
    if kept.asked < rules.ASKED_AT_MOST:
        again = rules.nudge_at("", tx.now, person.zone, person.from_hour)
        due.schedule(tx, item.workspace, NUDGE, kept.id, again)


def _nudge_key(kept: Keepsake) -> str:
    return f"step/{kept.id}/nudge/{kept.asked}"


def answer(tx: Tx, workspace: Workspace, step_id: str, user: str, how: str) -> Keepsake:
    """Writes down how a step went; answering again changes it."""
    kept = own(tx, workspace, step_id, user)
    if how not in rules.ANSWERS:
        raise Refused(lambda t: t("I don't know this answer. Type /intervisie stappen for the list."))
    kept.state = how
    due.cancel(tx, workspace, NUDGE, kept.id)
    _show(tx, kept, views.answered(groups.texts_of(tx, workspace, user), kept))
    return kept


def snooze(tx: Tx, workspace: Workspace, step_id: str, user: str, days: int) -> Keepsake:
    """Asks again in some days."""
    kept = own(tx, workspace, step_id, user)
    if days not in rules.SNOOZE_DAYS:
        raise Refused(lambda t: t("I don't know this answer. Type /intervisie stappen for the list."))
    person = groups.person(tx, workspace, user)
    today = tx.now.astimezone(ZoneInfo(person.zone)).date()
    kept.by, kept.state = (today + timedelta(days=days)).isoformat(), "open"
    _plan_nudge(tx, kept)
    _show(tx, kept, views.snoozed(groups.texts_of(tx, workspace, user), kept))
    return kept


def change(tx: Tx, workspace: Workspace, step_id: str, user: str, step: str, by: str | None) -> Keepsake:
    """Changes one's own step and its day; it is open again."""
    kept = own(tx, workspace, step_id, user)
    if not step:
        raise Refused(lambda t: t("Write in a sentence what you are going to do."), "step")
    person = groups.person(tx, workspace, user)
    if not by or by < tx.now.astimezone(ZoneInfo(person.zone)).date().isoformat():
        raise Refused(lambda t: t("Choose a day that is still to come."), "by")
    kept.step, kept.by, kept.state = step, by, "open"
    _plan_nudge(tx, kept)
    _show(tx, kept, views.snoozed(groups.texts_of(tx, workspace, user), kept))
    return kept


def _show(tx: Tx, kept: Keepsake, message: Message) -> None:
    """The nudge that was answered loses its buttons."""
    if kept.asked:
        outbox.update(tx, kept.workspace, _nudge_key(kept), message)
    groups.refresh_home(tx, kept.workspace, kept.user)


# The look-back


def last_of_presenter(tx: Tx, group: Group) -> Keepsake | None:
    """What the last presenter took home: the next session looks back on it."""
    return tx.sql.scalars(
        select(Keepsake)
        .where(Keepsake.group_id == group.id, Keepsake.is_presenter)
        .order_by(Keepsake.kept_at.desc(), Keepsake.id)
    ).first()


def look_back(tx: Tx, group: Group) -> LookBack | None:
    """What the next session opens with; None when there is nothing, or the presenter would rather skip it."""
    kept = last_of_presenter(tx, group)
    if kept is None or kept.look_back_skipped:
        return None
    member = groups.member(tx, group, kept.user)
    if member is None or member.left_at is not None:
        return None
    return LookBack(kept.id, kept.user, kept.step if kept.shared else "", kept.look_back)


def skip_look_back(tx: Tx, workspace: Workspace, keepsake: str, user: str) -> None:
    """The previous presenter passes."""
    own(tx, workspace, keepsake, user).look_back_skipped = True


def meeting_planned(tx: Tx, item: due.Item) -> None:
    """A meeting has a date: plans the question to the previous presenter."""
    group = groups.group_by_id(tx, item.workspace, str(item.data["group"]))
    kept = last_of_presenter(tx, group)
    if kept is None:
        return
    person = groups.person(tx, item.workspace, kept.user)
    meeting = datetime.fromtimestamp(float(item.data["starts_at"]), UTC)
    at = rules.look_back_at(meeting, tx.now, person.zone, person.from_hour)
    due.schedule(
        tx, item.workspace, LOOK_BACK, kept.id, at, {"group": group.id, "starts_at": item.data["starts_at"]}
    )


def ask_look_back(tx: Tx, item: due.Item) -> None:
    """Asks the previous presenter what the group may hear."""
    kept = tx.sql.get(Keepsake, item.subject)
    if kept is None or kept.look_back or kept.look_back_skipped:
        return
    starts_at = datetime.fromtimestamp(float(item.data["starts_at"]), UTC)
    person = groups.person(tx, item.workspace, kept.user)
    meeting = meetings.next_meeting(tx, groups.group_by_id(tx, item.workspace, kept.group_id))
    if not person.nudges or meeting is None or meeting.starts_at != starts_at or tx.now >= starts_at:
        return
    t = groups.texts_of(tx, item.workspace, kept.user)
    outbox.direct(
        tx,
        item.workspace,
        kept.user,
        views.look_back_question(t, kept),
        key=f"step/{kept.id}/look_back",
        expires_at=starts_at,
        at_worst=AtWorst.NEVER,
    )


def prepare_look_back(
    tx: Tx, workspace: Workspace, step_id: str, user: str, told: str, *, skip: bool
) -> None:
    """What the presenter wants the group to hear."""
    kept = own(tx, workspace, step_id, user)
    kept.look_back, kept.look_back_skipped = told, skip
    t = groups.texts_of(tx, workspace, user)
    outbox.update(tx, workspace, f"step/{kept.id}/look_back", views.look_back_kept(t, skipped=skip))


DUE: dict[str, due.Handler] = {
    NUDGE: ask,
    LOOK_BACK: ask_look_back,
    "followup.before_meeting": meeting_planned,
}
