"""Queries of the rounds: questions, the advice round, contributions, notes and evaluations of a session."""

from sqlalchemy import Select, select

from bot.rounds.records import (
    AdviceRound,
    Contribution,
    Evaluation,
    Note,
    Question,
    ReminderSent,
    Rewording,
    SafetyNote,
    ShownAverages,
)
from bot.rounds.rules import Averages
from bot.sessions.records import Session
from bot.storage import Tx, Workspace, statement


def questions_of(tx: Tx, session: Session, phase_index: int, pass_no: int) -> list[Question]:
    """The questions of a phase, in the order in which they were written."""
    return list(tx.scalars(_questions(session.id, phase_index, pass_no)))


def current_questions(tx: Tx, session: Session) -> list[Question]:
    """The questions of the current phase, in the order in which they were written."""
    return questions_of(tx, session, session.phase_index, session.pass_no)


@statement
def _questions(session_id: str, phase_index: int, pass_no: int) -> Select[Question]:
    return (
        select(Question)
        .where(
            Question.session_id == session_id,
            Question.phase_index == phase_index,
            Question.pass_no == pass_no,
        )
        .order_by(Question.written_at, Question.id)
    )


def latest_questions(tx: Tx, session: Session, phase_index: int) -> list[Question]:
    """The questions of the last time that a phase was on, in the order in which they were written."""
    found = list(tx.scalars(_questions_of_phase(session.id, phase_index)))
    latest = max((one.pass_no for one in found), default=0)
    return [one for one in found if one.pass_no == latest]


@statement
def _questions_of_phase(session_id: str, phase_index: int) -> Select[Question]:
    of_phase = select(Question).where(Question.session_id == session_id, Question.phase_index == phase_index)
    return of_phase.order_by(Question.written_at, Question.id)


def rewording_of(tx: Tx, session: Session) -> Rewording | None:
    return tx.scalars(_rewording(session.id)).one_or_none()


@statement
def _rewording(session_id: str) -> Select[Rewording]:
    return select(Rewording).where(Rewording.session_id == session_id)


def advice_round(tx: Tx, session: Session, phase_index: int, pass_no: int) -> AdviceRound | None:
    """The turns of an advice phase; None before they were drawn up."""
    return tx.scalars(_advice_round(session.id, phase_index, pass_no)).one_or_none()


def current_advice_round(tx: Tx, session: Session) -> AdviceRound | None:
    return advice_round(tx, session, session.phase_index, session.pass_no)


@statement
def _advice_round(session_id: str, phase_index: int, pass_no: int) -> Select[AdviceRound]:
    return select(AdviceRound).where(
        AdviceRound.session_id == session_id,
        AdviceRound.phase_index == phase_index,
        AdviceRound.pass_no == pass_no,
    )


def has_contributed(tx: Tx, session: Session, user: str, what: str, ts: str = "") -> bool:
    """Whether this contribution is recorded: a thread message by its ts, anything else by its kind and phase."""
    if ts:
        return tx.scalars(_message(session.id, user, ts)).first() is not None
    known = _form_contribution(session.id, session.phase_index, session.pass_no, user, what)
    return tx.scalars(known).first() is not None


@statement
def _message(session_id: str, user: str, ts: str) -> Select[str]:
    return select(Contribution.id).where(
        Contribution.session_id == session_id, Contribution.user == user, Contribution.ts == ts
    )


@statement
def _form_contribution(session_id: str, phase_index: int, pass_no: int, user: str, what: str) -> Select[str]:
    return select(Contribution.id).where(
        Contribution.session_id == session_id,
        Contribution.phase_index == phase_index,
        Contribution.pass_no == pass_no,
        Contribution.user == user,
        Contribution.what == what,
        Contribution.ts == "",
    )


def has_sent_form(
    tx: Tx, session: Session, phase_index: int, pass_no: int, user: str, what: str, form: str
) -> bool:
    """Whether a contribution from this very window is recorded. False for an empty `form`."""
    if not form:
        return False
    known = _from_form(session.id, phase_index, pass_no, user, what, form)
    return tx.scalars(known).first() is not None


