"""Rewording: the presenter says the question anew, and the help that is wanted. Nobody helps with the words."""

from bot.cases.rules import CaseKind
from bot.rounds import queries
from bot.rounds.service import participation
from bot.rounds.views import thread
from bot.sessions.service import Activity, ConsoleLines, Opening, Scene
from bot.sessions.views import SessionView
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class Reword(Activity):
    name = "reword"
    takes = frozenset({"rewording"})
    is_presenters = True
    says_question = True

    def is_needed(self, tx: Tx, opening: Opening) -> bool:
        return opening.kind != CaseKind.WENT_WELL

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return participation.all_have(tx, scene, [scene.session.presenter], "rewording")

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [
            blocks.button(t("Yes, this is it"), ids.ROUNDS_SAME_QUESTION, view.phase_ref),
            blocks.button(t("No, it is now …"), ids.ROUNDS_REWORD, view.phase_ref, style="primary"),
        ]

    def addition(self, tx: Tx, scene: Scene) -> Addition | None:
        return Addition(_became(tx, scene, scene.t))

    def remains(self, tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> str:
        return _became(tx, scene, scene.t)

    def console(self, tx: Tx, scene: Scene, t: Texts) -> ConsoleLines:
        if scene.session.is_written:
            return ConsoleLines()
        view = scene.view()
        words = _became(tx, scene, t)
        button = blocks.button(t("Write down the new question"), ids.ROUNDS_REWORD, view.phase_ref)
        return ConsoleLines([words] if words else [], [button])


def _became(tx: Tx, scene: Scene, t: Texts) -> str:
    """The old question and the new one; empty while there is none."""
    found = queries.rewording_of(tx, scene.session)
    return (
        ""
        if found is None
        else thread.question_became(t, scene.session.presenter, scene.case.question, found.text)
    )
