"""Activities: what people do in a phase, or in a part of it. Each is one file of a room above, and a row in its table.

A phase has one to three of them, in order. Sessions know an activity by this class alone: what differs between them stands in
their files, so nothing here asks which one is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.cases.rules import CaseKind
from bot.delivery.message import Message
from bot.groups.records import Group
from bot.methods.catalogue import Phase, UnknownMethod
from bot.sessions.views.prompt import Addition
from bot.sessions.views.session_view import SessionView
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts

if TYPE_CHECKING:
    from bot.sessions.service.scene import Scene

_TABLE: dict[str, Activity] = {}


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a session at its opening, or before it."""

    group: Group
    at: datetime
    kind: str = CaseKind.QUESTION
    # They arrived before their case was chosen.
    has_arrived: bool = False


@dataclass(frozen=True, slots=True)
class ConsoleLines:
    """What an activity adds to the console of whoever leads."""

    lines: Sequence[str] = ()
    buttons: Sequence[Block] = ()
    # What comes next within the phase, before the next phase does.
    step: Block | None = None
    # A question that stands above the button to the next phase, which answers it.
    asks: str = ""


class Activity:
    """Activity: its beginning, what counts in it, its buttons and forms, its end, and its lines in the console.

    The defaults are those of an activity in which people only talk until the time is up.
    """

    name = ""
    # The kinds of contributions that it takes, beside messages in the thread.
    takes: frozenset[str] = frozenset()
    # What each of those present is asked for, as the kind of its contribution; empty where not everybody is.
    asks_everybody = ""
    # Whether its own lines say what the presenter's question became.
    says_question = False
    # Whether the group looks at its own conversation.
    looks_at_itself = False
    # Whether only the presenter can be done.
    is_presenters = False
    # Whether nobody is troubled with the time while it is on.
    is_left_alone = False
    # Whether a session that runs late can do without it.
    can_be_skipped = False
    # Whether people who have not been heard are asked, once, in private.
    asks_the_silent = False
    # Whether what is written is hidden until all of it appears.
    is_hidden = False
    # Whether something that was written in an earlier phase may still join.
    takes_late = False
    # The messages that stand in the thread beside the prompt, as `post_in_thread` names them.
    beside: tuple[str, ...] = ()

    # What it needs, and how long it takes

    # Whether its prompt holds words that people shared, so that the notification tells nothing.
    is_discreet = False

    def is_needed(self, tx: Tx, opening: Opening) -> bool:
        """Whether a session that opens has it at all."""
        return True

    def is_left_out(self, tx: Tx, scene: Scene) -> bool:
        """Whether it is passed over now, at the moment at which it would begin."""
        return False

    def speakers(self, tx: Tx, opening: Opening, others: int) -> int:
        """How many have a turn of their own in it, of the presenter and so many others; 0 where that decides nothing."""
        return 0

    def time_within(self, phase: Phase) -> timedelta | None:
        """Its own part of the minutes, when another activity follows in the phase; None until somebody ends it."""
        return None

    def may_end(self, scene: Scene, user: str) -> bool:
        """Who may end it before its time, when another activity follows in the phase."""
        return user == scene.session.facilitator

    # Its course

    def prepare(self, tx: Tx, scene: Scene) -> None:
        """Before its prompt is shown."""

    def begin(self, tx: Tx, scene: Scene) -> None:
        """Once its prompt is shown."""

    def time_up(self, tx: Tx, scene: Scene) -> None:
        """The time of its phase is up, and the phase is not over yet."""

    def hold(self, tx: Tx, scene: Scene) -> bool:
        """Before its phase is left by hand: whether it stays for now, for what is still shown or asked first."""
        return False

    def end(self, tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
        """It is over, perhaps with its phase."""

    def finish(self, tx: Tx, scene: Scene) -> None:
        """A session that has begun and has this activity is over."""

    # What people do

    def counts(self, phase: Phase, what: str) -> bool:
        """Whether a kind of contribution counts in it."""
        return what in self.takes

    def done_as(self, scene: Scene) -> str:
        """The kind of contribution of somebody who says to be done."""
        return "done"

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        """Whether everybody has said, or shown by a form, to be done with the phase."""
        return False

    def take_message(self, tx: Tx, scene: Scene, user: str) -> None:
        """Somebody else than the presenter has written in the thread."""

    def take_done(self, tx: Tx, scene: Scene, user: str) -> bool:
        """Somebody is done. Returns whether something followed, so that the phase goes on."""
        return False

    def take_departure(self, tx: Tx, scene: Scene, user: str) -> None:
        """Somebody has left the group."""

    def heard(self, tx: Tx, scene: Scene) -> set[str]:
        """Who counts as heard without a contribution to this phase."""
        return set()

    def silent(self, tx: Tx, scene: Scene) -> list[str] | None:
        """Whom nothing has come from yet, for the console; None where nobody counts that."""
        return None

    # What people see

    def opening(self, tx: Tx, scene: Scene) -> str | None:
        """The words of its prompt, in the place of those of the method."""
        return None

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        """The buttons of its prompt."""
        return []

    def addition(self, tx: Tx, scene: Scene) -> Addition | None:
        """What its prompt shows beside the words of the method."""
        return None

    def remains(self, tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> str:
        """What its prompt keeps once the phase is over."""
        return ""

    def post_beside(self, tx: Tx, scene: Scene) -> None:
        """Post what stands in the thread beside the prompt, as far as it does not stand there already."""

    def repost(self, tx: Tx, scene: Scene) -> None:
        """Post again what was lost of the activity, as far as it is still of use."""

    def private_question(self, tx: Tx, scene: Scene, user: str) -> Message | None:
        """Where people speak: what each gets in private, as it stands for them."""
        return None

    def console(self, tx: Tx, scene: Scene, t: Texts) -> ConsoleLines:
        """What it adds to the console of whoever leads."""
        return ConsoleLines()

    def count(self, t: Texts, view: SessionView, given: int, of: int) -> str:
        """How many have given what everybody is asked, for the console. Who it is, nobody needs to know."""
        return ""


def register_activity(activity: Activity) -> None:
    """Add a row to the table of activities."""
    _TABLE[activity.name] = activity


def activity_named(name: str) -> Activity:
    """The activity with a name. Raises UnknownMethod: a newer version has begun this session."""
    try:
        return _TABLE[name]
    except KeyError:
        raise UnknownMethod(name) from None


def activities_of(phase: Phase) -> list[Activity]:
    return [activity_named(name) for name in phase.activities]


def least_minutes(tx: Tx, phase: Phase, opening: Opening, others: int) -> int:
    """The fewest minutes of a phase in which the presenter and so many others take part."""
    if not phase.least_each:
        return phase.least
    return phase.least_for(max(one.speakers(tx, opening, others) for one in activities_of(phase)))
