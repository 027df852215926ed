"""The card of a selection in the channel: what is on, who is there, and the controls of whoever leads."""

from collections.abc import Callable

from bot.delivery.message import Message
from bot.groups.rules import Meets
from bot.selections.rules import MIN_CANDIDATES, TIMED, Outcome, SelectionState
from bot.selections.views.refs import TakeOverSelection
from bot.selections.views.selection_view import SelectionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, duration, list_of, mention, name_of, time_in

# What rooms above put beside the time, while the selection is on.
_MORE: list[Callable[[Texts, SelectionView], Block | None]] = []


def extend_controls(control: Callable[[Texts, SelectionView], Block | None]) -> None:
    """Register a control of a room above; it gives None where it has none."""
    _MORE.append(control)


def selection_card(t: Texts, view: SelectionView) -> Message:
    """The card: with buttons while the selection is on, a line once it is over."""
    title = t("We choose a case together")
    if view.is_over:
        text = ended(t, view)
        return Message(f"{title}. {text}", [blocks.header(title), blocks.section(text)])
    leads = t(
        "{facilitator} leads.", facilitator=name_of(t, view.facilitator) if view.facilitator else t("Nobody")
    )
    if view.ends_by is not None:
        leads += " " + t("You have until {end}.", end=time_in(view.ends_by, view.zone, t))
    lines = [leads, status(t, view), who_is_there(t, view)]
    here = blocks.button(t("I'm here"), ids.SELECTION_HERE, view.ref)
    return Message(
        "\n".join([title, *lines]),
        [
            blocks.header(title),
            *(blocks.section(line, expand=True) for line in lines),
            blocks.context(_where(t, view.meets)),
            blocks.actions(here, *controls(t, view), block_id="controls"),
            *time_row(t, view),
        ],
    )


def _where(t: Texts, meets: Meets) -> str:
    """Where people speak, the thread holds the cases to read."""
    return {
        Meets.ROOM: t(
            "Everything else happens in the room; the cases stand in the thread. What is said there stays there."
        ),
        Meets.VIDEO: t(
            "Everything else happens on video; the cases stand in the thread. What is said there stays there."
        ),
        Meets.THREAD: t("Everything else happens in its thread. What is said there stays there."),
    }[meets]


def ended(t: Texts, view: SelectionView) -> str:
    if view.state is SelectionState.DONE:
        return t("A case is chosen, and its session is open in the channel. The rest stays on the list.")
    if view.outcome is Outcome.UNATTENDED:
        return t("It had been quiet for a while, so I closed it. What waits stays on the list.")
    return t("We stopped without a choice. What waits stays on the list.")


def who_is_there(t: Texts, view: SelectionView) -> str:
    names = [name_of(t, user) for user in view.present]
    if not names:
        return t("Nobody has said to be here yet.")
    text = t("Here: {people}.", people=list_of(t, names))
    for user in view.observers:
        text += " " + t("{user} is there from outside.", user=name_of(t, user))
    return text


def status(t: Texts, view: SelectionView) -> str:
    """What is on, in a sentence or two."""
    if view.state is SelectionState.GATHERING:
        return t("*We are gathering.* No case is chosen yet; we do that together.")
    if view.state is SelectionState.POLLING and view.remaining is None:
        return t(
            "*We vote*, until {until} at most: {voted} of {people} have voted.",
            until=view.until(t) or t("now"),
            voted=view.voted,
            people=len(view.present),
        )
    if view.state is SelectionState.ASKING:
        return t("*I am asking in private* whoever brought the case. The session opens with their yes.")
    assert view.phase is not None
    title = view.phase.title(t.language)
    until = view.until(t)
    now = (
        t("*Now: {phase}*, until {until}.", phase=title, until=until)
        if until
        else t("*Now: {phase}.* Its time is up; go on when you're ready.", phase=title)
    )
    if view.remaining is not None:
        now = t(
            "*The clock has stopped* in {phase}. Still to go: {left}.",
            phase=title,
            left=duration(t, view.remaining),
        )
    extra = why_again(t, view)
    return f"{extra} {now}" if extra else now


