"""Written first: what members write stays hidden until all of it appears together. Who is late, joins at once."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.rounds import queries, rules
from bot.rounds.records import Question
from bot.rounds.service import participation
from bot.rounds.views import thread
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.sessions.views.prompt import Addition
from bot.storage import Tx, belonging_to

# Slack takes 50 blocks in a message (https://docs.slack.dev/reference/block-kit/blocks), and nobody reads more
# questions than this at once. Advice is longer.
MAX_PER_MESSAGE = {"question": 25, "advice": 8}
# The mark of the end of the time for writing, kept as a contribution of the presenter.
WRITING_HAS_ENDED = "shown"


class Place(NamedTuple):
    """The phase in which something was written, and its pass."""

    number: int
    round: int


def store(
    tx: Tx,
    scene: Scene,
    place: Place,
    before: Sequence[Question],
    user: str,
    texts: Sequence[str],
    form: str = "",
) -> list[Question]:
    """Store what a member writes; it replaces what of theirs is still hidden. Returns all of that place.

    `before`: what stood there until now.
    """
    for one in before:
        if one.user == user and one.place is None:
            tx.sql.delete(one)
    for order, text in enumerate(texts):
        tx.sql.add(
            Question(
                session_id=scene.session.id,
                phase_index=place.number,
                pass_no=place.round,
                user=user,
                item=scene.phases[place.number].item,
                text=text,
                form=form,
                # Questions are ordered by this time; the first stays before the second.
                written_at=tx.now + timedelta(microseconds=order),
                **belonging_to(tx.workspace),
            )
        )
    tx.sql.flush()
    return queries.questions_of(tx, scene.session, *place)


def hidden_of(tx: Tx, session: Session, place: Place, user: str) -> list[str]:
    """What a member has written and nobody has seen."""
    everything = queries.questions_of(tx, session, *place)
    return [one.text for one in everything if one.user == user and one.place is None]


def edit_revealed(
    tx: Tx,
    scene: Scene,
    place: Place,
    everything: list[Question],
    user: str,
    texts: Sequence[str],
    form: str,
) -> int:
    """Edit what was revealed and came from the same window; return how many were edited."""
    if not form:
        return 0
    revealed = [one for one in everything if one.form == form and one.user == user and one.place is not None]
    paired = list(zip(revealed, texts, strict=False))
    for one, text in paired:
        one.text = text
    tx.sql.flush()
    for after in {one.shown_after for one, _ in paired}:
        _update_message(tx, scene, place, everything, after or 0)
    return len(paired)


def count(scene: Scene, written: Sequence[Question]) -> tuple[int, int]:
    """The number of members who have written, and the number who may."""
    writers = {one.user for one in written}
    return len(writers), max(len(participation.others_present(scene)), len(writers))


def count_addition(scene: Scene, written: Sequence[Question]) -> Addition:
    """How many members have written, with the button that reveals, while it is hidden."""
    session = scene.session
    if any(one.place is not None for one in written):
        return Addition()
    ref = PhaseRef(session.id, session.phase_index, session.pass_no)
    return thread.question_count(scene.t, ref, *count(scene, written), item=scene.phase.item)


def still_writing(tx: Tx, scene: Scene, some: Sequence[Question] | None = None) -> list[str]:
    """The members who have neither written nor said that they are done. `some` spares a look at what is written."""
    found = queries.current_questions(tx, scene.session) if some is None else some
    finished = {one.user for one in found}
    finished |= queries.contributors(tx, scene.session, "done", "ready")
    return [user for user in participation.others_present(scene) if user not in finished]


def shows_at_once(tx: Tx, scene: Scene, written: Sequence[Question]) -> bool:
    """Whether what is written now appears at once: it is late."""
    session = scene.session
    return (
        not scene.activity.is_hidden
        or session.state == State.WAITING
        or any(one.place is not None for one in written)
        or queries.has_contributed(tx, session, session.presenter, WRITING_HAS_ENDED)
    )


def mark_end(tx: Tx, scene: Scene) -> None:
    """The time for writing is over: from now on what is written appears at once."""
    participation.record_contribution(tx, scene.session, scene.session.presenter, WRITING_HAS_ENDED)


def reveal(tx: Tx, scene: Scene, place: Place) -> bool:
    """Reveal everything hidden of a place, numbered; return whether there was anything."""
    session = scene.session
    everything = queries.questions_of(tx, session, *place)
    remove_count(tx, session, place)
    hidden = [one for one in everything if one.place is None]
    if not hidden:
        return False
    if hidden[0].item == "advice":
        # Nobody is first because of having been quick.
        random.SystemRandom().shuffle(hidden)
    first = max((one.place or 0 for one in everything), default=0)
    for number, one in enumerate(hidden, start=first + 1):
        one.place = number
    tx.sql.flush()
    if sessions.is_current_phase(session, *place) and scene.activity.is_hidden:
        sessions.refresh_prompt(tx, scene, addition=Addition())
    size = MAX_PER_MESSAGE[hidden[0].item]
    for begin_at in range(0, len(hidden), size):
        some, after = hidden[begin_at : begin_at + size], first + begin_at
        for one in some:
            one.shown_after = after
        sessions.post_in_thread(tx, scene, _message(scene, some), _key(place, after), discreet=True)
    return True


def show_in_order(tx: Tx, scene: Scene, place: Place) -> None:
    """Edit the lists of a place, the warm ones first, each with the presenter's word."""
    everything = [one for one in queries.questions_of(tx, scene.session, *place) if one.place is not None]
    order = rules.warmest_first([(one.place or 0, one.rating) for one in everything])
    everything.sort(key=lambda one: order.index(one.place or 0))
    size = MAX_PER_MESSAGE["question"]
    chunks = [everything[begin_at : begin_at + size] for begin_at in range(0, len(everything), size)]
    keys = sorted({one.shown_after or 0 for one in everything})
    for after, some in zip(keys, chunks, strict=False):
        for one in some:
            one.shown_after = after
        outbox.update(tx, sessions.thread_key(scene.session, _key(place, after)), _message(scene, some))
    for after in keys[len(chunks) :]:
        # What was late has moved up into the first list.
        outbox.delete(tx, sessions.thread_key(scene.session, _key(place, after)))
    tx.sql.flush()


