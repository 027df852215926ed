"""The window in which somebody gets a meeting into a calendar."""

from dataclasses import dataclass

from bot.meetings.records import Meeting
from bot.meetings.views import MeetingRef, when
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, place_in


@dataclass(frozen=True)
class FeedRef:
    """An address: "group" or "person"; seen from a group, and perhaps from one of its meetings."""

    kind: str
    group: str
    meeting: str


@dataclass(frozen=True)
class Address:
    """Where a calendar looks; empty when there is none yet."""

    kind: str
    url: str


@dataclass(frozen=True)
class Window:
    """`link`: where the file of this meeting is, when the bot has an address of its own; None: it is sent to the person."""

    group: str
    channel: str
    meeting: Meeting | None
    link: str | None
    # Empty when the bot has no address of its own.
    addresses: tuple[Address, ...]


def window(t: Texts, seen: Window, notice: str = "") -> Block:
    parts: list[Block] = [blocks.section(notice)] if notice else []
    if seen.meeting is not None:
        parts += _one(t, seen.meeting, seen.link)
    else:
        parts.append(blocks.section(t("No meeting is planned yet. Plan one with /intervisie plan.")))
    if seen.addresses:
        parts.append(blocks.header(t("Always up to date")))
        parts.append(
            blocks.section(
                t(
                    "Give one of these addresses to your calendar as a subscription; then it follows by itself when a "
                    "meeting is planned, moved or cancelled. Your own has dates and places, the group's only dates: no names, and "
                    "nothing of any case. Whoever has the address can read along."
                )
            )
        )
        for address in seen.addresses:
            parts += _address(t, seen, address)
        # The refresh interval in the file is only a suggestion (RFC 7986, 5.7).
        parts.append(
            blocks.context(t("How soon a change shows is up to your calendar; some look once a day."))
        )
    else:
        parts.append(
            blocks.context(
                t(
                    "A calendar that follows by itself is not possible here yet: whoever runs the bot can give it an address "
                    "of its own (PUBLIC_URL)."
                )
            )
        )
    return blocks.modal(t("In my calendar"), parts, close=t("Close"))


def _one(t: Texts, meeting: Meeting, link: str | None) -> list[Block]:
    text = f"*{when(t, meeting)}*"
    if meeting.place:
        text += "\n" + place_in(meeting.place)
    if link is None:
        button = blocks.button(
            t("Send me the file"), ids.CALENDAR_SEND, MeetingRef(meeting.id), style="primary"
        )
        small = t("It comes in your own conversation with me. Open it, and your calendar takes it over.")
    else:
        button = {**blocks.button(t("Open the file"), ids.CALENDAR_LINK, style="primary"), "url": link}
        small = t("Open it, and your calendar takes it over. The link works for an hour.")
    small += " " + t("When the meeting moves, take the file again.")
    return [blocks.section(text), blocks.actions(button), blocks.context(small)]


def _address(t: Texts, seen: Window, address: Address) -> list[Block]:
    whose = (
        t("*All my meetings*, of every group I am in")
        if address.kind == "person"
        else t("*The meetings of {group}*, the same address for everyone", group=channel(seen.channel))
    )
    ref = FeedRef(address.kind, seen.group, seen.meeting.id if seen.meeting else "")
    if not address.url:
        return [
            blocks.section(whose),
            blocks.actions(blocks.button(t("Make an address"), ids.CALENDAR_MAKE, ref)),
        ]
    renew = blocks.button(
        t("New address"), ids.CALENDAR_RENEW, ref, confirm=_sure(t, address.kind, t("Make a new one"))
    )
    revoke = blocks.button(
        t("Stop this address"),
        ids.CALENDAR_REVOKE,
        ref,
        style="danger",
        confirm=_sure(t, address.kind, t("Stop it")),
    )
    return [blocks.section(f"{whose}\n```{address.url}```"), blocks.actions(renew, revoke)]


def _sure(t: Texts, kind: str, yes: str) -> Block:
    text = (
        t("The address that you have now stops working. Your calendars no longer follow.")
        if kind == "person"
        else t("The address that the group has now stops working, for everyone who subscribed to it.")
    )
    return blocks.confirm(t("Are you sure?"), text, yes, t("Keep it"))


def note(t: Texts, meeting: Meeting) -> str:
    """The message with the file in a person's own conversation."""
    return t("The meeting of {when}, for your calendar.", when=when(t, meeting))
