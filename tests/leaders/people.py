"""A group that is led from outside, and sessions that its leader leads or reads along in."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.agreements import service as agreements
from bot.app import composes, due_handlers
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group, Member, Person
from bot.leaders import service as leaders
from bot.leaders.views import AloneRef
from bot.nudges import service as nudges
from bot.polls import service as polls
from bot.polls.records import Candidate, Poll
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.storage import Tx, belonging_to
from tests.conftest import make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, control, load, make_case

# Fleur, in the sandbox.
PETRA = "U0FLEUR"
MEMBERS = [ANNA, BRAM, CHLOE, DAAN]
EVERYBODY = {*MEMBERS, PETRA}
# Slack is not asked whether somebody wants quiet: nobody answers here.
HANDLERS = {**due_handlers(), nudges.DELIVER: nudges.digest_job(composes())}


def sweep(tx: Tx) -> None:
    """What falls due in every room."""
    run_due(tx, HANDLERS)


def ask(tx: Tx, group: Group, *, sessions_led: int = 5) -> None:
    """Anna asks Petra, in *Wie leidt*."""
    groups.change_leading(
        tx,
        group.id,
        ANNA,
        facilitation="outside",
        facilitator=PETRA,
        choices=["reads"],
        leader_sessions=sessions_led,
        present=EVERYBODY,
    )
    known = groups.known_person(tx, PETRA)
    if known is None:
        tx.sql.add(
            Person(
                user=PETRA,
                language="nl",
                zone="Europe/Amsterdam",
                language_hint="earlier",
                **belonging_to(tx.workspace),
            )
        )
        tx.sql.flush()


def led_group(
    tx: Tx, /, *, sessions_led: int = 5, led: int = 0, read_along: int = 0, **settings: Any
) -> Group:
    """Anna, Bram, Chloé and Daan take part; Petra leads, and has led and read along so often."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, **settings)
    ask(tx, group, sessions_led=sessions_led)
    leaders.accept_request(tx, group.id, PETRA, EVERYBODY, agreements.current_version(tx, group))
    leader = leader_of(tx, group)
    leader.facilitated, leader.read_along = led, read_along
    tx.sql.flush()
    return group


def leader_of(tx: Tx, group: Group) -> Member:
    found = groups.leader_of(tx, group)
    assert found is not None
    return found


def start(
    tx: Tx, group: Group, facilitator: str, *, here: tuple[str, ...] = (ANNA, BRAM, CHLOE, DAAN, PETRA)
) -> str:
    """A session of Anna's case that has begun; returns its id."""
    case = make_case(tx, group, state=CaseState.CHOSEN)
    started: Session = sessions.start_session(
        tx,
        group.id,
        facilitator,
        case_id=case.id,
        method="incident",
        facilitator=facilitator,
        auto_advance=False,
    )
    for user in here:
        sessions.mark_present(tx, sessions.scene_of(tx, started), user)
    sessions.begin(tx, facilitator, control(tx, started.id))
    return started.id


def on(tx: Tx, session_id: str, phases: int = 1) -> None:
    for _ in range(phases):
        sessions.next_phase(tx, str(load(tx, session_id).facilitator), control(tx, session_id))


def hold(
    tx: Tx, group: Group, facilitator: str, *, here: tuple[str, ...] = (ANNA, BRAM, CHLOE, DAAN, PETRA)
) -> str:
    """A whole session, and what follows from it."""
    session_id = start(tx, group, facilitator, here=here)
    while load(tx, session_id).state != "ended":
        on(tx, session_id)
    sweep(tx)
    return session_id


def users(found: list[Member]) -> list[str]:
    return sorted(one.user for one in found)


def letters(tx: Tx, user: str) -> list[str]:
    return texts_of([row for row in outgoing(tx, "direct") if row.user == user])


def in_channel(tx: Tx) -> list[str]:
    return texts_of(outgoing(tx, "post"))


def open_poll(tx: Tx, group: Group) -> Poll:
    """A poll over two cases, that Bram opened."""
    for user in (ANNA, BRAM):
        make_case(tx, group, user)
    return polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))


def vote(tx: Tx, poll: Poll, user: str) -> None:
    first = tx.sql.scalars(select(Candidate.case_id).where(Candidate.poll_id == poll.id)).first()
    polls.give_votes(tx, poll.id, user, {str(first): 1})
    sweep(tx)


def question(tx: Tx, group_id: str) -> AloneRef:
    group = groups.group_by_id(tx, group_id)
    asked_at = leader_of(tx, group).alone_asked_at
    assert asked_at is not None
    return AloneRef(group_id, PETRA, int(asked_at.timestamp()))
