"""Forms of date polls: propose dates, vote, and choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.date_polls.rules import DATE_ANSWERS, MAX_SLOTS, Tally
from bot.date_polls.views.refs import MarkRef, SearchRef, SlotsRef
from bot.meetings.views import length_field
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, moment

DATE = "date"


@dataclass(frozen=True)
class Proposed:
    """A date in the form: its number and its initial value."""

    number: int
    day: str | None = None
    hour: str = "15:00"


def day_field(number: int) -> str:
    return f"day{number}"


def hour_field(number: int) -> str:
    return f"hour{number}"


def slots_form(t: Texts, ref: SlotsRef, zone: str, proposed: Sequence[Proposed]) -> Block:
    parts: list[Block] = [
        blocks.section(
            t(
                "Propose up to {n} dates. Everyone in the group says what suits, and then you choose. Leave empty what you "
                "don't need.",
                n=MAX_SLOTS,
            )
        )
    ]
    for one in proposed:
        parts += [
            blocks.field(
                day_field(one.number),
                t("Date {n}", n=one.number),
                blocks.date_element(initial=one.day),
                optional=one.number > 1,
            ),
            blocks.field(
                hour_field(one.number),
                t("Time"),
                blocks.time_element(initial=one.hour, zone=zone),
                hint=t("In the group's time zone: {zone}.", zone=zone),
            ),
        ]
    return blocks.modal(
        t("Find a date"),
        parts,
        submit=t("Next"),
        close=t("Close"),
        callback_id=ids.DATES_SLOTS_FORM,
        meta=ref,
    )


def check_form(
    t: Texts,
    search: str,
    zone: str,
    moments: Sequence[datetime],
    until: str,
    place: str,
    remarks: Sequence[str],
    minutes: int,
) -> Block:
    """The proposed dates with remarks, before the group is asked."""
    lines = "\n".join("• " + moment(at, zone, t, with_date=True) for at in moments)
    parts = [blocks.section(t("You propose:") + "\n" + lines)]
    if remarks:
        parts.append(blocks.context("\n".join(remarks)))
    if len(moments) < MAX_SLOTS:
        parts.append(blocks.actions(blocks.button(t("More dates"), ids.DATES_MORE, SearchRef(search))))
    parts += [
        blocks.field(
            "until",
            t("Until when can everyone answer?"),
            blocks.date_element(initial=until),
            hint=t(
                "Until the end of that day. When the group does not work then, until the end of the next working day."
            ),
        ),
        length_field(t, minutes),
        blocks.field(
            "place",
            t("Place or link"),
            blocks.text_element(initial=place or None, at_most=200),
            optional=True,
        ),
    ]
    return blocks.modal(
        t("Find a date"),
        parts,
        submit=t("Ask the group"),
        close=t("Close"),
        callback_id=ids.DATES_ASK_FORM,
        meta=SearchRef(search),
    )


def mark_form(
    t: Texts,
    ref: MarkRef,
    zone: str,
    slots: Sequence[tuple[str, datetime]],
    said: Mapping[str, str],
    *,
    more: bool,
) -> Block:
    """A user's votes on some of the dates."""
    options = [
        blocks.option(words, answer)
        for answer, words in zip(DATE_ANSWERS, (t("Yes"), t("If need be"), t("No")), strict=True)
    ]
    parts = [
        blocks.field(
            slot, moment(at, zone, t, with_date=True), blocks.radio_element(options, initial=said.get(slot))
        )
        for slot, at in slots
    ]
    small = t("The group sees how many can come, not who says what.")
    return blocks.modal(
        t("Which dates suit you?"),
        [blocks.context(small), *parts],
        submit=t("Next") if more else t("Save"),
        close=t("Close"),
        callback_id=ids.DATES_MARK_FORM,
        meta=ref,
    )


def choose_form(t: Texts, search: str, zone: str, best: Sequence[Tally], missing: int) -> Block:
    options = [
        blocks.option(moment(one.starts_at, zone, t, with_date=True), one.slot, counts(t, one))
        for one in best
    ]
    parts = [
        blocks.field(
            DATE,
            t("The best ones stand first"),
            blocks.radio_element(options, initial=options[0]["value"]),
        )
    ]
    if missing:
        parts.append(
            blocks.context(
                t.n("{n} person has not answered yet.", "{n} people have not answered yet.", missing)
            )
        )
    return blocks.modal(
        t("Choose a date"),
        parts,
        submit=t("Plan"),
        close=t("Close"),
        callback_id=ids.DATES_CHOOSE_FORM,
        meta=SearchRef(search),
    )


def counts(t: Texts, one: Tally) -> str:
    """ "3 ja, 1 als het moet": the votes on a date, without the answers that nobody gave."""
    said = [
        t("{n} yes", n=one.yes) if one.yes else "",
        t("{n} if need be", n=one.maybe) if one.maybe else "",
        t("{n} no", n=one.no) if one.no else "",
        {
            "yes": t("the leader can come"),
            "maybe": t("the leader if need be"),
            "no": t("the leader can't come"),
        }.get(one.leader, ""),
    ]
    return ", ".join(filter(None, said)) or t("nobody yet")
