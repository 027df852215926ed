"""Where the tests keep their files: in memory if there is room, otherwise where the machine keeps such files.

On ext4 a new file is not given the place of one that was deleted within a minute, and to look for another takes longer
with each of them. PostgreSQL spent most of its time on that while databases were made and dropped.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
# Four processes of the tests fill a third of it at most.
NEEDED_BYTES = 4 << 30


def keep_files_in_memory() -> None:
    """For this process and those that it starts, unless whoever starts the tests names a folder."""
    if "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def folder_for_files() -> Path:
    """That folder, for files whose path has to be short: a folder of pytest's has a long one."""
    return MEMORY if os.environ.get("TMPDIR") == str(MEMORY) else Path("/tmp")


def _has_room() -> bool:
    """Tests also start programs there, which some machines forbid."""
    return (
        os.access(MEMORY, os.W_OK)
        and not os.statvfs(MEMORY).f_flag & getattr(os, "ST_NOEXEC", 0)
        and shutil.disk_usage(MEMORY).free >= NEEDED_BYTES
    )
