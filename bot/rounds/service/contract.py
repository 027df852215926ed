"""Contract: what the presenter asked for stands above the advice, and who writes sees it in the form."""

from collections.abc import Sequence
from dataclasses import replace

from bot.rounds import queries
from bot.rounds.records import Question
from bot.rounds.service import rewording, written
from bot.rounds.service.written import Place
from bot.rounds.views import thread
from bot.sessions.service import Scene
from bot.sessions.views.prompt import Addition
from bot.storage import Tx
from bot.texts import Texts


def hidden_advice_of(tx: Tx, scene: Scene, user: str) -> str:
    """What a member has written and nobody has seen."""
    place = Place(scene.session.phase_index, scene.session.pass_no)
    return "\n".join(written.hidden_of(tx, scene.session, place, user))


def contract_lines(tx: Tx, scene: Scene, t: Texts) -> list[str]:
    """What the presenter asked for, in one line; none where nothing was asked."""
    text = thread.contract(t, scene.session.presenter, *rewording.help_wanted(tx, scene))
    return [text] if text else []


def help_lines(tx: Tx, scene: Scene, t: Texts) -> list[str]:
    """The help that the presenter asked for. What the question became stands in the console anyway."""
    _, wanted = rewording.help_wanted(tx, scene)
    text = thread.contract(t, scene.session.presenter, "", wanted)
    return [text] if text else []


def contract_addition(tx: Tx, scene: Scene, some: Sequence[Question] | None = None) -> Addition:
    """What the presenter asked for opens the prompt; while people write, with how many have written."""
    text = "\n".join(contract_lines(tx, scene, scene.t))
    if not scene.activity.is_hidden:
        return Addition(text)
    counted = written.count_addition(
        scene, queries.current_questions(tx, scene.session) if some is None else some
    )
    return replace(counted, text=text)
