"""Telling: the presenter tells, the others are silent. The case stands in the thread."""

from bot.rounds.service import participation
from bot.sessions import service as sessions
from bot.sessions.service import Activity, Scene
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class Tell(Activity):
    name = "tell"
    is_left_alone = True
    takes = frozenset({"done"})
    is_presenters = True
    beside = ("case",)

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return participation.all_have(tx, scene, [scene.session.presenter], "done")

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [blocks.button(t("I have told it"), ids.ROUNDS_DONE, view.phase_ref)]

    def post_beside(self, tx: Tx, scene: Scene) -> None:
        sessions.post_case(tx, scene)
