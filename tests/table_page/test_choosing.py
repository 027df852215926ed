"""The table page while a group chooses its case, and in the session that follows at the same address."""

import pytest

from bot.selections import service as selections
from bot.selections.records import Selection
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.slack import ids
from bot.storage import Store, Tx
from bot.table_page import jobs, service
from bot.table_page.records import SelectionPage, TablePage
from bot.table_page.views import Face, PageState
from bot.texts import Refused, for_language
from tests.conftest import make_group, run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN, buttons_of, text_of
from tests.factories import control as session_control
from tests.selections.people import case_of, choosing, control, gather, more_time, of, opened, pick, ref
from tests.table_page.conftest import ADDRESS

DUTCH = for_language("nl")


def window(tx: Tx, found: Selection, user: str = BRAM) -> str:
    return str(service.address_window(tx, user, ref(found), DUTCH))


def token_of(tx: Tx, found: Selection) -> str:
    window(tx, found)
    url = service.make_address_to_choose(tx, found)
    assert url is not None
    assert url.startswith(f"{ADDRESS}/table/")
    return url.rpartition("/")[2]


def face_at(tx: Tx, token: str) -> Face:
    found = service.opened(tx, token)
    assert found is not None
    return found.face


def test_the_page_follows_the_choice_from_step_to_step(tx: Tx) -> None:
    make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    found = gather(tx, ANNA, CHLOE)
    token = token_of(tx, found)
    face = face_at(tx, token)
    assert (face.state, face.title, face.until) == (
        PageState.GATHERING,
        "We verzamelen.",
        "We beginnen met: Aankomen.",
    )
    for title, turn, rule in (
        ("Aankomen", "Ieder krijgt een beurt.", "Niemand reageert; luisteren is genoeg."),
        ("Wat ligt er?", "Ieder krijgt een beurt.", "Nog geen vragen; luisteren is genoeg."),
        ("Kies samen", "Iedereen doet mee.", "Kies op wat nodig is. Wie inbrengt, zegt zelf ja."),
    ):
        before = face.step
        selections.begin_next_step(tx, BRAM, control(found))
        face = face_at(tx, token)
        assert (face.state, face.title, face.turn, face.rule) == (PageState.RUNNING, title, turn, rule)
        assert face.ends_at == found.ends_at
        # Another step: the end of the one before is heard.
        assert face.step != before


