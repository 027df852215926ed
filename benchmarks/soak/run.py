"""One run of the soak: a workspace, a fleet on one database, groups that meet, trouble, calm, and the count."""

import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from benchmarks.soak import ledger
from benchmarks.soak.cast import Group
from benchmarks.soak.fleet import Fleet, Member, environment
from benchmarks.soak.trouble import Trouble
from bot.storage import Keyring, Store, open_store, use_keyring
from sandbox.outgoing.transport import HttpTransport
from sandbox.people import Team
from sandbox.server import Config, Sandbox, listening, running
from tests.postgres import Server, programs

# So many times as fast as real time passes everything: phases, pauses, leases, time-outs. An hour is three minutes.
RATE = 20.0
GROUPS = 6
# How long the groups may take to bring their sessions to an end once nothing goes wrong any more, in seconds.
CALM_SECONDS = 120.0
LOOKUPS = ("conversations.replies", "conversations.history")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a run is like. Over HTTP the processes stand behind one address."""

    name: str
    database: str
    transport: str
    roles: tuple[str, ...]


PLANS = (
    Plan("one process, Socket Mode", "sqlite", "socket", ("all",)),
    Plan("two web and two workers, HTTP", "postgresql", "http", ("web", "web", "worker", "worker")),
)


@dataclass(frozen=True)
class Result:
    """The figures of one run; `late` in seconds of the machine's own clock, between a phase's end and word of it;
    None where no word of it was sent."""

    name: str
    database: str
    processes: int
    sessions: int
    prompts: int
    kills: int
    faults: int
    lost: int
    doubled: int
    in_doubt: int
    late_p50_s: float | None
    late_p99_s: float | None
    late_max_s: float | None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


async def run(plan: Plan, seconds: float, seed: int, say: Say) -> tuple[Result, list[str]]:
    """Runs a plan; returns its figures, and a line for each thing that is wrong or worth knowing."""
    dice = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    ports = [_free_port() for _ in plan.roles]
    urls = [
        f"http://127.0.0.1:{port}/slack/events"
        for port, role in zip(ports, plan.roles, strict=True)
        if role != "worker"
    ]
    config = Config(transport=plan.transport, bot_url=urls[0], more_bot_urls=tuple(urls[1:]))
    with _database(plan, folder) as url:
        async with running(config) as sandbox:
            key = Fernet.generate_key().decode()
            use_keyring(Keyring([key]))
            values = environment(
                SLACK_BOT_TOKEN=config.bot_token,
                SLACK_APP_TOKEN=config.app_token if plan.transport == "socket" else "",
                SLACK_SIGNING_SECRET=config.signing_secret,
                SLACK_API_URL=sandbox.api_url,
                DATABASE_URL=url,
                INTERVISIE_SECRET_KEYS=key,
                INTERVISIE_CLOCK_URL=sandbox.clock_url,
                LOG_LEVEL="INFO",
            )
            members = [
                Member(f"{role}-{n}", role, port)
                for n, (role, port) in enumerate(zip(plan.roles, ports, strict=True))
            ]
            fleet = Fleet(values, folder, members)
            try:
                return await _meet(plan, sandbox, fleet, url, seconds, dice, say)
            finally:
                await fleet.end()
                say(f"logs of the processes: {folder}")


async def _meet(
    plan: Plan, sandbox: Sandbox, fleet: Fleet, url: str, seconds: float, dice: random.Random, say: Say
) -> tuple[Result, list[str]]:
    await fleet.migrate()
    await fleet.start()
    if isinstance(sandbox.transport, HttpTransport) and not await sandbox.transport.verify():
        raise RuntimeError("the request URL does not answer the challenge")
    await sandbox.clock.run(RATE)
    async with Team(sandbox.url) as team:
        groups = [Group(n, team, sandbox.workspace, random.Random(dice.random())) for n in range(GROUPS)]
        for group in groups:
            group.move_in()
        trouble = Trouble(sandbox, fleet, dice)
        living = [asyncio.create_task(group.live(), name=f"group-{group.number}") for group in groups]
        making = asyncio.create_task(trouble.make(), name="trouble")
        try:
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0:
                await asyncio.wait(
                    [making, *living], timeout=min(5.0, left), return_when=asyncio.FIRST_COMPLETED
                )
                _raise_if_ended([making, *living])
                met = sum(group.sessions for group in groups)
                say(
                    f"{plan.name}: {left:.0f} s to go, {met} sessions, {fleet.kills} kills, {trouble.faults} faults"
                )
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)
            await _calm(sandbox, fleet, groups, living, say)
        finally:
            for task in (making, *living):
                task.cancel()
            await asyncio.gather(making, *living, return_exceptions=True)
    store = open_store(url)
    try:
        await _drained(store, say)
        found = await ledger.count(sandbox, store, groups, RATE)
    finally:
        await asyncio.to_thread(store.close)
    return _result(plan, sandbox, fleet, trouble, found), _remarks(sandbox, fleet, groups, found)


def _result(plan: Plan, sandbox: Sandbox, fleet: Fleet, trouble: Trouble, found: ledger.Count) -> Result:
    lookups = sum(1 for note in sandbox.workspace.journal if note["name"] in LOOKUPS)
    late = sorted(seconds for seconds, _key in found.late)
    return Result(
        name=plan.name,
        database=plan.database,
        processes=len(fleet.members),
        sessions=found.sessions,
        prompts=found.prompts,
        kills=fleet.kills,
        faults=trouble.faults,
        lost=len(found.lost),
        doubled=len(found.doubled),
        in_doubt=lookups,
        late_p50_s=_share(late, 0.5),
        late_p99_s=_share(late, 0.99),
        late_max_s=_share(late, 1.0),
    )


def _remarks(sandbox: Sandbox, fleet: Fleet, groups: list[Group], found: ledger.Count) -> list[str]:
    """What a reader of the result wants to look into."""
    remarks = [f"lost: {it}" for it in found.lost] + [f"doubled: {it}" for it in found.doubled]
    remarks += [f"late by {seconds:.1f} s: {key}" for seconds, key in sorted(found.late)[-3:]]
    remarks += [f"let go: {times} × {why}" for why, times in found.dropped.items()]
    remarks += [f"{len(fleet.died)} processes ended by themselves while they started"]
    remarks += [f"{fleet.stops} stops with SIGTERM, {fleet.slow_stops} of them took longer than ten seconds"]
    remarks += [f"group {group.number} gave up: {what}" for group in groups for what in group.gave_up]
    refused = [note for note in sandbox.workspace.refused if note["outcome"] != "operation_timeout"]
    remarks += sorted({f"refused by the sandbox: {note['name']} {note['outcome']}" for note in refused})
    return remarks


async def _calm(
    sandbox: Sandbox, fleet: Fleet, groups: list[Group], living: list[asyncio.Task[None]], say: Say
) -> None:
    """Nothing goes wrong any more: everybody is brought back, and what was begun comes to its end."""
    sandbox.workspace.faults.clear()
    for member in fleet.members:
        if not member.ready:
            if member.process is not None and member.process.returncode is None:
                await fleet.kill(member)
                fleet.kills -= 1
            await fleet.start_one(member)
    say("calm: the sessions are brought to their end")
    for group in groups:
        group.calm.set()
    _done, late = await asyncio.wait(living, timeout=CALM_SECONDS)
    for group, task in zip(groups, living, strict=True):
        if task in late:
            say(f"group {group.number} did not come to an end: {group.doing}")
        task.cancel()


async def _drained(store: Store, say: Say) -> None:
    until = time.monotonic() + CALM_SECONDS
    while (waiting := await ledger.unsettled(store)) and time.monotonic() < until:
        say(f"calm: {waiting} messages under way")
        await asyncio.sleep(1)


def _raise_if_ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()
            raise RuntimeError(f"{task.get_name()} ended by itself")


def _share(late: list[float], share: float) -> float | None:
    return round(late[min(len(late) - 1, int(len(late) * share))], 3) if late else None


def _free_port() -> int:
    with listening(0) as opened:
        return int(opened.getsockname()[1])


@contextlib.contextmanager
def _database(plan: Plan, folder: Path) -> Iterator[str]:
    if plan.database == "sqlite":
        yield f"sqlite:///{folder / 'soak.db'}"
        return
    server = Server(programs())
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
