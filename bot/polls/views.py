"""The poll in the channel, the ballot, the result, and the question to the presenter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cases.records import Case
from bot.delivery.message import Message
from bot.polls import rules
from bot.slack import blocks, ids
from bot.texts import Texts, escape, mention, moment, one_line

Block = blocks.Block


@dataclass(frozen=True)
class GroupRef:
    group: str


@dataclass(frozen=True)
class PollRef:
    poll: str


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
                t("A poll holds at most {n} cases: the ones that wait longest take part.", n=rules.AT_MOST)
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
    t: Texts, poll: str, cases: Sequence[Case], voters: int, members: int, closes_at: datetime, zone: str
) -> Message:
    """The poll as the channel sees it while it is open."""
    until = moment(closes_at, zone, t, with_date=True)
    opening = t(
        "*Which case shall we do?* Divide {votes} votes; who voted for what stays secret. Until {until}.",
        votes=rules.VOTES,
        until=until,
    )
    count = t.n("{n} of {members} has voted.", "{n} of {members} have voted.", voters, members=members)
    parts = [blocks.section(opening)]
    for case in cases:
        parts.append(blocks.section(f"*{escape(case.title)}*\n{escape(one_line(case.question, 600))}"))
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


def ballot(t: Texts, poll: str, cases: Sequence[Case], points: Mapping[str, int]) -> Block:
    """Three votes to divide."""
    parts = [
        blocks.section(
            t(
                "You have {votes} votes. Give them to one case or spread them. You can change this until the poll closes.",
                votes=rules.VOTES,
            )
        )
    ]
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
                hint=one_line(case.question, 300),
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


def voted(t: Texts) -> Message:
    return Message(t("Your votes are counted. You can change them until the poll closes."))


@dataclass(frozen=True)
class Result:
    """A closed poll, in order."""

    ranked: Sequence[tuple[Case, int]]
    first: int
    reason: str
    waiting: bool
    themes: Mapping[str, int]


def result_post(t: Texts, result: Result) -> Message:
    """The poll once it is closed: the order, and in words why this case."""
    if not result.ranked:
        text = t("The poll is closed without a choice: no case is left. Bring one in with /intervisie casus.")
        return Message(text, [blocks.section(text)])
    chosen, points = result.ranked[result.first]
    opening = t.n(
        "*The choice falls on {title}* ({n} vote).",
        "*The choice falls on {title}* ({n} votes).",
        points,
        title=escape(chosen.title),
    )
    why = reason_in_words(t, result)
    asked = t("I ask its presenter in private whether that suits.") if result.waiting else ""
    others = [
        f"{number}. {escape(case.title)} ({t.n('{n} vote', '{n} votes', count)})"
        for number, (case, count) in enumerate(result.ranked, start=1)
    ]
    closing = [t("The other cases stay for the next time.")] if len(result.ranked) > 1 else []
    closing += theme_lines(t, result.themes)
    small = " ".join(filter(None, closing))
    text = " ".join(filter(None, [opening, why, asked]))
    parts = [blocks.section(text), blocks.section("\n".join(others))]
    if small:
        parts.append(blocks.context(small))
    return Message(f"{text} {small}", parts)


def nobody_post(t: Texts) -> Message:
    """Everyone who was asked would rather not."""
    text = t(
        "The poll is closed, and this time no case goes on. That is fine: the cases stay where they are. "
        "Open a new poll with /intervisie stem, or bring in another case with /intervisie casus."
    )
    return Message(text, [blocks.section(text)])


def reason_in_words(t: Texts, result: Result) -> str:
    if result.first >= len(result.ranked) - 1:
        return ""
    second = escape(result.ranked[result.first + 1][0].title)
    return {
        "points": "",
        "urgency": t("It has as many votes as {other}; this one is more urgent.", other=second),
        "waiting": t("It has as many votes as {other}; this one has waited longest.", other=second),
        "turns": t("It has as many votes as {other}; its presenter has had the fewest turns.", other=second),
        "lot": t("It is equal to {other} in everything; I took the first of the two.", other=second),
        "only": "",
    }[result.reason]


def theme_lines(t: Texts, themes: Mapping[str, int]) -> list[str]:
    return [
        t("{n} cases are about {theme}, so this helps more people.", n=number, theme=escape(theme.lower()))
        for theme, number in themes.items()
    ]


def asking(t: Texts, poll: str, case: Case, group_channel: str) -> Message:
    """The private question to a presenter."""
    text = t(
        "The group in {channel} chose your case: *{title}*. Do you want to bring it in? "
        "If you say no, the next one follows; you need not explain it to anyone.",
        channel=f"<#{group_channel}>",
        title=escape(case.title),
    )
    ref = AskRef(poll, case.id)
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


def answered(t: Texts, *, accepted: bool) -> Message:
    """The private question once it is answered."""
    if accepted:
        text = t(
            "Good. Your case comes first next session. Until then you can still change it with /intervisie casussen."
        )
    else:
        text = t("All right. Your case stays in the list for another time, and nobody is told.")
    return Message(text, [blocks.section(text)])


def votes_returned(t: Texts) -> Message:
    return Message(
        t(
            "A case that you voted for is no longer in the poll, so those votes are yours again. "
            "You can divide them with /intervisie stem."
        )
    )


def one_case(t: Texts, case: Case) -> Message:
    return Message(
        t(
            "There is one case, so there is nothing to choose: *{title}* by {presenter}. "
            "Start the session with /intervisie start when you are together.",
            title=escape(case.title),
            presenter=mention(case.presenter),
        )
    )
