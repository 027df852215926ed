"""Use cases of the table page: its address, and what it shows of a session or of the choice before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.groups import service as groups
from bot.groups.records import Group
from bot.rounds import queries as round_queries
from bot.rounds import rules as round_rules
from bot.selections import service as selections
from bot.selections.records import Selection
from bot.selections.views import SelectionRef, SelectionView
from bot.selections.views import card as selection_card
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import SessionRef, SessionView, card
from bot.storage import Tx, Workspace, belonging_to
from bot.table_page import queries, rules, views
from bot.table_page.records import SelectionPage, TablePage
from bot.texts import InChannel, Refused, Texts, for_language

# Woken by a change of an address; whatever else changes a page is a job or a message too.
ADDRESS_TOPIC = "table_page"
PATH = "/table/{token}"
NOW_PATH = "/table/{token}/now"
STREAM_PATH = "/table/{token}/stream"

_address: str | None = None


def use_address(url: str | None) -> None:
    """Sets the address at which this installation's pages can be opened; None when they cannot."""
    global _address
    _address = url.rstrip("/") if url else None


def address_of(tx: Tx, session: Session) -> str | None:
    """The address of a session's table page; None without one, and after the session."""
    return _url(queries.page_of(tx, session)) if _has_page(session) else None


def make_address(tx: Tx, session: Session) -> str | None:
    """The same address, made where there is none yet. None where pages cannot be opened."""
    if _address and _has_page(session) and queries.page_of(tx, session) is None:
        tx.sql.add(TablePage(session_id=session.id, **_new_page(tx, session)))
        tx.sql.flush()
    return address_of(tx, session)


def make_address_to_choose(tx: Tx, selection: Selection) -> str | None:
    """The address of a choice, made where there is none yet. It stays that of the session that follows."""
    if _address and queries.page_of_selection(tx, selection.id) is None:
        tx.sql.add(SelectionPage(selection_id=selection.id, **_new_page(tx, selection)))
        tx.sql.flush()
    return _url(queries.page_of_selection(tx, selection.id))


def _new_page(tx: Tx, owner: Session | Selection) -> dict[str, Any]:
    token = rules.new_token()
    return {
        "token": token,
        "token_hash": rules.hash_of(token),
        "made_at": tx.now,
        **belonging_to(owner.workspace),
    }


def _url(page: queries.Page | None) -> str | None:
    return f"{_address}{PATH.format(token=page.token)}" if _address and page is not None else None


def renew_address(tx: Tx, user: str, ref: SessionRef | SelectionRef) -> None:
    """Another address, for whoever leads. The old one is dead when this is committed."""
    if isinstance(ref, SelectionRef):
        selection = _choice_led_by(tx, user, ref)
        revoke_address_to_choose(tx, selection.id)
        make_address_to_choose(tx, selection)
    else:
        session = _led_by(tx, user, ref)
        revoke_address(tx, session)
        make_address(tx, session)


def revoke_address(tx: Tx, session: Session) -> None:
    """End the address of a session; twice is as good as once."""
    _revoke(tx, queries.page_of(tx, session))


def revoke_address_to_choose(tx: Tx, selection_id: str) -> None:
    """End the address of a choice; twice is as good as once."""
    _revoke(tx, queries.page_of_selection(tx, selection_id))


def _revoke(tx: Tx, page: queries.Page | None) -> None:
    if page is not None:
        tx.sql.delete(page)
        tx.sql.flush()
        tx.wake(ADDRESS_TOPIC)


def address_window(
    tx: Tx, user: str, ref: SessionRef | SelectionRef, t: Texts, notice: str = ""
) -> dict[str, Any]:
    """The window with the address, for whoever leads. Raises Refused for anyone else."""
    if isinstance(ref, SelectionRef):
        url = make_address_to_choose(tx, _choice_led_by(tx, user, ref))
    else:
        url = make_address(tx, _led_by(tx, user, ref))
    if url is None:
        raise Refused(
            lambda t: t(
                "There is no clock on the table here: the bot has no address of its own (PUBLIC_URL)."
            )
        )
    return views.window(t, ref, url, notice)


