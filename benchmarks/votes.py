"""How many votes a second, and how long each takes, next to a Bolt handler that does nothing.

A vote is the form of an open poll, sent over signed HTTP by somebody who voted differently a moment before: it is
looked up, checked and counted in one transaction that also brings the poll's message up to date in the outbox. The
bot is `intervisie run`, whole, in a process of its own; the empty handler (benchmarks/empty.py) is another; the
generator is this process. Both servers get the same bodies, in turns, so what else the machine does hits both.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import Fernet
from sqlalchemy import create_engine, select

from benchmarks import databases, scene
from benchmarks.generator import NEW, Generator, Outcome, Sender, percentile
from benchmarks.processes import cpu_seconds, free_port, running
from benchmarks.rows import Row
from bot.polls import service as polls
from bot.polls import views
from bot.polls.records import Ballot
from bot.storage import Keyring, Tx, in_workspace, open_store, use_keyring
from bot.texts import for_language

NAME = "votes"
SECRET = "a-secret-of-the-benchmarks"
AT_ONCE = (1, 16, 64)
GROUPS = 40
# Throughput next to the empty handler's, by database.
AIMS = {"sqlite": 0.5, "postgresql": 0.33}
# Of a vote with no other beside it: there the disk and the ways to the server decide.
AIMS_ALONE = {"sqlite": 0.3, "postgresql": 0.15}
P99_AT_16_MS = 50.0
WARM_UP_SECONDS = 0.5
# What somebody gives the poll's four cases, in turns.
CHOICES = ((2, 1, 0, 0), (0, 0, 1, 2))


@dataclass(frozen=True)
class Servers:
    """The two servers, and everyone who votes."""

    bot: Generator
    empty: Generator
    senders: list[Sender]
    ballots: list[scene.Ballot]
    bot_pid: int
    empty_pid: int
    database_url: str


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """Votes at 1, 16 and 64 at once, on both databases."""
    rows: list[Row] = []
    for database in databases.KINDS:
        with servers(database) as found:
            for at_once in AT_ONCE:
                say(f"votes on {database}, {at_once} at once")
                rows += asyncio.run(_compare(found, database, at_once, quick))
            _check_every_vote(found)
    # Imported here: they need the servers above.
    from benchmarks import beside, first_votes, storm

    for further in (first_votes, beside, storm):
        rows += further.run(NAME, quick, say)
    return rows


async def in_turns(
    found: Servers, generator: Generator, at_once: int, quick: bool
) -> tuple[Outcome, Outcome]:
    """Some requests to the bot and the votes to the empty handler, in turns."""
    seconds, turns = (0.8, 2) if quick else (1.5, 3)
    ours, nothing = Outcome(), Outcome()
    await generator.closed_loop(at_once, WARM_UP_SECONDS)
    await found.empty.closed_loop(at_once, WARM_UP_SECONDS)
    for _ in range(turns):
        nothing.add(await loaded(found.empty, found.empty_pid, at_once, seconds))
        ours.add(await loaded(generator, found.bot_pid, at_once, seconds))
    return ours, nothing


async def _compare(found: Servers, database: str, at_once: int, quick: bool) -> list[Row]:
    votes, nothing = await in_turns(found, found.bot, at_once, quick)
    return _rows(f"{database}, {at_once} at once", database, at_once, votes, nothing)


async def loaded(server: Generator, pid: int, at_once: int, seconds: float) -> Outcome:
    """One turn, with what it took of a processor: on a busy machine only that can be compared."""
    used = cpu_seconds(pid)
    outcome = await server.closed_loop(at_once, seconds)
    outcome.cpu_seconds = cpu_seconds(pid) - used
    return outcome


def _rows(name: str, database: str, at_once: int, votes: Outcome, nothing: Outcome) -> list[Row]:
    ratio = votes.rate / nothing.rate
    aim = (AIMS_ALONE if at_once == 1 else AIMS)[database]
    rows = [
        Row(NAME, f"votes, {name}", votes.rate, "/s", nothing.rate, ratio, f">= {aim} × empty", ratio >= aim)
    ]
    for share in (0.5, 0.99):
        ours, theirs = (1000 * percentile(one.latencies, share) for one in (votes, nothing))
        has_aim = share == 0.99 and at_once == 16
        rows.append(
            Row(
                NAME,
                f"p{share * 100:.0f} of a vote, {name}",
                ours,
                "ms",
                theirs,
                ours / theirs,
                f"< {P99_AT_16_MS:.0f} ms" if has_aim else "",
                ours < P99_AT_16_MS if has_aim else None,
            )
        )
    rows.append(processor(f"processor of a vote, {name}", votes, nothing))
    return [*rows, *refused(name, votes), *refused(f"empty handler, {name}", nothing)]


def processor(what: str, ours: Outcome, theirs: Outcome) -> Row:
    """What a request takes of a processor, next to one of the empty handler."""
    mine, empty = (1000 * one.cpu_seconds / max(1, len(one.latencies)) for one in (ours, theirs))
    return Row(NAME, what, mine, "ms", empty, mine / empty if empty else None, "", None)


def refused(name: str, outcome: Outcome) -> list[Row]:
    """How many were refused, with the first answer: a row only when there were any."""
    if not outcome.wrong:
        return []
    example = outcome.example.decode(errors="replace")[:60] or "no answer"
    return [Row(NAME, f"refused, {name}: {example!r}", outcome.wrong, "", None, None, "0", False)]


@contextlib.contextmanager
def servers(
    database: str,
    prepare: Callable[[Tx], None] | None = None,
    groups: int = GROUPS,
    log: Path | None = None,
) -> Iterator[Servers]:
    """Both servers, on a database with open polls and whatever else `prepare` puts into it."""
    key = Fernet.generate_key().decode()
    use_keyring(Keyring([key]))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        url = stack.enter_context(databases.fresh(database, folder))
        ballots = asyncio.run(_prepared(url, groups, prepare))
        slack, bot, empty = free_port(), free_port(), free_port()
        api = f"http://127.0.0.1:{slack}/api/"
        stack.enter_context(
            running("benchmarks.stand_in", str(slack), ready=f"http://127.0.0.1:{slack}/ready")
        )
        nothing = stack.enter_context(
            running("benchmarks.empty", str(empty), api, SECRET, ready=f"http://127.0.0.1:{empty}/readyz")
        )
        process = stack.enter_context(
            running(
                "bot",
                "run",
                ready=f"http://127.0.0.1:{bot}/readyz",
                environment={
                    "SLACK_BOT_TOKEN": "xoxb-bench",
                    "SLACK_SIGNING_SECRET": SECRET,
                    "SLACK_API_URL": api,
                    "INTERVISIE_SECRET_KEYS": key,
                    "DATABASE_URL": url,
                    "PORT": str(bot),
                    "LOG_LEVEL": "ERROR",
                },
                log=log,
            )
        )
        senders = [Sender(one.user, _bodies(one)) for one in ballots]
        voted = json.dumps(views.voted(for_language("nl")).text)[1:-1].encode()
        yield Servers(
            Generator(bot, SECRET, senders, voted),
            Generator(empty, SECRET, [Sender(one.name, one.bodies) for one in senders], b""),
            senders,
            ballots,
            process.pid,
            nothing.pid,
            url,
        )


async def _prepared(url: str, count: int, prepare: Callable[[Tx], None] | None) -> list[scene.Ballot]:
    store = open_store(url, lambda: datetime.now(UTC))
    try:
        ballots = await store.transact(scene.polls_open, 0, count)
        await store.transact(in_workspace(scene.OURS, _vote_before), ballots)
        await store.transact(scene.as_if_sent)
        if prepare is not None:
            await store.transact(prepare)
        await store.transact(databases.count_rows)
        return ballots
    finally:
        store.close()


def _vote_before(tx: Tx, ballots: list[scene.Ballot]) -> None:
    """Everybody has voted: only a changed vote is answered with a sentence, by which the answer is known."""
    for ballot in ballots:
        polls.give_votes(tx, ballot.poll, ballot.user, dict(zip(ballot.cases, CHOICES[1], strict=True)))


def _bodies(ballot: scene.Ballot) -> tuple[list[bytes], list[bytes]]:
    first, second = (urlencode({"payload": json.dumps(_payload(ballot, given))}) for given in CHOICES)
    return first.encode().split(NEW), second.encode().split(NEW)


def _payload(ballot: scene.Ballot, given: Sequence[int]) -> dict[str, Any]:
    points = dict(zip(ballot.cases, given, strict=True))
    values: dict[str, Any] = {}
    for block in ballot.form["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            option = next(one for one in element["options"] if one["value"] == str(points[block["block_id"]]))
            values[block["block_id"]] = {
                element["action_id"]: {"type": element["type"], "selected_option": option}
            }
    return submission(ballot.user, ballot.form, values)


def interaction(user: str) -> dict[str, Any]:
    """What every interaction has. https://docs.slack.dev/reference/interaction-payloads"""
    new = NEW.decode()
    return {
        "team": {"id": scene.OURS.team_id, "domain": "bench"},
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": scene.OURS.team_id},
        "api_app_id": "A0BENCH",
        "token": "of-no-use",
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": f"{new}.1.{new}",
    }


