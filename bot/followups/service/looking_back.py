"""The look-back: what the previous presenter wants the group to hear at the next session."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from bot.events import NextMeetingSet
from bot.followups import rules, views
from bot.followups.records import Takeaway
from bot.followups.service.lookup import asks_anew, own, shared_step
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, Workspace
from bot.texts import Refused, Texts

ASK = "look_back.ask"
# What was planned before there were letters.
LOOK_BACK = "followup.look_back"
# A meeting that was moved a little is the same question.
ABOUT_THEN = timedelta(days=1)


@dataclass(frozen=True)
class LookBack:
    """What the next session may open with."""

    keepsake: str
    presenter: str
    # What was shared of the step, and what the presenter wrote for the group; empty when nothing was.
    step: str
    told: str


def last_of_presenter(tx: Tx, group: Group) -> Takeaway | None:
    """What the last presenter took home: the next session looks back on it."""
    return tx.sql.scalars(
        select(Takeaway)
        .where(Takeaway.group_id == group.id, Takeaway.is_presenter)
        .order_by(Takeaway.kept_at.desc(), Takeaway.id)
    ).first()


def look_back(tx: Tx, group: Group) -> LookBack | None:
    """What the next session opens with; None when there is nothing, or the presenter would rather skip it."""
    kept = last_of_presenter(tx, group)
    if kept is None or kept.look_back_skipped or kept.look_back_done:
        return None
    member = groups.member(tx, group, kept.user)
    if member is None or member.left_at is not None:
        return None
    return LookBack(kept.id, kept.user, shared_step(kept), kept.look_back)


def finish_look_back(tx: Tx, group: Group, session_id: str) -> None:
    """A session has opened with the look-back: what was told then is not asked for, and not told, once more."""
    kept = tx.sql.scalars(
        select(Takeaway)
        .where(Takeaway.group_id == group.id, Takeaway.is_presenter, Takeaway.session_id != session_id)
        .order_by(Takeaway.kept_at.desc(), Takeaway.id)
    ).first()
    if kept is not None:
        kept.look_back_done = True
        t = groups.texts_of(tx, group.workspace, kept.user)
        message = views.look_back_done(t, group.channel)
        nudges.mark_answered(
            tx, group.workspace, kept.user, ASK, kept.id, DigestItem(message.text, message.blocks)
        )
        groups.refresh_home(tx, group.workspace, kept.user)


def skip_look_back(tx: Tx, workspace: Workspace, keepsake: str, user: str) -> None:
    """The previous presenter passes."""
    own(tx, workspace, keepsake, user).look_back_skipped = True
    nudges.cancel_nudge(tx, workspace, user, ASK, keepsake)


def plan_look_back(tx: Tx, group: Group) -> None:
    """Plans the question to the previous presenter, when there is one and the next meeting has a date."""
    kept, meeting = last_of_presenter(tx, group), meetings.next_meeting(tx, group)
    if kept is None or kept.look_back_done or meeting is None or meeting.starts_at <= tx.now:
        return
    person = groups.person(tx, group.workspace, kept.user)
    at = rules.look_back_at(meeting.starts_at, tx.now, person.zone, person.from_hour, person.days)
    nudges.plan_nudge(
        tx, group.workspace, kept.user, ASK, kept.id, at, group=group.id, until=meeting.starts_at
    )


def on_next_meeting_set(tx: Tx, workspace: Workspace, event: NextMeetingSet) -> None:
    """A meeting has a date, or another one."""
    plan_look_back(tx, groups.group_by_id(tx, workspace, event.group_id))


def compose_look_back(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Asks the previous presenter what the group may hear; a meeting that has moved away is asked about later."""
    kept = tx.sql.get(Takeaway, nudge.subject)
    if kept is None or not is_to_be_asked(kept):
        return None
    group = groups.group_by_id(tx, kept.workspace, kept.group_id)
    last, meeting = last_of_presenter(tx, group), meetings.next_meeting(tx, group)
    if last is None or last.id != kept.id or meeting is None or meeting.starts_at <= tx.now:
        return None
    person = groups.person(tx, kept.workspace, kept.user)
    at = rules.look_back_at(meeting.starts_at, tx.now, person.zone, person.from_hour, person.days)
    if at > tx.now + ABOUT_THEN:
        plan_look_back(tx, group)
        return None
    message = views.look_back_question(t, about(kept), group.channel)
    return DigestItem(message.text, message.blocks)


def is_to_be_asked(kept: Takeaway) -> bool:
    """Whether the presenter has still something to say about the look-back."""
    if kept.look_back_skipped or kept.look_back_done:
        return False
    return not kept.look_back or asks_anew(kept)


def about(kept: Takeaway) -> views.Told:
    return views.Told(kept, shares=bool(shared_step(kept)), asks=asks_anew(kept))


def on_look_back_due(tx: Tx, item: queue.Job) -> None:
    """A question that was planned before there were letters."""
    kept = tx.sql.get(Takeaway, item.subject)
    if kept is not None:
        plan_look_back(tx, groups.group_by_id(tx, item.workspace, kept.group_id))


def may_look_back(tx: Tx, workspace: Workspace, step_id: str, user: str) -> Takeaway:
    """What somebody may still tell at the look-back. Raises Refused when that has been."""
    kept = own(tx, workspace, step_id, user)
    if kept.look_back_done:
        raise Refused(lambda t: t("The look-back has been; what you write now would not be read any more."))
    return kept


def prepare_look_back(
    tx: Tx, workspace: Workspace, step_id: str, user: str, told: str, *, skip: bool, share: str | None
) -> None:
    """What the presenter wants the group to hear.

    `share`: the fingerprint of the step that the group may hear as well, empty for none; None: it was not asked.
    Raises Refused at its field for a step that has other words by now.
    """
    kept = may_look_back(tx, workspace, step_id, user)
    if share is not None:
        _share(kept, share)
    kept.look_back, kept.look_back_skipped = told, skip
    group = groups.group_by_id(tx, workspace, kept.group_id)
    message = views.look_back_answered(
        groups.texts_of(tx, workspace, user), about(kept), group.channel, skipped=skip
    )
    nudges.mark_answered(tx, workspace, user, ASK, kept.id, DigestItem(message.text, message.blocks))
    groups.refresh_home(tx, workspace, user)


def share_step(tx: Tx, workspace: Workspace, step_id: str, user: str, share: str) -> None:
    """The group may hear the step with this fingerprint; empty: it stays its owner's. Raises Refused for other words."""
    kept = may_look_back(tx, workspace, step_id, user)
    _share(kept, share)
    group = groups.group_by_id(tx, workspace, kept.group_id)
    message = views.look_back_question(groups.texts_of(tx, workspace, user), about(kept), group.channel)
    nudges.mark_answered(tx, workspace, user, ASK, kept.id, DigestItem(message.text, message.blocks))
    groups.refresh_home(tx, workspace, user)


def _share(kept: Takeaway, share: str) -> None:
    if share and share != rules.fingerprint(kept.step):
        raise Refused(
            lambda t: t(
                "Your step has changed since, so nothing was shared. On my Home tab you are asked about the words of now."
            ),
            "share",
        )
    kept.shared, kept.shared_step = bool(share), kept.step if share else None
