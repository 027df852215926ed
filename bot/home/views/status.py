"""A group at a glance, for any member: numbers, and facts that the channel knows already."""

from dataclasses import dataclass
from datetime import datetime

from bot.attendance.rules import HeadCount
from bot.cases.records import Case
from bot.delivery.message import Message
from bot.groups.records import Group
from bot.groups.views import (
    GroupRef,
    begin_button,
    case_button,
    choose_button,
    plan_button,
    vote_button,
)
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.polls.records import Poll
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, day_in, escape, mention, moment, place_in


@dataclass(frozen=True)
class GroupNow:
    """The situation of a group now."""

    group: Group
    members: int
    waiting: int
    meeting: Meeting | None
    poll: Poll | None
    chosen: Case | None
    in_session: bool
    # Whether its reader leads it from outside: they bring in nothing, and do not vote.
    is_leader: bool = False


@dataclass(frozen=True)
class Glance:
    """A group at a glance. Steps are only counted: their words and owners stay private."""

    now: GroupNow
    steps: int
    last_session: datetime | None
    coming: HeadCount | None = None
    # How many members missed two meetings in a row; only for the group contact, and without names.
    missed: int = 0


def _meeting(t: Texts, meeting: Meeting) -> str:
    parts = [t("Next meeting: {when}.", when=when(t, meeting))]
    if meeting.place:
        parts.append(t("Place: {place}.", place=place_in(meeting.place)))
    if meeting.facilitator:
        parts.append(t("{facilitator} leads.", facilitator=mention(meeting.facilitator)))
    return " ".join(parts)


def situation(t: Texts, now: GroupNow) -> list[str]:
    """The situation in sentences: the meeting first, then the case for it."""
    lines = [_meeting(t, now.meeting) if now.meeting else t("No meeting is planned yet.")]
    if now.group.rests_since is not None:
        lines.insert(0, t("The group is taking a break; nobody gets reminders."))
    if now.in_session:
        lines.insert(0, t("A session is under way; its thread is in the channel."))
    if now.poll is not None:
        until = moment(now.poll.closes_at, now.group.zone, t, with_date=True)
        lines.append(
            t(
                "A poll is open until {until}. Voted: {n} of {members}.",
                until=until,
                n=now.poll.voters,
                members=now.members,
            )
        )
    if now.chosen is not None:
        lines.append(t("Chosen for the next session: {title}.", title=escape(now.chosen.title)))
    lines.append(
        t.n("{n} case is waiting.", "{n} cases are waiting.", now.waiting)
        if now.waiting
        else t("No case is waiting yet.")
    )
    return lines


def at_a_glance(t: Texts, seen: Glance) -> list[str]:
    """All sentences about a group."""
    now = seen.now
    lines = situation(t, now)
    if seen.coming is not None:
        coming = t(
            "Coming: {yes}. Not coming: {no}. Not said yet: {unknown}.",
            yes=len(seen.coming.there),
            no=len(seen.coming.no),
            unknown=len(seen.coming.unknown),
        )
        lines.insert(1 + now.in_session + (now.group.rests_since is not None), coming)
    lines.append(
        t.n("{n} step is still open.", "{n} steps are still open.", seen.steps)
        if seen.steps
        else t("No steps are open.")
    )
    if seen.last_session is not None:
        lines.append(t("The last session was on {day}.", day=day_in(seen.last_session, now.group.zone, t)))
    else:
        lines.append(t("There has not been a session yet."))
    lines.append(t.n("{n} member.", "{n} members.", now.members))
    if seen.missed:
        lines.append(
            t.n(
                "{n} of them missed two meetings in a row.",
                "{n} of them missed two meetings in a row.",
                seen.missed,
            )
        )
    return lines


def overview(t: Texts, seen: Glance) -> Message:
    """`/intervisie status` and the bare command: where this group is, and what can be done."""
    facts = "\n".join(f"• {line}" for line in at_a_glance(t, seen))
    title = t("*{channel} at a glance*", channel=channel(seen.now.group.channel))
    step, buttons = _what_now(t, seen.now)
    small = t("All commands: /intervisie help.")
    parts = [blocks.section(f"{title}\n{facts}", expand=True), blocks.section(step)]
    if buttons:
        parts.append(blocks.actions(*buttons))
    return Message(f"{title}\n{facts}\n{step} {small}", [*parts, blocks.context(small)])


def _what_now(t: Texts, now: GroupNow) -> tuple[str, list[Block]]:
    """The next step, and its buttons. A group without a date can also plan one."""
    group = now.group.id
    if now.in_session:
        return t("You can join: the session's card in the channel says where."), []
    if now.group.rests_since is not None:
        ref = GroupRef(group)
        return t("It goes on as soon as somebody says so."), [
            blocks.button(t("Go on again"), ids.GROUP_WAKE, ref)
        ]
    plan = [] if now.meeting else [plan_button(t, group)]
    if now.is_leader and now.chosen is None:
        return t("You lead this group. It chooses the case itself."), plan
    if now.poll is not None:
        return t("You can vote."), [vote_button(t, group), *plan]
    if now.chosen is not None:
        return t("Begin the session when everyone is there."), [begin_button(t, group), *plan]
    if now.waiting > 1:
        return t("Choose a case together."), [choose_button(t, group), *plan]
    return t("Bring in a case: something small will do."), [case_button(t, group), *plan]


def glance_window(t: Texts, seen: Glance) -> Block:
    """The same over the Home tab."""
    return blocks.modal(t("Group at a glance"), overview(t, seen).blocks, close=t("Close"))


def group_line(t: Texts, now: GroupNow) -> str:
    return f"*{channel(now.group.channel)}*\n" + "\n".join(situation(t, now))
