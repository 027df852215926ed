"""Views of polls: the message in the channel, the ballot, the result, and the question to the presenter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cases.records import Case
from bot.cases.rules import CaseKind
from bot.cases.views import subject_line, title_and_subject
from bot.delivery.message import Message
from bot.groups.views import begin_button, case_button, choose_button, plan_button
from bot.polls import rules
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, moment, one_line


@dataclass(frozen=True)
class GroupRef:
    group: str


@dataclass(frozen=True)
class PollRef:
    poll: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A case on the ballot."""

    id: str
    title: str
    question: str
    # A value of CaseKind.
    kind: str = CaseKind.QUESTION


@dataclass(frozen=True)
class AskRef:
    """A poll and the case whose presenter is asked."""

    poll: str
    case: str


def opening_form(
    t: Texts, group: str, closes_at: datetime, zone: str, cases: Sequence[Case], left_out: int
) -> Block:
    local = closes_at.astimezone(ZoneInfo(zone))
    parts = [
        blocks.section(
            t.n(
                "The group chooses from {n} case. Everyone divides {votes} votes; who voted for what stays secret.",
                "The group chooses from {n} cases. Everyone divides {votes} votes; who voted for what stays secret.",
                len(cases),
                votes=rules.VOTES,
            )
        ),
        blocks.field("day", t("Closes on"), blocks.date_element(initial=local.date().isoformat())),
        blocks.field(
            "hour",
            t("At"),
            blocks.time_element(initial=f"{local:%H:%M}", zone=zone),
            hint=t("Or as soon as everyone has voted."),
        ),
    ]
    if left_out:
        parts.append(
            blocks.context(
                t(
                    "A poll holds at most {n} cases: the ones that wait longest take part.",
                    n=rules.MAX_CANDIDATES,
                )
            )
        )
    return blocks.modal(
        t("Choosing a case"),
        parts,
        submit=t("Open the poll"),
        close=t("Cancel"),
        callback_id=ids.POLL_OPEN_FORM,
        meta=GroupRef(group),
    )


def poll_post(
    t: Texts, poll: str, cases: Sequence[Choice], voters: int, members: int, closes_at: datetime, zone: str
) -> Message:
    """The message of an open poll."""
    until = moment(closes_at, zone, t, with_date=True)
    opening = t(
        "*Which case shall we do?* Divide {votes} votes; who voted for what stays secret. Until {until}.",
        votes=rules.VOTES,
        until=until,
    )
    count = t.n("{n} of {members} has voted.", "{n} of {members} have voted.", voters, members=members)
    parts = [blocks.section(opening, expand=True)]
    for case in cases:
        shown = title_and_subject(t, case.title, case.kind, case.question)
        parts.append(blocks.section(shown, expand=True))
    parts.append(
        blocks.actions(
            blocks.button(t("Vote"), ids.POLL_VOTE, PollRef(poll), style="primary"),
            blocks.button(
                t("Close now"),
                ids.POLL_CLOSE,
                PollRef(poll),
                confirm=blocks.confirm(
                    t("Close the poll?"),
                    t("Whoever hasn't voted yet can't any more."),
                    t("Close"),
                    t("Not yet"),
                ),
            ),
        )
    )
    parts.append(blocks.context(count))
    titles = "; ".join(escape(case.title) for case in cases)
    return Message(f"{opening} {titles}. {count}", parts)


def ballot(
    t: Texts, poll: str, cases: Sequence[Choice], points: Mapping[str, int], *, one_gone: bool = False
) -> Block:
    """Three votes to divide. `one_gone`: a case left while the form was open."""
    parts = [
        blocks.section(
            t(
                "You have {votes} votes. Give them to one case or spread them. You can change this until the poll closes.",
                votes=rules.VOTES,
            )
        )
    ]
    if one_gone:
        parts.append(
            blocks.section(
                t("A case has left the poll in the meantime. Look at your votes and send them again.")
            )
        )
    for case in cases:
        parts.append(
            blocks.field(
                case.id,
                one_line(case.title, 150),
                blocks.select_element(
                    [
                        blocks.option(t.n("{n} vote", "{n} votes", number), str(number))
                        for number in range(rules.VOTES + 1)
                    ],
                    initial=str(points.get(case.id, 0)),
                ),
                hint=one_line(subject_line(t, case.kind, case.question), 300),
            )
        )
    return blocks.modal(
        t("Your votes"),
        parts,
        submit=t("Vote"),
        close=t("Cancel"),
        callback_id=ids.POLL_BALLOT_FORM,
        meta=PollRef(poll),
    )


