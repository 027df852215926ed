"""The reminders before a meeting."""

from bot.cases import service as cases
from bot.cases.views import CaseRef
from bot.delivery import outbox
from bot.delivery.message import AtWorst
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules, views
from bot.meetings.records import Meeting
from bot.slack import blocks, ids
from bot.storage import Tx
from bot.timing import due

REMINDER = "meeting.reminder"


def plan(tx: Tx, meeting: Meeting) -> None:
    for one in rules.announcements(meeting.day, meeting.hour, meeting.zone, tx.now):
        data = {"meeting": meeting.id, "kind": one.kind, "version": meeting.version}
        due.schedule(tx, meeting.workspace, REMINDER, f"{meeting.id}/{one.kind}", one.at, data)


def stop(tx: Tx, meeting: Meeting) -> None:
    for kind in ("week", "day", "hour"):
        due.cancel(tx, meeting.workspace, REMINDER, f"{meeting.id}/{kind}")


def remind(tx: Tx, item: due.Item) -> None:
    """An announcement's moment has come. It is checked once more whether it still holds."""
    meeting = tx.sql.get(Meeting, item.data["meeting"])
    if meeting is None or meeting.state != "planned" or meeting.version != item.data["version"]:
        return
    if meeting.starts_at <= tx.now:
        return
    group = groups.group_by_id(tx, item.workspace, meeting.group_id)
    kind = str(item.data["kind"])
    waiting = cases.backlog(tx, group)
    facilitator = group.facilitator if group.facilitation == "fixed" else None
    if group.facilitation == "rotating":
        facilitator = groups.next_facilitator(tx, group, meeting.planned_by)
    key = f"meeting/{meeting.id}/{kind}/{meeting.version}"
    message = views.announcement(groups.texts_in(group), meeting, kind, facilitator, len(waiting))
    outbox.post(tx, item.workspace, group.channel, message, key=key, expires_at=meeting.starts_at)
    if kind == "hour":
        return
    for member in groups.members(tx, group):
        person = groups.person(tx, item.workspace, member.user)
        if person.nudges and not cases.waiting_of(tx, group, member.user):
            _ask_for_case(tx, group, meeting, member.user, f"{key}/{member.user}")


def _ask_for_case(tx: Tx, group: Group, meeting: Meeting, user: str, key: str) -> None:
    t = groups.texts_of(tx, group.workspace, user)
    button = blocks.button(t("Write a case"), ids.CASE_OPEN, CaseRef(group.id, ""), style="primary")
    message = views.case_nudge(t, meeting, group.channel, button)
    outbox.direct(
        tx,
        group.workspace,
        user,
        message,
        key=key,
        expires_at=meeting.starts_at,
        at_worst=AtWorst.NEVER,
    )