@statement
def _from_form(
    session_id: str, phase_index: int, pass_no: int, user: str, what: str, form: str
) -> Select[str]:
    return select(Contribution.id).where(
        Contribution.session_id == session_id,
        Contribution.phase_index == phase_index,
        Contribution.pass_no == pass_no,
        Contribution.user == user,
        Contribution.what == what,
        Contribution.form == form,
    )


def contributors(tx: Tx, session: Session, *what: str) -> set[str]:
    """Who contributed to the current phase, in one of some kinds. Without a kind: in any but being done."""
    any_kind = not what
    found = _contributors(session.id, session.phase_index, session.pass_no, list(what), any_kind=any_kind)
    return set(tx.scalars(found))


@statement
def _contributors(
    session_id: str, phase_index: int, pass_no: int, what: list[str], *, any_kind: bool
) -> Select[str]:
    return select(Contribution.user).where(
        Contribution.session_id == session_id,
        Contribution.phase_index == phase_index,
        Contribution.pass_no == pass_no,
        Contribution.what.not_in(("done", "ready")) if any_kind else Contribution.what.in_(what),
    )


def has_been_reminded(tx: Tx, session: Session, user: str, what: str) -> bool:
    """Whether a user got this reminder in the current phase."""
    sent = _reminder(session.id, session.phase_index, session.pass_no, user, what)
    return tx.scalars(sent).first() is not None


@statement
def _reminder(session_id: str, phase_index: int, pass_no: int, user: str, what: str) -> Select[str]:
    return select(ReminderSent.id).where(
        ReminderSent.session_id == session_id,
        ReminderSent.phase_index == phase_index,
        ReminderSent.pass_no == pass_no,
        ReminderSent.user == user,
        ReminderSent.what == what,
    )


def note_of(tx: Tx, session: Session, user: str) -> Note | None:
    return tx.scalars(_note(session.id, user)).one_or_none()


@statement
def _note(session_id: str, user: str) -> Select[Note]:
    return select(Note).where(Note.session_id == session_id, Note.user == user)


def evaluation_of(tx: Tx, session: Session, user: str) -> Evaluation | None:
    return tx.scalars(_evaluation(session.id, user)).one_or_none()


@statement
def _evaluation(session_id: str, user: str) -> Select[Evaluation]:
    return select(Evaluation).where(Evaluation.session_id == session_id, Evaluation.user == user)


def has_marked_with(tx: Tx, session: Session, user: str, form: str) -> bool:
    """Whether this very window brought marks. They have no name any more once the session is over."""
    return has_sent_form(tx, session, session.phase_index, session.pass_no, user, "marks", form)


def evaluations_of(tx: Tx, session: Session) -> list[Evaluation]:
    return list(tx.scalars(_evaluations(session.id)))


@statement
def _evaluations(session_id: str) -> Select[Evaluation]:
    return select(Evaluation).where(Evaluation.session_id == session_id)


def contributions_aloud(tx: Tx, session: Session) -> list[Contribution]:
    """Who said harvest or marks aloud in the current phase, as whoever leads ticked it."""
    return list(tx.scalars(_aloud(session.id, session.phase_index, session.pass_no)))


@statement
def _aloud(session_id: str, phase_index: int, pass_no: int) -> Select[Contribution]:
    return select(Contribution).where(
        Contribution.session_id == session_id,
        Contribution.phase_index == phase_index,
        Contribution.pass_no == pass_no,
        Contribution.what == "aloud",
    )


def shown_averages(tx: Tx, session: Session) -> Averages | None:
    """The averages that the group has seen; None before."""
    found = tx.sql.get(ShownAverages, session.id)
    return None if found is None else Averages(**found.figures)


def safety_note(tx: Tx, note_id: str) -> SafetyNote | None:
    """A low mark for safety, by the id that its question carries; locked."""
    return tx.scalars(tx.locked(_safety_note(tx.workspace, note_id))).one_or_none()


@statement
def _safety_note(workspace: Workspace, note_id: str) -> Select[SafetyNote]:
    return select(SafetyNote).where(SafetyNote.of(workspace), SafetyNote.id == note_id)


def has_told_unsafe(tx: Tx, session: Session) -> bool:
    """Whether somebody for whom a session was not safe lets the next one know."""
    return tx.scalars(_told(session.id)).first() is not None


@statement
def _told(session_id: str) -> Select[str]:
    return select(SafetyNote.id).where(SafetyNote.session_id == session_id, SafetyNote.told)
