"""The values of a console, from which it is rendered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.console.refs import ReadRef
from bot.console.views.after import After
from bot.delivery.message import Message
from bot.groups.rules import Meets
from bot.rounds.views.turn import Turn
from bot.sessions.balance import TimeOffer
from bot.sessions.views import SessionView
from bot.slack.blocks import Block


@dataclass(frozen=True, slots=True)
class Console:
    """The values of a console. `not_heard` is None where people speak: nobody counts who does."""

    view: SessionView
    meets: Meets
    # The channel of the group.
    place: str
    present: Sequence[str]
    # As whoever leads says it aloud; empty when the name is not known, or is that of several.
    presenter_name: str = ""
    not_heard: Sequence[str] | None = None
    turn: Turn | None = None
    # Where people speak: each has had a turn.
    turns_are_over: bool = False
    everyone_is_done: bool = False
    # What the activity that is on adds, the step within its phase that comes next, and when it ends within its phase.
    lines: Sequence[str] = ()
    buttons: Sequence[Block] = ()
    step: Block | None = None
    # A question that stands above the button to the next phase.
    asks: str = ""
    until: datetime | None = None
    # What the presenter's question became; empty where it did not, or where the activity says so itself.
    question: str = ""
    # What stands at the top: what the group does differently, by its id, and what its reader wanted to remember.
    group_line: tuple[str, str] | None = None
    own_line: str = ""
    # Somebody for whom the last session was not safe lets its reader know.
    was_unsafe: bool = False
    # The presenter lets its reader read the case.
    read: ReadRef | None = None
    # How many have given what everybody is asked; empty in another phase.
    count: str = ""
    # The group looks at its own conversation now, so what to do differently can be written down.
    looks_at_itself: bool = False
    # What was written down for next time in this session.
    agreed: str = ""
    averages: str = ""
    # How the session still fits, and the phase to go to when only its end does.
    offered: TimeOffer | None = None
    round_off: int | None = None
    # A session of a version that knew no end time goes on as it was.
    has_time: bool = True
    after: After = field(default_factory=After)
    # The facilitator's own harvest or marks, which everybody else is asked for in private.
    own: Message | None = None
    # They lead from outside the group, and bring nothing in.
    leads_only: bool = False
