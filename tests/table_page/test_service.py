"""Who gets the address of a session, what ends it, and what stands behind it."""

from datetime import timedelta

import pytest

from bot.rounds import jobs as round_jobs
from bot.rounds.service import progress
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.storage import Store, Tx, in_workspace
from bot.table_page import jobs, service
from bot.table_page.records import TablePage
from bot.table_page.views import PageState
from bot.texts import Refused, for_language
from tests.conftest import THEIRS, run_due
from tests.factories import ANNA, BRAM, CHLOE, buttons_of, control, go_on, load, open_session, running_session
from tests.table_page.conftest import ADDRESS, name_chloe, path_of

DUTCH = for_language("nl")


def token_of(tx: Tx, session_id: str) -> str:
    return path_of(tx, session_id).rpartition("/")[2]


def window(tx: Tx, session_id: str, user: str = BRAM) -> str:
    return str(service.address_window(tx, user, SessionRef(session_id), DUTCH))


def state_at(tx: Tx, token: str) -> PageState | None:
    found = service.opened(tx, token)
    return None if found is None else found.face.state


def test_whoever_leads_gets_the_address_and_always_the_same(tx: Tx) -> None:
    session_id = open_session(tx)
    assert service.address_of(tx, load(tx, session_id)) is None
    shown = window(tx, session_id)
    url = service.address_of(tx, load(tx, session_id))
    assert url is not None
    assert url.startswith(f"{ADDRESS}/table/")
    assert url in shown
    assert window(tx, session_id) == shown


@pytest.mark.parametrize("user", [ANNA, CHLOE])
def test_who_does_not_lead_gets_no_address(tx: Tx, user: str) -> None:
    session_id = running_session(tx)
    with pytest.raises(Refused):
        window(tx, session_id, user)
    with pytest.raises(Refused):
        service.renew_address(tx, user, SessionRef(session_id))
    assert service.address_of(tx, load(tx, session_id)) is None


def test_where_pages_cannot_be_opened_there_is_neither_button_nor_address(tx: Tx) -> None:
    service.use_address(None)
    session_id = running_session(tx)
    assert "table_page.open" not in buttons_of(tx, "card")
    assert service.make_address(tx, load(tx, session_id)) is None
    with pytest.raises(Refused):
        window(tx, session_id)


def test_the_card_has_the_button_from_gathering_to_the_end(tx: Tx) -> None:
    session_id = open_session(tx)
    assert "table_page.open" in buttons_of(tx, "card")
    sessions.stop(tx, BRAM, SessionRef(session_id))
    assert "table_page.open" not in buttons_of(tx, "card")


async def test_a_new_address_ends_the_old_one_at_once(store: Store) -> None:
    session_id = await store.transact(running_session)
    old = await store.transact(token_of, session_id)
    await store.transact(service.renew_address, BRAM, SessionRef(session_id))
    new = await store.transact(token_of, session_id)
    assert new != old
    assert await store.read(state_at, old) is None
    assert await store.read(state_at, new) is PageState.RUNNING


async def test_the_end_of_the_session_ends_the_address(store: Store) -> None:
    session_id = await store.transact(running_session)
    token = await store.transact(token_of, session_id)
    await store.transact(sessions.stop, BRAM, SessionRef(session_id))
    assert await store.read(state_at, token) is None
    with pytest.raises(Refused):
        await store.transact(window, session_id)

    def forget(tx: Tx) -> int:
        run_due(tx, jobs.JOBS)
        return tx.sql.query(TablePage).count()

    assert await store.transact(forget) == 0


async def test_a_page_that_is_open_learns_why_its_address_is_dead(store: Store) -> None:
    session_id = await store.transact(running_session)
    old = await store.read(service.opened, await store.transact(token_of, session_id))
    assert old is not None
    await store.transact(service.renew_address, BRAM, SessionRef(session_id))
    new = await store.read(service.opened, await store.transact(token_of, session_id))
    assert new is not None

    async def states() -> list[PageState]:
        found = await store.read(service.faces_of, [old.subject, new.subject])
        return [found[one.subject].state for one in (old, new)]

    assert await states() == [PageState.DEAD, PageState.RUNNING]
    await store.transact(sessions.stop, BRAM, SessionRef(session_id))
    assert await states() == [PageState.ENDED, PageState.ENDED]
    await store.transact(run_due, jobs.JOBS)
    assert await states() == [PageState.ENDED, PageState.ENDED]


async def test_a_page_needs_no_workspace_to_be_found(store: Store) -> None:
    """The token alone says whose session it is."""
    session_id = await store.transact(in_workspace(THEIRS, running_session))
    token = await store.transact(in_workspace(THEIRS, token_of), session_id)
    assert await store.read(state_at, token) is PageState.RUNNING


async def test_a_made_up_token_finds_nothing(store: Store) -> None:
    await store.transact(running_session)
    for token in ("", "0" * 32, "x" * 4000, "é"):
        assert await store.read(state_at, token) is None


async def test_whose_turn_it_is_stands_there_by_name(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        session_id = running_session(tx)
        name_chloe(tx)
        go_on(tx, session_id, times=5)
        run_due(tx, round_jobs.JOBS)
        progress.end_activity(tx, sessions.scene_by_id(tx, session_id))
        return token_of(tx, session_id)

    found = await store.read(service.opened, await store.transact(prepare))
    assert found is not None
    assert (found.face.title, found.face.turn) == ("Advies", "Aan de beurt: Chloé")


def test_a_pause_and_an_extension_are_seen(tx: Tx) -> None:
    session_id = running_session(tx)
    token = token_of(tx, session_id)
    running = service.opened(tx, token)
    sessions.extend(tx, BRAM, control(tx, session_id))
    longer = service.opened(tx, token)
    sessions.pause(tx, BRAM, control(tx, session_id))
    paused = service.opened(tx, token)
    assert running is not None
    assert longer is not None
    assert paused is not None
    assert running.face.ends_at is not None
    assert longer.face.ends_at == running.face.ends_at + timedelta(minutes=2)
    assert paused.face.state is PageState.PAUSED
    assert paused.face.left == longer.face.ends_at - tx.now
