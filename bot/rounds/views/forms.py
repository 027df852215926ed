"""The forms of the rounds."""

from collections.abc import Sequence

from bot.cases.rules import HELP
from bot.cases.views.case import help_name
from bot.rounds.rules import COLD, LUKEWARM, WARM
from bot.rounds.views.refs import QuestionForm
from bot.sessions.views import PhaseRef, SessionRef
from bot.slack import blocks, ids
from bot.slack.line_forms import one_field_form
from bot.texts import Texts, escape, one_line

Block = blocks.Block
MAX_QUESTION_LENGTH = 500
MAX_ADVICE_LENGTH = 1500
# A form with more selects is more than a presenter can take in.
MAX_RATED = 25
# The value of the box that lets the summary repeat the question.
RETURNS = "returns"


def question_form(t: Texts, meta: QuestionForm, first: str, second: str, remark: str | None = None) -> Block:
    """The form for one or two open questions."""
    parts: list[Block] = [blocks.context(t("They appear together with those of the others. No advice yet."))]
    if remark:
        parts.append(blocks.section(remark_in_words(t, remark)))
    parts += [
        blocks.field(
            "first",
            t("Your question"),
            blocks.text_element(
                initial=first,
                at_most=MAX_QUESTION_LENGTH,
                placeholder=t("What …? How …? When …?"),
                focus=True,
            ),
            hint=t("Open and short: what don't you understand yet?"),
        ),
        blocks.field(
            "second",
            t("A second question"),
            blocks.text_element(initial=second, at_most=MAX_QUESTION_LENGTH),
            optional=True,
        ),
    ]
    if remark == "advice":
        parts.append(
            blocks.field(
                "keep",
                t("What shall we do with it?"),
                blocks.radio_element(
                    [
                        blocks.option(t("It is a question, let it stand"), "ask"),
                        blocks.option(t("Keep it for the advice round, as my note"), "note"),
                    ],
                    initial="ask",
                ),
            )
        )
    return blocks.modal(
        t("Your question"),
        parts,
        submit=t("Send"),
        close=t("Cancel"),
        callback_id=ids.ROUNDS_QUESTION_FORM,
        meta=meta,
    )


def remark_in_words(t: Texts, remark: str) -> str:
    return {
        "advice": t("This looks like advice already. You may let it stand, or keep it for the advice round."),
        "why": t(
            'A why-question can feel like blame. "What makes that …?" asks the same. You may let it stand.'
        ),
        "stacked": t(
            "This is rather a lot at once. One short question is easier to answer. You may let it stand."
        ),
        "no_question": t("I see no question mark. You may let it stand; just send it again."),
    }[remark]


def advice_form(t: Texts, meta: PhaseRef, note: str, advice: str = "", contract: str = "") -> Block:
    """The form for one piece of advice, with what was asked for and the member's note above it."""
    parts: list[Block] = [
        blocks.context(t("Honest and respectful, not wrapped up. It is posted under your name."))
    ]
    if contract:
        parts.append(blocks.section(contract))
    if note:
        parts.append(blocks.section(t("You noted before: _{note}_", note=escape(one_line(note, 1000)))))
    parts.append(
        blocks.field(
            "advice",
            t("Your advice"),
            blocks.text_element(
                multiline=True,
                initial=advice,
                at_most=MAX_ADVICE_LENGTH,
                placeholder=t("If this were my case, I would …"),
                focus=True,
            ),
        )
    )
    return blocks.modal(
        t("Your advice"),
        parts,
        submit=t("Send"),
        close=t("Cancel"),
        callback_id=ids.ROUNDS_ADVICE_FORM,
        meta=meta,
    )


def evaluation_form(t: Texts, meta: SessionRef) -> Block:
    """The form for three marks and a line."""
    marks = [blocks.option(str(mark), str(mark)) for mark in range(1, 6)]
    return blocks.modal(
        t("Evaluation"),
        [
            blocks.context(
                t("1 = not at all, 5 = very much. The group sees averages only, from four answers on.")
            ),
            blocks.field("use", t("It was of use to me"), blocks.radio_element(marks)),
            blocks.field("safety", t("I felt safe"), blocks.radio_element(marks)),
            blocks.field("method", t("The method helped"), blocks.radio_element(marks)),
            blocks.field(
                "line",
                t("A sentence about our conversation"),
                blocks.text_element(at_most=300),
                hint=t("The group reads this line without your name, and only from four answers on."),
                optional=True,
            ),
        ],
        submit=t("Send"),
        close=t("Cancel"),
        callback_id=ids.ROUNDS_EVALUATION_FORM,
        meta=meta,
    )


def note_form(t: Texts, meta: SessionRef, text: str) -> Block:
    field = blocks.field(
        "note",
        t("Only you read this"),
        blocks.text_element(multiline=True, initial=text, focus=True),
        hint=t("You get it back when it is your turn."),
    )
    return one_field_form(
        t, t("My note"), field, submit=t("Save"), callback_id=ids.ROUNDS_NOTE_FORM, meta=meta
    )


def rate_form(t: Texts, meta: PhaseRef, questions: Sequence[tuple[int, str, int | None]]) -> Block:
    """The presenter's form: a word for each question. `questions`: number, words, and the word it has."""
    words = [
        blocks.option(t("cold"), str(COLD)),
        blocks.option(t("lukewarm"), str(LUKEWARM)),
        blocks.option(t("warm"), str(WARM)),
    ]
    parts: list[Block] = [
        blocks.context(
            t("Warm: one that you have to think about. Follow your first feeling; you may leave any out.")
        )
    ]
    parts += [
        blocks.field(
            rating_field(place),
            f"{place}. {one_line(text, 300)}",
            blocks.select_element(
                words, initial=None if rating is None else str(rating), placeholder=t("A word")
            ),
            optional=True,
        )
        for place, text, rating in questions[:MAX_RATED]
    ]
    return blocks.modal(
        t("Cold, lukewarm, warm"),
        parts,
        submit=t("Send"),
        close=t("Cancel"),
        callback_id=ids.ROUNDS_RATE_FORM,
        meta=meta,
    )


def rating_field(place: int) -> str:
    return f"rating{place}"


def reword_form(t: Texts, meta: PhaseRef, question: str, wanted: Sequence[str], *, returns: bool) -> Block:
    """The form for the question as it is now, and the help that is wanted."""
    return blocks.modal(
        t("Your question now"),
        [
            blocks.field(
                "question",
                t("My question is now"),
                blocks.text_element(
                    multiline=True, initial=question, at_most=MAX_QUESTION_LENGTH, focus=True
                ),
                hint=t("One sentence. You need not defend the old one."),
            ),
            blocks.field(
                "help",
                t("What help would you like?"),
                blocks.checkboxes_element(
                    [blocks.option(help_name(t, kind), kind) for kind in HELP], initial=list(wanted)
                ),
                optional=True,
            ),
            blocks.field(
                "returns",
                t("Afterwards"),
                blocks.checkboxes_element(
                    [blocks.option(t("The summary may repeat it"), RETURNS)],
                    initial=[RETURNS] if returns else [],
                ),
                hint=t("Without a tick it stays in this session."),
                optional=True,
            ),
        ],
        submit=t("Send"),
        close=t("Cancel"),
        callback_id=ids.ROUNDS_REWORD_FORM,
        meta=meta,
    )
