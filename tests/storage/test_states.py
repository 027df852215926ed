"""Which state of a thing may follow which, written down here once more, and that no assignment gets past it."""

import ast
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import bot
from bot.attendance.records import Attendance
from bot.attendance.rules import Rsvp
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.date_polls.records import DatePoll
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.followups.records import Reflection, Takeaway
from bot.meetings.records import Meeting, Series
from bot.polls.records import Poll
from bot.selections.records import Selection
from bot.sessions.records import Session
from bot.states import IllegalTransition, StateMachine
from bot.storage import Base, StateOf, Store, Tx
from bot.storage.records import EncryptionRow
from tests.conftest import OURS, make_group
from tests.factories import make_case

# A state, and what may follow it: words as they are stored.
LEGAL: dict[type[Any], dict[str, str]] = {
    Case: {
        "draft": "handed_in withdrawn",
        "handed_in": "chosen withdrawn",
        "chosen": "in_session handed_in treated withdrawn",
        "in_session": "treated handed_in withdrawn",
        "treated": "",
        "withdrawn": "",
    },
    Poll: {
        "open": "asking empty",
        "asking": "chosen done empty",
        "chosen": "done asking empty",
        "done": "",
        "empty": "",
    },
    Meeting: {"planned": "opened cancelled", "opened": "planned", "cancelled": ""},
    Series: {"running": "ended", "ended": ""},
    DatePoll: {
        "draft": "open",
        "open": "closed chosen cancelled over",
        "closed": "chosen cancelled over",
        "chosen": "",
        "cancelled": "",
        "over": "",
    },
    Takeaway: {
        "open": "done partly not irrelevant",
        "done": "open partly not irrelevant",
        "partly": "open done not irrelevant",
        "not": "open done partly irrelevant",
        "irrelevant": "open done partly not",
    },
    Reflection: {"open": "written not", "written": "not", "not": "written"},
    OutboxRow: {
        "pending": "sending sent dropped",
        "sending": "pending sent failed dropped",
        "sent": "lost dropped",
        "failed": "",
        "dropped": "",
        "lost": "sent dropped",
    },
    Attendance: {"yes": "late no", "late": "yes no", "no": "yes late"},
    Selection: {
        "gathering": "arrival inventory closed",
        "arrival": "inventory closed",
        "inventory": "choosing closed",
        "choosing": "inventory polling asking closed",
        "polling": "choosing asking closed",
        "asking": "choosing done closed",
        "done": "",
        "closed": "",
    },
    EncryptionRow: {"unbound": "mixed", "mixed": "bound", "bound": ""},
    Session: {
        "asked": "gathering ended",
        "gathering": "running ended",
        "running": "paused waiting ended",
        "paused": "running ended",
        "waiting": "running ended",
        "ended": "",
    },
}


def column_of(kind: type[Any]) -> str:
    return "answer" if kind is Attendance else "state"


PAIRS = [
    pytest.param(kind, before, after, id=f"{kind.__name__}-{before}-{after}")
    for kind, following in LEGAL.items()
    for before, after in product(following, repeat=2)
]


@pytest.mark.parametrize(("kind", "before", "after"), PAIRS)
def test_only_what_may_follow_can_be_assigned(kind: type[Any], before: str, after: str) -> None:
    name = column_of(kind)
    row = kind(**{name: before})
    if before == after or after in LEGAL[kind][before].split():
        setattr(row, name, after)
        assert getattr(row, name) == after
    else:
        with pytest.raises(IllegalTransition):
            setattr(row, name, after)
        assert getattr(row, name) == before


def test_every_state_that_is_stored_is_written_down_above() -> None:
    found = {
        (mapper.class_, column.key): {state.value for state in column.type.machine.states}
        for mapper in Base.registry.mappers
        for column in mapper.columns
        if isinstance(column.type, StateOf)
    }
    assert found == {(kind, column_of(kind)): set(following) for kind, following in LEGAL.items()}


def test_a_word_that_is_no_state_cannot_be_assigned() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Case(state="nowhere")


def test_an_answer_is_not_taken_back_to_none() -> None:
    one = Attendance(answer=None)
    one.answer = Rsvp.LATE
    with pytest.raises(ValueError, match="None"):
        one.answer = None
    assert one.answer is Rsvp.LATE


def test_a_machine_says_of_each_state_what_may_follow() -> None:
    with pytest.raises(ValueError, match="CaseState"):
        StateMachine(CaseState, {CaseState.DRAFT: ()})


async def test_what_is_stored_is_the_plain_word_and_what_is_read_a_member(store: Store) -> None:
    def write(tx: Tx) -> None:
        make_case(tx, make_group(tx, "U0ANNA"), state=CaseState.CHOSEN)

    def look(tx: Tx) -> None:
        assert tx.sql.scalar(text("SELECT state FROM cases")) == "chosen"
        case = tx.sql.scalars(select(Case).where(Case.state == CaseState.CHOSEN)).one()
        assert case.state is CaseState.CHOSEN
        assert tx.sql.scalar(select(Case.state).where(Case.state.in_(["chosen"]))) is CaseState.CHOSEN
        assert tx.sql.scalar(select(Case.state).where(Case.state.not_in((CaseState.CHOSEN,)))) is None

    await store.transact(write)
    await store.read(look)


def test_what_another_transaction_wrote_is_loaded_unchecked_and_counts_from_then_on(
    tx: Tx,
) -> None:
    """Also a value that has expired, and is not there to compare with."""

    case = make_case(tx, make_group(tx, "U0ANNA"), state=CaseState.DRAFT)
    tx.sql.flush()
    tx.sql.execute(text("UPDATE cases SET state = 'treated'"))
    tx.sql.expire(case)
    with pytest.raises(IllegalTransition):
        case.state = CaseState.HANDED_IN
    assert case.state is CaseState.TREATED


def test_the_state_of_another_version_is_read_as_it_stands_and_not_left(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, "U0ANNA"))
    tx.sql.flush()
    tx.sql.execute(text("UPDATE cases SET state = 'newer'"))
    tx.sql.refresh(case)
    assert str(case.state) == "newer"
    with pytest.raises(IllegalTransition):
        case.state = CaseState.WITHDRAWN


def test_a_new_row_begins_with_a_member(tx: Tx) -> None:
    row = OutboxRow(
        kind="post",
        ordering_key="x",
        guarantee="twice",
        created_at=tx.now,
        not_before=tx.now,
        team_id=OURS.team_id,
    )
    tx.sql.add(row)
    tx.sql.flush()
    assert row.state is OutboxState.PENDING


def test_no_statement_writes_a_state_past_the_machine() -> None:
    """A bulk UPDATE assigns nothing that could be checked: rows are loaded, locked and changed one by one."""
    sources = list(Path(str(bot.__file__)).parent.rglob("*.py"))
    assert sources
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("values", "update"):
                given = [*node.args, *(word.value for word in node.keywords)]
                inside = [one for arg in given for one in ast.walk(arg)]
                named = {word.arg or "" for word in node.keywords}
                named |= {str(word.value) for word in inside if isinstance(word, ast.Constant)}
                named |= {word.attr for word in inside if isinstance(word, ast.Attribute)}
                assert not named & {"state", "answer"}, f"{path}:{node.lineno}"
