"""Who has been heard, and the kind words to whoever has not."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from bot.groups import service as groups
from bot.rounds import rules
from bot.rounds.records import Contribution, Reminded
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef, SessionRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.storage import Tx, Workspace, belonging_to
from bot.timing import due

UNHEARD = "rounds.unheard"
# Phases in which everyone may speak freely; in the advice round turns are named.
FREE = ("questions", "analysis")
ASK_AGAIN = timedelta(minutes=2)


def count(tx: Tx, session: Session, user: str, what: str, ts: str = "", form: str = "") -> bool:
    """Writes down that someone was heard in the present phase; False when that was known."""
    if ts:
        known = select(Contribution.id).where(
            Contribution.session_id == session.id, Contribution.user == user, Contribution.ts == ts
        )
    else:
        known = select(Contribution.id).where(
            Contribution.session_id == session.id,
            Contribution.number == session.number,
            Contribution.round == session.round,
            Contribution.user == user,
            Contribution.what == what,
            Contribution.ts == "",
        )
    if tx.sql.scalars(known).first() is not None:
        return False
    tx.sql.add(
        Contribution(
            session_id=session.id,
            number=session.number,
            round=session.round,
            user=user,
            what=what,
            ts=ts,
            form=form,
            **belonging_to(session.workspace),
        )
    )
    tx.sql.flush()
    return True


def sent_before(tx: Tx, session: Session, ref: PhaseRef, user: str, what: str, form: str) -> bool:
    """Whether somebody has brought this from this very window before."""
    known = select(Contribution.id).where(
        Contribution.session_id == session.id,
        Contribution.number == ref.number,
        Contribution.round == ref.round,
        Contribution.user == user,
        Contribution.what == what,
        Contribution.form == form,
    )
    return form != "" and tx.sql.scalars(known).first() is not None


def heard(tx: Tx, session: Session, *what: str) -> set[str]:
    """Who was heard in the present phase, in any of some ways; in every way when none is named."""
    conditions = [
        Contribution.session_id == session.id,
        Contribution.number == session.number,
        Contribution.round == session.round,
    ]
    conditions.append(Contribution.what.in_(what) if what else Contribution.what != "done")
    return set(tx.sql.scalars(select(Contribution.user).where(*conditions)))


def ever_heard(tx: Tx, session: Session, numbers: Sequence[int]) -> set[str]:
    """Who spoke or wrote in some phases, however often they came round."""
    return set(
        tx.sql.scalars(
            select(Contribution.user).where(
                Contribution.session_id == session.id,
                Contribution.number.in_(numbers),
                Contribution.what.in_(("message", "advice")),
            )
        )
    )


def others(tx: Tx, session: Session) -> list[str]:
    """Who is present, without the presenter."""
    return [one.user for one in sessions.participants(tx, session) if one.user != session.presenter]


def remind_once(tx: Tx, session: Session, user: str, what: str) -> bool:
    """Whether somebody may be reminded of this in this phase: true once."""
    known = tx.sql.scalars(
        select(Reminded.id).where(
            Reminded.session_id == session.id,
            Reminded.number == session.number,
            Reminded.round == session.round,
            Reminded.user == user,
            Reminded.what == what,
        )
    ).first()
    if known is not None:
        return False
    tx.sql.add(
        Reminded(
            session_id=session.id,
            number=session.number,
            round=session.round,
            user=user,
            what=what,
            **belonging_to(session.workspace),
        )
    )
    tx.sql.flush()
    return True


def plan_to_ask(tx: Tx, session: Session, minutes: int) -> None:
    at = rules.moment_to_ask(tx.now, minutes)
    data = {"session": session.id, "number": session.number, "round": session.round}
    due.schedule(tx, session.workspace, UNHEARD, session.id, at, data)


def plan_no_more(tx: Tx, session: Session) -> None:
    """The phase is over, and with it the question who was heard in it."""
    due.cancel(tx, session.workspace, UNHEARD, session.id)


def ask_the_unheard(tx: Tx, item: due.Item) -> None:
    """Well into a round: one private word to whoever was not heard, and the list to the facilitator."""
    session = sessions.session_by_id(tx, item.workspace, str(item.data["session"]))
    if (session.number, session.round) != (item.data["number"], item.data["round"]):
        return
    if not sessions.group_of(tx, session).reads_thread:
        # Without the thread nobody knows who has spoken.
        return
    if session.state == State.PAUSED:
        due.schedule(tx, item.workspace, UNHEARD, session.id, tx.now + ASK_AGAIN, item.data)
        return
    if session.state != State.RUNNING:
        return
    present = [one.user for one in sessions.participants(tx, session)]
    known = heard(tx, session)
    quiet = rules.unheard(present, known | heard(tx, session, "done"), session.presenter)
    for user in quiet:
        person = groups.person(tx, item.workspace, user)
        if person.session_nudges and remind_once(tx, session, user, "unheard"):
            t = groups.texts_of(tx, item.workspace, user)
            sessions.whisper(tx, session, user, thread.not_heard(t, SessionRef(session.id)))
    if session.facilitator is not None:
        t = groups.texts_of(tx, item.workspace, session.facilitator)
        spoken = [user for user in present if user in known and user != session.presenter]
        not_yet = rules.unheard(present, known, session.presenter)
        sessions.hint(tx, session, thread.heard_so_far(t, spoken, not_yet))


def stop_nudging(tx: Tx, workspace: Workspace, user: str) -> None:
    """Somebody would rather not be asked during sessions."""
    groups.person(tx, workspace, user).session_nudges = False
    groups.refresh_home(tx, workspace, user)


def end_when_everyone_is_done(tx: Tx, session: Session) -> None:
    """The presenter need not press anything in a phase of listening or answering."""
    if set(others(tx, session)) <= heard(tx, session, "done"):
        sessions.may_end_early(tx, session, session.number)
