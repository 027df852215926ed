"""Advice: members write it first, and advise one after the other; they may pass."""

from datetime import timedelta
from typing import Any

from bot import events
from bot.delivery import outbox
from bot.events import SessionChanged
from bot.jobs import queue
from bot.rounds import queries, rules
from bot.rounds.records import AdviceRound, Question
from bot.rounds.service import participation, questions, written
from bot.rounds.service.written import Place
from bot.rounds.views import thread
from bot.rounds.views.refs import TurnRef
from bot.rounds.views.turn import Turn
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.sessions.views.prompt import Addition
from bot.storage import Tx, belonging_to
from bot.texts import Refused, mention

TURN_OVER = "rounds.turn_over"
# A turn is over when its last line is so old.
QUIET_AFTER = timedelta(minutes=1)


def draw_up_turns(tx: Tx, scene: Scene) -> AdviceRound:
    """Draw up the order of turns, before the first one is called."""
    session = scene.session
    going = queries.current_advice_round(tx, session)
    if going is None:
        going = AdviceRound(
            session_id=session.id,
            phase_index=session.phase_index,
            pass_no=session.pass_no,
            turns=rules.turn_order(scene.present, session.presenter, session.facilitator),
            had=0,
            **belonging_to(session.workspace),
        )
        tx.sql.add(going)
        tx.sql.flush()
    return going


def begin_turns(tx: Tx, scene: Scene) -> None:
    """Announce the first turn, unless the prompt does: then the turns were drawn up for it."""
    going = queries.current_advice_round(tx, scene.session)
    if going is None or not going.turns or not _stands_in_prompt(scene):
        _announce_next_turn(tx, scene, draw_up_turns(tx, scene))


def _stands_in_prompt(scene: Scene) -> bool:
    """Whether the prompt calls the first turn. Within a phase it cannot: an edit notifies nobody."""
    return scene.session.is_written and scene.session.activity_index == 0


def first_turn_addition(tx: Tx, scene: Scene) -> Addition | None:
    """The first turn stands in the prompt, until it is over."""
    going = queries.current_advice_round(tx, scene.session)
    if not _stands_in_prompt(scene) or going is None or going.had or outbox.is_live(tx, _turn_key(scene, 0)):
        return None
    user = _current_adviser(scene, going)
    if user is None or user != going.turns[0]:
        return None
    return thread.first_turn(scene.t, *_turn(scene, going, user))


def _current_adviser(scene: Scene, going: AdviceRound) -> str | None:
    return rules.next_turn(going.turns, going.had, scene.present)[0]


def _announce_next_turn(tx: Tx, scene: Scene, going: AdviceRound, call: str | None = None) -> None:
    """Call the next member, or tell that everybody has advised. `call` is the key of the last call, if it may say so."""
    _add_newcomers(tx, scene, going)
    user, going.had = rules.next_turn(going.turns, going.had, scene.present)
    if not scene.session.is_written:
        # Only the leader's console shows whose turn it is.
        events.publish(tx, SessionChanged(scene.session.id))
        return
    if user is not None:
        if call is not None:
            outbox.delete(tx, call)
        _post_turn(tx, scene, going, user)
        return
    _tell_that_all_advised(tx, scene, call)
    sessions.advance_when_everyone_done(tx, scene, scene.session.phase_index)


def _tell_that_all_advised(tx: Tx, scene: Scene, call: str | None) -> None:
    session = scene.session
    if session.auto_advance:
        # The next prompt comes at once, and calls the presenter.
        if call is not None:
            outbox.delete(tx, call)
        return
    message = thread.advice_complete_notice(scene.t, session.presenter)
    if call is not None and outbox.is_live(tx, call):
        outbox.update(tx, call, message)
        return
    # The message leads over to the next phase, and is outdated once that has begun.
    expires_at = tx.now + sessions.TRANSITION_MESSAGE_LIFETIME
    where = f"phase/{session.phase_index}/{session.pass_no}"
    sessions.post_in_thread(tx, scene, message, f"{where}/advised", expires_at=expires_at)


