"""What else the bot does for people, next to the same empty handler as a vote: a Home visit, a form, a case, a nudge, a prompt.

Whatever Slack asks for comes over HTTP, 16 at once. A nudge and a phase prompt fall due: of these only the processor is compared,
because nobody waits for an answer.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, create_engine, func, select, update

from benchmarks import databases, scene, storm, thousand, votes
from benchmarks.generator import NEW, Generator, Outcome, Sender, percentile
from benchmarks.processes import cpu_seconds
from benchmarks.rows import Row
from bot.cases import views as cases
from bot.groups.views import GroupRef
from bot.jobs.records import JobRow
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.sessions.service.transitions import PHASE_END
from bot.slack import codec, ids
from bot.storage import Tx
from bot.texts import for_language

AT_ONCE = 16
LATER = timedelta(hours=1)
# What is drawn for many at once waits for four seconds at most; then it is sent.
SETTLED_SECONDS = 6.0
PATIENCE_SECONDS = 60.0
EMPTY_SECONDS = 1.0
TYPED = {
    "title": "Samenwerken met iemand die sneller gaat",
    "situation": scene.SITUATION,
    "own_part": "Ik houd me in, en doe daarna mijn deel op mijn eigen manier.",
    "question": "Hoe kan ik mijn tempo en mijn ideeën inbrengen?",
}


def run(name: str, quick: bool, say: Callable[[str], None]) -> list[Row]:
    """Each on both databases."""
    rows: list[Row] = []
    for database in databases.KINDS:
        with votes.servers(database) as found:
            for what, (body, expected) in REQUESTS.items():
                say(f"{what} on {database}, {AT_ONCE} at once")
                generator = _generator(found, body, expected)
                outcome, nothing = asyncio.run(votes.in_turns(found, generator, AT_ONCE, quick))
                rows += _rows(name, f"{what}, {database}, {AT_ONCE} at once", outcome, nothing)
        for what, (kind, prepare) in DUE.items():
            say(f"{what} on {database}")
            rows.append(_due(name, database, what, kind, prepare, 20 if quick else 60))
    return rows


def _rows(part: str, what: str, ours: Outcome, nothing: Outcome) -> list[Row]:
    p50, theirs = (1000 * percentile(one.latencies, 0.5) for one in (ours, nothing))
    return [
        Row(part, what, ours.rate, "/s", nothing.rate, ours.rate / nothing.rate, "", None),
        Row(part, f"p50 of {what}", p50, "ms", theirs, p50 / theirs, "", None),
        votes.processor(f"processor of {what}", ours, nothing),
        *votes.refused(what, ours),
    ]


def _generator(
    found: votes.Servers, body: Callable[[scene.Ballot], dict[str, Any]], expected: bytes
) -> Generator:
    def parts(ballot: scene.Ballot) -> list[bytes]:
        payload = body(ballot)
        text = json.dumps(payload)
        # An event comes as JSON, everything else as a form.
        return (text if "event" in payload else urlencode({"payload": text})).encode().split(NEW)

    senders = [Sender(one.user, (parts(one), parts(one))) for one in found.ballots]
    return Generator(found.bot.port, votes.SECRET, senders, expected)


def _home_visit(ballot: scene.Ballot) -> dict[str, Any]:
    """https://docs.slack.dev/reference/events/app_home_opened"""
    return {
        "type": "event_callback",
        "team_id": scene.OURS.team_id,
        "event_id": f"Ev{NEW.decode()}",
        "authorizations": [{"team_id": scene.OURS.team_id, "user_id": "U0BOT", "is_bot": True}],
        "event": {"type": "app_home_opened", "user": ballot.user, "tab": "home", "channel": "D0BENCH"},
    }


def _form_opened(ballot: scene.Ballot) -> dict[str, Any]:
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""
    return {
        "type": "block_actions",
        **votes.interaction(ballot.user),
        "container": {"type": "view", "view_id": "V0BENCH"},
        "view": {"id": "V0BENCH", "type": "home", "blocks": []},
        "actions": [
            {
                "type": "button",
                "action_id": ids.CASE_WRITE,
                "block_id": "b",
                "value": codec.dump(GroupRef(ballot.group)),
            }
        ],
    }


