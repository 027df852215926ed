"""Setting up a group, its card, and its settings."""

from dataclasses import dataclass

from bot.delivery.errors import Meaning
from bot.delivery.message import Message
from bot.groups.records import Group
from bot.slack import blocks, ids
from bot.texts import Texts, mention

Block = blocks.Block
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}


@dataclass(frozen=True)
class ChannelRef:
    channel: str


@dataclass(frozen=True)
class GroupRef:
    group: str


def offer(t: Texts, channel: str) -> Message:
    """The first /intervisie in a channel."""
    text = t(
        "There is no intervisie group in this channel yet. In a minute there can be one: I collect cases, let you choose, "
        "keep the time during the session and ask afterwards how it went."
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Set up the group"), ids.GROUP_SET_UP, ChannelRef(channel), style="primary")
            ),
        ],
    )


def set_up_form(t: Texts, channel: str, language: str, zone: str, user: str) -> Block:
    return blocks.modal(
        t("Set up the group"),
        _settings_fields(t, language, zone, "claim", user, goes_on=False, reads=True),
        submit=t("Start"),
        close=t("Cancel"),
        callback_id=ids.GROUP_SET_UP_FORM,
        meta=ChannelRef(channel),
    )


def settings_form(t: Texts, group: Group) -> Block:
    return blocks.modal(
        t("Settings"),
        _settings_fields(
            t,
            group.language,
            group.zone,
            group.facilitation,
            group.facilitator,
            goes_on=group.goes_on_by_itself,
            reads=group.reads_thread,
        ),
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.GROUP_SETTINGS_FORM,
        meta=GroupRef(group.id),
    )


def _settings_fields(
    t: Texts,
    language: str,
    zone: str,
    facilitation: str,
    facilitator: str | None,
    *,
    goes_on: bool,
    reads: bool,
) -> list[Block]:
    languages = [blocks.option(name, code) for code, name in LANGUAGE_NAMES.items()]
    ways = [
        blocks.option(t("Whoever starts the session"), "claim"),
        blocks.option(t("Everyone in turn"), "rotating"),
        blocks.option(t("Always the same person"), "fixed"),
    ]
    choices = [
        blocks.option(
            t("Phases follow each other by themselves"), "goes_on", t("Otherwise I wait for the facilitator")
        ),
        blocks.option(t("See who has spoken in the thread"), "reads", t("Only who and when, never what")),
    ]
    ticked = [name for name, on in (("goes_on", goes_on), ("reads", reads)) if on]
    return [
        blocks.field(
            "language", t("Language in the channel"), blocks.select_element(languages, initial=language)
        ),
        blocks.field(
            "zone",
            t("Time zone"),
            blocks.text_element(initial=zone, at_most=60),
            hint=t("As in Europe/Amsterdam. Everyone sees times in their own zone."),
        ),
        blocks.field(
            "facilitation", t("Who leads the session"), blocks.radio_element(ways, initial=facilitation)
        ),
        blocks.field(
            "facilitator",
            t("If it is always the same person: who"),
            blocks.user_element(initial=facilitator),
            optional=True,
        ),
        blocks.field(
            "choices",
            t("During a session"),
            blocks.checkboxes_element(choices, initial=ticked),
            optional=True,
        ),
    ]


def card(t: Texts, group: Group) -> Message:
    """What the channel reads when a group begins: what happens here, and who can see what."""
    title = t("Intervisie in this channel")
    what = t(
        "You help each other with real cases from your work, by a fixed method: first questions, then advice. "
        "The presenter decides what to take from it."
    )
    who = {
        "fixed": t("{user} leads the sessions.", user=mention(group.facilitator or group.set_up_by)),
        "rotating": t("You lead in turn."),
        "claim": t("Whoever starts a session leads it."),
    }[group.facilitation]
    heading = t("Who can see what")
    seen = [
        t("Members of this channel read what stands in it, in threads too. What is said here stays here."),
        t(
            "Of a case the group sees only title and question, until its session. Drafts, votes, notes and steps are yours alone."
        ),
        t(
            "Whoever runs the bot could reach its database; texts are encrypted in it. I don't keep what you write in threads."
        ),
        t(
            "The owners of this Slack workspace can, under its rules, have messages exported. If that is a problem, leave it out."
        ),
    ]
    start = t("Begin with /intervisie casus. All commands: /intervisie help.")
    bullets = "\n".join(f"• {line}" for line in seen)
    return Message(
        "\n".join([title, what, who, heading, *seen, start]),
        [
            blocks.header(title),
            blocks.section(f"{what} {who}"),
            blocks.section(f"*{heading}*\n{bullets}"),
            blocks.context(start),
        ],
    )


def ready(t: Texts, *, by_another: bool = False) -> Message:
    if by_another:
        return Message(
            t(
                "Somebody else was a moment faster, so the group is there with the settings that they chose. You can "
                "look at them, and change them, with /intervisie instellingen."
            )
        )
    return Message(t("The group is there. Bring in the first case with /intervisie casus."))


def invite_me(t: Texts) -> Message:
    return Message(
        t(
            "I am not in this channel yet. Type /invite @Intervisie here, and then /intervisie once more. Nothing is lost."
        )
    )


def saved(t: Texts) -> Message:
    return Message(t("The settings are kept."))


def gone(t: Texts, channel: str, reason: str) -> Message:
    """To whoever set the group up: its channel can't be reached."""
    if reason == "archived":
        return Message(
            t(
                "The channel {channel} is archived, so intervisie rests there. Cases and steps are kept; "
                "unarchive the channel and invite me with /invite @Intervisie to go on.",
                channel=f"<#{channel}>",
            )
        )
    return Message(
        t(
            "I am no longer in {channel}, so intervisie rests there. Cases and steps are kept; "
            "type /invite @Intervisie in the channel to go on.",
            channel=f"<#{channel}>",
        )
    )


def not_delivered(t: Texts, channel: str, meaning: Meaning, code: str) -> Message:
    """To whoever set the group up: something could not be posted, and what can be done about it."""
    where = f"<#{channel}>"
    if meaning is Meaning.NOT_ALLOWED:
        return Message(
            t(
                "I could not post a message in {channel}: Slack does not let me ({code}). Ask whoever looks after your Slack "
                "to allow this app there. I tell you this once; the session itself goes on.",
                channel=where,
                code=code,
            )
        )
    return Message(
        t(
            "I could not post a message in {channel} ({code}). Tell whoever installed me, with this word between brackets. "
            "I tell you this once; the session itself goes on.",
            channel=where,
            code=code,
        )
    )