def test_a_pause_and_more_time_are_seen(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    token = token_of(tx, found)
    running = face_at(tx, token)
    selections.extend_step(tx, BRAM, more_time(found))
    longer = face_at(tx, token)
    selections.pause_selection(tx, DAAN, ref(found))
    paused = face_at(tx, token)
    assert (running.step, longer.step) == (longer.step, paused.step)
    assert longer.ends_at == found.opened_at + (paused.left or found.opened_at - found.opened_at)
    assert (paused.state, paused.ends_at, paused.until) == (
        PageState.PAUSED,
        None,
        "Pauze. De klok staat stil.",
    )


def test_a_step_whose_time_is_up_says_so(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    token = token_of(tx, found)
    found.ends_at = tx.now
    face = face_at(tx, token)
    assert (face.state, face.until) == (PageState.WAITING, "De tijd is om.")
    assert face.left is not None
    assert not face.left


def test_a_vote_is_counted_and_nobody_is_named(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    token = token_of(tx, found)
    selections.open_vote(tx, BRAM, control(found))
    selections.give_vote(tx, DAAN, of(found, case_of(tx, ANNA)))
    face = face_at(tx, token)
    assert (face.state, face.turn) == (PageState.RUNNING, "1 van de 4 heeft gestemd.")


def test_whoever_is_asked_is_waited_for_without_a_clock(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    token = token_of(tx, found)
    pick(tx, found, ANNA)
    face = face_at(tx, token)
    assert (face.ends_at, face.left) == (None, None)
    assert face.turn == "De keuze is gemaakt. We wachten op een ja."


def test_no_word_of_a_case_and_nobody_of_it_stands_there(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    token = token_of(tx, found)
    shown = [face_at(tx, token)]
    selections.open_vote(tx, BRAM, control(found))
    shown.append(face_at(tx, token))
    selections.count_now(tx, BRAM, control(found))
    pick(tx, found, ANNA)
    shown.append(face_at(tx, token))
    for words in (case_of(tx, ANNA).title, case_of(tx, ANNA).question, "Casus", "Anna", ANNA):
        assert words not in str(shown)


async def test_the_session_that_follows_goes_on_at_the_same_address(store: Store) -> None:
    def choose(tx: Tx) -> tuple[str, service.Subject]:
        found = choosing(tx, ANNA, CHLOE)
        token = token_of(tx, found)
        before = service.opened(tx, token)
        assert before is not None
        sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
        return token, before.subject

    def follow(tx: Tx) -> tuple[str, PageState]:
        face = face_at(tx, token)
        return face.title, face.state

    def begin(tx: Tx) -> None:
        session = opened(tx)
        sessions.begin(tx, BRAM, session_control(tx, session.id))
        # And it is the one that whoever leads finds under the button of the session.
        url = service.make_address(tx, session)
        assert url is not None
        assert url.endswith(token)
        assert token in str(service.address_window(tx, BRAM, SessionRef(session.id), DUTCH))
        assert tx.sql.query(TablePage).count() == 0

    def seen_by_open_pages(tx: Tx) -> PageState:
        return service.faces_of(tx, [subject])[subject].state

    def stop(tx: Tx) -> None:
        sessions.stop(tx, BRAM, SessionRef(opened(tx).id))

    def is_dead(tx: Tx) -> bool:
        return service.opened(tx, token) is None

    def forget(tx: Tx) -> int:
        run_due(tx, jobs.JOBS)
        return tx.sql.query(SelectionPage).count()

    token, subject = await store.transact(choose)
    assert await store.read(follow) == ("We verzamelen.", PageState.GATHERING)
    await store.transact(begin)
    assert await store.read(follow) == ("Inbreng", PageState.RUNNING)
    assert await store.read(seen_by_open_pages) is PageState.RUNNING
    await store.transact(stop)
    assert await store.read(is_dead)
    assert await store.read(seen_by_open_pages) is PageState.ENDED
    assert await store.transact(forget) == 0
    assert await store.read(seen_by_open_pages) is PageState.ENDED


async def test_a_choice_that_came_to_nothing_ends_its_address(store: Store) -> None:
    def choose(tx: Tx) -> service.Opened:
        found = choosing(tx, ANNA)
        page = service.opened(tx, token_of(tx, found))
        assert page is not None
        return page

    def stop(tx: Tx) -> None:
        selections.stop_selection(tx, BRAM, ref(tx.sql.query(Selection).one()))

    def left(tx: Tx) -> int:
        run_due(tx, jobs.JOBS)
        return tx.sql.query(SelectionPage).count()

    page = await store.transact(choose)
    await store.transact(stop)
    faces = await store.read(service.faces_of, [page.subject])
    assert faces[page.subject].state is PageState.ENDED
    assert await store.transact(left) == 0


async def test_a_new_address_ends_the_old_one_in_either(store: Store) -> None:
    def choose(tx: Tx) -> str:
        return token_of(tx, choosing(tx, ANNA))

    def renew(tx: Tx) -> str:
        found = tx.sql.query(Selection).one()
        service.renew_address(tx, BRAM, ref(found))
        return token_of(tx, found)

    def renew_in_the_session(tx: Tx) -> str:
        found = tx.sql.query(Selection).one()
        sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
        session = opened(tx)
        service.renew_address(tx, BRAM, SessionRef(session.id))
        url = service.address_of(tx, session)
        assert url is not None
        return url.rpartition("/")[2]

    def open_ones(tx: Tx) -> list[bool]:
        return [service.opened(tx, token) is not None for token in tokens]

    tokens = [await store.transact(choose)]
    tokens.append(await store.transact(renew))
    assert await store.read(open_ones) == [False, True]
    tokens.append(await store.transact(renew_in_the_session))
    assert await store.read(open_ones) == [False, False, True]


@pytest.mark.parametrize("user", [ANNA, CHLOE])
def test_who_does_not_lead_gets_no_address(tx: Tx, user: str) -> None:
    found = choosing(tx, ANNA)
    with pytest.raises(Refused):
        window(tx, found, user)
    with pytest.raises(Refused):
        service.renew_address(tx, user, ref(found))
    assert tx.sql.query(SelectionPage).count() == 0


def test_the_button_stands_there_while_the_group_chooses(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    for message in ("card", f"leader/{BRAM}"):
        assert ids.TABLE_PAGE_OPEN_CHOOSING in buttons_of(tx, message)
    selections.stop_selection(tx, BRAM, ref(found))
    assert ids.TABLE_PAGE_OPEN_CHOOSING not in buttons_of(tx, "card")


def test_where_pages_cannot_be_opened_there_is_no_button_and_the_console_says_the_time(tx: Tx) -> None:
    service.use_address(None)
    found = choosing(tx, ANNA)
    assert ids.TABLE_PAGE_OPEN_CHOOSING not in buttons_of(tx, f"leader/{BRAM}")
    assert "*Nu: Kies samen*, tot 15:03." in text_of(tx, f"leader/{BRAM}")
    with pytest.raises(Refused):
        window(tx, found)
