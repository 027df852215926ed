"""Windows of the console: who is here, a line to keep, and a sentence for what may come."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.console.refs import ParkRef
from bot.console.views.after import MAX_LINE_LENGTH
from bot.groups.rules import Meets
from bot.groups.views import ways_of_meeting
from bot.sessions.views import SessionRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.line_forms import LINE, one_field_form
from bot.texts import Texts, escape, name_of

MAX_PARKED_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Presence:
    """The members with their names, who is ticked, who has said it aloud (None: nothing is asked), how they meet."""

    members: list[tuple[str, str]]
    ticked: list[str]
    aloud: list[str] | None
    meets: Meets


def sentences(t: Texts, presenter: str, contact: str, *, is_written: bool = False) -> Block:
    """One sentence for what may come at any moment. `contact`: where the agreements say that one can go; may be empty.

    Whoever leads in writing hears no voices and sees no tears.
    """
    beyond = t(
        '"This is bigger than our conversation. Where it does belong: a confidential adviser, your manager, or your '
        "doctor. I'll help you afterwards to find the way.\""
    )
    if contact:
        beyond += "\n" + t("Your agreements name: {contact}", contact=escape(contact))
    who = name_of(t, presenter)
    moments = [
        (
            t("… it becomes a debate?"),
            t('"I read two opinions. What do they mean for {presenter}?"', presenter=who)
            if is_written
            else t('"I hear two opinions. What do they mean for {presenter}?"', presenter=who),
        ),
        (t("… somebody only complains?"), t('"What can you do about this, and what not?"')),
        (
            t("… it touches somebody deeply?") if is_written else t("… there are tears?"),
            t('"Take your time. Would you like to stop for a moment, or rather go on?"'),
        ),
        (t("… it is a staff matter?"), t('"That belongs in the team meeting; I\'ll park it."')),
        (t("… it is too big for this group?"), beyond),
    ]
    opening = t("Say it calmly, in your own words. You need not solve anything.")
    return blocks.modal(
        t("What do I say when …"),
        [
            blocks.context(opening),
            *(blocks.section(f"*{moment}*\n{text}", expand=True) for moment, text in moments),
        ],
        close=t("Close"),
    )


def present_form(t: Texts, ref: SessionRef, form: Presence) -> Block:
    """The members, ticked when they are here; who has said it aloud, where everybody is asked; and how they meet."""
    fields = _ticks(
        t,
        "here",
        form.members,
        form.ticked,
        t("In the room, in the call or in the thread"),
        t(
            "Somebody who comes later, you tick then; who leaves early, you untick. Nobody else has to press anything."
        ),
    )
    if form.aloud is not None:
        here = [(user, name) for user, name in form.members if user in form.ticked]
        label, hint = t("Said aloud"), t("For somebody without a phone: it counts, and no mark is kept.")
        fields += _ticks(t, "aloud", here, form.aloud, label, hint)
    meets = blocks.radio_element(ways_of_meeting(t), initial=form.meets)
    fields.append(blocks.field("meets", t("This is how you meet"), meets))
    return blocks.modal(
        t("Who is here"),
        fields,
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.CONSOLE_PRESENT_FORM,
        meta=ref,
    )


def _ticks(
    t: Texts, name: str, people: Sequence[tuple[str, str]], ticked: Sequence[str], label: str, hint: str
) -> list[Block]:
    """People with boxes. Slack takes ten in one group: https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element"""
    chunks = [people[first : first + 10] for first in range(0, len(people), 10)]
    return [
        blocks.field(
            f"{name}{number}" if number else name,
            label,
            blocks.checkboxes_element(
                [blocks.option(shown, user) for user, shown in chunk],
                initial=[user for user, _ in chunk if user in ticked],
            ),
            hint=hint,
            optional=True,
        )
        for number, chunk in enumerate(chunks)
    ]


def park_form(t: Texts, ref: SessionRef) -> Block:
    field = blocks.field(
        LINE,
        t("What do you want to keep for later?"),
        blocks.text_element(at_most=MAX_PARKED_LENGTH, focus=True),
        hint=t("Only you read this, after the session."),
    )
    return one_field_form(
        t, t("Park"), field, submit=t("Save"), callback_id=ids.CONSOLE_PARK_FORM, meta=ParkRef(ref.session)
    )


def next_time_form(t: Texts, ref: SessionRef, line: str) -> Block:
    return _line_form(
        t,
        ids.CONSOLE_NEXT_TIME_FORM,
        ref,
        line,
        title=t("Differently next time"),
        label=t("What do we do differently next time?"),
        hint=t(
            "One line that everybody agrees with. It stands at the top next time, also in the thread, until you tick it."
        ),
    )


def own_line_form(t: Texts, ref: SessionRef, line: str) -> Block:
    return _line_form(
        t,
        ids.CONSOLE_OWN_LINE_FORM,
        ref,
        line,
        title=t("For next time"),
        label=t("One thing for next time"),
        hint=t("Only you read this, when you lead this group again."),
    )


def _line_form(
    t: Texts, callback_id: str, ref: SessionRef, line: str, *, title: str, label: str, hint: str
) -> Block:
    field = blocks.field(
        LINE,
        label,
        blocks.text_element(initial=line, at_most=MAX_LINE_LENGTH, focus=True),
        hint=hint,
        optional=True,
    )
    return one_field_form(t, title, field, submit=t("Save"), callback_id=callback_id, meta=ref)
