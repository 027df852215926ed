"""How long signed requests wait while somebody attacks the port: half-open requests, large bodies, made-up addresses.

The bot may open 1,024 files, as most systems have it. Each signed request comes over a connection of its own, as through a
proxy that keeps none; one that nobody answers counts as the time-out.
"""

import asyncio
import contextlib
import hashlib
import hmac
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import votes
from benchmarks.generator import percentile
from benchmarks.processes import running
from benchmarks.rows import Row

NAME = "hostile"
FILES = 1024
# What attacks, and how many there are of it.
ATTACKS = (("half_open", 1100), ("large_body", 100), ("made_up_addresses", 40))
IN_WORDS = {
    "half_open": "1,100 half-open connections",
    "large_body": "100 unsigned bodies of 1.99 MB",
    "made_up_addresses": "40 clients on made-up calendar addresses",
}
AIM_SECONDS = 1.0
TIMEOUT_SECONDS = 5.0
PAUSE_SECONDS = 0.05
# From the start of the attackers until all of them have done what they do.
BEGIN_SECONDS = 3.0
MEGABYTE = 1e6


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """Signed requests alone, then beside each attack, with memory and log."""
    count = 20 if quick else 100
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        log = Path(folder) / "bot.log"
        with votes.servers("sqlite", groups=4, log=log) as found:
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.prlimit(found.bot_pid, resource.RLIMIT_NOFILE, (FILES, hard))
            asyncio.run(_waits(found, 10))
            alone = asyncio.run(_waits(found, count))
            rows.append(
                Row(
                    NAME,
                    "p50 of a signed request, alone",
                    1000 * percentile(alone, 0.5),
                    "ms",
                    None,
                    None,
                    "",
                    None,
                )
            )
            for kind, attackers in ATTACKS:
                say(f"signed requests beside {IN_WORDS[kind]}")
                rows += _beside(found, kind, attackers, count, alone, log)
    return rows


def _beside(
    found: votes.Servers, kind: str, attackers: int, count: int, alone: list[float], log: Path
) -> list[Row]:
    written, memory = log.stat().st_size, _memory(found.bot_pid)
    with running("benchmarks.hostile_client", kind, str(found.bot.port), str(attackers)):
        time.sleep(BEGIN_SECONDS)
        waits = asyncio.run(_waits(found, count))
        grown = _memory(found.bot_pid) - memory
    beside = f"beside {IN_WORDS[kind]}"
    half, before = percentile(waits, 0.5), percentile(alone, 0.5)
    longest = max(waits)
    return [
        Row(
            NAME,
            f"p50 of a signed request, {beside}",
            1000 * half,
            "ms",
            1000 * before,
            half / before,
            "",
            None,
        ),
        Row(
            NAME,
            f"longest wait, {beside}",
            1000 * longest,
            "ms",
            None,
            None,
            f"< {AIM_SECONDS * 1000:.0f} ms",
            longest < AIM_SECONDS,
        ),
        Row(NAME, f"memory more, {beside}", max(0.0, grown / MEGABYTE), "MB", None, None, "", None),
        Row(
            NAME, f"log more, {beside}", (log.stat().st_size - written) / MEGABYTE, "MB", None, None, "", None
        ),
    ]


async def _waits(found: votes.Servers, count: int) -> list[float]:
    waits = []
    for number in range(count):
        sender = found.senders[number % len(found.senders)]
        begun = time.perf_counter()
        answered = await _signed(found.bot.port, sender.next_body())
        waits.append(time.perf_counter() - begun if answered else TIMEOUT_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
    return waits


async def _signed(port: int, body: bytes) -> bool:
    """Whether a signed request is answered well."""
    stamp = b"%d" % int(time.time())
    signature = hmac.new(votes.SECRET.encode(), b"v0:%b:%b" % (stamp, body), hashlib.sha256).hexdigest()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.closing(writer):
                writer.write(
                    b"POST /slack/events HTTP/1.1\r\nhost: bot\r\ncontent-type: application/x-www-form-urlencoded\r\n"
                    b"connection: close\r\nx-slack-request-timestamp: %b\r\nx-slack-signature: v0=%b\r\n"
                    b"content-length: %d\r\n\r\n%b" % (stamp, signature.encode(), len(body), body)
                )
                return (await reader.read()).startswith(b"HTTP/1.1 200")
    except (OSError, TimeoutError):
        return False


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) * 1024
    return 0.0
