"""The advice round: one after the other, and passing is fine."""

from sqlalchemy import select

from bot.delivery import outbox
from bot.rounds import rules
from bot.rounds.records import AdviceRound
from bot.rounds.service import participation
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef, TurnRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import Scene
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, mention


def begin_advice(tx: Tx, scene: Scene) -> None:
    """Makes up the order and names the first."""
    session = scene.session
    going = AdviceRound(
        session_id=session.id,
        number=session.phase_index,
        round=session.pass_no,
        turns=rules.turn_order(scene.present, session.presenter, session.facilitator),
        had=0,
        **belonging_to(session.workspace),
    )
    tx.sql.add(going)
    tx.sql.flush()
    _name_next(tx, scene, going)


def find(tx: Tx, session: Session, number: int, round_: int) -> AdviceRound | None:
    return tx.sql.scalars(
        select(AdviceRound).where(
            AdviceRound.session_id == session.id, AdviceRound.number == number, AdviceRound.round == round_
        )
    ).one_or_none()


def _now(tx: Tx, scene: Scene) -> AdviceRound | None:
    """The round of the phase that is on."""
    return find(tx, scene.session, scene.session.phase_index, scene.session.pass_no)


def _whose(scene: Scene, going: AdviceRound) -> str | None:
    return rules.whose_turn(going.turns, going.had, scene.present)[0]


def _name_next(tx: Tx, scene: Scene, going: AdviceRound) -> None:
    session = scene.session
    _add_newcomers(tx, scene, going)
    user, going.had = rules.whose_turn(going.turns, going.had, scene.present)
    where = f"phase/{session.phase_index}/{session.pass_no}"
    if user is None:
        message = thread.everyone_advised(scene.t, session.presenter)
        # What comes in a moment is here soon.
        expires_at = tx.now + sessions.IN_PASSING
        sessions.post_in_thread(tx, scene, message, f"{where}/advised", expires_at=expires_at)
        sessions.advance_when_everyone_done(tx, scene, session.phase_index)
        return
    _say_turn(tx, scene, going, user)


def _say_turn(tx: Tx, scene: Scene, going: AdviceRound, user: str) -> None:
    session = scene.session
    ref = TurnRef(session.id, session.phase_index, session.pass_no, going.had)
    left = len([one for one in going.turns[going.had + 1 :] if one in scene.present])
    where = f"phase/{session.phase_index}/{session.pass_no}/turn/{going.had}"
    sessions.post_in_thread(tx, scene, thread.turn(scene.t, ref, user, left), where)


def show_advice(tx: Tx, scene: Scene) -> None:
    """Whose turn it is, if that does not stand there already."""
    going = _now(tx, scene)
    user = None if going is None else _whose(scene, going)
    if going is not None and user is not None and going.turns[going.had] == user:
        _say_turn(tx, scene, going, user)


def settle_turn(tx: Tx, scene: Scene, number: int, round_: int, had: int) -> None:
    """A turn that is over has no buttons, also when Slack refused to take them away at the time."""
    going = find(tx, scene.session, number, round_)
    if going is None or had >= len(going.turns):
        return
    if not sessions.is_on(scene.session, number, round_) or had < going.had:
        close_turn(tx, scene, number, round_, had, going.turns[had], "next")


def _add_newcomers(tx: Tx, scene: Scene, going: AdviceRound) -> None:
    """Whoever came in during the round has a turn at its end."""
    settled = {*going.turns, *participation.participants_in(tx, scene.session, "pass", "advice")}
    newcomers = [user for user in participation.others_present(scene) if user not in settled]
    if newcomers:
        going.turns = [*going.turns, *newcomers]


def _end_turn(tx: Tx, scene: Scene, going: AdviceRound, user: str, how: str) -> None:
    """Somebody's turn is over ("spoke", "pass" or "next"); names the next one."""
    session = scene.session
    _, had = rules.whose_turn(going.turns, going.had, scene.present)
    close_turn(tx, scene, session.phase_index, session.pass_no, had, user, how)
    going.had = had + 1
    tx.sql.flush()
    _name_next(tx, scene, going)


def close_turn(tx: Tx, scene: Scene, number: int, round_: int, had: int, user: str, how: str) -> None:
    session = scene.session
    where = sessions.thread_key(session, "phase", number, round_, "turn", had)
    outbox.update(tx, session.workspace, where, thread.turn_over(scene.t, user, how))


