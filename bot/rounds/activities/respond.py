"""Response: the presenter says what struck, and what to take from it. The form never ends the phase."""

from bot.sessions.service import Activity
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts


class Respond(Activity):
    name = "respond"
    is_left_alone = True
    takes = frozenset({"response"})

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [blocks.button(t("What I take from it"), ids.ROUNDS_RESPOND, view.phase_ref, style="primary")]
