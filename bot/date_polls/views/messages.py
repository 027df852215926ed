"""Messages of date polls: one in the channel, and the private questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.date_polls.rules import DatePollState, Tally
from bot.date_polls.views.forms import counts
from bot.date_polls.views.refs import SearchRef
from bot.delivery.message import Message
from bot.groups.views import plan_button
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, list_of, moment, name_of, place_in

BEST = 3


@dataclass(frozen=True)
class Standing:
    """The state of a date poll. `found`: in order of time; `best`: best first; `missing`: users without an answer."""

    search: str
    group: str
    asked_by: str
    state: DatePollState
    zone: str
    place: str
    closes_at: datetime
    found: Sequence[Tally]
    best: Sequence[Tally]
    missing: Sequence[str]
    members: int
    # Whether somebody besides the asker has answered.
    has_answers: bool
    chosen: datetime | None = None
    # A leader from outside who has not answered; empty otherwise. Nobody waits for them.
    leader_missing: str = ""
    # Whether anybody may choose: the asker has not chosen in time.
    anybody: bool = False
    # The start of a meeting planned since, if any.
    planned: datetime | None = None


def has_answered(seen: Standing, user: str) -> bool:
    """Whether somebody who is asked for their dates has answered for all of them."""
    return user not in seen.missing and user != seen.leader_missing


def date_poll_message(t: Texts, seen: Standing) -> Message:
    """The message in the channel, for every state."""
    if seen.state == DatePollState.OPEN:
        return _open(t, seen)
    if seen.state == DatePollState.CLOSED:
        return _closed(t, seen)
    if seen.state == DatePollState.CHOSEN and seen.chosen is not None:
        done = t(
            "The search for a date is done: *{when}*.",
            when=moment(seen.chosen, seen.zone, t, with_date=True),
        )
        expected = t("Whoever said yes to it is expected; the invitation has a button to change that.")
        return _plain(f"{done} {expected}")
    if seen.state == DatePollState.CANCELLED:
        return _plain(t("The search for a date was stopped."), plan_button(t, seen.group))
    return _plain(t("The proposed dates have passed, and none was chosen."), plan_button(t, seen.group))


def _open(t: Texts, seen: Standing) -> Message:
    opening = t(
        "{user} is looking for a date for the next meeting. Which dates suit you? You can answer until {when}.",
        user=name_of(t, seen.asked_by),
        when=moment(seen.closes_at, seen.zone, t, with_date=True),
    )
    if seen.place:
        opening += " " + t("Place: {place}.", place=place_in(seen.place))
    small = _small(t, seen)
    lines = _lines(t, seen, seen.found)
    ref = SearchRef(seen.search)
    buttons = blocks.actions(
        blocks.button(t("When can I come?"), ids.DATES_MARK, ref, style="primary"),
        blocks.button(t("Choose a date"), ids.DATES_CHOOSE, ref),
        _stop(t, ref),
    )
    text = f"{opening}\n{lines}\n{small}"
    shown = [blocks.section(opening, expand=True), blocks.section(lines, expand=True)]
    return Message(text, [*shown, blocks.context(small), buttons])


def _closed(t: Texts, seen: Standing) -> Message:
    opening = (
        t("These dates suit best, and none is chosen yet. Anybody can choose one now.")
        if seen.anybody
        else t("These dates suit best. {user} chooses one.", user=name_of(t, seen.asked_by))
    )
    lines = _lines(t, seen, seen.best[:BEST])
    small = _small(t, seen)
    ref = SearchRef(seen.search)
    buttons = blocks.actions(
        blocks.button(t("Choose a date"), ids.DATES_CHOOSE, ref, style="primary"),
        *([blocks.button(t("When can I come?"), ids.DATES_MARK, ref)] if seen.missing else []),
        _stop(t, ref),
    )
    text = f"{opening}\n{lines}\n{small}"
    shown = [blocks.section(opening, expand=True), blocks.section(lines, expand=True)]
    return Message(text, [*shown, blocks.context(small), buttons])


def _stop(t: Texts, ref: SearchRef) -> Block:
    sure = blocks.confirm(
        t("Stop the search?"),
        t("Everyone's answers are lost. Nothing is planned."),
        t("Stop it"),
        t("Keep it"),
        danger=True,
    )
    return blocks.button(t("Stop"), ids.DATES_CANCEL, ref, confirm=sure)


def _lines(t: Texts, seen: Standing, found: Sequence[Tally]) -> str:
    return "\n".join(
        f"• *{moment(one.starts_at, seen.zone, t, with_date=True)}*"
        + (f": {counts(t, one)}" if seen.has_answers else "")
        for one in found
    )


def _small(t: Texts, seen: Standing) -> str:
    """The members without an answer, and a meeting planned meanwhile."""
    if seen.planned is None:
        return _who(t, seen)
    when = moment(seen.planned, seen.zone, t, with_date=True)
    return _who(t, seen) + " " + t("Meanwhile a meeting was planned: {when}.", when=when)


def _who(t: Texts, seen: Standing) -> str:
    if not seen.missing:
        return t("Everyone has answered.")
    if not seen.has_answers:
        # The name of every member would say nothing more.
        return t("No answers yet.")
    return t("Not answered yet: {people}.", people=list_of(t, [name_of(t, user) for user in seen.missing]))


def _plain(text: str, button: Block | None = None) -> Message:
    return Message(text, [blocks.section(text), *([blocks.actions(button)] if button else [])])


def gone(t: Texts) -> Message:
    return Message(t("This search for a date is over. Type /intervisie plan to see what is planned."))


def thanks(t: Texts) -> Message:
    return Message(t("Thank you. You can change it until a date is chosen."))


def ask_part(t: Texts, seen: Standing, in_channel: str) -> tuple[str, list[Block]]:
    """The private question to a member who has not answered."""
    text = t(
        "In {group} the group is looking for a date. You can still say which ones suit you, until {when}.",
        group=channel(in_channel),
        when=moment(seen.closes_at, seen.zone, t, with_date=True),
    )
    button = blocks.button(t("When can I come?"), ids.DATES_MARK, SearchRef(seen.search))
    return text, [blocks.section(text), blocks.actions(button)]


def choose_part(t: Texts, seen: Standing, in_channel: str) -> tuple[str, list[Block]]:
    """The private question to the asker to choose a date."""
    one = seen.best[0]
    text = t(
        "You were looking for a date with {group}. This one suits best: *{when}* ({counts}).",
        group=channel(in_channel),
        when=moment(one.starts_at, seen.zone, t, with_date=True),
        counts=counts(t, one),
    )
    button = blocks.button(t("Choose a date"), ids.DATES_CHOOSE, SearchRef(seen.search))
    return text, [blocks.section(text), blocks.actions(button)]