def close_round(tx: Tx, scene: Scene, number: int, round_: int) -> None:
    """The phase is over: the turn that was on loses its buttons."""
    going = find(tx, scene.session, number, round_)
    if going is not None and going.had < len(going.turns):
        close_turn(tx, scene, number, round_, going.had, going.turns[going.had], "next")


def pass_turn(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> None:
    """Somebody would rather not advise; when it is not their turn yet, it will be passed over later."""
    scene = check(tx, workspace, ref, user)
    session = scene.session
    sessions.mark_present(tx, scene, user)
    going = _now(tx, scene)
    current = None if going is None else _whose(scene, going)
    if going is not None and current == user:
        participation.record(tx, session, user, "pass")
        _end_turn(tx, scene, going, user, "pass")
        return
    if going is not None and user in going.turns[going.had :]:
        going.turns = [one for one in going.turns if one != user]
        participation.record(tx, session, user, "pass")
        return
    raise Refused(
        lambda t: (
            t(
                "It is {user}'s turn now. You have had yours, so there is nothing to pass.",
                user=mention(current or ""),
            )
            if current
            else t("The round is complete; there is nothing to pass any more.")
        )
    )


def next_turn(tx: Tx, workspace: Workspace, ref: TurnRef, user: str) -> None:
    """The facilitator goes on to the next one."""
    scene = participation.require_phase(tx, workspace, ref.phase, user, "advice")
    going = _now(tx, scene)
    if going is None or going.had != ref.turn:
        raise Refused(lambda t: t("That turn is over already."))
    current = _whose(scene, going)
    if user not in (scene.session.facilitator, current):
        raise Refused(lambda t: t("The facilitator gives the next one the floor."))
    if current is not None:
        _end_turn(tx, scene, going, current, "next")


def check(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> Scene:
    """The scene, for somebody who may advise now. Raises Refused."""
    scene = sessions.scene_for(tx, workspace, ref.session, user)
    _check(scene, ref, user)
    return scene


def _check(scene: Scene, ref: PhaseRef, user: str) -> None:
    participation.check_phase(scene, ref, "advice")
    if user == scene.session.presenter:
        raise Refused(lambda t: t("You listen to the advice now; in a moment you say what you take from it."))


def write_advice(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str, advice: str, form: str = "") -> None:
    """Posts somebody's advice in the thread; it counts as their turn if it is.

    `form` is the window that it was typed in: sent again, it changes what stands in the thread.
    """
    scene = sessions.scene_for(tx, workspace, ref.session, user)
    message = thread.advised(scene.t, user, advice)
    where = f"phase/{ref.number}/{ref.round}/advice/{user}"
    if participation.sent_before(tx, scene.session, ref, user, "advice", form):
        outbox.update(tx, workspace, sessions.thread_key(scene.session, where), message)
        return
    _check(scene, ref, user)
    sessions.mark_present(tx, scene, user)
    if not participation.record(tx, scene.session, user, "advice", form=form):
        raise Refused(
            lambda t: t("Your advice stands in the thread already. If you have more, write it there."),
            "advice",
        )
    sessions.post_in_thread(tx, scene, message, where)
    _had_a_turn(tx, scene, user)


def _had_a_turn(tx: Tx, scene: Scene, user: str) -> None:
    going = _now(tx, scene)
    if going is None:
        return
    if _whose(scene, going) == user:
        _end_turn(tx, scene, going, user, "spoke")
    elif user in going.turns[going.had :]:
        # Out of turn is fine too: they are simply not asked again.
        going.turns = [one for one in going.turns if one != user]


def on_adviser_spoke(tx: Tx, scene: Scene, user: str) -> None:
    """Somebody wrote in the thread during the advice round."""
    going = _now(tx, scene)
    if going is not None and _whose(scene, going) == user:
        _end_turn(tx, scene, going, user, "spoke")


def skip_turn(tx: Tx, scene: Scene, user: str) -> None:
    """Somebody has left: if it was their turn, the next one follows."""
    going = _now(tx, scene)
    if going is None or going.had >= len(going.turns) or going.turns[going.had] != user:
        return
    session = scene.session
    close_turn(tx, scene, session.phase_index, session.pass_no, going.had, user, "next")
    going.had += 1
    tx.sql.flush()
    _name_next(tx, scene, going)
