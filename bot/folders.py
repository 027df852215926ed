"""Folders: where the settings file and the database are, when nothing says so.

A file in the current folder goes before one in the user's data folder, so that whoever began in a checkout goes on there.
"""

import contextlib
import os
import re
from pathlib import Path

from platformdirs import user_data_path

NAME = "intervisie"
DATABASE = "intervisie.db"
SETTINGS = ".env"
# One folder for everything instead of the user's own: for a container, and for a second bot on the same machine.
VARIABLE = "INTERVISIE_FOLDER"
# A settings file of another program may name DATABASE_URL or PORT as well, but none of these.
OURS = re.compile(
    r"^\s*(?:export\s+)?(?:SLACK_BOT_TOKEN|SLACK_APP_TOKEN|INTERVISIE_[A-Z_]+)\s*=", re.MULTILINE
)
PRIVATE = 0o700


def data_folder() -> Path:
    """The user's data folder for this program, or the folder in INTERVISIE_FOLDER. It need not exist."""
    named = os.environ.get(VARIABLE, "").strip()
    # https://platformdirs.readthedocs.io/en/latest/platforms.html
    return Path(named).expanduser() if named else user_data_path(NAME, appauthor=False)


def make_data_folder() -> None:
    """Make the data folder, for this account alone. Raises OSError."""
    data_folder().mkdir(mode=PRIVATE, parents=True, exist_ok=True)


def settings_file() -> Path:
    """The settings file that is read; it need not exist."""
    here, ours = Path(SETTINGS), data_folder() / SETTINGS
    if os.environ.get(VARIABLE, "").strip():
        return ours
    # Before there was a data folder, any such file in the current folder counted; it does while there is no other.
    return here if here.is_file() and (names_ours(here) or not ours.is_file()) else ours


def settings_file_to_write() -> Path:
    """The settings file that `intervisie setup` writes: never one that belongs to another program."""
    found = settings_file()
    return found if found.parent != Path() or names_ours(found) else data_folder() / SETTINGS


def names_ours(file: Path) -> bool:
    """Whether a settings file names a setting that only this program has."""
    try:
        return OURS.search(file.read_text(encoding="utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        # Whoever reads the settings tells what is wrong with it.
        return True


def default_database() -> str:
    """The address of the database when DATABASE_URL is left out."""
    if not os.environ.get(VARIABLE, "").strip() and Path(DATABASE).exists():
        return f"sqlite:///{DATABASE}"
    return f"sqlite:///{(data_folder() / DATABASE).absolute()}"


def make_folder_of(url: str) -> None:
    """Make the data folder if this database is to stand there; a folder that somebody named is theirs to make."""
    if url == f"sqlite:///{(data_folder() / DATABASE).absolute()}":
        # A folder that can't be made is told by whoever opens the database.
        with contextlib.suppress(OSError):
            make_data_folder()