def _turn_key(scene: Scene, had: int) -> str:
    session = scene.session
    return sessions.thread_key(session, "phase", session.phase_index, session.pass_no, "turn", had)


def _turn(scene: Scene, going: AdviceRound, user: str) -> tuple[TurnRef, str, int]:
    """The current turn: its reference, whose it is, and how many follow."""
    session = scene.session
    ref = TurnRef(session.id, session.phase_index, session.pass_no, going.had)
    return ref, user, len([one for one in going.turns[going.had + 1 :] if one in scene.present])


def _post_turn(tx: Tx, scene: Scene, going: AdviceRound, user: str) -> None:
    session = scene.session
    where = f"phase/{session.phase_index}/{session.pass_no}/turn/{going.had}"
    has_written = user in {one.user for one in queries.current_questions(tx, session)}
    message = thread.turn_prompt(scene.t, *_turn(scene, going, user), has_written=has_written)
    sessions.post_in_thread(tx, scene, message, where)


def turn_now(tx: Tx, scene: Scene) -> Turn | None:
    """Whose turn it is, and whose next; None outside an advice round."""
    session, going = scene.session, queries.current_advice_round(tx, scene.session)
    user = None if going is None else _current_adviser(scene, going)
    if going is None or user is None:
        return None
    following, _ = rules.next_turn(going.turns, going.turns.index(user) + 1, scene.present)
    return Turn(user, following, TurnRef(session.id, session.phase_index, session.pass_no, going.had))


def are_turns_over(tx: Tx, scene: Scene) -> bool:
    """Whether everybody has had a turn in the advice round that is on."""
    going = queries.current_advice_round(tx, scene.session)
    return going is not None and bool(going.turns) and _current_adviser(scene, going) is None


def repost_turn(tx: Tx, scene: Scene) -> None:
    """Post the current turn, if its message does not stand in the thread already."""
    going = queries.current_advice_round(tx, scene.session)
    user = None if going is None else _current_adviser(scene, going)
    if not scene.session.is_written or going is None or user is None or going.turns[going.had] != user:
        return
    if _stands_in_prompt(scene) and going.had == 0 and not outbox.is_live(tx, _turn_key(scene, 0)):
        sessions.refresh_prompt(tx, scene)
        return
    _post_turn(tx, scene, going, user)


def refresh_turn(tx: Tx, scene: Scene, phase_index: int, pass_no: int, had: int) -> None:
    """Take the call of a past turn away, when Slack refused that at the time."""
    going = queries.advice_round(tx, scene.session, phase_index, pass_no)
    if going is None or had >= len(going.turns):
        return
    if not sessions.is_current_phase(scene.session, phase_index, pass_no) or had < going.had:
        close_turn(tx, scene, phase_index, pass_no, had)


def _add_newcomers(tx: Tx, scene: Scene, going: AdviceRound) -> None:
    """Add members who came during the round to the end of the turns."""
    # Advice that was written first uses up no turn.
    written_first = {one.user for one in queries.current_questions(tx, scene.session)}
    advised = queries.contributors(tx, scene.session, "advice") - written_first
    settled = {*going.turns, *advised, *queries.contributors(tx, scene.session, "pass")}
    newcomers = [user for user in participation.others_present(scene) if user not in settled]
    if newcomers:
        going.turns = [*going.turns, *newcomers]


def _end_turn(tx: Tx, scene: Scene, going: AdviceRound, user: str, how: str) -> None:
    """End a member's turn ("spoke", "pass" or "next"), take its call away, and announce the next turn."""
    session, in_prompt = scene.session, _stands_in_prompt(scene) and going.had == 0
    queue.cancel(tx, TURN_OVER, session.id)
    had = going.turns.index(user, going.had)
    going.had = had + 1
    tx.sql.flush()
    if in_prompt:
        sessions.refresh_prompt(tx, scene, addition=Addition())
    if how == "spoke":
        # Above the words of whoever spoke, the last call cannot say that everybody has advised.
        close_turn(tx, scene, session.phase_index, session.pass_no, had)
        _announce_next_turn(tx, scene, going)
    else:
        _announce_next_turn(tx, scene, going, _turn_key(scene, had))


