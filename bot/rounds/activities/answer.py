"""Answering: the presenter answers, the warm questions first, and the group asks on."""

from bot import events
from bot.events import SessionChanged
from bot.rounds.service import participation, questions, written
from bot.rounds.views import thread
from bot.rounds.views.refs import DiscussedRef
from bot.sessions.records import Session
from bot.sessions.service import Activity, ConsoleLines, Scene
from bot.sessions.views import SessionView
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts

# The reminder that warm questions are left, as it is stored.
WARM = "warm"


class Answer(Activity):
    name = "answer"
    takes = frozenset({"question", "done"})
    takes_late = True
    asks_the_silent = True

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return participation.all_have(tx, scene, participation.others_present(scene), "done")

    def heard(self, tx: Tx, scene: Scene) -> set[str]:
        return {one.user for one in questions.questions_now(tx, scene)}

    def silent(self, tx: Tx, scene: Scene) -> list[str] | None:
        return participation.unheard(tx, scene)

    def hold(self, tx: Tx, scene: Scene) -> bool:
        """Warm questions that nobody came to are asked about once. The console asks, until the phase is left."""
        warm, session = questions.discussed(tx, scene).warm, scene.session
        if not warm or not participation.claim_reminder(tx, session, _leader(session), WARM):
            return False
        events.publish(tx, SessionChanged(session.id))
        return True

    def end(self, tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
        place = questions.place_of_questions(tx, scene)
        if place is not None:
            written.reveal(tx, scene, place)

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [
            thread.write_question_button(t, view.phase_ref, is_first=False),
            blocks.button(t("I'm done"), ids.ROUNDS_DONE, view.phase_ref),
        ]

    def addition(self, tx: Tx, scene: Scene) -> Addition | None:
        seen = questions.discussed(tx, scene)
        if not seen.of:
            return None
        now = None if seen.now is None else (seen.now.place or 0, seen.now.user, seen.now.text)
        button = _next_button(scene.t, scene, seen)
        return Addition(
            thread.question_on_now(scene.t, now),
            thread.discussed_so_far(scene.t, seen.done, seen.of),
            first_buttons=() if button is None else (button,),
        )

    def repost(self, tx: Tx, scene: Scene) -> None:
        place = questions.place_of_questions(tx, scene)
        if place is not None:
            written.repost(tx, scene, place)

    def console(self, tx: Tx, scene: Scene, t: Texts) -> ConsoleLines:
        seen = questions.discussed(tx, scene)
        if not seen.of:
            return ConsoleLines()
        lines = [thread.discussed_so_far(t, seen.done, seen.of, seen.warm)]
        is_held = bool(seen.warm) and participation.is_reminded(
            tx, scene.session, _leader(scene.session), WARM
        )
        return ConsoleLines(
            lines,
            step=_next_button(t, scene, seen),
            asks=thread.warm_questions_left(t, len(seen.warm)) if is_held else "",
        )


def _leader(session: Session) -> str:
    return session.facilitator or session.started_by


def _next_button(t: Texts, scene: Scene, seen: questions.Discussed) -> Block | None:
    if seen.now is None:
        return None
    session = scene.session
    ref = DiscussedRef(session.id, session.phase_index, session.pass_no, seen.now.place or 0)
    return blocks.button(t("Next question"), ids.ROUNDS_NEXT_QUESTION, ref)
