"""Thinking aloud: the group among itself, while the presenter only listens."""

from bot.rounds.service import participation
from bot.sessions.service import Activity, Scene
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class Think(Activity):
    name = "think"
    can_be_skipped = True
    takes = frozenset({"done"})
    asks_the_silent = True

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return participation.all_have(tx, scene, participation.others_present(scene), "done")

    def silent(self, tx: Tx, scene: Scene) -> list[str] | None:
        return participation.unheard(tx, scene)

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [blocks.button(t("I'm done"), ids.ROUNDS_DONE, view.phase_ref)]