def open_already(t: Texts) -> Message:
    return Message(t("A poll has been opened in the meantime; it is in the channel."))


def voted(t: Texts) -> Message:
    return Message(t("Your votes are counted. You can change them until the poll closes."))


def asking_post(t: Texts, voters: int, cases: int) -> Message:
    """The message of a closed poll whose presenter has not agreed yet. It names no case."""
    if cases == 1:
        text = t(
            "There is one case to take. I'll ask its presenter in private whether that suits; then it is here."
        )
    else:
        text = t.n(
            "The poll is closed: {n} person voted. I'll ask the presenter in private whether it suits; then the result is here.",
            "The poll is closed: {n} people voted. I'll ask the presenter in private whether it suits; then the result is here.",
            voters,
        )
    return Message(text, [blocks.section(text)])


@dataclass(frozen=True)
class Result:
    """The result of a poll. `reason`: a value of `rules.reason`, or "" when it stays private."""

    chosen: Case
    points: int
    reason: str
    second: Case | None
    voters: int
    others: Sequence[Case]
    # How many of these cases, the chosen one included, share its theme.
    same_theme: int


def result_post(t: Texts, result: Result, buttons: Sequence[Block] = ()) -> Message:
    """The message with the result: the case, the reason in words, and the remaining cases.

    It has the buttons of the next step only where no other message has them.
    """
    opening = t("*The choice falls on {title}*.", title=escape(result.chosen.title))
    text = " ".join(filter(None, [opening, reason_in_words(t, result)]))
    small = []
    if result.others:
        titles = "; ".join(escape(case.title) for case in result.others)
        small.append(t("The other cases stay for the next time: {titles}.", titles=titles))
    small += theme_line(t, result)
    parts = [blocks.section(text)]
    if small:
        parts.append(blocks.context(" ".join(small)))
    if buttons:
        parts.append(blocks.actions(*buttons))
    return Message(" ".join([text, *small]), parts)


def after_choice(t: Texts, group: str, *, has_day: bool) -> list[Block]:
    """The buttons after a choice. `has_day`: a meeting is planned, so that no day need be found."""
    begin = begin_button(t, group)
    return [begin] if has_day else [begin, plan_button(t, group)]


def result_notice(t: Texts, group: str, title: str, *, has_day: bool) -> Message:
    """The new message that tells the result: an edit of the poll notifies nobody."""
    chosen = t("Chosen: *{title}*.", title=escape(title))
    then = (
        t("Begin the session when everyone is there.")
        if has_day
        else t("Begin when everyone is there. No day yet? Then plan one.")
    )
    text = f"{chosen} {then}"
    buttons = after_choice(t, group, has_day=has_day)
    return Message(text, [blocks.section(text), blocks.actions(*buttons)])


def result_settled(t: Texts, title: str) -> Message:
    """The same message once it is acted on: without buttons."""
    text = t("Chosen: *{title}*.", title=escape(title))
    return Message(text, [blocks.section(text)])


def result_lapsed(t: Texts) -> Message:
    """The same message when the case is withdrawn after all."""
    text = t("This choice no longer holds; I am asking about another case.")
    return Message(text, [blocks.section(text)])


def nobody_notice(t: Texts, group: str) -> Message:
    """The new message when no case goes on."""
    text = t("This time no case goes on. Choose again, or bring in another case?")
    return Message(
        text, [blocks.section(text), blocks.actions(choose_button(t, group), case_button(t, group))]
    )


def nobody_post(t: Texts) -> Message:
    """The message of a poll in which every presenter declined."""
    text = t(
        "The poll is closed, and this time no case goes on. That is fine: the cases stay where they are."
    )
    return Message(text, [blocks.section(text)])


def reason_in_words(t: Texts, result: Result) -> str:
    """The deciding reason in words; the others are not named."""
    if result.second is None or not result.reason:
        return ""
    if not result.voters:
        return t("Nobody has voted, so urgency came first, and then who has waited longest.")
    second = escape(result.second.title)
    return {
        "points": t.n("It got the most votes: {n}.", "It got the most votes: {n}.", result.points),
        "urgency": t("It has as many votes as {other}; this one is more urgent.", other=second),
        "waiting": t("It has as many votes as {other}; this one has waited longest.", other=second),
        # The other case is not named: how many turns somebody had would tell whose it is.
        "turns": t("It came out equal with another case; its presenter has had the fewest turns."),
        "lot": t("It is equal to {other} in everything; I took the first of the two.", other=second),
    }[result.reason]


