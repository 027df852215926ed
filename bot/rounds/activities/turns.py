"""Turns: one after the other. A turn ends by the form, by who has it, by whoever leads, or a minute after its last line."""

from bot.rounds import queries
from bot.rounds.service import advice, contract, participation
from bot.sessions.service import Activity, ConsoleLines, Opening, Scene
from bot.sessions.views import SessionView
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


class Turns(Activity):
    name = "turns"
    takes = frozenset({"advice", "turn", "pass", "done"})

    def speakers(self, tx: Tx, opening: Opening, others: int) -> int:
        return others

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        going = queries.current_advice_round(tx, scene.session)
        if going is not None and going.had >= len(going.turns):
            return True
        return participation.all_have(tx, scene, participation.others_present(scene), "done")

    def prepare(self, tx: Tx, scene: Scene) -> None:
        if scene.session.activity_index == 0:
            # The prompt calls the first one.
            advice.draw_up_turns(tx, scene)

    def begin(self, tx: Tx, scene: Scene) -> None:
        advice.begin_turns(tx, scene)

    def end(self, tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
        advice.close_advice(tx, scene, phase_index, pass_no)

    def take_message(self, tx: Tx, scene: Scene, user: str) -> None:
        advice.await_end_of_turn(tx, scene, user)

    def take_departure(self, tx: Tx, scene: Scene, user: str) -> None:
        advice.skip_turn(tx, scene, user)

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [
            blocks.button(t("Pass"), ids.ROUNDS_PASS, view.phase_ref),
            blocks.button(t("I'm done"), ids.ROUNDS_DONE, view.phase_ref),
        ]

    def addition(self, tx: Tx, scene: Scene) -> Addition | None:
        if scene.session.activity_index == 0:
            return advice.first_turn_addition(tx, scene)
        return contract.contract_addition(tx, scene)

    def repost(self, tx: Tx, scene: Scene) -> None:
        advice.repost_turn(tx, scene)

    def console(self, tx: Tx, scene: Scene, t: Texts) -> ConsoleLines:
        if queries.current_advice_round(tx, scene.session) is None:
            return ConsoleLines()
        return ConsoleLines(contract.help_lines(tx, scene, t))
