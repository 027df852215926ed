"""The advice round: one after the other, and passing is fine."""

from sqlalchemy import select

from bot.delivery import outbox
from bot.groups import service as groups
from bot.rounds import rules
from bot.rounds.records import AdviceRound
from bot.rounds.service import heard, place
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef, TurnRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, mention


def begin(tx: Tx, session: Session) -> None:
    """Makes up the order and names the first."""
    present = [one.user for one in sessions.participants(tx, session)]
    turns = rules.turn_order(present, session.presenter, session.facilitator)
    tx.sql.add(
        AdviceRound(
            session_id=session.id,
            number=session.number,
            round=session.round,
            turns=turns,
            had=0,
            **belonging_to(session.workspace),
        )
    )
    tx.sql.flush()
    _name_next(tx, session)


def find(tx: Tx, session: Session, number: int, round_: int) -> AdviceRound | None:
    return tx.sql.scalars(
        select(AdviceRound).where(
            AdviceRound.session_id == session.id, AdviceRound.number == number, AdviceRound.round == round_
        )
    ).one_or_none()


def _present(tx: Tx, session: Session) -> set[str]:
    return {one.user for one in sessions.participants(tx, session)}


def turn_of(tx: Tx, session: Session) -> str | None:
    """Whose turn it is now."""
    going = find(tx, session, session.number, session.round)
    if going is None:
        return None
    return rules.whose_turn(going.turns, going.had, _present(tx, session))[0]


def _name_next(tx: Tx, session: Session) -> None:
    going = find(tx, session, session.number, session.round)
    assert going is not None
    _add_newcomers(tx, session, going)
    user, had = rules.whose_turn(going.turns, going.had, _present(tx, session))
    going.had = had
    t = groups.texts_in(sessions.group_of(tx, session))
    where = f"phase/{session.number}/{session.round}"
    if user is None:
        message = thread.everyone_advised(t, session.presenter)
        # What comes in a moment is here soon.
        expires_at = tx.now + sessions.IN_PASSING
        sessions.say(tx, session, message, f"{where}/advised", expires_at=expires_at)
        sessions.may_end_early(tx, session, session.number)
        return
    _say_turn(tx, session, going, user)


def _say_turn(tx: Tx, session: Session, going: AdviceRound, user: str) -> None:
    t = groups.texts_in(sessions.group_of(tx, session))
    ref = TurnRef(session.id, session.number, session.round, going.had)
    left = len([one for one in going.turns[going.had + 1 :] if one in _present(tx, session)])
    where = f"phase/{session.number}/{session.round}/turn/{going.had}"
    sessions.say(tx, session, thread.turn(t, ref, user, left), where)


def say(tx: Tx, session: Session) -> None:
    """Whose turn it is, if that does not stand there already."""
    going = find(tx, session, session.number, session.round)
    user = turn_of(tx, session)
    if going is not None and user is not None and going.turns[going.had] == user:
        _say_turn(tx, session, going, user)


def settle_turn(tx: Tx, session: Session, number: int, round_: int, had: int) -> None:
    """A turn that is over has no buttons, also when Slack refused to take them away at the time."""
    going = find(tx, session, number, round_)
    if going is None or had >= len(going.turns):
        return
    is_on = (number, round_) == (session.number, session.round) and session.state != State.ENDED
    if not is_on or had < going.had:
        close_turn(tx, session, number, round_, had, going.turns[had], "next")


def _add_newcomers(tx: Tx, session: Session, going: AdviceRound) -> None:
    """Whoever came in during the round has a turn at its end."""
    settled = {*going.turns, *heard.heard(tx, session, "pass", "advice")}
    newcomers = [user for user in heard.others(tx, session) if user not in settled]
    if newcomers:
        going.turns = [*going.turns, *newcomers]


def end_turn(tx: Tx, session: Session, user: str, how: str) -> None:
    """Somebody's turn is over ("spoke", "pass" or "next"); names the next one. Nothing happens out of turn."""
    going = find(tx, session, session.number, session.round)
    if going is None or turn_of(tx, session) != user:
        return
    _, had = rules.whose_turn(going.turns, going.had, _present(tx, session))
    close_turn(tx, session, session.number, session.round, had, user, how)
    going.had = had + 1
    tx.sql.flush()
    _name_next(tx, session)


