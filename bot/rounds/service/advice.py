"""The advice round: members advise one after the other, and may pass."""

from bot.delivery import outbox
from bot.rounds import queries, rules
from bot.rounds.records import AdviceRound
from bot.rounds.service import participation
from bot.rounds.views import thread
from bot.rounds.views.refs import TurnRef
from bot.sessions import service as sessions
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.storage import Tx, belonging_to
from bot.texts import Refused, mention


def begin_advice(tx: Tx, scene: Scene) -> None:
    """Draw up the order of turns, and announce the first turn."""
    session = scene.session
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
    _announce_next_turn(tx, scene, going)


def _current_adviser(scene: Scene, going: AdviceRound) -> str | None:
    return rules.next_turn(going.turns, going.had, scene.present)[0]


def _announce_next_turn(tx: Tx, scene: Scene, going: AdviceRound) -> None:
    session = scene.session
    _add_newcomers(tx, scene, going)
    user, going.had = rules.next_turn(going.turns, going.had, scene.present)
    where = f"phase/{session.phase_index}/{session.pass_no}"
    if user is None:
        message = thread.advice_complete_notice(scene.t, session.presenter)
        # The message leads over to the next phase, and is outdated once that has begun.
        expires_at = tx.now + sessions.TRANSITION_MESSAGE_LIFETIME
        sessions.post_in_thread(tx, scene, message, f"{where}/advised", expires_at=expires_at)
        sessions.advance_when_everyone_done(tx, scene, session.phase_index)
        return
    _post_turn(tx, scene, going, user)


def _post_turn(tx: Tx, scene: Scene, going: AdviceRound, user: str) -> None:
    session = scene.session
    ref = TurnRef(session.id, session.phase_index, session.pass_no, going.had)
    left = len([one for one in going.turns[going.had + 1 :] if one in scene.present])
    where = f"phase/{session.phase_index}/{session.pass_no}/turn/{going.had}"
    sessions.post_in_thread(tx, scene, thread.turn_prompt(scene.t, ref, user, left), where)


def repost_turn(tx: Tx, scene: Scene) -> None:
    """Post the current turn, if its message does not stand in the thread already."""
    going = queries.current_advice_round(tx, scene.session)
    user = None if going is None else _current_adviser(scene, going)
    if going is not None and user is not None and going.turns[going.had] == user:
        _post_turn(tx, scene, going, user)


def refresh_turn(tx: Tx, scene: Scene, phase_index: int, pass_no: int, had: int) -> None:
    """Remove the buttons of a past turn, when Slack refused that edit at the time."""
    going = queries.advice_round(tx, scene.session, phase_index, pass_no)
    if going is None or had >= len(going.turns):
        return
    if not sessions.is_current_phase(scene.session, phase_index, pass_no) or had < going.had:
        close_turn(tx, scene, phase_index, pass_no, had, going.turns[had], "next")


def _add_newcomers(tx: Tx, scene: Scene, going: AdviceRound) -> None:
    """Add members who came during the round to the end of the turns."""
    settled = {*going.turns, *queries.contributors(tx, scene.session, "pass", "advice")}
    newcomers = [user for user in participation.others_present(scene) if user not in settled]
    if newcomers:
        going.turns = [*going.turns, *newcomers]


def _end_turn(tx: Tx, scene: Scene, going: AdviceRound, user: str, how: str) -> None:
    """End a member's turn ("spoke", "pass" or "next"), and announce the next turn."""
    session = scene.session
    _, had = rules.next_turn(going.turns, going.had, scene.present)
    close_turn(tx, scene, session.phase_index, session.pass_no, had, user, how)
    going.had = had + 1
    tx.sql.flush()
    _announce_next_turn(tx, scene, going)


def close_turn(tx: Tx, scene: Scene, phase_index: int, pass_no: int, had: int, user: str, how: str) -> None:
    """Edit the message of a turn: it says how the turn ended, and has no buttons."""
    session = scene.session
    where = sessions.thread_key(session, "phase", phase_index, pass_no, "turn", had)
    outbox.update(tx, where, thread.past_turn(scene.t, user, how))


def close_advice(tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
    """Close the open turn when the phase is over."""
    going = queries.advice_round(tx, scene.session, phase_index, pass_no)
    if going is not None and going.had < len(going.turns):
        close_turn(tx, scene, phase_index, pass_no, going.had, going.turns[going.had], "next")


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
            else t("The round is complete; there is nothing to pass any more.")
        )
    )


def next_turn(tx: Tx, ref: TurnRef, user: str) -> None:
    """End the current turn, for the facilitator or the member whose turn it is."""
    scene = participation.require_phase(tx, ref.phase, user, "advice")
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
    scene = sessions.scene_for(tx, ref.session, user)
    _require_advice_phase(scene, ref, user)
    return scene


def _require_advice_phase(scene: Scene, ref: PhaseRef, user: str) -> None:
    participation.check_phase(scene, ref, "advice")
    if user == scene.session.presenter:
        raise Refused(lambda t: t("You listen to the advice now; in a moment you say what you take from it."))


def write_advice(tx: Tx, ref: PhaseRef, user: str, advice: str, form: str = "") -> None:
    """Post a member's advice in the thread. It uses up their turn.

    `form` identifies the window that the advice was written in: sent again, it edits the same message.
    """
    scene = sessions.scene_for(tx, ref.session, user)
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
    sessions.post_in_thread(tx, scene, message, where)
    _use_up_turn(tx, scene, user)


def _use_up_turn(tx: Tx, scene: Scene, user: str) -> None:
    going = queries.current_advice_round(tx, scene.session)
    if going is None:
        return
    if _current_adviser(scene, going) == user:
        _end_turn(tx, scene, going, user, "spoke")
    elif user in going.turns[going.had :]:
        # Advice out of turn is welcome. The member is not asked again.
        going.turns = [one for one in going.turns if one != user]


def end_turn_of_speaker(tx: Tx, scene: Scene, user: str) -> None:
    """A member wrote in the thread during the advice round: end their turn, if it is theirs."""
    going = queries.current_advice_round(tx, scene.session)
    if going is not None and _current_adviser(scene, going) == user:
        _end_turn(tx, scene, going, user, "spoke")


def skip_turn(tx: Tx, scene: Scene, user: str) -> None:
    """A member has left: close their turn, if it is theirs, and announce the next."""
    going = queries.current_advice_round(tx, scene.session)
    if going is None or going.had >= len(going.turns) or going.turns[going.had] != user:
        return
    session = scene.session
    close_turn(tx, scene, session.phase_index, session.pass_no, going.had, user, "next")
    going.had += 1
    tx.sql.flush()
    _announce_next_turn(tx, scene, going)