def _case_sent(ballot: scene.Ballot) -> dict[str, Any]:
    form = cases.form(for_language("nl"), cases.CaseForm(ballot.group, f"abcde{NEW.decode()}", 0))
    values: dict[str, Any] = {}
    for block in form["blocks"]:
        if block["type"] != "input":
            continue
        element, typed = block["element"], TYPED.get(block["block_id"])
        value: dict[str, Any] = {"type": element["type"]}
        if typed is not None:
            value["value"] = typed
        else:
            value["selected_option"] = next(one for one in element["options"] if one["value"] == "hand_in")
        values[block["block_id"]] = {element["action_id"]: value}
    return votes.submission(ballot.user, form, values)


REQUESTS: dict[str, tuple[Callable[[scene.Ballot], dict[str, Any]], bytes]] = {
    "a Home visit": (_home_visit, b""),
    "the opening of a form": (_form_opened, b""),
    "a submitted case": (_case_sent, b'"response_action": "update"'),
}


def _phases_end(tx: Tx, count: int) -> None:
    """Sessions in their first phase."""
    for number in range(1000, 1000 + count):
        thousand.begun(tx, number, scene.OURS)
    scene.as_if_sent(tx)


def _nudges(tx: Tx, count: int) -> None:
    storm.ahead(tx, tx.now + LATER, count)


DUE: dict[str, tuple[str, Callable[[Tx, int], None]]] = {
    "a phase prompt": (PHASE_END, _phases_end),
    "a nudge": (nudges.DELIVER, _nudges),
}


def _due(
    part: str, database: str, what: str, kind: str, prepare: Callable[[Tx, int], None], count: int
) -> Row:
    with votes.servers(database, lambda tx: prepare(tx, count), groups=4) as found:
        ours, nothing = asyncio.run(_fallen_due(found, kind))
    mine, theirs = 1000 * ours / count, 1000 * nothing.cpu_seconds / max(1, len(nothing.latencies))
    name = f"processor of {what}, with all that it sends, {database}"
    return Row(part, name, mine, "ms", theirs, mine / theirs if theirs else None, "", None)


async def _fallen_due(found: votes.Servers, kind: str) -> tuple[float, Outcome]:
    """What the bot's process takes from just before the moment until nothing waits; and the empty handler, by itself."""
    engine = create_engine(found.database_url)
    await found.empty.closed_loop(AT_ONCE, votes.WARM_UP_SECONDS)
    nothing = await votes.loaded(found.empty, found.empty_pid, AT_ONCE, EMPTY_SECONDS)
    await found.bot.closed_loop(1, votes.WARM_UP_SECONDS)
    await asyncio.sleep(SETTLED_SECONDS)
    used = cpu_seconds(found.bot_pid)
    await asyncio.to_thread(_now_due, engine, kind)
    # A vote wakes the worker, which sleeps until the moment that it knew.
    await found.bot.closed_loop(1, 0.05)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asyncio.to_thread(_left, engine, kind):  # noqa: ASYNC110  # another process handles them
            await asyncio.sleep(0.2)
    await asyncio.sleep(SETTLED_SECONDS)
    engine.dispose()
    return cpu_seconds(found.bot_pid) - used, nothing


def _now_due(engine: Engine, kind: str) -> None:
    with engine.begin() as connection:
        now = datetime.now(UTC)
        connection.execute(update(Nudge).values(at=now))
        connection.execute(update(JobRow).where(JobRow.kind == kind).values(at=now))


def _left(engine: Engine, kind: str) -> bool:
    with engine.connect() as connection:
        left = select(func.count(JobRow.id)).where(JobRow.kind == kind, JobRow.at <= datetime.now(UTC))
        return bool(connection.scalar(left))
