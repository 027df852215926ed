"""Forms of selections: a line of one's own or for somebody, the case that was said aloud, and who is here."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases.rules import TITLE_AT_MOST
from bot.cases.views import subject_line
from bot.selections.views.refs import LineForm, SelectionControl, SelectionRef
from bot.selections.views.selection_view import Candidate
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, one_line

MAX_QUESTION_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Attendance:
    """The members with their names, and who is ticked."""

    members: Sequence[tuple[str, str]]
    ticked: Sequence[str]


def own_line(t: Texts, meta: LineForm) -> Block:
    """What somebody has, in a sentence and a question. It becomes a case of theirs on the list."""
    return blocks.modal(
        t("I have something"),
        _line_fields(t),
        submit=t("On the list"),
        close=t("Cancel"),
        callback_id=ids.SELECTION_LINE_FORM,
        meta=meta,
    )


def line_for(t: Texts, meta: LineForm, people: Sequence[tuple[str, str]]) -> Block:
    """The same, typed by whoever leads for somebody who is there."""
    options = [blocks.option(name, user) for user, name in people]
    return blocks.modal(
        t("A line for somebody"),
        [
            blocks.field(
                "who",
                t("Whose is it?"),
                blocks.select_element(options, placeholder=t("Choose somebody who is here")),
                hint=t("They put it on the list themselves; I ask them in private."),
            ),
            *_line_fields(t),
        ],
        submit=t("Ask them"),
        close=t("Cancel"),
        callback_id=ids.SELECTION_LINE_FOR_FORM,
        meta=meta,
    )


def _line_fields(t: Texts) -> list[Block]:
    return [
        blocks.field(
            "title",
            t("What is it, in one sentence?"),
            blocks.text_element(at_most=TITLE_AT_MOST, focus=True),
            hint=t("The group reads this. Leave out names of people and organisations."),
        ),
        blocks.field(
            "question",
            t("And the question?"),
            blocks.text_element(at_most=MAX_QUESTION_LENGTH, multiline=True),
            optional=True,
        ),
    ]


def pick(t: Texts, meta: SelectionControl, candidates: Sequence[Candidate]) -> Block:
    """The case that the group chose among itself."""
    options = [
        blocks.option(
            one_line(one.title, 70), one.case, one_line(subject_line(t, one.kind, one.question), 70)
        )
        for one in candidates
    ]
    return blocks.modal(
        t("Chosen together"),
        [
            blocks.field(
                "case",
                t("Which case did you choose?"),
                blocks.radio_element(options) if len(options) <= 10 else blocks.select_element(options),
                hint=t("I ask whoever brought it in private. The session opens with their yes."),
            )
        ],
        submit=t("This one"),
        close=t("Cancel"),
        callback_id=ids.SELECTION_PICK_FORM,
        meta=meta,
    )


def presence(t: Texts, meta: SelectionRef, form: Attendance) -> Block:
    """The members, ticked when they are here. Slack takes ten boxes in one group:

    https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
    """
    chunks = [form.members[first : first + 10] for first in range(0, len(form.members), 10)]
    return blocks.modal(
        t("Who is here"),
        [
            blocks.field(
                f"here{number}" if number else "here",
                t("In the room, in the call or in the thread"),
                blocks.checkboxes_element(
                    [blocks.option(name, user) for user, name in chunk],
                    initial=[user for user, _ in chunk if user in form.ticked],
                ),
                hint=t("Only who is here brings in a case and votes. Nobody else has to press anything."),
                optional=True,
            )
            for number, chunk in enumerate(chunks)
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.SELECTION_PRESENT_FORM,
        meta=meta,
    )
