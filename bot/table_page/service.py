"""Use cases of the table page: its address, and what it shows of a session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.groups import service as groups
from bot.groups.records import Group
from bot.rounds import queries as round_queries
from bot.rounds import rules as round_rules
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import SessionRef, SessionView, card
from bot.storage import Tx, Workspace, belonging_to
from bot.table_page import queries, rules, views
from bot.table_page.records import TablePage
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
    page = queries.page_of(tx, session) if _address and _has_page(session) else None
    return None if page is None else f"{_address}{PATH.format(token=page.token)}"


def make_address(tx: Tx, session: Session) -> str | None:
    """The same address, made where there is none yet. None where pages cannot be opened."""
    if _address and _has_page(session) and queries.page_of(tx, session) is None:
        token = rules.new_token()
        tx.sql.add(
            TablePage(
                session_id=session.id,
                token=token,
                token_hash=rules.hash_of(token),
                made_at=tx.now,
                **belonging_to(session.workspace),
            )
        )
        tx.sql.flush()
    return address_of(tx, session)


def renew_address(tx: Tx, user: str, ref: SessionRef) -> None:
    """Another address, for whoever leads. The old one is dead when this is committed."""
    session = _led_by(tx, user, ref)
    revoke_address(tx, session)
    make_address(tx, session)


def revoke_address(tx: Tx, session: Session) -> None:
    """End the address of a session; twice is as good as once."""
    page = queries.page_of(tx, session)
    if page is not None:
        tx.sql.delete(page)
        tx.sql.flush()
        tx.wake(ADDRESS_TOPIC)


def address_window(tx: Tx, user: str, ref: SessionRef, t: Texts, notice: str = "") -> dict[str, Any]:
    """The window with the address, for whoever leads. Raises Refused for anyone else."""
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
    if user != (session.facilitator or session.started_by):
        raise Refused(lambda t: t("The clock on the table is for whoever leads. Ask them to put it up."))
    return session


def _has_page(session: Session) -> bool:
    return session.state in (State.GATHERING, *sessions.BEGUN_STATES)


# The button on the card


def _control(t: Texts, view: SessionView) -> dict[str, Any] | None:
    return views.window_button(t, view.ref) if _address else None


card.extend_controls(_control)


# What a page shows


@dataclass(frozen=True, slots=True)
class Subject:
    """What an open page is about: the hash of its token, and the session behind it."""

    token_hash: str
    workspace: Workspace
    session_id: str


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
    subject = Subject(page.token_hash, page.workspace, page.session_id)
    face = _face(tx.of(page.workspace), page.session_id)
    if face is None or face.state is views.PageState.ENDED:
        return None
    return Opened(subject, face)


def faces_of(tx: Tx, subjects: list[Subject]) -> Mapping[Subject, views.Face]:
    """What open pages show now. A page whose address is dead says why."""
    found = {}
    for subject in subjects:
        face = _face(tx.of(subject.workspace), subject.session_id)
        dead = queries.page_by_hash(tx, subject.token_hash) is None
        if face is None or (dead and face.state is not views.PageState.ENDED):
            face = views.dead(views.texts_of(face) if face else for_language(""))
        found[subject] = face
    return found


def _face(tx: Tx, session_id: str) -> views.Face | None:
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
