"""The bot's processes: started, killed without a word, asked to stop, and started again."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.client import NO_ANSWER, Client

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
# What the platforms grant a process between the word to stop and the kill.
STOP_SECONDS = 10.0


@dataclass
class Member:
    """One process, in whichever of its lives."""

    name: str
    role: str
    port: int
    process: asyncio.subprocess.Process | None = None
    ready: bool = False


@dataclass
class Fleet:
    """All processes of one run."""

    environment: dict[str, str]
    folder: Path
    members: list[Member]
    kills: int = 0
    stops: int = 0
    slow_stops: int = 0
    died: list[str] = field(default_factory=list)

    async def migrate(self) -> None:
        """Makes the tables. Raises RuntimeError when that fails."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "migrate",
            cwd=ROOT,
            env=self.environment,
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await process.wait():
            raise RuntimeError("the database could not be made")

    async def start(self) -> None:
        await asyncio.gather(*(self.start_one(member) for member in self.members))

    async def start_one(self, member: Member) -> None:
        """Starts a process and waits until it is ready. Raises RuntimeError when it is not in time."""
        environment = {**self.environment, "PORT": str(member.port)}
        with (self.folder / f"{member.name}.log").open("ab") as log:
            member.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--role", member.role,
                cwd=ROOT, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        loop = asyncio.get_running_loop()
        until = loop.time() + READY_SECONDS
        async with Client(f"http://127.0.0.1:{member.port}", timeout=2) as client:
            while loop.time() < until:
                if member.process.returncode is not None:
                    self.died.append(member.name)
                    raise RuntimeError(f"{member.name} ended by itself: see {member.name}.log")
                try:
                    answer = await client.get("/readyz")
                except NO_ANSWER:
                    answer = None
                if answer is not None and answer.status_code == 200:
                    member.ready = True
                    return
                await asyncio.sleep(0.05)
        raise RuntimeError(f"{member.name} did not become ready")

    async def kill(self, member: Member) -> None:
        """As a power cut does it."""
        assert member.process is not None
        member.ready = False
        member.process.kill()
        await member.process.wait()
        self.kills += 1

    async def stop(self, member: Member) -> None:
        """As a deploy does it; counted when it takes longer than a platform waits."""
        assert member.process is not None
        member.ready = False
        member.process.send_signal(signal.SIGTERM)
        self.stops += 1
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await member.process.wait()
        except TimeoutError:
            self.slow_stops += 1
            member.process.kill()
            await member.process.wait()

    async def end(self) -> None:
        for member in self.members:
            if member.process is not None and member.process.returncode is None:
                member.process.terminate()
        for member in self.members:
            if member.process is not None:
                try:
                    async with asyncio.timeout(STOP_SECONDS):
                        await member.process.wait()
                except TimeoutError:
                    member.process.kill()
                    await member.process.wait()


def environment(**values: str) -> dict[str, str]:
    """This process's own surroundings without proxies, which the SDK would use even for this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, **values}
