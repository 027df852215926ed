"""Writing first: each writes alone, and all of it appears together when the time is over or everybody has written.

Where people speak they write on paper: then only the clock counts, and whoever leads may end it sooner.
"""

from datetime import timedelta

from bot.methods.catalogue import Phase
from bot.rounds import queries
from bot.rounds.service import contract, participation, progress, questions, written
from bot.rounds.service.written import Place
from bot.rounds.views import thread
from bot.rounds.views.refs import StepRef
from bot.sessions.service import Activity, ConsoleLines, Scene
from bot.sessions.views import SessionView
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class Write(Activity):
    name = "write"
    is_hidden = True
    # In an answer round of before everybody was asked once, whoever had not written either.
    asks_the_silent = False

    def counts(self, phase: Phase, what: str) -> bool:
        return what in ("done", phase.item)

    def time_within(self, phase: Phase) -> timedelta | None:
        return phase.writing_time

    def done_as(self, scene: Scene) -> str:
        # Done with the writing: a turn or an answer is still to come.
        return "done" if scene.session.is_of_before or len(scene.phase.activities) == 1 else "ready"

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return bool(participation.others_present(scene)) and not written.still_writing(tx, scene)

    def take_done(self, tx: Tx, scene: Scene, user: str) -> bool:
        if questions.end_when_all_wrote(tx, scene):
            return True
        # Nobody has anything to write: what follows in the phase begins.
        return self.is_done(tx, scene) and not scene.session.is_of_before and progress.end_activity(tx, scene)

    def time_up(self, tx: Tx, scene: Scene) -> None:
        written.mark_end(tx, scene)
        written.reveal(tx, scene, _here(scene))

    def hold(self, tx: Tx, scene: Scene) -> bool:
        """What was written is seen first. When it belongs to what follows in this phase, the phase goes on."""
        hidden = [one for one in queries.current_questions(tx, scene.session) if one.place is None]
        if not hidden:
            return False
        if progress.end_activity(tx, scene):
            return True
        written.reveal(tx, scene, _here(scene))
        return False

    def end(self, tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
        place = Place(phase_index, pass_no)
        if place == _here(scene):
            written.mark_end(tx, scene)
        written.reveal(tx, scene, place)

    def silent(self, tx: Tx, scene: Scene) -> list[str] | None:
        return written.still_writing(tx, scene)

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        done = blocks.button(t("I'm done"), ids.ROUNDS_DONE, view.phase_ref)
        if view.phase.item == "advice":
            return [
                blocks.button(t("My advice"), ids.ROUNDS_WRITE_ADVICE, view.phase_ref, style="primary"),
                done,
            ]
        return [thread.write_question_button(t, view.phase_ref), done]

    def addition(self, tx: Tx, scene: Scene) -> Addition | None:
        if scene.phase.item == "advice":
            return contract.contract_addition(tx, scene)
        return written.count_addition(scene, queries.current_questions(tx, scene.session))

    def repost(self, tx: Tx, scene: Scene) -> None:
        written.repost(tx, scene, _here(scene))

    def console(self, tx: Tx, scene: Scene, t: Texts) -> ConsoleLines:
        session = scene.session
        if scene.activity_after(session.activity_index) is None:
            return ConsoleLines()
        ref = StepRef(session.id, session.phase_index, session.pass_no, session.activity_index)
        lines = contract.help_lines(tx, scene, t) if scene.phase.item == "advice" else []
        return ConsoleLines(lines, step=blocks.button(t("Everybody has written"), ids.ROUNDS_STEP, ref))


def _here(scene: Scene) -> Place:
    return Place(scene.session.phase_index, scene.session.pass_no)
