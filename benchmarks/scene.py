"""Groups, cases, polls and sessions for the benchmarks, made by the bot's own use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from bot.agreements import service as agreements
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseDraft
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs.records import JobRow
from bot.polls import service as polls
from bot.polls.views import Choice, ballot
from bot.storage import Tx, Workspace, new_id
from bot.texts import for_language

OURS = Workspace("T0BENCH")
# Of the length that people write: the ciphertexts are what a vote has to read.
SITUATION = (
    "Een collega en ik maken samen het rooster. Zij beslist veel alleen, en ik hoor het pas als het klaar is. "
    "In het overleg zeg ik er niets van, en daarna loop ik er weken mee rond. Het gaat nu ook over andere dingen. "
) * 3


@dataclass(frozen=True)
class Ballot:
    """Someone who can vote, on what, and the form to do it with."""

    group: str
    poll: str
    user: str
    cases: tuple[str, ...]
    form: dict[str, Any]


def group(
    tx: Tx, number: int, members: int, workspace: Workspace = OURS, people: Sequence[str] = ()
) -> Group:
    """A group of people whom the bot has met; nothing of its beginning is left to be sent."""
    tx = tx.of(workspace)
    users = list(people) or [f"U{number:05}N{one:02}" for one in range(members)]
    for user in users:
        groups.store_profile(tx, user, {"tz": "Europe/Amsterdam", "locale": "en-US"})
    made = groups.set_up(
        tx,
        f"C{number:07}",
        users[0],
        users,
        language="nl",
        zone="Europe/Amsterdam",
    )
    made.auto_advance = True
    for user in users:
        groups.add_member(tx, made, user)
        agreements.agree(tx, made.id, user, 1)
    return made


def case(tx: Tx, of: Group, user: str, number: int) -> Case:
    """A case that is handed in."""
    draft = CaseDraft(
        f"Samenwerken met iemand die sneller gaat, {number}",
        SITUATION,
        "Ik houd me in, en doe daarna mijn deel op mijn eigen manier.",
        "Hoe kan ik mijn tempo en mijn ideeën inbrengen?",
        "Ik heb het één keer genoemd, tussen neus en lippen door.",
        ["ideas", "experiences"],
        "Dat wij samen beslissen",
        "month",
        "samenwerken",
    )
    return cases.save_draft(tx, of.id, user, new_id(), draft, then="hand_in")


def polls_open(
    tx: Tx, first: int, count: int, members: int = 8, waiting: int = 4, workspace: Workspace = OURS
) -> list[Ballot]:
    """Groups with a poll over some cases. One member of each never votes, so that no poll closes."""
    tx = tx.of(workspace)
    ballots: list[Ballot] = []
    for number in range(first, first + count):
        made = group(tx, number, members, workspace)
        users = [member.user for member in groups.members(tx, made)]
        found = [case(tx, made, user, number) for user in users[:waiting]]
        poll = polls.open_poll(tx, made.id, users[0], tx.now + timedelta(days=30))
        choices = [Choice(one.id, one.title, one.question) for one in found]
        form = ballot(for_language("nl"), poll.id, choices, {})
        ballots += [
            Ballot(made.id, poll.id, user, tuple(one.id for one in found), form) for user in users[:-1]
        ]
    return ballots


def as_if_sent(tx: Tx, since: datetime | None = None) -> None:
    """Everything that waits in the outbox has gone, and what fell due on the way has happened; since a moment."""
    tx.sql.flush()
    begun = since or datetime.fromtimestamp(0, UTC)
    waiting = select(OutboxRow).where(OutboxRow.created_at >= begun, OutboxRow.state == OutboxState.PENDING)
    for row in tx.sql.scalars(waiting).all():
        if row.key is None:
            tx.sql.delete(row)
            continue
        row.state, row.payload, row.claim_count = OutboxState.SENT, None, 1
        row.ts = f"{1700000000 + row.id}.000100"
    tx.sql.execute(delete(JobRow).where(JobRow.at <= tx.now, JobRow.at >= begun))
    tx.sql.flush()
