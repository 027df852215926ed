"""Views of a digest, and of its forms: later, stop, away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.delivery.message import Message
from bot.nudges import rules
from bot.nudges.records import Digest, DoNotDisturb
from bot.slack import blocks, codec, ids
from bot.slack.blocks import Block
from bot.texts import Texts, day_name

# The longest text of an edit: https://docs.slack.dev/reference/methods/chat.update
TEXT = 3900


@dataclass(frozen=True)
class LetterRef:
    letter: str


@dataclass(frozen=True)
class Later:
    """A snooze by so many days; 0: until a day that they choose."""

    letter: str
    days: int


@dataclass(frozen=True)
class TopicRef:
    topic: str


def letter(t: Texts, sent: Digest) -> Message:
    """The items of a digest, one after the other, with "Later" and "Stop" for the open ones below them."""
    found: list[Block] = []
    parts = _without_repeats(sent.parts)
    for part in parts:
        if found:
            found.append(blocks.divider())
        found += part["blocks"] or [blocks.section(part["text"])]
    texts = [part["text"] for part in parts]
    if not all(part["answered"] for part in sent.parts):
        if sent.note:
            texts.append(sent.note)
            found.append(blocks.context(sent.note))
        found.append(_row(t, sent))
    text = "\n\n".join(texts)
    return Message(text if len(text) <= TEXT else text[: TEXT - 1] + "…", found)


def _without_repeats(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items, without an answered one that says what another said: two of one meeting end in the same words."""
    found: list[dict[str, Any]] = []
    for part in parts:
        if not (part["answered"] and any(part["text"] == one["text"] for one in found)):
            found.append(part)
    return found


def _row(t: Texts, sent: Digest) -> Block:
    ends = [part["until"] for part in sent.parts if not part["answered"]]
    # A nudge is not snoozed beyond its expiry.
    last = None if None in ends else max(ends, default=0) - sent.sent_at.timestamp()
    offered = [days for days in rules.LATER if last is None or days * 86400 < last]
    options = [blocks.option(in_days(t, days), codec.dump(Later(sent.id, days))) for days in offered]
    options.append(blocks.option(t("Another day"), codec.dump(Later(sent.id, 0))))
    return blocks.actions(
        blocks.select_element(options, placeholder=t("Later"), action_id=ids.NUDGES_LATER),
        blocks.button(
            t("Stop this"), ids.NUDGES_STOP, LetterRef(sent.id), label=t("Stop messages like this")
        ),
    )


def in_days(t: Texts, days: int) -> str:
    """The name of a choice under "Later"; the rooms above use it too."""
    return {1: t("Tomorrow"), 3: t("In three days"), 7: t("In a week")}[days]


def put_off(t: Texts, chosen: date, comes: Sequence[date | None]) -> str:
    """The note about when snoozed items come back; None among these days: an item does not come back."""
    days = sorted({day for day in comes if day is not None})
    if not days:
        return t("By {chosen} this has passed, so I'll let it go.", chosen=day_name(t, chosen))
    if len(days) == 1 and None not in comes:
        if days[0] >= chosen:
            return t("I'll come back to this on {day}.", day=day_name(t, days[0]))
        return t(
            "By {chosen} this has passed, so I'll come back to it on {day}.",
            chosen=day_name(t, chosen),
            day=day_name(t, days[0]),
        )
    sentences = [t("I'll come back to this on {day}.", day=day_name(t, day)) for day in days[-1:]]
    sentences += [t("Where that is too late, I'll come on {day}.", day=day_name(t, day)) for day in days[:-1]]
    if None in comes:
        sentences.append(t("What has passed by then, I'll let go."))
    return " ".join(sentences)


def later_form(t: Texts, ref: LetterRef) -> Block:
    return blocks.modal(
        t("Later"),
        [
            blocks.field(
                "day",
                t("When shall I come back to this?"),
                blocks.date_element(),
                hint=t("On a day on which you don't work, it becomes the next working day."),
            )
        ],
        submit=t("Later"),
        close=t("Cancel"),
        callback_id=ids.NUDGES_LATER_FORM,
        meta=ref,
    )


