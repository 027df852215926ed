"""Rating: the presenter gives each question a word, and the warm ones come first. Aloud it needs nothing of Slack."""

from bot.rounds.service import questions
from bot.rounds.views.refs import StepRef
from bot.sessions.service import Activity, ConsoleLines, Scene
from bot.sessions.views import SessionView
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts, name_of


class Rate(Activity):
    name = "rate"
    takes = frozenset({"rating", "question"})
    takes_late = True

    def is_left_out(self, tx: Tx, scene: Scene) -> bool:
        return not scene.session.is_written or not questions.questions_now(tx, scene)

    def may_end(self, scene: Scene, user: str) -> bool:
        return user in (scene.session.presenter, scene.session.facilitator)

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [
            blocks.button(t("Give each a word"), ids.ROUNDS_RATE, view.phase_ref, style="primary"),
            blocks.button(t("Skip this"), ids.ROUNDS_STEP, _step(view)),
        ]

    def addition(self, tx: Tx, scene: Scene) -> Addition | None:
        # Nothing is asked or answered yet, whatever the phase says of the group.
        who = name_of(scene.t, scene.session.presenter)
        return Addition(speaks=scene.t("It is up to {presenter} now.", presenter=who))

    def console(self, tx: Tx, scene: Scene, t: Texts) -> ConsoleLines:
        return ConsoleLines(step=blocks.button(t("Skip this"), ids.ROUNDS_STEP, _step(scene.view())))


def _step(view: SessionView) -> StepRef:
    ref = view.phase_ref
    return StepRef(ref.session, ref.number, ref.round, view.activity_index)
