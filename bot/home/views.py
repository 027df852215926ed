"""The Home tab, the overview in a channel, and one's own settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases.records import Case
from bot.cases.rules import may_edit
from bot.cases.views import CaseRef, state_name
from bot.delivery.message import Message
from bot.followups.records import Keepsake
from bot.followups.views import answer_blocks, step_line
from bot.groups.records import Group, Person
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.nudges.rules import TOPICS
from bot.nudges.views import topic_options
from bot.polls.records import Poll
from bot.polls.views import PollRef
from bot.slack import blocks, ids
from bot.texts import Texts, channel, escape, moment, weekday_name

Block = blocks.Block
# As many of somebody's cases in a group as the tab shows; the rest is behind a button.
CASES = 5
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}


@dataclass(frozen=True)
class GroupNow:
    """What is going on in one of somebody's groups."""

    group: Group
    cases: Sequence[Case]
    waiting: int
    meeting: Meeting | None
    poll: Poll | None
    chosen: Case | None


def home(t: Texts, groups: Sequence[GroupNow], steps: Sequence[Keepsake]) -> Block:
    parts: list[Block] = [blocks.header(t("Intervisie"))]
    if not groups:
        parts.append(
            blocks.section(
                t(
                    "You are not in a group yet. Invite me into a channel with /invite @Intervisie, and type /intervisie "
                    "there. Or join a channel that has a group."
                )
            )
        )
    for now in groups:
        parts += _group(t, now)
    parts += [blocks.divider(), blocks.header(t("My steps"))]
    if not steps:
        parts.append(blocks.section(t("No open steps.")))
    for step in steps[:8]:
        parts += [step_line(t, step), *answer_blocks(t, step)]
    parts += [
        blocks.divider(),
        blocks.actions(blocks.button(t("My settings"), ids.HOME_SETTINGS)),
        blocks.context(t("Only you see this page.")),
    ]
    return blocks.home(parts)


def _group(t: Texts, now: GroupNow) -> list[Block]:
    group = now.group
    parts = [blocks.divider(), blocks.section(f"*{channel(group.channel)}*\n{_situation(t, now)}")]
    parts += [
        blocks.section(
            f"{escape(case.title)}\n_{state_name(t, case)}_",
            accessory=blocks.button(t("Edit"), ids.CASE_OPEN, CaseRef(group.id, case.id))
            if may_edit(case.state)
            else None,
        )
        for case in now.cases[:CASES]
    ]
    buttons = [
        blocks.button(t("Write a case"), ids.CASE_OPEN, CaseRef(group.id, "")),
        blocks.button(t("All cases"), ids.CASE_LIST, CaseRef(group.id, "")),
    ]
    if now.poll is not None:
        buttons.insert(0, blocks.button(t("Vote"), ids.POLL_VOTE, PollRef(now.poll.id), style="primary"))
    parts.append(blocks.actions(*buttons))
    return parts


def _situation(t: Texts, now: GroupNow) -> str:
    lines = [
        t("Next meeting: {when}.", when=when(t, now.meeting))
        if now.meeting
        else t("No meeting is planned yet."),
    ]
    if now.poll is not None:
        until = moment(now.poll.closes_at, now.group.zone, t, with_date=True)
        lines.append(t("A poll is open until {until}.", until=until))
    if now.chosen is not None:
        lines.append(t("Chosen for the next session: {title}.", title=escape(now.chosen.title)))
    lines.append(t.n("{n} case is waiting.", "{n} cases are waiting.", now.waiting))
    return "\n".join(lines)


def overview(t: Texts, now: GroupNow) -> Message:
    """The bare command: where this group is, and what can be done."""
    if now.poll is not None:
        step = t("You can vote with /intervisie stem.")
    elif now.chosen is not None:
        step = t("Start the session with /intervisie start when everyone is there.")
    elif now.waiting > 1:
        step = t("Choose together with /intervisie stem.")
    else:
        step = t("Bring in a case with /intervisie casus.")
    text = f"{_situation(t, now)}\n{step}"
    small = t("All commands: /intervisie help.")
    return Message(f"{text} {small}", [blocks.section(text), blocks.context(small)])


def settings_form(t: Texts, person: Person, silenced: set[str]) -> Block:
    hours = [blocks.option(f"{hour:02}:00", str(hour)) for hour in range(24)]
    choices = [
        blocks.option(t("Write to me in private, outside of sessions"), "nudges"),
        blocks.option(t("During a session: ask me kindly when I have not been heard"), "session_nudges"),
    ]
    ticked = [
        name for name, on in (("nudges", person.nudges), ("session_nudges", person.session_nudges)) if on
    ]
    return blocks.modal(
        t("My settings"),
        [
            blocks.field(
                "language",
                t("Language of private messages"),
                blocks.select_element(
                    [blocks.option(name, code) for code, name in LANGUAGE_NAMES.items()],
                    initial=person.language,
                ),
            ),
            blocks.field(
                "choices",
                t("Private messages"),
                blocks.checkboxes_element(choices, initial=ticked),
                optional=True,
            ),
            blocks.field(
                "topics",
                t("What I may write to you about"),
                blocks.checkboxes_element(
                    topic_options(t), initial=[topic for topic in TOPICS if topic not in silenced]
                ),
                hint=t(
                    "At most three messages a week, apart from what belongs to a session that is going on."
                ),
                optional=True,
            ),
            blocks.field(
                "days",
                t("My working days"),
                blocks.checkboxes_element(
                    [blocks.option(weekday_name(t, day), str(day)) for day in range(1, 8)],
                    initial=list(person.days),
                ),
            ),
            blocks.field(
                "from_hour",
                t("On those days from"),
                blocks.select_element(hours, initial=str(person.from_hour)),
                hint=t("Your time zone is {zone}; Slack tells me.", zone=person.zone),
            ),
            blocks.field("to_hour", t("Until"), blocks.select_element(hours, initial=str(person.to_hour))),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.HOME_SETTINGS_FORM,
    )


def saved(t: Texts) -> Message:
    return Message(t("Your settings are kept."))
