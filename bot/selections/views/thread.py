"""The message in the thread of a selection: the phase in words, and the cases that can be chosen."""

from bot.cases.views import title_and_subject
from bot.delivery.message import Message
from bot.selections.rules import TAKES_CASES, Outcome, SelectionState
from bot.selections.views import card
from bot.selections.views.refs import CandidateRef
from bot.selections.views.selection_view import Candidate, SelectionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts


def candidates_message(t: Texts, view: SelectionView) -> Message:
    """What the group reads while it chooses: the phase, and title and question of each case. Emptied at the end."""
    if view.is_over:
        text = card.ended(t, view)
        return Message(text, [blocks.section(text)])
    words = view.says(t)
    assert words is not None
    opening = f"*{words.title}* {words.prompt}"
    status = card.status(t, view)
    if view.state is SelectionState.ASKING and view.outcome is Outcome.TIE:
        status += " " + t(
            "The votes were equal: first comes what speaks to most of you, then what waits longest."
        )
    parts = [blocks.section(opening, expand=True), blocks.context(words.rule), blocks.section(status)]
    texts = [opening, words.rule, status]
    if view.state is not SelectionState.ASKING:
        for one in view.candidates:
            texts.append(_in_words(t, one))
            parts.append(blocks.section(_in_words(t, one), accessory=_button(t, view, one)))
    if view.state in TAKES_CASES:
        parts.append(blocks.actions(blocks.button(t("I have something"), ids.SELECTION_LINE, view.ref)))
    return Message("\n".join(texts), parts)


def _in_words(t: Texts, one: Candidate) -> str:
    text = title_and_subject(t, one.title, one.kind, one.question)
    if not one.echoes:
        return text
    echoes = t.n("{n} of you: this is mine too.", "{n} of you: this is mine too.", one.echoes)
    return f"{text}\n{echoes}"


def _button(t: Texts, view: SelectionView, one: Candidate) -> Block:
    ref = CandidateRef(view.id, one.case)
    if view.state is SelectionState.POLLING:
        return blocks.button(t("My vote"), ids.SELECTION_VOTE, ref, style="primary")
    return blocks.button(t("This is mine too"), ids.SELECTION_ECHO, ref)
