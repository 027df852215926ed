"""Views of a trial: the private question to each member, and the decision of the group."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.agreements.rules import TRIAL_ANSWERS
from bot.delivery.message import Message
from bot.groups.views import GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, list_of


@dataclass(frozen=True)
class TrialRef:
    """A private answer after a trial: one of `rules.TRIAL_ANSWERS`."""

    group: str
    answer: str


def members_are_asked(t: Texts) -> Message:
    """In the channel, after the first session of a group in its trial."""
    text = t(
        "You have tried it once. I'm asking each of you in private whether you want to go on. When everyone has answered, or else "
        "in a week, you decide here together."
    )
    return Message(text, [blocks.section(text)])


def ask_member(t: Texts, group: str, place: str) -> tuple[str, list[Block]]:
    """The private question to a member."""
    text = t(
        "You have tried it once in {channel}. Do you want to go on? The group sees only numbers, and only if at least four of you "
        "answer.",
        channel=channel(place),
    )
    return text, [blocks.section(text), blocks.actions(*_answers(t, group))]


def ask_member_at_home(t: Texts, group: str, place: str) -> Todo:
    """The same question on the Home tab."""
    return Todo(ask_member(t, group, place)[0], _answers(t, group))


def _answers(t: Texts, group: str) -> list[Block]:
    names = _answer_names(t)
    return [
        blocks.button(names[answer], f"{ids.TRIAL_ANSWER}.{answer}", TrialRef(group, answer))
        for answer in TRIAL_ANSWERS
    ]


def _answer_names(t: Texts) -> dict[str, str]:
    return {"yes": t("I'll go on"), "doubt": t("I'm in doubt"), "no": t("It's not for me")}


def member_answered(t: Texts, place: str, answer: str | None) -> str:
    """Takes the place of the question. `answer` is None for somebody who had not answered when they were counted."""
    if answer is None:
        return t(
            "You have tried it once in {channel}, and the group decides there now. What you think, you can say there.",
            channel=channel(place),
        )
    return t(
        "Thank you. About {channel} you said: *{answer}*. Nobody sees that; the group sees only numbers, from four answers on.",
        channel=channel(place),
        answer=_answer_names(t)[answer],
    )


def asks_to_go_on(t: Texts, group: str, numbers: Mapping[str, int] | None, *, everyone: bool) -> Message:
    """In the channel, when the members were asked. `numbers`: by answer; None for too few to show."""
    begins = t("Everyone has answered.") if everyone else t("A week has passed.")
    said = (
        t("With fewer than four answers I show no numbers.") if numbers is None else _in_numbers(t, numbers)
    )
    question = t("Do you go on as a group? Talk about it for a moment; one of you presses the button.")
    text = f"{begins} {said} {question}"
    asks = blocks.confirm(
        t("Stop here?"),
        t(
            "The group is taking a break; nobody gets reminders. Cases and steps are kept, and you can go on at any time."
        ),
        t("Stop here"),
        t("Back"),
    )
    ref = GroupRef(group)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Yes, we go on"), ids.TRIAL_GO_ON, ref, style="primary"),
                blocks.button(t("We stop here"), ids.TRIAL_STOP, ref, confirm=asks),
            ),
        ],
    )


def goes_on(t: Texts, group: str) -> Message:
    text = t(
        "You go on as a group. What helps now: a date, or a rhythm for the coming months, if there is none yet; and everyone's word on the agreements."
    )
    ref = GroupRef(group)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, ref, style="primary"),
                blocks.button(t("Read the agreements"), ids.AGREEMENTS_OPEN, ref),
            ),
        ],
    )


def stops(t: Texts, group: str) -> Message:
    text = t("The group rests here. Thank you for trying it. With the button you go on at any time.")
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(blocks.button(t("Go on after all"), ids.TRIAL_GO_ON, GroupRef(group))),
        ],
    )


def _in_numbers(t: Texts, numbers: Mapping[str, int]) -> str:
    def line(answer: str, number: int) -> str:
        if answer == "yes":
            return t.n("{n} goes on", "{n} go on", number)
        if answer == "doubt":
            return t.n("{n} is in doubt", "{n} are in doubt", number)
        return t.n("{n} would rather not", "{n} would rather not", number)

    found = list_of(t, [line(answer, number) for answer, number in numbers.items()])
    return t("Of those who answered: {numbers}.", numbers=found)
