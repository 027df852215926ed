"""Messages in the channel: the group's card, its rest, its new members and its retention."""

from bot.delivery.message import Message
from bot.groups.records import Group
from bot.groups.views import words
from bot.groups.views.refs import GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, day_in, name_of


def card(t: Texts, group: Group) -> Message:
    """The group's card: what it is, and who can see what. Its settings stand in the overview, behind a button."""
    title = t("Intervisie in this channel")
    what = t(
        "You help each other with real cases from your work, by a fixed method: first questions, then advice. "
        "The presenter decides what to take from it."
    )
    how = []
    if group.trial == "first":
        how.append(t("You try it once first. After the session I'll ask whether you go on."))
    if group.rests_since is not None:
        how.append(t("The group rests now. With /intervisie group it goes on."))
    heading = t("Who can see what")
    # Three rules: in the channel, of a case, and outside the group.
    seen = [
        t("Members of this channel read what stands in it, in threads too. What is said here stays here."),
        t(
            "Of a case the group sees only title and question, until its session. Drafts, votes, notes and steps are yours alone."
        ),
        t(
            "Whoever runs the bot could reach its database; texts are encrypted in it. I don't keep what you write in threads."
        )
        + " "
        + t(
            "The owners of this Slack workspace can, under its rules, have messages exported. If that is a problem, leave it out."
        ),
        t(
            "Slack's AI, where this workspace has it, reads what stands here as any member can: summaries, search, notes of a huddle."
        ),
    ]
    settings = t(
        "When I write, who leads and how long I keep texts stands behind {group}.", group=t("The group")
    )
    start = t("Begin with /intervisie case. All commands: /intervisie help.")
    bullets = "\n".join(f"• {line}" for line in seen)
    name = words.group_name(group) if group.name else ""
    about = "\n".join([*([f"*{name}*"] if name else []), what, *how])
    return Message(
        "\n".join([title, *([name] if name else []), what, *how, heading, *seen, settings, start]),
        [
            blocks.header(title),
            blocks.section(about, expand=True),
            blocks.section(f"*{heading}*\n{bullets}", expand=True),
            buttons(t, group),
            blocks.context(f"{settings} {start}"),
        ],
    )


def buttons(t: Texts, group: Group) -> Block:
    """Buttons of the card. People of another organisation cannot type commands: they need these."""
    ref = GroupRef(group.id)
    return blocks.actions(
        blocks.button(t("Bring in a case"), ids.CASE_WRITE, ref),
        blocks.button(t("The group"), ids.GROUP_OPEN, ref),
        blocks.button(t("Join"), ids.GROUP_JOIN, ref),
        leave_button(t, group),
    )


def leave_button(t: Texts, group: Group) -> Block:
    asks = blocks.confirm(
        t("Leave the group?"),
        t(
            "You get no more messages about it, and your cases wait until you come back. You stay in the channel, and can "
            "join again at any time."
        ),
        t("Leave"),
        t("Stay"),
    )
    return blocks.button(t("Leave"), ids.GROUP_LEAVE, GroupRef(group.id), confirm=asks)


def rest_button(t: Texts, group: str) -> Block:
    asks = blocks.confirm(
        t("Rest for a while?"),
        t(
            "This is for the whole group: nobody gets reminders. Cases, steps and dates are kept, and you can go on at any time."
        ),
        t("Rest"),
        t("Go on"),
    )
    return blocks.button(t("We rest for a while"), ids.GROUP_REST, GroupRef(group), confirm=asks)


def group_paused(t: Texts, group: str, user: str) -> Message:
    """In the channel: somebody put the group at rest."""
    text = t(
        "{user} gave the group a break; nobody gets reminders. Cases, steps and dates are kept.",
        user=name_of(t, user),
    )
    button = blocks.button(t("Go on again"), ids.GROUP_WAKE, GroupRef(group))
    return Message(text, [blocks.section(text), blocks.actions(button)])


def group_resumed(t: Texts, user: str) -> Message:
    """Takes the place of the message about the rest."""
    text = t("{user} starts the group again: it goes on.", user=name_of(t, user))
    return Message(text, [blocks.section(text)])


def has_joined(t: Texts, user: str) -> Message:
    """In the channel: somebody joined with the button. Everyone knows who reads along."""
    text = t("{user} is in the group from now on.", user=name_of(t, user))
    return Message(text, [blocks.section(text)])


def leader_has_joined(t: Texts, user: str, sessions: int) -> Message:
    """In the channel: somebody leads from outside from now on."""
    leader = name_of(t, user)
    text = t.n(
        "{user} leads you from now on, and brings in nothing of their own. After {n} session you lead yourselves, and {user} "
        "reads along.",
        "{user} leads you from now on, and brings in nothing of their own. After {n} sessions you lead yourselves, and {user} "
        "reads along.",
        sessions,
        user=leader,
    )
    return Message(text, [blocks.section(text)])


def leader_takes_part(t: Texts, user: str) -> Message:
    """In the channel: the leader from outside is a participant from now on."""
    text = t("{user} takes part from now on. You lead in turn.", user=name_of(t, user))
    return Message(text, [blocks.section(text)])


def retention_changed(t: Texts, group: Group, user: str, before: int | None, now: int | None) -> Message:
    """In the channel: the retention of everyone's texts has changed, or will in a week."""
    said = {
        "user": name_of(t, user),
        "now": words.retention_words(t, now),
        "before": words.retention_words(t, before),
    }
    if group.retention_changes_at is None:
        text = t(
            "{user} changed how long I keep texts of cases and sessions: from now on {now}, instead of {before}.",
            **said,
        )
    else:
        text = t(
            "{user} chose that I keep texts of cases and sessions shorter: {now}, instead of {before}. It begins on {day}; until then "
            "everybody can take their own along with /intervisie data, and the group can change it back.",
            day=day_in(group.retention_changes_at, group.zone, t),
            **said,
        )
    return Message(text, [blocks.section(text)])


def messages_will_go(t: Texts, group: Group) -> Message:
    """In the channel, once: what a group of before was told otherwise."""
    text = t(
        "Something changes in what I keep. My own messages with your words (a case, questions, what was shared) used to stay in Slack "
        "for good. From now on they go when your group's term for texts is over, at the earliest a whole term from today. What you type "
        "yourselves stays. Would you rather have them stay? Choose that behind {group}. What I know of you, and having it deleted: "
        "/intervisie data.",
        group=t("The group"),
    )
    button = blocks.button(t("The group"), ids.GROUP_OPEN, GroupRef(group.id))
    return Message(text, [blocks.section(text), blocks.actions(button)])


def messages_stay_changed(t: Texts, group: Group, user: str) -> Message:
    """In the channel: whether the bot's own messages stay, or when they go."""
    text = (
        t("{user} chose that my own messages with your words stay in Slack.", user=name_of(t, user))
        if group.messages_stay
        else t(
            "{user} chose that from the next session on my own messages with your words go from its thread the night after. What you "
            "type there yourselves stays, and so does what each of you gets in private. The others go when the term for texts is over.",
            user=name_of(t, user),
        )
        if group.thread_empties
        else t(
            "{user} chose that my own messages with your words go from Slack when the term for texts is over.",
            user=name_of(t, user),
        )
    )
    return Message(text, [blocks.section(text)])


def emptied(t: Texts) -> Message:
    """Stands where a message with people's words stood, above a thread."""
    return Message(t("What stood here has been deleted."))