def put_off_now(t: Texts, note: str) -> Message:
    return Message(note or t("Everything in this message has been answered already."))


# Stop


def topic_name(t: Texts, topic: str) -> str:
    return {
        "meetings": t("Meetings (preparing, coming, roles)"),
        "cases": t("Cases and choosing one"),
        "steps": t("My steps and the look-back"),
        "reflections": t("My reflection after a session"),
        "group": t("My group (its size, guests, agreements)"),
    }[topic]


def topic_options(t: Texts) -> list[Block]:
    """The topics as options of a form."""
    return [blocks.option(topic_name(t, topic), topic) for topic in rules.TOPICS]


def stop_form(t: Texts, sent: Digest) -> Block:
    topics = {rules.topic_of(part["kind"]) for part in sent.parts}
    options = [blocks.option(topic_name(t, topic), topic) for topic in rules.TOPICS if topic in topics]
    everything = blocks.option(
        t("Everything"), rules.ALL, t("Only what belongs to a session that is going on still comes")
    )
    return blocks.modal(
        t("Stop"),
        [
            blocks.field(
                "topic",
                t("What would you like no more messages about?"),
                blocks.radio_element([*options, everything], initial=options[0]["value"]),
                hint=t("You can always change this in My settings, on my Home tab."),
            )
        ],
        submit=t("Stop"),
        close=t("Cancel"),
        callback_id=ids.NUDGES_STOP_FORM,
        meta=LetterRef(sent.id),
    )


def stopped(t: Texts, topic: str) -> Message:
    if topic == rules.ALL:
        text = t(
            "I don't write to you any more, except for a session that is going on. You can change it in My settings, on my "
            "Home tab."
        )
    else:
        text = t(
            "I don't write to you about this any more: *{topic}*. You can change it in My settings, on my Home tab.",
            topic=topic_name(t, topic),
        )
    back = blocks.button(t("Turn it on again"), ids.NUDGES_RESUME, TopicRef(topic))
    return Message(text, [blocks.section(text), blocks.actions(back)])


def resumed(t: Texts) -> Message:
    return Message(t("All right, you hear from me again: at most three times a week."))


# Away


def away_now(t: Texts, now: DoNotDisturb) -> Block:
    """The person's absence, with the button to end it."""
    until = (
        t("You are away until {day}.", day=day_name(t, now.away_until))
        if now.away_until
        else t("You are away until you say that you are back.")
    )
    return blocks.section(until, accessory=blocks.button(t("I am back"), ids.NUDGES_BACK, style="primary"))


def away_form(t: Texts, now: DoNotDisturb | None) -> Block:
    parts: list[Block] = [away_now(t, now)] if now is not None else []
    parts += [
        blocks.section(
            t(
                "While you are away I won't send you private messages. What still matters comes when you are back; what has passed by then, I'll let go. Only you see this."
            )
        ),
        blocks.field(
            "until",
            t("Away until and including"),
            blocks.date_element(initial=(now.away_until or None) if now else None),
            hint=t("Leave it empty if you don't know yet. Then type /intervisie away when you are back."),
            optional=True,
        ),
    ]
    return blocks.modal(
        t("Away"),
        parts,
        submit=t("I am away"),
        close=t("Cancel"),
        callback_id=ids.NUDGES_AWAY_FORM,
    )


def away(t: Texts, now: DoNotDisturb) -> Message:
    if now.away_until:
        text = t("I'll leave you in peace until {day}.", day=day_name(t, now.away_until))
    else:
        text = t("I'll leave you in peace. Type /intervisie away when you are back.")
    return Message(text)


def back(t: Texts) -> Message:
    return Message(t("Welcome back. What still matters comes in your working hours, together."))
