"""An activity is one file and a row in a table: nothing else knows which one is on."""

import ast
from pathlib import Path

import pytest

from bot.delivery.message import Message
from bot.methods import catalogue
from bot.rounds import queries
from bot.rounds.activities import TABLE
from bot.rounds.service import participation, phases, progress
from bot.rounds.views.refs import StepRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import Activity, Scene, activities, activity_named, register_activity
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Refused, Texts
from tests.factories import ANNA, BRAM, CHLOE, DAAN, buttons_of, control, go_on, load, text_of
from tests.rounds.people import QUESTIONS, privately, ref, session_at, sweep

ROOMS = ("methods", "sessions", "rounds", "console", "attendance")
BOT = Path("bot")
# The same words name what is stored: a contribution, a takeaway, a key of a message.
STORED = {
    "bot/rounds/service/takeaways.py": {"harvest"},
}


class Sing(Activity):
    """An activity as somebody would add it: everybody sings, and says so."""

    name = "sing"
    takes = frozenset({"done"})

    def begin(self, tx: Tx, scene: Scene) -> None:
        sessions.post_in_thread(tx, scene, Message("La la la."), "song")

    def is_done(self, tx: Tx, scene: Scene) -> bool:
        return participation.all_have(tx, scene, participation.others_present(scene), "done")

    def buttons(self, t: Texts, view: SessionView) -> list[Block]:
        return [blocks.button(t("I'm done"), ids.ROUNDS_DONE, view.phase_ref)]


@pytest.fixture
def singing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activities, "_TABLE", dict(activities._TABLE))
    register_activity(Sing())


def with_phase(session: Session, number: int, *names: str) -> None:
    """Another method for this session alone: these activities in one of its phases."""
    assert session.snapshot is not None
    kept = [dict(one) for one in session.snapshot["phases"]]
    kept[number]["activities"] = list(names)
    session.snapshot = {**session.snapshot, "phases": kept}


@pytest.mark.usefixtures("singing")
def test_a_new_activity_plays_a_phase_with_nothing_but_its_file_and_its_row(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS - 1, auto_advance=True)
    with_phase(session, QUESTIONS, "sing")
    go_on(tx, session.id)
    sweep(tx)
    assert text_of(tx, "song") == "La la la."
    assert buttons_of(tx, f"phase/{QUESTIONS}/1/prompt") == [ids.ROUNDS_DONE]
    for user in (BRAM, CHLOE, DAAN):
        phases.mark_done(tx, ref(session), user)
    assert session.phase_index == QUESTIONS + 1


@pytest.mark.usefixtures("singing")
def test_one_activity_follows_another_within_the_phase_and_its_prompt_is_edited(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS - 1)
    with_phase(session, QUESTIONS, "write", "sing")
    go_on(tx, session.id)
    sweep(tx)
    prompt = f"phase/{QUESTIONS}/1/prompt"
    assert ids.ROUNDS_WRITE_QUESTION in buttons_of(tx, prompt)
    step = StepRef(session.id, session.phase_index, session.pass_no, 0)
    with pytest.raises(Refused):
        progress.step_on(tx, step, CHLOE)
    progress.step_on(tx, step, BRAM)
    assert buttons_of(tx, prompt) == [ids.ROUNDS_DONE]
    assert text_of(tx, "song") == "La la la."
    assert session.phase_index == QUESTIONS
    # The second of two presses is refused.
    with pytest.raises(Refused):
        progress.step_on(tx, step, BRAM)
    assert session.activity_index == 1
    # Back in front of it, the phase begins with its first activity again.
    go_on(tx, session.id)
    sessions.previous_phase(tx, BRAM, control(tx, session.id))
    sweep(tx)
    assert load(tx, session.id).activity_index == 0


def test_every_activity_of_every_method_has_its_file_and_its_row() -> None:
    files = {path.stem for path in (BOT / "rounds" / "activities").glob("*.py")} - {"__init__"}
    assert files == {one.name for one in TABLE}
    methods = [*catalogue.methods(), catalogue.method_of_session("incident", None)]
    for method in methods:
        for phase in method.phases:
            assert [activity_named(name).name for name in phase.activities] == list(phase.activities)


def compared(tree: ast.Module) -> set[str]:
    """The strings that a module compares with something, matches, or looks up."""
    found: set[str] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.Dict):
            parts = [key for key in node.keys if key is not None]
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        for part in parts:
            found |= {
                one.value
                for one in ast.walk(part)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
    return found


def test_nothing_else_asks_which_activity_is_on() -> None:
    names = {one.name for one in TABLE}
    for room in ROOMS:
        for path in sorted((BOT / room).rglob("*.py")):
            if "activities" in path.parts:
                continue
            asked = compared(ast.parse(path.read_text())) & names
            assert asked <= STORED.get(str(path), set()), path


def test_the_presenter_says_that_the_story_is_told_and_nobody_else_does(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS - 1)
    with pytest.raises(Refused):
        phases.mark_done(tx, ref(session), CHLOE)
    phases.mark_done(tx, ref(session), ANNA)
    assert f"<@{ANNA}> is klaar" in text_of(tx, f"phase/{QUESTIONS - 1}/1/prompt")
    assert queries.contributors(tx, session, "done") == {ANNA}
    assert privately(tx, ANNA) == []
