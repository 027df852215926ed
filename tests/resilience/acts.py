"""What somebody does, where it is registered, and the little that the recipes share."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot.app import due_handlers
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.followups import service as followups
from bot.followups.records import Takeaway
from bot.followups.rules import PlannedStep, What
from bot.groups.records import Group
from bot.storage import Tx, Workspace
from tests.conftest import run_due

HANDLERS = dict(due_handlers())
TOMORROW = "2027-01-15"


@dataclass
class Act:
    """Who presses or sends, what the button or the form carries, and what was typed and chosen."""

    user: str
    carries: Any = None
    fields: dict[str, Any] = field(default_factory=dict)
    # Other words in the same form, when it is sent again.
    reworded: dict[str, Any] = field(default_factory=dict)
    # A button within a form comes with what stands in its fields.
    in_form: bool = False


Recipe = Callable[[Tx], Act]
RECIPES: dict[str, Recipe] = {}


def number_of(ws: Workspace) -> str:
    """A number as `new_id` makes them, the same each time."""
    return hashlib.sha256(ws.team_id.encode()).hexdigest()[:16]


def recipe(*names: str) -> Callable[[Recipe], Recipe]:
    def register(fn: Recipe) -> Recipe:
        for name in names:
            RECIPES[name] = fn
        return fn

    return register


def sweep(tx: Tx) -> None:
    """What falls due in every room."""
    run_due(tx, HANDLERS)


def step(tx: Tx, group: Group, user: str, *, is_presenter: bool = False) -> Takeaway:
    """Something that was taken home from an earlier session."""
    return followups.keep_takeaway(
        tx,
        group,
        number_of(group.workspace),
        user,
        what=What.RESPONSE if is_presenter else What.HARVEST,
        takeaway="Ik mag nee zeggen",
        steps=[PlannedStep("Bellen", None, False)],
        is_presenter=is_presenter,
        shared=False,
    )


def as_sent(tx: Tx) -> None:
    """What was said so far stands in its channel, so that from now on an edit is an edit."""
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.of(tx.workspace)).order_by(OutboxRow.id)).all()
    for number, row in enumerate(rows):
        if row.state == OutboxState.DROPPED:
            continue
        row.state, row.payload, row.claim_count = OutboxState.SENT, None, 1
        row.ts, row.channel = f"1799999999.{number:06}", row.channel or "D0"
    tx.sql.flush()
