"""Participation: who contributed to a phase, and when everyone has, the early end of the phase."""

from collections.abc import Collection
from datetime import timedelta

from bot import events
from bot.events import SessionChanged, SessionProgressed
from bot.groups import service as groups
from bot.jobs import queue
from bot.methods.catalogue import Phase
from bot.rounds import queries, rules
from bot.rounds.records import Contribution, ReminderSent
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.storage import Tx, belonging_to
from bot.texts import Refused

UNHEARD_CHECK = "rounds.unheard_check"
# The same of a session that a version without snapshots began.
UNHEARD_CHECK_OF_BEFORE = "rounds.unheard"
# The contribution of somebody who said it, without a form.
ALOUD = "aloud"
RETRY_WHILE_PAUSED = timedelta(minutes=2)
# Whoever leads sees what the others bring in this long after it at most.
SHOWN_WITHIN = timedelta(seconds=4)


def require_phase(tx: Tx, ref: PhaseRef, user: str, *kinds: str) -> Scene:
    """The scene, for a member of its group, while the phase of the button takes this. Raises Refused otherwise."""
    scene = sessions.scene_for(tx, ref.session, user)
    check_phase(scene, ref, *kinds)
    return scene


def check_phase(scene: Scene, ref: PhaseRef, *kinds: str) -> None:
    """Raises Refused unless the phase of the button is current, and takes contributions of one of these kinds.

    A forged button value can name another phase, so the kind is checked too.
    """
    phase = sessions.require_current_phase(scene.session, ref.number, ref.round)
    if not any(scene.activity.counts(phase, kind) for kind in kinds):
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
    """The people who have not been heard by now; None where nobody counts that."""
    return scene.activity.silent(tx, scene) if scene.session.is_written else None


def unheard(tx: Tx, scene: Scene) -> list[str] | None:
    """The people without a contribution to a phase in which everybody may speak; None without reading the thread."""
    session = scene.session
    if not scene.group.reads_thread:
        return None
    heard = queries.contributors(tx, session) | scene.activity.heard(tx, scene)
    return rules.unheard(scene.present, heard, session.presenter)


def asks_the_silent(phase: Phase) -> bool:
    """Whether people who have not been heard in a phase are asked."""
    return any(activity.asks_the_silent for activity in sessions.activities_of(phase))


def is_everyone_done(tx: Tx, scene: Scene) -> bool:
    """Whether everybody has said, or shown by a form, that they are done with the phase. Where people speak nobody says so."""
    return scene.session.is_written and scene.activity.is_done(tx, scene)


def all_have(tx: Tx, scene: Scene, people: Collection[str], what: str) -> bool:
    """Whether these people have all brought this to the phase."""
    return bool(people) and set(people) <= queries.contributors(tx, scene.session, what)


def respondents(tx: Tx, scene: Scene) -> set[str] | None:
    """Who of those present has given what everybody is asked, or said so aloud; None where nothing is."""
    what = scene.activity.asks_everybody
    if not what:
        return None
    return queries.contributors(tx, scene.session, what, ALOUD) & set(scene.present)


def people_aloud(tx: Tx, scene: Scene) -> list[str]:
    """Who said harvest or marks aloud in this phase."""
    return [one.user for one in queries.contributions_aloud(tx, scene.session)]


def is_asked_of_all(scene: Scene) -> bool:
    """Whether something is asked of everybody now: harvest or marks."""
    return scene.session.state in sessions.BEGUN_STATES and bool(scene.activity.asks_everybody)


def has_everyone_answered(tx: Tx, scene: Scene) -> bool:
    """Whether everybody present has given what is asked, or said so aloud."""
    found = respondents(tx, scene)
    return found is not None and bool(found) and found == set(scene.present)


def record_aloud(tx: Tx, scene: Scene, users: Collection[str]) -> None:
    """Record who of those present said harvest or marks aloud. Of whoever is no longer ticked it is forgotten."""
    if not scene.activity.asks_everybody:
        return
    for one in queries.contributions_aloud(tx, scene.session):
        if one.user not in users:
            tx.sql.delete(one)
    tx.sql.flush()
    for user in scene.present:
        if user in users:
            record_contribution(tx, scene.session, user, ALOUD)


def is_reminded(tx: Tx, session: Session, user: str, what: str) -> bool:
    """Whether a user was reminded of this in the current phase."""
    return queries.has_been_reminded(tx, session, user, what)


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
    queue.schedule(tx, unheard_kind(session), session.id, at, data)


def unheard_kind(session: Session) -> str:
    return UNHEARD_CHECK_OF_BEFORE if session.is_of_before else UNHEARD_CHECK


def cancel_unheard_check(tx: Tx, session: Session) -> None:
    queue.cancel(tx, unheard_kind(session), session.id)


def disable_session_nudges(tx: Tx, user: str) -> None:
    """Turn off private messages to a user during sessions."""
    groups.ensure_person(tx, user).session_nudges = False
    groups.refresh_home(tx, user)


def advance_when_everyone_done(tx: Tx, scene: Scene) -> None:
    """Advance when everybody is done in writing. No form ends a phase in which people speak."""
    if is_everyone_done(tx, scene):
        sessions.advance_when_everyone_done(tx, scene, scene.session.phase_index)


def show_progress(tx: Tx, session: Session, user: str = "") -> None:
    """Show whoever leads what somebody brought in, within some seconds; at once what they pressed themselves (`user`)."""
    if user and user == session.facilitator:
        events.publish(tx, SessionChanged(session.id))
    else:
        events.publish_once_within(tx, SessionProgressed(session.id), SHOWN_WITHIN)
