"""Use cases of the look-back: the previous presenter tells the group how the step went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.followups import queries, rules, views
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx
from bot.texts import Refused, Texts

ASK = "look_back.ask"
# A question this much too early is still asked: the meeting moved only a little.
ABOUT_THEN = timedelta(days=1)


@dataclass(frozen=True)
class LookBack:
    """The look-back of one presenter, with which a session may open."""

    keepsake: str
    presenter: str
    # The shared steps, and the words that the presenter wrote for the group; both may be empty.
    steps: list[str]
    told: str


def next_look_backs(tx: Tx, group: Group, at: datetime) -> list[LookBack]:
    """The look-backs of a session that opens at a moment: of everybody whose case was treated in the meeting before."""
    found = []
    for kept in queries.treated_last(tx, group, at - rules.MEETING_LASTS):
        member = groups.member(tx, group, kept.user)
        if member is None or member.left_at is not None or kept.look_back_skipped or kept.look_back_done:
            continue
        found.append(LookBack(kept.id, kept.user, queries.shared_steps(tx, kept), kept.look_back))
    return found


def finish_look_backs(tx: Tx, group: Group, opened_at: datetime) -> None:
    """Finish the look-backs with which a session has opened: they are neither asked for nor told again."""
    for kept in queries.treated_last(tx, group, opened_at - rules.MEETING_LASTS):
        kept.look_back_done = True
        t = groups.texts_of(tx, kept.user)
        message = views.look_back_done(t, group.channel)
        nudges.mark_answered(tx, kept.user, ASK, kept.id, DigestItem(message.text, message.blocks))
        groups.refresh_home(tx, kept.user)


def skip_look_back(tx: Tx, keepsake: str, user: str) -> None:
    """Skip the look-back: the previous presenter passes."""
    queries.own_step(tx, keepsake, user).look_back_skipped = True
    nudges.cancel_nudge(tx, user, ASK, keepsake)


def plan_look_backs(tx: Tx, group: Group) -> None:
    """Plan the question to the previous presenters, once the next meeting has a date."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is None or meeting.starts_at <= tx.now:
        return
    for kept in queries.treated_last(tx, group, tx.now):
        if kept.look_back_done:
            continue
        person = groups.ensure_person(tx, kept.user)
        at = rules.look_back_at(meeting.starts_at, tx.now, person.zone, person.from_hour, person.days)
        nudges.plan_nudge(tx, kept.user, ASK, kept.id, at, group=group.id, until=meeting.starts_at)


def compose_look_back(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Ask a previous presenter about the look-back; when the meeting has moved far away, ask later."""
    kept = tx.sql.get(Takeaway, nudge.subject)
    if kept is None or not queries.is_look_back_open(kept):
        return None
    group = groups.group_by_id(tx, kept.group_id)
    meeting = meetings.next_meeting(tx, group)
    is_last = kept.id in [one.id for one in queries.treated_last(tx, group, tx.now)]
    if not is_last or meeting is None or meeting.starts_at <= tx.now:
        return None
    if groups.is_stalled(group):
        # It is about the next meeting. The question is planned again when the group goes on.
        return None
    person = groups.ensure_person(tx, kept.user)
    at = rules.look_back_at(meeting.starts_at, tx.now, person.zone, person.from_hour, person.days)
    if at > tx.now + ABOUT_THEN:
        plan_look_backs(tx, group)
        return None
    message = views.look_back_question(t, queries.look_back_of(kept), group.channel)
    return DigestItem(message.text, message.blocks)


def prepare_look_back(tx: Tx, step_id: str, user: str, told: str, *, skip: bool, share: str | None) -> None:
    """Keep the words that the presenter wants the group to hear.

    `share`: the fingerprint of the step to be shared, "" for none; None: the form did not ask.
    Raises Refused at its field when the step has changed since.
    """
    kept = queries.open_look_back(tx, step_id, user)
    if share is not None:
        _set_shared_step(kept, share)
    kept.look_back, kept.look_back_skipped = told, skip
    group = groups.group_by_id(tx, kept.group_id)
    message = views.look_back_answered(
        groups.texts_of(tx, user), queries.look_back_of(kept), group.channel, skipped=skip
    )
    nudges.mark_answered(tx, user, ASK, kept.id, DigestItem(message.text, message.blocks))
    groups.refresh_home(tx, user)


def share_step(tx: Tx, step_id: str, user: str, share: str) -> None:
    """Share the step with this fingerprint; "" keeps it private. Raises Refused when the step has changed since."""
    kept = queries.open_look_back(tx, step_id, user)
    _set_shared_step(kept, share)
    group = groups.group_by_id(tx, kept.group_id)
    message = views.look_back_question(groups.texts_of(tx, user), queries.look_back_of(kept), group.channel)
    nudges.mark_answered(tx, user, ASK, kept.id, DigestItem(message.text, message.blocks))
    groups.refresh_home(tx, user)


def _set_shared_step(kept: Takeaway, share: str) -> None:
    if share and share != rules.fingerprint(kept.step):
        raise Refused(
            lambda t: t(
                "Your step has changed since, so nothing was shared. On my Home tab you are asked about the words of now."
            ),
            "share",
        )
    kept.shared, kept.shared_step = bool(share), kept.step if share else None
