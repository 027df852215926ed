"""A search for a date that a group is in, and short ways to act in it."""

from bot.date_polls import queries, service
from bot.date_polls.records import DatePoll, DateSlot, DateVote
from bot.date_polls.views import SlotsRef
from bot.storage import Tx
from tests.conftest import make_group, outgoing
from tests.factories import ANNA, BRAM, CHLOE

DAYS = ("2027-01-28", "2027-02-04", "2027-02-11")


def drafted(tx: Tx, *days: str, group: str = "") -> DatePoll:
    """What Bram proposes, at three in the afternoon each."""
    where = group or make_group(tx, ANNA, BRAM, CHLOE).id
    wanted = {number: (day, "15:00") for number, day in enumerate(days or DAYS, start=1)}
    return service.propose_dates(tx, BRAM, SlotsRef(where, "", 1), wanted, "V0DRAFT")


def opened(tx: Tx, *days: str) -> str:
    """The group has been asked, until Wednesday at five."""
    search = drafted(tx, *days)
    service.open_date_poll(tx, search.id, BRAM, "2027-01-20", "Kamer 2", "V0ASK")
    return search.id


def say(tx: Tx, search: str, user: str, *answers: str) -> None:
    """Answers to the dates in order of time."""
    found = tx.sql.get_one(DatePoll, search)
    slots = [slot.id for slot in queries.slots_of(tx, found)]
    service.vote_on_dates(tx, search, user, dict(zip(slots, answers, strict=False)), 0)


def state(tx: Tx, search: str) -> str:
    return tx.sql.get_one(DatePoll, search).state


def slot_on(tx: Tx, search: str, day: str) -> str:
    return tx.sql.query(DateSlot).filter_by(search_id=search, day=day).one().id


def marks(tx: Tx) -> int:
    return tx.sql.query(DateVote).count()


def in_channel(tx: Tx, search: str) -> str:
    """The message in the channel as it stands; nothing is sent here, so it is edited in place."""
    row = next(row for row in outgoing(tx, "post") if row.key == f"dates/{search}")
    assert row.payload is not None
    return str(row.payload)