def submission(user: str, form: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A sent form. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""
    new = NEW.decode()
    return {
        "type": "view_submission",
        **interaction(user),
        "view": {
            **form,
            "id": f"V{new}",
            "team_id": scene.OURS.team_id,
            "state": {"values": values},
            "hash": f"{new}.hash",
            "root_view_id": f"V{new}",
            "previous_view_id": None,
            "app_id": "A0BENCH",
            "bot_id": "B0BENCH",
            "external_id": "",
        },
        "response_urls": [],
    }


def _check_every_vote(found: Servers) -> None:
    """What was answered with "counted" is in the database, as each person sent it last."""
    stored: dict[str, dict[str, int]] = {}
    engine = create_engine(found.database_url)
    with engine.connect() as connection:
        for user, points in connection.execute(select(Ballot.user, Ballot.points)):
            stored[user] = points
    engine.dispose()
    for sender, ballot in zip(found.senders, found.ballots, strict=True):
        # A refused vote may have been stored all the same: its answer came too late.
        if sender.sent and not sender.is_refused:
            last = zip(ballot.cases, CHOICES[(sender.sent - 1) % 2], strict=True)
            if stored.get(sender.name) != {case: points for case, points in last if points}:
                raise RuntimeError("a vote that was acknowledged is not in the database")
