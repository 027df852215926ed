"""Look-back: those who brought a case last time tell what has become of it. Without such a case it is left out."""

from bot.followups import service as followups
from bot.sessions.service import Activity, Opening, Scene
from bot.sessions.views import SessionView
from bot.sessions.views.prompt import look_back_opening
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class LookBack(Activity):
    name = "look_back"
    is_discreet = True

    def is_needed(self, tx: Tx, opening: Opening) -> bool:
        return bool(followups.next_look_backs(tx, opening.group, opening.at))

    def speakers(self, tx: Tx, opening: Opening, others: int) -> int:
        return len(followups.next_look_backs(tx, opening.group, opening.at))

    def opening(self, tx: Tx, scene: Scene) -> str | None:
        opened = [
            look_back_opening(scene.t, found.presenter, found.steps, found.told)
            for found in _cases(tx, scene)
        ]
        return "\n".join(opened) or None

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [blocks.button(t("Skip the look-back"), ids.SESSIONS_SKIP_LOOK_BACK, view.phase_ref)]

    def finish(self, tx: Tx, scene: Scene) -> None:
        followups.finish_look_backs(tx, scene.group, scene.session.opened_at or tx.now)


def _cases(tx: Tx, scene: Scene) -> list[followups.LookBack]:
    return followups.next_look_backs(tx, scene.group, scene.session.opened_at or tx.now)