def repost(tx: Tx, scene: Scene, place: Place) -> None:
    """Post what was revealed, as far as it does not stand there already."""
    everything = queries.questions_of(tx, scene.session, *place)
    for after in sorted({one.shown_after for one in everything if one.shown_after is not None}):
        some = _shown_in(everything, after)
        sessions.post_in_thread(tx, scene, _message(scene, some), _key(place, after), discreet=True)


def remove_count(tx: Tx, session: Session, place: Place) -> None:
    """Delete the message in which an older version counted: the prompt counts now."""
    outbox.delete(tx, sessions.thread_key(session, "phase", *place, "written"))


def _update_message(tx: Tx, scene: Scene, place: Place, everything: list[Question], after: int) -> None:
    key = sessions.thread_key(scene.session, _key(place, after))
    outbox.update(tx, key, _message(scene, _shown_in(everything, after)))


def _shown_in(everything: list[Question], after: int) -> list[Question]:
    some = [one for one in everything if one.shown_after == after]
    order = rules.warmest_first([(one.place or 0, one.rating) for one in some])
    return sorted(some, key=lambda one: order.index(one.place or 0))


def _key(place: Place, after: int) -> str:
    return f"phase/{place.number}/{place.round}/questions/{after}"


def _message(scene: Scene, some: Sequence[Question]) -> Message:
    """The message with some of what was revealed."""
    if some[0].item == "advice":
        advices = [(one.user, one.text) for one in some]
        return thread.advice_list(scene.t, advices, goes_on=bool(some[0].shown_after))
    lines = [thread.Asked(one.place or 0, one.user, one.text, one.rating) for one in some]
    return (
        thread.more_questions(scene.t, lines)
        if some[0].shown_after
        else thread.question_list(scene.t, scene.session.presenter, lines)
    )
