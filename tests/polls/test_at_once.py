"""Things that happen in one instant end in one of the ways that they could have ended one after the other."""

import asyncio
from collections.abc import Callable

from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.polls import service
from bot.polls.rules import PollState
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.polls.people import answers, case_of, in_channel, open_one, poll_now, privately, sweep, votes


async def asked(store: Store) -> None:
    """Anna is asked; Chloé's case comes next."""

    def run(tx: Tx) -> None:
        poll = open_one(tx)
        votes(tx, poll, BRAM, anna=2, chloe=1)
        service.close_poll_by_hand(tx, poll.id, BRAM)

    await store.transact(run)


async def together(store: Store, *acts: Callable[[Tx], None]) -> None:
    """All at once; a kind refusal is a fine way to end, anything else is not."""
    done = await asyncio.gather(*(store.transact(act) for act in acts), return_exceptions=True)
    assert all(one is None or isinstance(one, Refused) for one in done), done


async def test_a_yes_and_a_withdrawal(store: Store) -> None:
    await asked(store)
    await together(
        store,
        lambda tx: answers(tx, poll_now(tx), ANNA, yes=True),
        lambda tx: withdraw(tx, ANNA),
    )

    def look(tx: Tx) -> None:
        sweep(tx)
        assert case_of(tx, ANNA).state == CaseState.WITHDRAWN
        assert poll_now(tx).asked_case == case_of(tx, CHLOE).id
        assert "Te vaak ja" not in in_channel(tx, poll_now(tx))

    await store.transact(look)


async def test_a_yes_and_a_no(store: Store) -> None:
    await asked(store)
    await together(
        store,
        lambda tx: answers(tx, poll_now(tx), ANNA, yes=True),
        lambda tx: answers(tx, poll_now(tx), ANNA, yes=False),
    )

    def look(tx: Tx) -> None:
        said_yes = case_of(tx, ANNA).state == CaseState.CHOSEN
        assert poll_now(tx).asked_case == case_of(tx, ANNA if said_yes else CHLOE).id
        assert bool(privately(tx, CHLOE)) != said_yes

    await store.transact(look)


async def test_two_who_close_and_one_who_votes(store: Store) -> None:
    await store.transact(lambda tx: open_one(tx).id)

    def close(tx: Tx) -> None:
        service.close_poll_by_hand(tx, poll_now(tx).id, BRAM)

    await together(store, close, lambda tx: votes(tx, poll_now(tx), DAAN, chloe=3), close)

    def look(tx: Tx) -> None:
        assert poll_now(tx).state == PollState.ASKING
        assert sum(len(privately(tx, user)) for user in (ANNA, CHLOE, DAAN)) == 1

    await store.transact(look)


async def test_a_case_that_is_withdrawn_while_it_is_picked_directly(store: Store) -> None:
    await store.transact(lambda tx: open_one(tx).id)
    await together(store, lambda tx: cases.mark_chosen(tx, case_of(tx, ANNA)), lambda tx: withdraw(tx, ANNA))
    assert await store.read(lambda tx: case_of(tx, ANNA).state) == CaseState.WITHDRAWN


def withdraw(tx: Tx, user: str) -> None:
    cases.withdraw(tx, case_of(tx, user).id, user)
