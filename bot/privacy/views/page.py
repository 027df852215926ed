"""The page with what is stored of somebody, and what forgetting does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cases.views import CaseRef
from bot.delivery.message import Message
from bot.privacy.views import attendance
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, day_name, escape, list_of, one_line, time_in

# More cases and attendances are in the file.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Attended:
    """A session that somebody attended. The times are ISO 8601."""

    began_at: str
    ended_at: str
    role: str
    method: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a person, as the page tells it."""

    channels: Sequence[str]
    cases: Sequence[str]
    treated: int
    waiting: int
    takeaways: int
    reflections: int
    written: int
    marks: int
    answers: int
    attended: Sequence[Attended]
    attendance_years: int
    name: str
    zone: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of forgetting: memberships, cases, rows, and messages that are being deleted.

    `lost`: the sessions of long ago whose messages are looked up, because nobody knows where they stand.
    """

    groups: int
    cases: int
    rows: int
    messages: int
    lost: int


def page(t: Texts, known: Known) -> Block:
    """The page: what is stored, how long, and the two buttons."""
    parts = _said(t, known)
    parts.append(
        blocks.context(
            t(
                "What you type in Slack yourself is Slack's and your organisation's; I keep none of it. Your name and time zone come "
                "from Slack. Nobody but you can ask for this page."
            )
        )
    )
    parts.append(
        blocks.actions(
            blocks.button(t("Send me the file"), ids.PRIVACY_FILE),
            blocks.button(t("Delete my data"), ids.PRIVACY_FORGET, style="danger"),
        )
    )
    return blocks.modal(t("My data"), parts, close=t("Close"))


def _said(t: Texts, known: Known) -> list[Block]:
    is_in_use = bool(known.channels or known.cases or known.takeaways or known.attended)
    if not known.is_known and not is_in_use:
        return [blocks.section(t("I know nothing of you beyond your Slack id in this click."))]
    parts: list[Block] = []
    if known.channels:
        in_groups = list_of(t, [channel(one) for one in known.channels])
        parts.append(blocks.section(t("*Groups.* You are in {groups}.", groups=in_groups)))
    if known.cases:
        titles = [f"• {escape(one_line(title, 80)) or '…'}" for title in known.cases]
        parts.append(
            blocks.section(
                t("*Your cases.*") + _listed(t, titles),
                accessory=blocks.button(t("Delete a treated case"), ids.PRIVACY_CASE, CaseRef("", ""))
                if known.treated
                else None,
            )
        )
    said = [
        t(
            "*What you wrote.* Takeaways and steps: {takeaways}. Reflections: {reflections}. Questions, notes and lines: {written}. "
            "Marks: {marks}.",
            takeaways=known.takeaways,
            reflections=known.reflections,
            written=known.written,
            marks=known.marks,
        ),
        t("*What you answered* about dates, and whether the group fits: {n}.", n=known.answers),
    ]
    parts += [blocks.section(text) for text in said]
    if is_in_use:
        parts.append(attendance.section(t, known.attendance_years, _attended_lines(t, known)))
    parts.append(
        blocks.section(
            t(
                "*From Slack.* Your name ({name}), your time zone ({zone}) and your language.",
                name=escape(known.name),
                zone=known.zone,
            )
            if known.name
            else t("*From Slack.* Your time zone ({zone}) and your language.", zone=known.zone)
        )
    )
    return parts


def _listed(t: Texts, lines: Sequence[str]) -> str:
    """The first lines, and how many more there are."""
    more = len(lines) - _LISTED
    rest = [t.n("And {n} more.", "And {n} more.", more)] if more > 0 else []
    return "".join(f"\n{line}" for line in [*lines[:_LISTED], *rest])


def _attended_lines(t: Texts, known: Known) -> str:
    return _listed(t, [f"• {_attended(t, known.zone, one)}" for one in known.attended])


def _attended(t: Texts, zone: str, one: Attended) -> str:
    began, ended = datetime.fromisoformat(one.began_at), datetime.fromisoformat(one.ended_at)
    roles = {"presenter": t("you brought the case"), "facilitator": t("you led")}
    role = roles.get(one.role) or t("you took part")
    return t(
        "{day} from {began} to {ended}: {role}",
        day=day_name(t, began.astimezone(ZoneInfo(zone)).date()),
        began=time_in(began, zone, t),
        ended=time_in(ended, zone, t),
        role=role,
    )


def forget_form(t: Texts) -> Block:
    """Says what goes and what stays, before anything is deleted."""
    return blocks.modal(
        t("Delete my data"),
        [
            blocks.section(
                t(
                    "*This goes at once:* your cases, takeaways, steps, reflections, questions, notes and marks, your votes and your "
                    "answers, and my messages with your words, in the channel and to you. A case that waits is withdrawn; a "
                    "session about it stops. You leave your groups."
                )
            ),
            blocks.section(
                t(
                    "*A little later*, when your groups know that you left: your attendance, your settings and your name. If your "
                    "register still needs your attendance, send yourself the file first."
                )
            ),
            blocks.section(
                t(
                    "*This stays, without your name:* that a session was held, and what others wrote themselves, also about your case."
                )
            ),
            blocks.section(
                t(
                    "*I can't delete* what you or others typed in Slack, files that I sent you, or what Slack and your organisation "
                    "keep. A backup of whoever runs me is not changed; when it is put back, you are forgotten again."
                )
            ),
            blocks.context(
                t(
                    "There is no way back. In a channel with a group you can join again at any time, as somebody new."
                )
            ),
        ],
        submit=t("Delete"),
        close=t("Cancel"),
        callback_id=ids.PRIVACY_FORGET_FORM,
    )


def forgotten_window(t: Texts, receipt: Receipt) -> Block:
    said = _receipt(t, receipt)
    window = blocks.modal(t("Delete my data"), [blocks.section(text) for text in said], close=t("Close"))
    # The page beneath would show what is no more.
    return {**window, "clear_on_close": True}


def case_deleted(t: Texts, messages: int, lost: int) -> Block:
    """Says what deleting a treated case did."""
    said = [
        t("The words of your case are deleted."),
        t.n(
            "I am taking away {n} message of mine with them. Where its channel is archived or closed to me, whoever manages your "
            "Slack can delete it.",
            "I am taking away {n} messages of mine with them. Where their channel is archived or closed to me, whoever manages your "
            "Slack can delete them.",
            messages,
        ),
        *_looked_up(t, lost),
    ]
    window = blocks.modal(t("Delete a case"), [blocks.section(text) for text in said], close=t("Close"))
    return {**window, "clear_on_close": True}


def receipt(t: Texts, given: Receipt) -> Message:
    """The receipt, in private."""
    said = _receipt(t, given)
    return Message("\n\n".join(said), [blocks.section(text) for text in said])


def _receipt(t: Texts, given: Receipt) -> list[str]:
    return [
        t(
            "Your data are deleted. Groups that you left: {groups}. Cases: {cases}. Other things that you wrote or answered: {rows}.",
            groups=given.groups,
            cases=given.cases,
            rows=given.rows,
        ),
        t.n(
            "I am taking away {n} message of mine with your words. If Slack does not let me, this message will say so.",
            "I am taking away {n} messages of mine with your words. If Slack does not let me, this message will say so.",
            given.messages,
        ),
        *_looked_up(t, given.lost),
        t(
            "What you or others typed in Slack is not mine to delete. Your attendance and your name go within the hour, or when a "
            "session that you are in has ended."
        ),
    ]


def receipt_with_failures(t: Texts, asked: int, failed: int, lost: int) -> Message:
    """The receipt once it is known that Slack refused deletions."""
    text = t.n(
        "Your data are deleted. Of my {asked} messages with your words, Slack did not let me take away {n}: its channel is archived "
        "or closed to me. Whoever manages your Slack can delete it.",
        "Your data are deleted. Of my {asked} messages with your words, Slack did not let me take away {n}: their channel is "
        "archived or closed to me. Whoever manages your Slack can delete them.",
        failed,
        asked=asked,
    )
    said = [text, *_lost(t, lost)]
    return Message("\n\n".join(said), [blocks.section(one) for one in said])


def _looked_up(t: Texts, sessions: int) -> list[str]:
    """Says which messages are looked up. Whether the app may read them is not known yet."""
    if not sessions:
        return []
    return [
        t.n(
            "Of {n} session of long ago I no longer know where my messages stand. If I may read in your Slack, I look for them and "
            "delete what I find. If something stays, you will get a message about it.",
            "Of {n} sessions of long ago I no longer know where my messages stand. If I may read in your Slack, I look for them and "
            "delete what I find. If something stays, you will get a message about it.",
            sessions,
        )
    ]


def messages_stay(t: Texts, unread: int, refused: int) -> Message:
    """Says what stays after the look-up: of sessions that could not be read, and of those where Slack refused deletions."""
    said = _lost(t, unread)
    if refused:
        said.append(
            t.n(
                "Of {n} session of long ago I found my messages, but Slack did not let me delete them all. Whoever manages your Slack "
                "can do that.",
                "Of {n} sessions of long ago I found my messages, but Slack did not let me delete them all. Whoever manages your Slack "
                "can do that.",
                refused,
            )
        )
    return Message("\n\n".join(said), [blocks.section(one) for one in said])


def _lost(t: Texts, sessions: int) -> list[str]:
    """Says which messages stay: a version before did not keep where they stand."""
    if not sessions:
        return []
    return [
        t.n(
            "Of {n} session of long ago I no longer know where my messages stand, so they stay. Whoever manages your Slack can delete "
            "them.",
            "Of {n} sessions of long ago I no longer know where my messages stand, so they stay. Whoever manages your Slack can delete "
            "them.",
            sessions,
        )
    ]


def file_note(t: Texts) -> str:
    return t("This is everything that I keep of you. It is yours; delete it here when you no longer need it.")


def file_sent(t: Texts) -> Message:
    return Message(t("The file is in your own conversation with me."))


def file_failed(t: Texts) -> Message:
    return Message(
        t("The file did not come through. Try again in a minute; if it stays, ask whoever runs the bot.")
    )
