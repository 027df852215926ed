"""Use cases of the look-back: the previous presenter tells the group how the step went."""

from dataclasses import dataclass
from datetime import timedelta

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
    """The look-back with which a session may open."""

    keepsake: str
    presenter: str
    # The shared step, and the words that the presenter wrote for the group; both may be empty.
    step: str
    told: str


def next_look_back(tx: Tx, group: Group) -> LookBack | None:
    """The look-back of the next session; None when there is none, or the presenter skips it."""
    kept = queries.last_of_presenter(tx, group)
    if kept is None or kept.look_back_skipped or kept.look_back_done:
        return None
    member = groups.member(tx, group, kept.user)
    if member is None or member.left_at is not None:
        return None
    return LookBack(kept.id, kept.user, queries.shared_step(kept), kept.look_back)


def finish_look_back(tx: Tx, group: Group, session_id: str) -> None:
    """Finish the look-back with which a session has opened: it is neither asked for nor told again."""
    kept = queries.last_of_presenter_before(tx, group, session_id)
    if kept is not None:
        kept.look_back_done = True
        t = groups.texts_of(tx, kept.user)
        message = views.look_back_done(t, group.channel)
        nudges.mark_answered(tx, kept.user, ASK, kept.id, DigestItem(message.text, message.blocks))
        groups.refresh_home(tx, kept.user)


def skip_look_back(tx: Tx, keepsake: str, user: str) -> None:
    """Skip the look-back: the previous presenter passes."""
    queries.own_step(tx, keepsake, user).look_back_skipped = True
    nudges.cancel_nudge(tx, user, ASK, keepsake)


def plan_look_back(tx: Tx, group: Group) -> None:
    """Plan the question to the previous presenter, once the next meeting has a date."""
    kept, meeting = queries.last_of_presenter(tx, group), meetings.next_meeting(tx, group)
    if kept is None or kept.look_back_done or meeting is None or meeting.starts_at <= tx.now:
        return
    person = groups.ensure_person(tx, kept.user)
    at = rules.look_back_at(meeting.starts_at, tx.now, person.zone, person.from_hour, person.days)
    nudges.plan_nudge(tx, kept.user, ASK, kept.id, at, group=group.id, until=meeting.starts_at)


def compose_look_back(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Ask the previous presenter about the look-back; when the meeting has moved far away, ask later."""
    kept = tx.sql.get(Takeaway, nudge.subject)
    if kept is None or not queries.is_look_back_open(kept):
        return None
    group = groups.group_by_id(tx, kept.group_id)
    last, meeting = queries.last_of_presenter(tx, group), meetings.next_meeting(tx, group)
    if last is None or last.id != kept.id or meeting is None or meeting.starts_at <= tx.now:
        return None
    if groups.is_stalled(group):
        # It is about the next meeting. The question is planned again when the group goes on.
        return None
    person = groups.ensure_person(tx, kept.user)
    at = rules.look_back_at(meeting.starts_at, tx.now, person.zone, person.from_hour, person.days)
    if at > tx.now + ABOUT_THEN:
        plan_look_back(tx, group)
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