def close_turn(tx: Tx, session: Session, number: int, round_: int, had: int, user: str, how: str) -> None:
    t = groups.texts_in(sessions.group_of(tx, session))
    where = sessions.key(session, "phase", number, round_, "turn", had)
    outbox.update(tx, session.workspace, where, thread.turn_over(t, user, how))


def close(tx: Tx, session: Session, number: int, round_: int) -> None:
    """The phase is over: the turn that was on loses its buttons."""
    going = find(tx, session, number, round_)
    if going is not None and going.had < len(going.turns):
        close_turn(tx, session, number, round_, going.had, going.turns[going.had], "next")


def pass_turn(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> None:
    """Somebody would rather not advise; when it is not their turn yet, it will be passed over later."""
    session = check(tx, workspace, ref, user)
    sessions.present(tx, session, user)
    going = find(tx, session, session.number, session.round)
    current = turn_of(tx, session)
    if current == user:
        heard.count(tx, session, user, "pass")
        end_turn(tx, session, user, "pass")
        return
    if going is not None and user in going.turns[going.had :]:
        going.turns = [one for one in going.turns if one != user]
        heard.count(tx, session, user, "pass")
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
    session = place.enter(tx, workspace, ref.phase, user, "advice")
    going = find(tx, session, session.number, session.round)
    if going is None or going.had != ref.turn:
        raise Refused(lambda t: t("That turn is over already."))
    current = turn_of(tx, session)
    if user not in (session.facilitator, current):
        raise Refused(lambda t: t("The facilitator gives the next one the floor."))
    if current is not None:
        end_turn(tx, session, current, "next")


def check(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> Session:
    """The session, for somebody who may advise now. Raises Refused."""
    session = place.enter(tx, workspace, ref, user, "advice")
    if user == session.presenter:
        raise Refused(lambda t: t("You listen to the advice now; in a moment you say what you take from it."))
    return session


def write(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str, advice: str, form: str = "") -> None:
    """Posts somebody's advice in the thread; it counts as their turn if it is.

    `form` is the window that it was typed in: sent again, it changes what stands in the thread.
    """
    session = sessions.session_for(tx, workspace, ref.session, user)
    t = groups.texts_in(sessions.group_of(tx, session))
    where = f"phase/{ref.number}/{ref.round}/advice/{user}"
    if heard.sent_before(tx, session, ref, user, "advice", form):
        outbox.update(tx, workspace, sessions.key(session, where), thread.advised(t, user, advice))
        return
    session = check(tx, workspace, ref, user)
    sessions.present(tx, session, user)
    if not heard.count(tx, session, user, "advice", form=form):
        raise Refused(
            lambda t: t("Your advice stands in the thread already. If you have more, write it there."),
            "advice",
        )
    sessions.say(tx, session, thread.advised(t, user, advice), where)
    _had_a_turn(tx, session, user)


def _had_a_turn(tx: Tx, session: Session, user: str) -> None:
    going = find(tx, session, session.number, session.round)
    if going is None:
        return
    if turn_of(tx, session) == user:
        end_turn(tx, session, user, "spoke")
    elif user in going.turns[going.had :]:
        # Out of turn is fine too: they are simply not asked again.
        going.turns = [one for one in going.turns if one != user]


def spoke(tx: Tx, session: Session, user: str) -> None:
    """Somebody wrote in the thread during the advice round."""
    if turn_of(tx, session) == user:
        end_turn(tx, session, user, "spoke")


def skip(tx: Tx, session: Session, user: str) -> None:
    """Somebody has left: if it was their turn, the next one follows."""
    going = find(tx, session, session.number, session.round)
    if going is None or going.had >= len(going.turns) or going.turns[going.had] != user:
        return
    close_turn(tx, session, session.number, session.round, going.had, user, "next")
    going.had += 1
    tx.sql.flush()
    _name_next(tx, session)
