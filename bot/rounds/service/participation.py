"""Participation: who contributed to a phase, and when everyone has, the early end of the phase."""

from collections.abc import Collection
from datetime import timedelta

from bot.groups import service as groups
from bot.jobs import queue
from bot.rounds import queries, rules
from bot.rounds.records import Contribution, ReminderSent
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.storage import Tx, belonging_to
from bot.texts import Refused

UNHEARD_CHECK = "rounds.unheard"
# Kinds of phases without turns: whoever has not been heard is asked.
FREE_SPEECH_PHASES = ("questions", "analysis")
# What everybody is asked for in a kind of phase, as their contribution has it.
ASKED_OF_ALL = {"harvest": "harvest", "evaluation": "marks"}
# The contribution of somebody who said it, without a form.
ALOUD = "aloud"
RETRY_WHILE_PAUSED = timedelta(minutes=2)


def require_phase(tx: Tx, ref: PhaseRef, user: str, *kinds: str) -> Scene:
    """The scene, for a member of its group, while the phase of the button is current. Raises Refused otherwise."""
    scene = sessions.scene_for(tx, ref.session, user)
    check_phase(scene, ref, *kinds)
    return scene


def check_phase(scene: Scene, ref: PhaseRef, *kinds: str) -> None:
    """Raises Refused unless the phase of the button is current, and of one of these kinds.

    A forged button value can name another phase, so the kind is checked too.
    """
    phase = sessions.require_current_phase(scene.session, ref.number, ref.round)
    if phase.kind not in kinds:
        raise Refused(lambda t: t("This button no longer works. Type /intervisie to go on from here."))


def record_contribution(tx: Tx, session: Session, user: str, what: str, ts: str = "", form: str = "") -> bool:
    """Record a contribution to the current phase; return False when it was recorded before."""
    if queries.has_contributed(tx, session, user, what, ts):
        return False
    tx.sql.add(
        Contribution(
            session_id=session.id,
            phase_index=session.phase_index,
            pass_no=session.pass_no,
            user=user,
            what=what,
            ts=ts,
            form=form,
            **belonging_to(session.workspace),
        )
    )
    tx.sql.flush()
    return True


def others_present(scene: Scene) -> list[str]:
    """The users who are present, without the presenter."""
    return [user for user in scene.present if user != scene.session.presenter]


def not_heard(tx: Tx, scene: Scene) -> list[str] | None:
    """The people who have not been heard in a phase without turns; None where nobody counts that."""
    session = scene.session
    if not (session.is_written and scene.group.reads_thread and scene.phase.kind in FREE_SPEECH_PHASES):
        return None
    return rules.unheard(scene.present, queries.contributors(tx, session), session.presenter)


def is_everyone_done(tx: Tx, scene: Scene) -> bool:
    """Whether everybody has said, or shown by a form, that they are done with the phase. Where people speak nobody says so."""
    if not scene.session.is_written:
        return False
    what = ASKED_OF_ALL.get(scene.phase.kind, "done")
    if what != "done":
        return has_everyone_answered(tx, scene)
    people = others_present(scene)
    return bool(people) and set(people) <= queries.contributors(tx, scene.session, what)


def respondents(tx: Tx, scene: Scene) -> set[str] | None:
    """Who of those present has given harvest or marks, or said so aloud; None in another phase."""
    what = ASKED_OF_ALL.get(scene.phase.kind)
    if what is None:
        return None
    return queries.contributors(tx, scene.session, what, ALOUD) & set(scene.present)


def people_aloud(tx: Tx, scene: Scene) -> list[str]:
    """Who said harvest or marks aloud in this phase."""
    return [one.user for one in queries.contributions_aloud(tx, scene.session)]


def is_asked_of_all(scene: Scene) -> bool:
    """Whether this phase asks something of everybody: harvest or marks."""
    return scene.phase.kind in ASKED_OF_ALL and scene.session.state in sessions.BEGUN_STATES


def has_everyone_answered(tx: Tx, scene: Scene) -> bool:
    """Whether everybody present has given harvest or marks, or said so aloud."""
    found = respondents(tx, scene)
    return found is not None and bool(found) and found == set(scene.present)


def record_aloud(tx: Tx, scene: Scene, users: Collection[str]) -> None:
    """Record who of those present said harvest or marks aloud. Of whoever is no longer ticked it is forgotten."""
    if scene.phase.kind not in ASKED_OF_ALL:
        return
    for one in queries.contributions_aloud(tx, scene.session):
        if one.user not in users:
            tx.sql.delete(one)
    tx.sql.flush()
    for user in scene.present:
        if user in users:
            record_contribution(tx, scene.session, user, ALOUD)


def claim_reminder(tx: Tx, session: Session, user: str, what: str) -> bool:
    """Record a reminder to a user in the current phase; return False when they were reminded before."""
    if queries.has_been_reminded(tx, session, user, what):
        return False
    tx.sql.add(
        ReminderSent(
            session_id=session.id,
            phase_index=session.phase_index,
            pass_no=session.pass_no,
            user=user,
            what=what,
            **belonging_to(session.workspace),
        )
    )
    tx.sql.flush()
    return True


def schedule_unheard_check(tx: Tx, session: Session, minutes: int) -> None:
    """Schedule the check who has not been heard in the current phase."""
    at = rules.unheard_check_at(tx.now, minutes)
    data = {"session": session.id, "number": session.phase_index, "round": session.pass_no}
    queue.schedule(tx, UNHEARD_CHECK, session.id, at, data)


def cancel_unheard_check(tx: Tx, session: Session) -> None:
    queue.cancel(tx, UNHEARD_CHECK, session.id)


def disable_session_nudges(tx: Tx, user: str) -> None:
    """Turn off private messages to a user during sessions."""
    groups.ensure_person(tx, user).session_nudges = False
    groups.refresh_home(tx, user)


def advance_when_others_done(tx: Tx, scene: Scene) -> None:
    """Advance when everyone but the presenter is done: in these phases the presenter has nothing to press."""
    if set(others_present(scene)) <= queries.contributors(tx, scene.session, "done"):
        sessions.advance_when_everyone_done(tx, scene, scene.session.phase_index)


def advance_when_all_contributed(tx: Tx, scene: Scene) -> None:
    """Advance when everyone, with the presenter, has contributed in writing. No form ends a phase in which people speak."""
    if scene.session.is_written and has_everyone_answered(tx, scene):
        sessions.advance_when_everyone_done(tx, scene, scene.session.phase_index)
