"""A part that never ends, nor does what it has started; both ignore the word to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.rows import Row

NAME = "hangs"
DEAF = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)"


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", DEAF])
    Path(os.environ["BENCH_TEST_PIDS"]).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
    return []