def close_turn(tx: Tx, scene: Scene, phase_index: int, pass_no: int, had: int) -> None:
    """Delete the call to a turn that is over."""
    outbox.delete(tx, sessions.thread_key(scene.session, "phase", phase_index, pass_no, "turn", had))


def close_advice(tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
    """Close the open turn when the phase is over."""
    if not sessions.is_current_phase(scene.session, phase_index):
        queue.cancel(tx, TURN_OVER, scene.session.id)
    going = queries.advice_round(tx, scene.session, phase_index, pass_no)
    if going is not None and going.had < len(going.turns):
        close_turn(tx, scene, phase_index, pass_no, going.had)


def pass_turn(tx: Tx, ref: PhaseRef, user: str) -> bool:
    """Pass the turn of a member. A turn that has not come yet is taken off the list.

    Returns whether it was their turn: then the thread shows that they pass.
    """
    scene = require_adviser(tx, ref, user)
    session = scene.session
    sessions.mark_present(tx, scene, user)
    going = queries.current_advice_round(tx, scene.session)
    current = None if going is None else _current_adviser(scene, going)
    if going is not None and current == user:
        participation.record_contribution(tx, session, user, "pass")
        _end_turn(tx, scene, going, user, "pass")
        return True
    if going is not None and user in going.turns[going.had :]:
        going.turns = [one for one in going.turns if one != user]
        participation.record_contribution(tx, session, user, "pass")
        return False
    if user in queries.contributors(tx, session, "pass"):
        raise Refused(lambda t: t("You have passed already. Listening is taking part too."))
    raise Refused(
        lambda t: (
            t(
                "It is {user}'s turn now. Yours is over, so there is nothing to pass.",
                user=mention(current or ""),
            )
            if current
            else t("Everybody has advised; there is nothing to pass any more.")
        )
    )


def next_turn(tx: Tx, ref: TurnRef, user: str) -> None:
    """End the current turn, for the facilitator or the member whose turn it is."""
    scene = participation.require_phase(tx, ref.phase, user, "turn")
    going = queries.current_advice_round(tx, scene.session)
    if going is None or going.had != ref.turn:
        raise Refused(lambda t: t("That turn is over already."))
    current = _current_adviser(scene, going)
    if user not in (scene.session.facilitator, current):
        raise Refused(lambda t: t("The facilitator gives the next one the floor."))
    if current is not None:
        _end_turn(tx, scene, going, current, "next")


def require_adviser(tx: Tx, ref: PhaseRef, user: str) -> Scene:
    """The scene, for a member who may advise now. Raises Refused for anyone else."""
    scene = sessions.scene_for_participant(tx, ref.session, user)
    _require_advice_phase(scene, ref, user)
    return scene


def _require_advice_phase(scene: Scene, ref: PhaseRef, user: str) -> None:
    participation.check_phase(scene, ref, "advice")
    if user == scene.session.presenter:
        raise Refused(lambda t: t("You listen to the advice now; in a moment you say what you take from it."))


def write_advice(tx: Tx, ref: PhaseRef, user: str, advice: str, form: str = "") -> None:
    """Keep a member's advice until all of it appears, or post it in the thread: then it uses up their turn.

    `form` identifies the window that the advice was written in: sent again, it edits the same words.
    """
    scene = sessions.scene_for_participant(tx, ref.session, user)
    place = Place(ref.number, ref.round)
    before = queries.questions_of(tx, scene.session, *place)
    if written.edit_revealed(tx, scene, place, before, user, [advice], form):
        return
    if scene.activity.is_hidden and sessions.is_current_phase(scene.session, *place):
        _write_first(tx, scene, ref, before, user, advice, form)
        return
    message = thread.advice_post(scene.t, user, advice)
    where = f"phase/{ref.number}/{ref.round}/advice/{user}"
    if queries.has_sent_form(tx, scene.session, ref.number, ref.round, user, "advice", form):
        outbox.update(tx, sessions.thread_key(scene.session, where), message)
        return
    _require_advice_phase(scene, ref, user)
    sessions.mark_present(tx, scene, user)
    if not participation.record_contribution(tx, scene.session, user, "advice", form=form):
        raise Refused(
            lambda t: t("Your advice stands in the thread already. If you have more, write it there."),
            "advice",
        )
    sessions.post_in_thread(tx, scene, message, where, discreet=True)
    _use_up_turn(tx, scene, user)


def _write_first(
    tx: Tx, scene: Scene, ref: PhaseRef, before: list[Question], user: str, advice: str, form: str
) -> None:
    """Keep advice that nobody sees until all have written or the time for it is over."""
    _require_advice_phase(scene, ref, user)
    sessions.mark_present(tx, scene, user)
    everything = written.store(tx, scene, Place(ref.number, ref.round), before, user, [advice], form)
    participation.record_contribution(tx, scene.session, user, "advice")
    if not questions.end_when_all_wrote(tx, scene, everything):
        sessions.redraw_prompt_soon(tx, scene.session)
        participation.show_progress(tx, scene.session)


def _use_up_turn(tx: Tx, scene: Scene, user: str) -> None:
    going = queries.current_advice_round(tx, scene.session)
    if going is None:
        return
    if _current_adviser(scene, going) == user:
        _end_turn(tx, scene, going, user, "spoke")
    elif user in going.turns[going.had :]:
        # Advice out of turn is welcome. The member is not asked again.
        going.turns = [one for one in going.turns if one != user]


def await_end_of_turn(tx: Tx, scene: Scene, user: str) -> None:
    """A member wrote in the thread during their turn: it ends when nothing more comes for a minute."""
    session, going = scene.session, queries.current_advice_round(tx, scene.session)
    if going is not None and _current_adviser(scene, going) == user:
        _schedule_turn_over(tx, session, going.turns.index(user, going.had))


def _schedule_turn_over(tx: Tx, session: Session, turn: int) -> None:
    data = {"session": session.id, "number": session.phase_index, "round": session.pass_no, "turn": turn}
    queue.schedule(tx, TURN_OVER, session.id, tx.now + QUIET_AFTER, data)


def on_turn_over(tx: Tx, scene: Scene, data: dict[str, Any]) -> None:
    """Nothing came for a minute after the last line of a turn: the next one begins. A pause keeps the turn."""
    session, going = scene.session, queries.current_advice_round(tx, scene.session)
    if not sessions.is_current_phase(session, data["number"], data["round"]) or going is None:
        return
    user = _current_adviser(scene, going)
    if user is None or going.turns.index(user, going.had) != data["turn"]:
        return
    if session.state == State.PAUSED:
        _schedule_turn_over(tx, session, data["turn"])
        return
    _end_turn(tx, scene, going, user, "spoke")


def finish_turn(tx: Tx, ref: TurnRef, user: str) -> None:
    """Somebody says that their own turn is over."""
    scene = participation.require_phase(tx, ref.phase, user, "turn")
    going = queries.current_advice_round(tx, scene.session)
    if going is None or going.had != ref.turn:
        raise Refused(lambda t: t("That turn is over already."))
    if _current_adviser(scene, going) != user:
        raise Refused(lambda t: t("Whoever has the turn says when it is over."))
    _end_turn(tx, scene, going, user, "spoke")


def skip_turn(tx: Tx, scene: Scene, user: str) -> None:
    """A member has left: close their turn, if it is theirs, and announce the next."""
    going = queries.current_advice_round(tx, scene.session)
    if going is None or going.had >= len(going.turns) or going.turns[going.had] != user:
        return
    _end_turn(tx, scene, going, user, "next")
