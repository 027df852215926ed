"""Evaluation: marks in silence, then a word about the conversation itself. Where people speak, the marks are given in private."""

from bot.delivery.message import Message
from bot.rounds.service import evaluation, participation
from bot.rounds.views import asked
from bot.sessions.service import Activity, Scene
from bot.sessions.views import SessionView
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class Evaluate(Activity):
    name = "evaluate"
    takes = frozenset({"marks"})
    asks_everybody = "marks"
    looks_at_itself = True

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return participation.has_everyone_answered(tx, scene)

    def end(self, tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
        evaluation.show_averages(tx, scene)

    def addition(self, tx: Tx, scene: Scene) -> Addition | None:
        return evaluation.averages_in_prompt(tx, scene)

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [blocks.button(t("Give my marks"), ids.ROUNDS_EVALUATE, view.phase_ref, style="primary")]

    def count(self, t: Texts, view: SessionView, given: int, of: int) -> str:
        return asked.marks_count(t, given, of, is_written=view.is_written)

    def private_question(self, tx: Tx, scene: Scene, user: str) -> Message | None:
        return evaluation.marks_question(tx, scene, user)