def why_again(t: Texts, view: SelectionView) -> str:
    """Why the group chooses again, or that there is nothing to choose. No case is named: a no stays with whoever said it."""
    if view.state is not SelectionState.CHOOSING:
        return ""
    if view.outcome is Outcome.DECLINED:
        return t("That case does not come today, and nobody has to explain. Choose another one.")
    if view.outcome is Outcome.GONE:
        return t("That case can't be brought any more. Choose another one.")
    if view.outcome is Outcome.NO_VOTES:
        return (
            t("Nobody voted. Say it in the thread, or vote once more.")
            if view.meets is Meets.THREAD
            else t("Nobody voted. Say it aloud, or vote once more.")
        )
    if not view.candidates:
        return t(
            "Nobody has a case today; that happens. Go round once more, or stop and meet again another time."
        )
    return ""


def controls(t: Texts, view: SelectionView) -> list[Block]:
    """The steps, for the card and the private message of whoever leads. Those of the time stand beneath them."""
    stop = blocks.button(
        t("Stop"),
        ids.SELECTION_STOP,
        view.ref,
        confirm=blocks.confirm(
            t("Stop without a case?"),
            t("What waits stays on the list. You can begin again whenever you like."),
            t("Stop"),
            t("Carry on"),
            danger=True,
        ),
    )
    who = blocks.button(t("Who is here"), ids.SELECTION_PRESENT, view.ref)
    line = blocks.button(t("Type a line for somebody"), ids.SELECTION_LINE_FOR, view.ref)
    found: list[Block] = []
    match view.state:
        case SelectionState.GATHERING | SelectionState.ARRIVAL:
            found = [next_button(t, view), who]
        case SelectionState.INVENTORY:
            found = [next_button(t, view), line, who]
        case SelectionState.CHOOSING:
            found = [*_ways_to_choose(t, view), line, who]
        case SelectionState.POLLING:
            found = [blocks.button(t("Count now"), ids.SELECTION_COUNT, view.control, style="primary"), who]
        case SelectionState.ASKING:
            found = [blocks.button(t("Choose another one"), ids.SELECTION_OTHER, view.control), who]
        case _:
            return []
    if view.facilitator is None:
        found.insert(0, take_over_button(t, view))
    return [*found, stop]


def time_row(t: Texts, view: SelectionView) -> list[Block]:
    """The controls of the time, beneath the steps; nothing where there are none."""
    found: list[Block] = []
    if view.state in TIMED:
        if view.is_paused:
            found.append(blocks.button(t("Go on"), ids.SELECTION_RESUME, view.ref, style="primary"))
        else:
            found.append(blocks.button(t("Pause"), ids.SELECTION_PAUSE, view.ref))
    if view.extension is not None:
        found.append(blocks.button(more_minutes(t, view.extension), ids.SELECTION_EXTEND, view.extend))
    found += [more for control in _MORE if (more := control(t, view)) is not None]
    return [blocks.actions(*found, block_id="time")] if found else []


def more_minutes(t: Texts, minutes: int) -> str:
    return t("Two minutes more") if minutes > 1 else t("One minute more")


def next_button(t: Texts, view: SelectionView) -> Block:
    text = t("Begin")
    if view.state is not SelectionState.GATHERING and view.following is not None:
        text = t("On to {phase}", phase=view.following.title(t.language))
    return blocks.button(text, ids.SELECTION_NEXT, view.control, style="primary")


def _ways_to_choose(t: Texts, view: SelectionView) -> list[Block]:
    again = blocks.button(t("Once more round"), ids.SELECTION_AGAIN, view.control)
    if not view.candidates:
        return [again]
    chosen = t("Chosen: this one") if view.meets is Meets.THREAD else t("Said aloud: this one")
    pick = blocks.button(chosen, ids.SELECTION_PICK, view.control, style="primary")
    poll = blocks.button(t("Let the group vote"), ids.SELECTION_POLL, view.control)
    return [pick, poll, again] if len(view.candidates) >= MIN_CANDIDATES else [pick, again]


def take_over_button(t: Texts, view: SelectionView) -> Block:
    """The button that makes the clicker the facilitator."""
    return blocks.button(
        t("I'll facilitate"),
        ids.SELECTION_TAKE_OVER,
        TakeOverSelection(view.id, view.facilitator or ""),
        confirm=blocks.confirm(
            t("Do you want to facilitate?"),
            t("From now on the controls listen to you."),
            t("Yes, I'll do it"),
            t("No"),
        ),
    )


def takeover_offer(t: Texts, view: SelectionView) -> Message:
    """Answers somebody else than the facilitator who presses a control."""
    text = (
        t("{user} leads this. If need be, you can take over.", user=mention(view.facilitator))
        if view.facilitator
        else t("Nobody leads this now. You can take over.")
    )
    return Message(text, [blocks.section(text), blocks.actions(take_over_button(t, view))])
