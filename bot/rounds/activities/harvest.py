"""Harvest: each looks at their own work. Where people speak, each gets the question in private."""

from bot.delivery.message import Message
from bot.rounds.service import evaluation, participation
from bot.rounds.service.takeaways import HARVESTED
from bot.rounds.views import asked
from bot.sessions.service import Activity, Scene
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class Harvest(Activity):
    name = "harvest"
    takes = frozenset({HARVESTED})
    asks_everybody = HARVESTED

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return participation.has_everyone_answered(tx, scene)

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [blocks.button(t("My insight"), ids.ROUNDS_HARVEST, view.phase_ref, style="primary")]

    def count(self, t: Texts, view: SessionView, given: int, of: int) -> str:
        return asked.harvest_count(t, given, of, is_written=view.is_written)

    def private_question(self, tx: Tx, scene: Scene, user: str) -> Message | None:
        return evaluation.harvest_question(tx, scene, user)
