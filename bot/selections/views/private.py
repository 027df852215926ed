"""Private messages of selections: to whoever leads, to whom a line was typed for, and to a presenter who is asked."""

from datetime import datetime

from bot.cases.views import title_and_subject
from bot.delivery.message import Message
from bot.selections.rules import SelectionState
from bot.selections.views import card
from bot.selections.views.refs import CandidateRef
from bot.selections.views.selection_view import SelectionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, mention


def leading(t: Texts, view: SelectionView, place: str) -> Message:
    """To whoever leads, edited as the selection goes on: what is on, a sentence to say, and the controls."""
    status = card.status(t, view)
    opening = t("You lead in {channel}, where a case is chosen together.", channel=channel(place))
    lines = [opening, status, card.who_is_there(t, view)]
    words = view.says(t)
    if words is not None and view.state is not SelectionState.ASKING:
        lines.append(t("*Say:* {words}", words=words.facilitator_line))
        lines.append(t("*Look out for:* {words}", words=words.watch_for))
        lines.append(t("*If it stalls:* {words}", words=words.if_stuck))
        lines.append(t("*If it goes wrong:* {words}", words=words.if_wrong))
    return Message(
        "\n".join(lines),
        [
            blocks.section("\n".join(lines[:3]), expand=True),
            *([blocks.section("\n".join(lines[3:]), expand=True)] if lines[3:] else []),
            blocks.actions(*card.controls(t, view), block_id="controls"),
            *card.time_row(t, view),
        ],
    )


def no_longer_leading(t: Texts, view: SelectionView) -> Message:
    """Takes the place of that message, once it is over or somebody else leads."""
    if view.is_over:
        return Message(card.ended(t, view))
    return Message(t("Somebody else leads now."))


def line_question(t: Texts, ref: CandidateRef, leader: str, place: str, title: str, question: str) -> Message:
    """To somebody for whom a line was typed. Nobody sees it before they say yes."""
    text = _line_question(t, leader, place, title, question)
    small = t("Nobody sees it before you say yes. Another wording is fine: change it later, in your cases.")
    return Message(
        f"{text}\n{small}",
        [blocks.section(text), blocks.context(small), blocks.actions(*_line_buttons(t, ref))],
    )


def _line_question(t: Texts, leader: str, place: str, title: str, question: str) -> str:
    opening = t(
        "{user} wrote down what you said in {channel}. Shall I put it on the list as your case?",
        user=mention(leader),
        channel=channel(place),
    )
    return "\n".join([opening, title_and_subject(t, title, "", question)])


def _line_buttons(t: Texts, ref: CandidateRef) -> list[Block]:
    return [
        blocks.button(t("Yes, on the list"), ids.SELECTION_CONFIRM, ref, style="primary"),
        blocks.button(t("No, leave it out"), ids.SELECTION_REJECT, ref),
    ]


def line_todo(
    t: Texts, ref: CandidateRef, leader: str, place: str, title: str, question: str, now: datetime
) -> Todo:
    return Todo(_line_question(t, leader, place, title, question), _line_buttons(t, ref), now)


def line_confirmed(t: Texts, title: str) -> Message:
    return Message(t("*{title}* is on the list, as your case.", title=escape(title)))


def line_rejected(t: Texts) -> Message:
    return Message(t("Good, it is gone. Nobody has seen it."))


def line_lapsed(t: Texts) -> Message:
    return Message(
        t("The choosing is over, so the line that was written down for you is gone. Nobody saw it.")
    )


def presenter_question(t: Texts, ref: CandidateRef, title: str, place: str) -> Message:
    """Asks the presenter whether they bring this case now."""
    text = _presenter_question(t, title, place)
    small = t(
        "Nobody reads which case it is before you say yes. If you'd rather not, you don't have to explain."
    )
    return Message(
        f"{text} {small}",
        [blocks.section(text), blocks.context(small), blocks.actions(*_presenter_buttons(t, ref))],
    )


def presenter_todo(t: Texts, ref: CandidateRef, title: str, place: str, now: datetime) -> Todo:
    """The same question on the Home tab, due now: the group waits for the answer."""
    return Todo(_presenter_question(t, title, place), _presenter_buttons(t, ref), now)


def _presenter_question(t: Texts, title: str, place: str) -> str:
    return t(
        "In {channel} the choice falls on your case *{title}*. Do you bring it now?",
        channel=channel(place),
        title=escape(title),
    )


def _presenter_buttons(t: Texts, ref: CandidateRef) -> list[Block]:
    return [
        blocks.button(t("Yes, I'll bring it"), ids.SELECTION_ACCEPT, ref, style="primary"),
        blocks.button(t("Rather not"), ids.SELECTION_DECLINE, ref),
    ]


def presenter_accepted(t: Texts, title: str, place: str) -> Message:
    return Message(
        t(
            "Good. The session about *{title}* is open in {channel}.",
            title=escape(title),
            channel=channel(place),
        )
    )


def presenter_declined(t: Texts, title: str) -> Message:
    return Message(t("That is fine. *{title}* stays on the list.", title=escape(title)))


def question_closed(t: Texts) -> Message:
    return Message(t("This has been settled in the meantime. Thank you all the same."))


def selection_on(t: Texts, view: SelectionView, team: str, place: str, ts: str | None) -> Message:
    """Answers a start while the group chooses together."""
    text = t("A case is being chosen here together. One thing at a time is best.")
    if ts is not None:
        url = f"https://slack.com/app_redirect?team={team}&channel={place}&message_ts={ts}"
        text += " " + t("<{url}|Go to it>, or stop it first.", url=url)
    stop = [one for one in card.controls(t, view) if one["action_id"] == ids.SELECTION_STOP]
    return Message(text, [blocks.section(text), blocks.actions(*stop)])


def here_already(t: Texts) -> Message:
    return Message(t("You are on the list already."))


def vote_kept(t: Texts) -> Message:
    """To whoever voted, where others still have to."""
    return Message(t("Your vote is kept. You can change it until everybody has voted."))


def time_up(t: Texts, phase: str) -> Message:
    """To whoever leads, until they go on."""
    return Message(t("The time for {phase} is up.", phase=phase))
