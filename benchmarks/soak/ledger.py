"""The count afterwards: what the channels show, against what was decided and what people were told was taken."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from benchmarks.soak.cast import Group, key_of
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.storage import Store, Tx
from sandbox.people import readable
from sandbox.server import Sandbox


@dataclass
class Count:
    """What was found. The lists name what is wrong, in keys and never in words of a case."""

    sessions: int = 0
    prompts: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    # Seconds, and the key of the message.
    late: list[tuple[float, str]] = field(default_factory=list)


async def unsettled(store: Store) -> int:
    """Messages that are still on their way."""

    def count(tx: Tx) -> int:
        waiting = select(OutboxRow.id).where(OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)))
        return len(tx.sql.scalars(waiting).all())

    return await store.read(count)


async def count(sandbox: Sandbox, store: Store, groups: list[Group], rate: float) -> Count:
    found = Count()
    standing = _standing(sandbox)
    found.prompts = sum(standing.values())
    found.doubled += [key for key, times in standing.items() if times > 1]
    await store.read(_against_the_outbox, found, standing)
    await store.read(_against_the_sessions, found, standing)
    _against_what_was_taken(sandbox, groups, found)
    await store.read(_lateness, found, rate)
    return found


def _standing(sandbox: Sandbox) -> Counter[str]:
    """How often each key stands in the workspace."""
    keys = (key_of(message) for messages in sandbox.workspace.messages.values() for message in messages)
    return Counter(key for key in keys if key)


def _against_the_outbox(tx: Tx, found: Count, standing: Counter[str]) -> None:
    """Everything that was decided stands there, unless it was let go for a reason."""
    for row in tx.sql.scalars(select(OutboxRow)).all():
        if row.state in (OutboxState.PENDING, OutboxState.SENDING, OutboxState.FAILED):
            found.lost.append(f"{row.kind} {row.key or row.target_key} {row.state} {row.error or ''}")
        elif row.state == OutboxState.DROPPED:
            found.dropped[row.error or "withdrawn"] += 1
        elif row.key and not standing[row.key]:
            found.lost.append(f"{row.kind} {row.key}")


def _against_the_sessions(tx: Tx, found: Count, standing: Counter[str]) -> None:
    """Each session has its card, its summary, and the prompt of every phase that it was in."""
    let_go = set(
        tx.sql.scalars(
            select(OutboxRow.key).where(
                OutboxRow.state == OutboxState.DROPPED, OutboxRow.error.in_(("outdated", "expired"))
            )
        )
    )
    for session in tx.sql.scalars(select(Session)).all():
        found.sessions += 1
        if session.state != State.ENDED:
            found.lost.append(f"session {session.id} is still {session.state}")
            continue
        if session.began_at is None:
            continue
        begun = [n for n in range(session.phase_index + 1) if standing[_prompt(session, n)]]
        prompts = [_prompt(session, n) for n in range(min(begun, default=0), session.phase_index + 1)]
        # What was overtaken before Slack took it is not posted any more, and is counted among what was let go.
        wanted = [key for key in prompts if key not in let_go]
        wanted += [f"session/{session.id}/card", f"session/{session.id}/summary"]
        found.lost += [f"{key} (by the session)" for key in wanted if not standing[key]]


def _prompt(session: Session, number: int) -> str:
    """Nobody in the soak goes back a phase, so each is in its first round."""
    return f"session/{session.id}/phase/{number}/{session.pass_no}/prompt"


def _against_what_was_taken(sandbox: Sandbox, groups: list[Group], found: Count) -> None:
    """What a form took stands in the thread, once, and at most once in the summary of the session."""
    for group in groups:
        for thread, words in group.taken.items():
            shown = [
                (key_of(message), readable({"blocks": message.blocks, "text": message.text}))
                for message in sandbox.workspace.thread(group.channel, thread)
                if message.only_for is None
            ]
            for word in words:
                summed_up = sum(text.count(word) for key, text in shown if key.endswith("/summary"))
                times = sum(text.count(word) for key, text in shown if not key.endswith("/summary"))
                if times == 0:
                    found.lost.append(f"a contribution in {group.channel}")
                elif times > 1 or summed_up > 1:
                    found.doubled.append(f"a contribution in {group.channel}")


def _lateness(tx: Tx, found: Count, rate: float) -> None:
    """Seconds of the machine's own between the planned end of a phase, which its key names, and the word of it.

    By the outbox: the word is taken away when the next phase begins.
    """
    told = select(OutboxRow.key, OutboxRow.ts).where(
        OutboxRow.key.contains("/over/"), OutboxRow.ts.is_not(None)
    )
    for key, ts in tx.rows((told, {})):
        planned = int(str(key).rsplit("/", 1)[1])
        # The key has whole seconds, so this is up to a second of the fast clock too much.
        found.late.append(((float(str(ts)) - planned) / rate, str(key)))
