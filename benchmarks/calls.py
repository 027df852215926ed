"""Slack calls for one complete session of six people, for each way of meeting, next to the fewest that its story can do with.

The people of the headless story (`sandbox.player`) play their whole session, from /intervisie start to the closed
card, against the real bot; the sandbox's journal has each call with its moment.
"""

import asyncio
import contextlib
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks import databases
from benchmarks.rows import Row
from bot.app import build
from bot.delivery import web_api
from bot.delivery.claims import Sending
from bot.settings import Settings
from sandbox.people import Team
from sandbox.player import after, before, session, spoken
from sandbox.player.stage import Stage
from sandbox.server import Config, running

NAME = "calls"
AT_MOST = 1.3
UPDATES_A_MINUTE = 20
# In seconds: the next one acts so soon, and does not wait until every message has been drawn anew.
BETWEEN_PEOPLE = 1.5
UNTIL_ALL_IS_SAID = 8.0

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
        # The card when what it shows changes: begun, pause, going on, closed. No phase changes it.
        4
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
    # One person who was not heard, the presenter who spoke too early, and who pressed that they have nothing to write.
    "chat.postEphemeral": 3,
    # Forms: to start; five for questions (Esra opens hers twice), a word for each, the new question, a note, four
    # advices, a takeaway, four insights, four marks.
    "views.open": 1 + 5 + 1 + 1 + 1 + 4 + 1 + 4 + 4,
    # Daan presses what only the facilitator may press, and is answered; a warm question is left.
    "response_url": 2,
    # Nobody in this story opens a Home tab.
    "views.publish": 0,
}


# The same for a session in which people speak (sandbox/player/spoken.py): whoever leads sees what there is to see.
FEWEST_SPOKEN = {
    "chat.postMessage": (
        # The card in the channel; in its thread the welcome; in private the leader's own message.
        3
        # A line for each of the ten phases, and the case beneath its own.
        + 11
        # What one person shares, and the summary.
        + 2
        # To each of six people the harvest (whoever leads has it in their own message), and at the end what is theirs;
        # the parked line.
        + 12
    ),
    "chat.update": (
        # The card when what it shows changes: begun, closed.
        2
        # Each of the ten lines is over; the welcome once who is here has been ticked, and at the end.
        + 12
        # The leader's own message: who is here, ten phases, five turns, the averages, and the end.
        + 18
        # To each of six people: the marks, each of their two presses, and the end. Those of whoever leads are in
        # their own message: two presses. One has written something.
        + 5 * 4
        + 2
        + 1
        # The poll's result no longer offers to begin.
        + 1
    ),
    # Forms: to start, who is here, the list of what else there is, and the harvest of one person.
    "views.open": 4,
}
WAYS = {"thread": FEWEST, "room": FEWEST_SPOKEN, "video": FEWEST_SPOKEN}


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """One session is one session, so a quick run is the whole one."""
    found = list[Row]()
    for meets in WAYS:
        say(f"one session of six people, {meets}")
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            entries, full_texts = asyncio.run(_played(Path(folder), meets))
        found += rows(entries, full_texts, meets)
    return found


def rows(entries: list[dict[str, Any]], full_texts: list[float], meets: str = "thread") -> list[Row]:
    """What the journal of one session comes to.

    `full_texts`: the moments of the edits that only give a discreet message its full text. They are counted apart, in
    the sum and in the busiest minute.
    """
    needed = WAYS[meets]
    where = "" if meets == "thread" else f", {meets}"
    made = Counter(entry["name"] for entry in entries)
    made["chat.update"] -= len(full_texts)
    discreet = f"chat.update, for full texts of discreet messages{where}"
    found = [Row(NAME, discreet, len(full_texts), "calls", None, None, "", None)]
    for method in sorted(set(made) | set(needed)):
        fewest = needed.get(method, 0)
        ratio = made[method] / fewest if fewest else None
        found.append(Row(NAME, method + where, made[method], "calls", fewest, ratio, "", None))
    total, fewest = sum(made.values()), sum(needed.values())
    ratio = total / fewest
    aim = f"< {AT_MOST} ×"
    found.append(Row(NAME, f"all methods{where}", total, "calls", fewest, ratio, aim, ratio < AT_MOST))
    edits = [entry["at"] for entry in entries if entry["name"] == "chat.update"]
    busiest = busiest_minute(_without(edits, full_texts))
    within, what = busiest <= UPDATES_A_MINUTE, f"chat.update in the busiest minute, full texts apart{where}"
    found.append(Row(NAME, what, busiest, "calls", None, None, f"<= {UPDATES_A_MINUTE}", within))
    what = f"chat.update in the busiest minute, with full texts{where}"
    found.append(Row(NAME, what, busiest_minute(edits), "calls", None, None, "", None))
    return found


def _without(edits: list[float], full_texts: list[float]) -> list[float]:
    """The moments of all other edits. The journal notes an edit when it arrives, a moment after it was sent."""
    left = sorted(edits)
    for sent in sorted(full_texts):
        left.remove(next(at for at in left if at >= sent))
    return left


def busiest_minute(moments: list[float]) -> int:
    """The most that ever fell within sixty seconds of the simulated clock."""
    ordered = sorted(moments)
    most, first = 0, 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextlib.contextmanager
def _full_texts(clock: Callable[[], float]) -> Iterator[list[float]]:
    """Notes the moment of each edit that says the same as its discreet message was to say, and nothing new."""
    said, sent, really = dict[str, dict[str, Any]](), list[float](), web_api.call_slack

    async def call_slack(client: AsyncWebClient, sending: Sending) -> dict[str, Any]:
        if sending.discreet is not None and sending.kind in ("post", "direct"):
            said[sending.about] = sending.payload
        elif sending.kind == "update" and said.pop(sending.about, None) == sending.payload:
            sent.append(clock())
        return await really(client, sending)

    web_api.call_slack = call_slack
    try:
        yield sent
    finally:
        web_api.call_slack = really


async def _played(folder: Path, meets: str) -> tuple[list[dict[str, Any]], list[float]]:
    """The journal of the session, without what came before it; and the moments of the edits for full texts."""
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
                if meets == "thread":
                    stage.still_to_say = BETWEEN_PEOPLE
                with contextlib.redirect_stderr(io.StringIO()):
                    await before.seed(stage)
                    await before.a_case_is_written(stage)
                    await before.the_group_chooses(stage)
                    # What belongs to the vote is no call of the session.
                    await stage.rest(UNTIL_ALL_IS_SAID)
                    begun = len(sandbox.workspace.journal)
                    with _full_texts(sandbox.workspace.clock.now) as full_texts:
                        await (_session(stage) if meets == "thread" else spoken.a_session(stage, meets))
                        # The last messages come one a second, and so do their full texts.
                        await stage.rest(UNTIL_ALL_IS_SAID)
            finally:
                await app.stop()
            missing = [name for name, held in stage.expected if not held]
            if missing or sandbox.workspace.refused:
                raise RuntimeError(f"the story did not hold: {missing}, {sandbox.workspace.refused}")
            called = [entry for entry in sandbox.workspace.journal[begun:] if entry["kind"] == "api"]
            return called, full_texts


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
