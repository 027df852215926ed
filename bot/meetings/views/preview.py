"""The preview of a rhythm: its next dates, before it is planned."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.meetings.rules import USUAL_MINUTES
from bot.meetings.views.forms import length_field
from bot.meetings.views.refs import PreviewRef, RhythmRef
from bot.meetings.views.words import day_in_full, month, rhythm_words
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, list_of

LATER = "later"
# More months than these are summed up in one sentence.
MONTHS_NAMED = 4


@dataclass(frozen=True)
class Date:
    """A day of a rhythm. `taken`: the group meets then already; `off`: it does not work then."""

    day: str
    holiday: str = ""
    taken: bool = False
    off: bool = False


@dataclass(frozen=True)
class Preview:
    """The next dates of a rhythm, and the skipped months (`without`). `country`: "" if its holidays are unknown."""

    rule: str
    first: str
    hour: str
    country: str
    known: int
    dates: list[Date]
    without: list[date] = field(default_factory=list)


def preview(
    t: Texts,
    ref: RhythmRef,
    seen: Preview,
    *,
    place: str = "",
    minutes: int = USUAL_MINUTES,
    ticked: Sequence[str] | None = None,
    notice: str = "",
) -> Block:
    """The view with the dates. `ticked`: the days to skip; None for the proposed ones."""
    words = rhythm_words(t, seen.rule)
    parts = [blocks.section(notice)] if notice else []
    parts.append(
        blocks.section(t("*{rhythm}* at {hour}.", rhythm=words[0].upper() + words[1:], hour=seen.hour))
    )
    if seen.without:
        parts.append(blocks.context(_without(t, seen.without)))
    options = [blocks.option(day_in_full(t, one.day), one.day, _about(t, one)) for one in seen.dates]
    ours = [one.day for one in seen.dates if one.holiday or one.taken]
    if seen.country:
        options.append(blocks.option(t("public holidays after these dates"), LATER))
        ours.append(LATER)
    parts += [
        blocks.field(
            "skip",
            t("These are the next dates. Tick what to leave out."),
            blocks.checkboxes_element(options, initial=ours if ticked is None else ticked),
            optional=True,
        ),
        length_field(t, minutes),
        blocks.field(
            "place",
            t("Place or link"),
            blocks.text_element(initial=place or None, at_most=200),
            optional=True,
            hint=t("Stands in the channel and in the calendars of whoever subscribed."),
        ),
    ]
    return blocks.modal(
        t("The next dates"),
        parts,
        submit=t("Plan"),
        close=t("Back"),
        callback_id=ids.MEETING_PREVIEW_FORM,
        meta=PreviewRef(
            ref.group, ref.series, ref.since, seen.rule, seen.first, seen.hour, seen.country, seen.known
        ),
    )


def _about(t: Texts, one: Date) -> str | None:
    if one.taken:
        return t("There is a meeting on that day already.")
    return one.holiday or (t("Not one of the group's working days.") if one.off else None)


def _without(t: Texts, months: list[date]) -> str:
    if len(months) > MONTHS_NAMED:
        return t("Months in which there is no such day are left out.")
    return t(
        "There is no such day in {months}: left out.", months=list_of(t, [month(t, one) for one in months])
    )
