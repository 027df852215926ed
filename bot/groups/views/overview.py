"""`/intervisie groep`: the group in words, with a way to change each thing."""

from collections.abc import Sequence

from bot.groups.records import Group, Member
from bot.groups.views import words
from bot.groups.views.card import leave_button, rest_button
from bot.groups.views.forms import THEMES, theme_name
from bot.groups.views.refs import GroupRef, SettingsRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, list_of, mention


def group_overview(
    t: Texts,
    group: Group,
    users: Sequence[str],
    leader: Member | None = None,
    reader: str = "",
    *,
    is_filling: bool = False,
) -> Block:
    """The overview for a member. `users` take part; the `leader` from outside stands on a line of their own."""
    number = t.n("{n} member", "{n} members", len(users))
    who = list_of(t, [mention(user) for user in users])
    ref = GroupRef(group.id)
    parts = [
        blocks.section(f"*{words.group_name(group)}*\n{number}: {who}"),
        *(blocks.context(line) for line in words.advice(t, group, len(users), is_filling=is_filling)),
        *(_leader(t, group, leader, reader) if leader is not None else _asked(t, group)),
    ]
    if group.rests_since is not None:
        parts.append(
            blocks.section(
                t("The group is taking a break; nobody gets reminders. Cases, steps and dates are kept."),
                accessory=blocks.button(t("Go on again"), ids.GROUP_WAKE, ref, style="primary"),
            )
        )
    said = words.settings(t, group)
    for theme in THEMES:
        name = theme_name(t, theme)
        change = blocks.button(
            t("Change"),
            ids.GROUP_SETTINGS,
            SettingsRef(group.id, theme),
            label=t("Change: {what}", what=name),
        )
        parts.append(blocks.section(f"*{name}*\n{said[theme]}", accessory=change))
    parts.append(
        blocks.actions(
            blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, ref),
            blocks.button(t("Reminders"), ids.PRESENCE_REMINDERS, ref),
            blocks.button(t("Agreements"), ids.AGREEMENTS_OPEN, ref),
            *([] if group.rests_since is not None else [rest_button(t, group.id)]),
            leave_button(t, group),
        )
    )
    # The edited view replaces this one; a parent view underneath would show stale data.
    view = blocks.modal(t("The group"), parts, close=t("Close"), meta=ref)
    return {**view, "clear_on_close": True}


def _leader(t: Texts, group: Group, leader: Member, reader: str) -> list[Block]:
    """The leader from outside, with a goodbye; for themselves a way to take part."""
    ref = GroupRef(group.id)
    led = t.n(
        "Leader from outside: {user}, who led {led} of {n} time.",
        "Leader from outside: {user}, who led {led} of {n} times.",
        group.leader_sessions,
        user=mention(leader.user),
        led=min(leader.facilitated, group.leader_sessions),
    )
    own = blocks.button(
        t("I take part too"),
        ids.LEADER_TAKE_PART,
        ref,
        confirm=blocks.confirm(
            t("Take part?"),
            t(
                "Then you no longer lead from outside. You bring in cases, vote and take something from it as the others do, and the "
                "group leads in turn."
            ),
            t("Take part"),
            t("Stay leader"),
        ),
    )
    farewell = farewell_button(t, group.id)
    return [blocks.section(led), blocks.actions(*([own] if reader == leader.user else []), farewell)]


def _asked(t: Texts, group: Group) -> list[Block]:
    if group.asked_leader is None:
        return []
    asked = t("{user} is asked to lead you from outside.", user=mention(group.asked_leader))
    return [blocks.context(asked)]


def farewell_button(t: Texts, group: str) -> Block:
    asks = blocks.confirm(
        t("Say goodbye?"),
        t(
            "The leader from outside is out of the group then, and I thank them in the channel. You lead in turn."
        ),
        t("Say goodbye"),
        t("Not yet"),
    )
    return blocks.button(t("Goodbye"), ids.LEADER_FAREWELL, GroupRef(group), confirm=asks)


def outsider_view(t: Texts, group: Group) -> Block:
    """The overview for somebody in the channel but outside the group: how things are, and an offer to join."""
    text = t(
        "In {channel} a group does intervisie: helping each other with cases from work, by a fixed method. You are not in it. "
        "Everyone in the channel can join.",
        channel=channel(group.channel),
    )
    said = words.settings(t, group)
    return blocks.modal(
        t("The group"),
        [
            blocks.section(text),
            *(blocks.section(f"*{theme_name(t, theme)}*\n{said[theme]}") for theme in THEMES),
            blocks.actions(blocks.button(t("Join"), ids.GROUP_JOIN, GroupRef(group.id), style="primary")),
        ],
        close=t("Close"),
    )