def theme_line(t: Texts, result: Result) -> list[str]:
    """The theme of the chosen case. A theme of the waiting cases is told to nobody."""
    theme = escape(result.chosen.theme.strip().lower())
    if not theme:
        return []
    if result.same_theme > 1:
        return [
            t("{n} cases are about {theme}, so this helps more people.", n=result.same_theme, theme=theme)
        ]
    return [t("It is about {theme}.", theme=theme)]


def asking(t: Texts, poll: str, case: str, title: str, group_channel: str) -> Message:
    """The private question to a presenter."""
    text = t(
        "The group in {channel} chose your case: *{title}*. Do you want to bring it in? "
        "If you say no, the next one follows; you need not explain it to anyone.",
        channel=f"<#{group_channel}>",
        title=escape(title),
    )
    ref = AskRef(poll, case)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Yes, I bring it in"), ids.POLL_ACCEPT, ref, style="primary"),
                blocks.button(t("Rather not"), ids.POLL_DECLINE, ref),
            ),
        ],
    )


def ask_to_bring(t: Texts, poll: str, case: str, title: str, place: str, closed_at: datetime) -> Todo:
    """The to-do of a presenter: bring in the case."""
    text = t(
        "Your group in {channel} chose your case: *{title}*. Do you want to bring it in next session?",
        channel=channel(place),
        title=escape(title),
    )
    ref = AskRef(poll, case)
    return Todo(
        text,
        [
            blocks.button(t("Yes, I bring it in"), ids.POLL_ACCEPT, ref, style="primary"),
            blocks.button(t("Rather not"), ids.POLL_DECLINE, ref),
        ],
        closed_at,
    )


def ask_to_vote(t: Texts, poll: str, place: str, closes_at: datetime, zone: str) -> Todo:
    text = t(
        "In {channel} you choose together which case comes next. You can vote until {until}.",
        channel=channel(place),
        until=moment(closes_at, zone, t, with_date=True),
    )
    return Todo(text, [blocks.button(t("Vote"), ids.POLL_VOTE, PollRef(poll), style="primary")], closes_at)


def answered(t: Texts, group_channel: str, *, accepted: bool) -> Message:
    """Replaces the private question once it is answered."""
    if accepted:
        text = t(
            "Good. Your case comes first next session in {channel}. Until then you can still change it, on my Home tab.",
            channel=channel(group_channel),
        )
    else:
        text = t(
            "All right. Your case stays in the list of {channel} for another time, and nobody is told.",
            channel=channel(group_channel),
        )
    return Message(text, [blocks.section(text)])


def no_longer_asked(t: Texts) -> Message:
    """Replaces the question to a presenter whose case has left the poll."""
    text = t("This question is no longer open: the case is not in the poll any more.")
    return Message(text, [blocks.section(text)])


def not_answered(t: Texts, group_channel: str) -> Message:
    """Replaces the question to a presenter who did not answer twice."""
    text = t(
        "In {channel} I went on with another case this time. Yours stays in the list, and nobody is told.",
        channel=channel(group_channel),
    )
    return Message(text, [blocks.section(text)])


def votes_returned(t: Texts, poll: str, group_channel: str) -> Message:
    text = t(
        "A case that you voted for is no longer in the poll of {channel}, so those votes are yours again.",
        channel=channel(group_channel),
    )
    button = blocks.button(t("Vote"), ids.POLL_VOTE, PollRef(poll), style="primary")
    return Message(text, [blocks.section(text), blocks.actions(button)])


def chosen_already(t: Texts, group: str, title: str) -> Message:
    """Answers a new poll while the chosen case waits for its session."""
    text = t("A case has been chosen already: *{title}*.", title=escape(title))
    buttons = after_choice(t, group, has_day=False)
    return Message(text, [blocks.section(text), blocks.actions(*buttons)])


def none_waiting(t: Texts, group: str) -> Message:
    """Answers a new poll without cases."""
    text = t("No case is waiting, so there is nothing to choose yet.")
    return Message(text, [blocks.section(text), blocks.actions(case_button(t, group))])


def one_case(t: Texts, group: str, title: str) -> Message:
    """Offers to ask the presenter of the only case."""
    text = t(
        "There is one case, so there is nothing to choose: *{title}*. Shall I ask its presenter in private "
        "whether it can be done next session?",
        title=escape(title),
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Ask the presenter"), ids.POLL_TAKE, GroupRef(group), style="primary")
            ),
        ],
    )


def asked_only(t: Texts) -> Message:
    return Message(t("Done. The answer will be in the channel."))
