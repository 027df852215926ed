"""A group with cases and a poll over them, and short ways to act in it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.cases.records import Case
from bot.groups.records import Group
from bot.polls import service
from bot.polls.jobs import JOBS
from bot.polls.records import Poll
from bot.storage import Tx
from tests.conftest import make_group, outgoing, run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case

PRESENTERS = (ANNA, CHLOE, DAAN)
TITLES = ("Te vaak ja", "Stil overleg", "Nieuwe rol")


def prepare(tx: Tx, number: int = 3, **settings: Any) -> Group:
    """Four members; Anna, Chloé and Daan have a case each, in this order of waiting."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, **settings)
    for place, (user, title) in enumerate(zip(PRESENTERS[:number], TITLES, strict=False)):
        case = make_case(tx, group, user, title=title)
        case.handed_in_at = tx.now - timedelta(days=10 - place)
    tx.sql.flush()
    return group


def open_one(tx: Tx, number: int = 3, **settings: Any) -> Poll:
    """A poll that Bram opened, until tomorrow."""
    group = prepare(tx, number, **settings)
    return service.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))


def case_of(tx: Tx, user: str) -> Case:
    return tx.sql.scalars(select(Case).where(Case.presenter == user)).one()


def poll_now(tx: Tx) -> Poll:
    return tx.sql.scalars(select(Poll).order_by(Poll.opened_at.desc())).first()  # type: ignore[return-value]  # one is open


def votes(tx: Tx, poll: Poll, user: str, **given: int) -> None:
    """`anna=2` gives two votes to Anna's case, and they are counted."""
    names = {"anna": ANNA, "chloe": CHLOE, "daan": DAAN}
    service.give_votes(tx, poll.id, user, {case_of(tx, names[name]).id: n for name, n in given.items()})
    run_due(tx, {"poll.count": JOBS["poll.count"]})


def answers(tx: Tx, poll: Poll, user: str, *, yes: bool) -> None:
    service.answer_presenter(tx, poll.id, case_of(tx, user).id, user, accepted=yes)


def sweep(tx: Tx) -> int:
    return run_due(tx, JOBS)


def in_channel(tx: Tx, poll: Poll) -> str:
    """The poll's message as it stands; nothing is sent here, so it is edited in place."""
    row = next(row for row in outgoing(tx, "post") if row.key == f"poll/{poll.id}")
    assert row.payload is not None
    return str(row.payload)


def privately(tx: Tx, user: str) -> list[str]:
    return [str(row.payload) for row in outgoing(tx, "direct") if row.user == user and row.payload]