def _led_by(tx: Tx, user: str, ref: SessionRef) -> Session:
    session = sessions.scene_for(tx, ref.session, user).session
    if not _has_page(session):
        raise Refused(lambda t: t("This session is not on, so there is no clock to put on the table."))
    _require_lead(user, session)
    return session


def _choice_led_by(tx: Tx, user: str, ref: SelectionRef) -> Selection:
    selection = selections.choosing_for(tx, ref.selection, user).selection
    _require_lead(user, selection)
    return selection


def _require_lead(user: str, led: Session | Selection) -> None:
    if user != (led.facilitator or led.started_by):
        raise Refused(lambda t: t("The clock on the table is for whoever leads. Ask them to put it up."))


def _has_page(session: Session) -> bool:
    return session.state in (State.GATHERING, *sessions.BEGUN_STATES)


# The button on the card


def _control(t: Texts, view: SessionView | SelectionView) -> dict[str, Any] | None:
    return views.window_button(t, view.ref) if _address else None


card.extend_controls(_control)
selection_card.extend_controls(_control)


# What a page shows


@dataclass(frozen=True, slots=True)
class Subject:
    """What an open page is about: the hash of its token, and the session or the choice for which it was made."""

    token_hash: str
    workspace: Workspace
    session_id: str = ""
    selection_id: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that exists, and what it shows now."""

    subject: Subject
    face: views.Face


def opened(tx: Tx, token: str) -> Opened | None:
    """The page behind a token; None when there is none, whatever the reason."""
    page = queries.page_by_hash(tx, rules.hash_of(token))
    if page is None:
        return None
    if isinstance(page, SelectionPage):
        subject = Subject(page.token_hash, page.workspace, selection_id=page.selection_id)
    else:
        subject = Subject(page.token_hash, page.workspace, session_id=page.session_id)
    face = _face(tx.of(page.workspace), subject)
    if face is None or face.state is views.PageState.ENDED:
        return None
    return Opened(subject, face)


def faces_of(tx: Tx, subjects: list[Subject]) -> Mapping[Subject, views.Face]:
    """What open pages show now. A page whose address is dead says why."""
    found = {}
    for subject in subjects:
        face = _face(tx.of(subject.workspace), subject)
        dead = queries.page_by_hash(tx, subject.token_hash) is None
        if face is None or (dead and face.state is not views.PageState.ENDED):
            face = views.dead(views.texts_of(face) if face else for_language(""))
        found[subject] = face
    return found


def _face(tx: Tx, subject: Subject) -> views.Face | None:
    return (
        _choice_face(tx, subject.selection_id)
        if subject.selection_id
        else _session_face(tx, subject.session_id)
    )


def _choice_face(tx: Tx, selection_id: str) -> views.Face | None:
    """While the group chooses that; once its session is open, what that session shows."""
    found = selections.clock_of(tx, selection_id)
    if found is None:
        return None
    view, group = found
    if view.session is not None:
        return _session_face(tx, view.session)
    return views.choice_face(for_language(group.language), view)


def _session_face(tx: Tx, session_id: str) -> views.Face | None:
    try:
        session = sessions.session_by_id(tx, session_id)
        scene = sessions.scene_of(tx, session)
    except Refused:
        return None
    # Read by no one in particular: Slack's tokens and mentions mean nothing in a page.
    t = for_language(scene.group.language)
    return views.face(t, scene.view(), _name(scene.group, _turn(tx, scene)))


def _turn(tx: Tx, scene: Scene) -> str | None:
    going = round_queries.current_advice_round(tx, scene.session)
    return None if going is None else round_rules.next_turn(going.turns, going.had, scene.present)[0]


def _name(group: Group, user: str | None) -> str:
    """A member's name; empty when it is not known, or not theirs alone."""
    readers = groups.texts_in(group).readers
    return readers.names.get(user or "", "") if isinstance(readers, InChannel) else ""
