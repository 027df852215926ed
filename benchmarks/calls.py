"""Slack calls for one complete session of six people, next to the fewest that the story can do with.

The people of the headless story (`sandbox.player`) play their whole session, from /intervisie start to the closed
card, against the real bot; the sandbox's journal has each call with its moment.
"""

import asyncio
import contextlib
import io
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from benchmarks import databases
from benchmarks.rows import Row
from bot.app import build
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.settings import Settings
from bot.storage import Tx
from sandbox.people import Team
from sandbox.player import after, before, session
from sandbox.player.stage import Stage
from sandbox.server import Config, running

NAME = "calls"
AT_MOST = 1.3
UPDATES_A_MINUTE = 20
# In seconds: the next one acts so soon, and does not wait until every message has been drawn anew.
BETWEEN_PEOPLE = 1.5

# The fewest calls that this story can do with, counted from the story itself (sandbox/player/session.py): what
# somebody in it is shown, once, in the place where they look. What an ack carries is no call.
FEWEST = {
    "chat.postMessage": (
        # The card in the channel; in its thread the welcome with "I'm here"; in private the leader's own message.
        3
        # A prompt for each of the nine phases, and the case beneath the first one.
        + 10
        # The presentation: a pause, and its time is up.
        + 2
        # The questions, together; the advice, together. How many have written may stand in the prompt.
        + 2
        # Advice: each of five people is called to their turn, which has to notify them; and everyone has been.
        + 6
        # What the presenter shares, and what two others share.
        + 3
        # The summary, and to each of six people what is theirs, in private.
        + 7
    ),
    "chat.update": (
        # The card at each milestone: begun, pause, going on, time is up, on to the next phase eight times, closed.
        13
        # Each of the nine prompts once: its buttons go when the phase is over. And the warning in the first one.
        + 10
        # The welcome: five people come in one by one after the one who started, and its button goes at the end.
        + 6
        # How many have written, after each of five people, questions and advice.
        + 10
        # The list with the word of each question, which question is on (twice), and the question as it is now.
        + 4
        # Each of the five turns is over.
        + 5
        # The leader's own message: nine phases, a pause, going on, and the end.
        + 12
        # The poll's result no longer offers to begin.
        + 1
    ),
    # One person who was not heard, and the presenter who spoke too early.
    "chat.postEphemeral": 2,
    # Forms: to start; five for questions (Esra opens hers twice), a word for each, the new question, a note, four
    # advices, a takeaway, four insights, four marks.
    "views.open": 1 + 5 + 1 + 1 + 1 + 4 + 1 + 4 + 4,
    # Daan presses what only the facilitator may press, and is answered; a warm question is left.
    "response_url": 2,
    # Nobody in this story opens a Home tab.
    "views.publish": 0,
}


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """One session is one session, so a quick run is the whole one."""
    say("one session of six people")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        entries, full_texts = asyncio.run(_played(Path(folder)))
    return rows(entries, full_texts)


def rows(entries: list[dict[str, Any]], full_texts: int) -> list[Row]:
    """What the journal of one session comes to. `full_texts`: the edits that follow discreet messages, counted apart."""
    made = Counter(entry["name"] for entry in entries)
    made["chat.update"] -= full_texts
    found = [
        Row(
            NAME,
            "chat.update, for full texts of discreet messages",
            full_texts,
            "calls",
            None,
            None,
            "",
            None,
        )
    ]
    for method in sorted(set(made) | set(FEWEST)):
        fewest = FEWEST.get(method, 0)
        ratio = made[method] / fewest if fewest else None
        found.append(Row(NAME, method, made[method], "calls", fewest, ratio, "", None))
    total, fewest = sum(made.values()), sum(FEWEST.values())
    ratio = total / fewest
    found.append(Row(NAME, "all methods", total, "calls", fewest, ratio, f"< {AT_MOST} ×", ratio < AT_MOST))
    busiest = busiest_minute([entry["at"] for entry in entries if entry["name"] == "chat.update"])
    found.append(
        Row(
            NAME,
            "chat.update in the busiest minute",
            busiest,
            "calls",
            None,
            None,
            f"<= {UPDATES_A_MINUTE}",
            busiest <= UPDATES_A_MINUTE,
        )
    )
    return found


def busiest_minute(moments: list[float]) -> int:
    """The most that ever fell within sixty seconds of the simulated clock."""
    ordered = sorted(moments)
    most, first = 0, 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


async def _played(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """The journal of the session, without what came before it; and how many of its messages were discreet."""
    with databases.fresh("sqlite", folder) as url:
        async with running(Config()) as sandbox, Team(sandbox.url) as team:
            app = build(
                Settings(
                    bot_token=sandbox.config.bot_token,
                    app_token=sandbox.config.app_token,
                    signing_secret=None,
                    secret_keys=(Fernet.generate_key().decode(),),
                    database_url=url,
                    slack_api_url=sandbox.api_url,
                    clock_url=sandbox.clock_url,
                )
            )
            await app.start()
            try:
                stage = Stage(team, pace=0.0, transcript=None)
                stage.still_to_say = BETWEEN_PEOPLE
                with contextlib.redirect_stderr(io.StringIO()):
                    await before.seed(stage)
                    await before.a_case_is_written(stage)
                    await before.the_group_chooses(stage)
                    begun = len(sandbox.workspace.journal)
                    discreet = await app.store.read(_discreet_messages)
                    await _session(stage)
                    discreet = await app.store.read(_discreet_messages) - discreet
            finally:
                await app.stop()
            missing = [name for name, held in stage.expected if not held]
            if missing or sandbox.workspace.refused:
                raise RuntimeError(f"the story did not hold: {missing}, {sandbox.workspace.refused}")
            called = [entry for entry in sandbox.workspace.journal[begun:] if entry["kind"] == "api"]
            return called, discreet


def _discreet_messages(tx: Tx) -> int:
    """The discreet messages that were posted: each is edited once to its full text."""
    posted = (
        OutboxRow.discreet.is_not(None),
        OutboxRow.kind.in_(("post", "direct")),
        OutboxRow.state == OutboxState.SENT,
    )
    return tx.sql.scalar(select(func.count(OutboxRow.id)).where(*posted)) or 0


async def _session(stage: Stage) -> None:
    await session.opens(stage)
    await session.presentation(stage)
    await session.questions(stage)
    await session.answers(stage)
    await session.reworded(stage)
    await session.analysis(stage)
    await session.advice(stage)
    by = after.working_day(await after.today(stage) + timedelta(days=7))
    await session.response_and_harvest(stage, by.isoformat())
    await session.evaluation_and_end(stage)
