"""The Home tab: a person's own place."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases.records import Case
from bot.cases.rules import CaseState, may_edit
from bot.cases.views import CaseRef, kind_and_state, title_of
from bot.followups.records import Takeaway
from bot.followups.views import Place, answer_blocks, reflection_line, step_line
from bot.groups.records import Group
from bot.groups.views import GroupRef
from bot.home.views.status import GroupNow, group_line
from bot.nudges.records import DoNotDisturb
from bot.nudges.views import away_now
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape

# How many of each the tab shows; the rest is behind a button. With all of them full the tab has 80 blocks of the 100 that
# Slack takes (App Home): so much is left for a room that adds a shelf of its own.
ASKS = 8
GROUPS = 12
OPEN_TO = 3
CASES = 5
STEPS = 5
REFLECTIONS = 3
# And the windows behind those buttons: a modal takes as many blocks as the tab.
IN_A_WINDOW = 45


@dataclass(frozen=True)
class Mine:
    """The content of somebody's Home tab. Its lists are sorted already."""

    asks: Sequence[Todo]
    groups: Sequence[GroupNow]
    # The newest first; of each its group's channel stands in `channels`.
    cases: Sequence[Case]
    # Those that are not among the asks, the nearest first.
    steps: Sequence[Takeaway]
    # The newest first.
    reflections: Sequence[Place]
    # By the id of a group.
    channels: dict[str, str]
    # Those whose channel they are in, without being in the group.
    open_to: Sequence[Group] = ()
    # Their absence, in their own words, while it lasts.
    away: DoNotDisturb | None = None


def home(t: Texts, mine: Mine) -> Block:
    parts: list[Block] = [away_now(t, mine.away), blocks.divider()] if mine.away else []
    parts.append(blocks.header(t("For me now")))
    for ask in mine.asks[:ASKS]:
        parts += ask_blocks(ask)
    if not mine.asks:
        parts.append(blocks.section(t("Nothing is asked of you now.")))
    parts += _rest(t, len(mine.asks) > ASKS, ids.HOME_ASKS)
    parts += [blocks.divider(), blocks.header(t("My groups and meetings")), *_groups(t, mine)]
    parts += [blocks.divider(), blocks.header(t("My cases and drafts")), *_cases(t, mine)]
    parts += [blocks.divider(), blocks.header(t("My steps")), *_steps(t, mine)]
    parts += [blocks.divider(), blocks.header(t("My reflections")), *_reflections(t, mine)]
    parts += [
        blocks.divider(),
        blocks.actions(
            blocks.button(t("My settings"), ids.HOME_SETTINGS),
            blocks.button(t("I am away"), ids.HOME_AWAY),
        ),
        blocks.context(t("Only you see this page.")),
    ]
    return blocks.home(parts)


def ask_blocks(ask: Todo) -> list[Block]:
    """A to-do with the buttons that answer it."""
    if len(ask.elements) == 1:
        return [blocks.section(ask.text, accessory=ask.elements[0])]
    return [blocks.section(ask.text), blocks.actions(*ask.elements)]


def _rest(t: Texts, there_is: bool, action_id: str) -> list[Block]:
    return [blocks.actions(blocks.button(t("Show all"), action_id))] if there_is else []


def _groups(t: Texts, mine: Mine) -> list[Block]:
    beside = [_open_line(t, group) for group in mine.open_to[:OPEN_TO]]
    if not mine.groups and beside:
        return beside
    if not mine.groups:
        return [
            blocks.section(
                t(
                    "You are not in a group yet. Invite me into a channel with /invite @Intervisie, and type /intervisie "
                    "there. Or join a channel that has a group."
                )
            )
        ]
    parts: list[Block] = []
    for now in mine.groups[:GROUPS]:
        parts += group_blocks(t, now)
    return parts + _rest(t, len(mine.groups) > GROUPS, ids.HOME_GROUPS) + beside


def _open_line(t: Texts, group: Group) -> Block:
    return blocks.section(
        t("You are in {channel}, and not in its group.", channel=channel(group.channel)),
        accessory=blocks.button(t("Join"), ids.GROUP_JOIN, GroupRef(group.id)),
    )


def group_blocks(t: Texts, now: GroupNow) -> list[Block]:
    ref = CaseRef(now.group.id, "")
    return [
        blocks.section(group_line(t, now)),
        blocks.actions(
            *([] if now.is_leader else [blocks.button(t("Write a case"), ids.CASE_OPEN, ref)]),
            blocks.button(t("All cases"), ids.CASE_LIST, ref),
            blocks.button(t("At a glance"), ids.HOME_STATUS, GroupRef(now.group.id)),
        ),
    ]


def _cases(t: Texts, mine: Mine) -> list[Block]:
    if not mine.cases:
        return [blocks.section(t("You have not written a case yet. Something small will do."))]
    parts = [case_line(t, case, mine.channels[case.group_id]) for case in mine.cases[:CASES]]
    return parts + _rest(t, len(mine.cases) > CASES, ids.HOME_CASES)


def case_line(t: Texts, case: Case, place: str) -> Block:
    ref = CaseRef(case.group_id, case.id)
    press = None
    if may_edit(case.state):
        press = blocks.button(t("Edit"), ids.CASE_OPEN, ref)
    elif case.state == CaseState.TREATED:
        press = blocks.button(t("Delete"), ids.PRIVACY_CASE, ref)
    return blocks.section(
        f"{escape(title_of(t, case))}\n_{kind_and_state(t, case)}_, {channel(place)}",
        accessory=press,
    )


def _steps(t: Texts, mine: Mine) -> list[Block]:
    if not mine.steps:
        # "Else" only beneath something that is asked.
        return [blocks.section(t("Nothing else is open.") if mine.asks else t("Nothing is open."))]
    parts: list[Block] = []
    for step in mine.steps[:STEPS]:
        parts += [step_line(t, step, mine.channels.get(step.group_id)), *answer_blocks(t, step)]
    return parts + _rest(t, len(mine.steps) > STEPS, ids.HOME_STEPS)


def _reflections(t: Texts, mine: Mine) -> list[Block]:
    if not mine.reflections:
        empty = t("After a session you can look back here for yourself, in four short questions.")
        return [blocks.section(empty)]
    parts = [reflection_line(t, place) for place in mine.reflections[:REFLECTIONS]]
    # The same window as of the steps: it has both.
    return parts + _rest(t, len(mine.reflections) > REFLECTIONS, ids.HOME_REFLECTIONS)


def all_asks(t: Texts, asks: Sequence[Todo]) -> Block:
    parts = [block for ask in asks[:IN_A_WINDOW] for block in ask_blocks(ask)]
    return _window(t, t("For me now"), parts, t("Nothing is asked of you now."))


def all_groups(t: Texts, groups: Sequence[GroupNow]) -> Block:
    parts = [block for now in groups[:IN_A_WINDOW] for block in group_blocks(t, now)]
    return _window(t, t("My groups"), parts, t("You are in no group any more."))


def all_cases(t: Texts, cases: Sequence[Case], channels: dict[str, str]) -> Block:
    parts = [case_line(t, case, channels[case.group_id]) for case in cases[: 2 * IN_A_WINDOW]]
    return _window(t, t("My cases and drafts"), parts, t("You have no cases any more."))


def _window(t: Texts, title: str, parts: list[Block], empty: str) -> Block:
    return blocks.modal(title, parts or [blocks.section(empty)], close=t("Close"))
