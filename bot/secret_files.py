"""Secret files: `NAME_FILE` names a file that holds the setting NAME, as container platforms offer secrets.

https://docs.docker.com/compose/how-tos/use-secrets/
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

MAX_BYTES = 65536


class UnreadableSecret(Exception):
    """A secret file gives no value. The message says why, without its content."""


def read_secrets(given: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The settings `names`, as given or from their file; and a sentence for each whose file gives none."""
    found, problems = {}, {}
    for name in names:
        try:
            found[name] = _secret(name.upper(), given.get(name, ""), given.get(f"{name}_file", ""))
        except UnreadableSecret as problem:
            problems[name] = str(problem)
    return found, problems


def _secret(name: str, value: str, file: str) -> str:
    if not file:
        return value
    if value:
        raise UnreadableSecret(f"{name} and {name}_FILE are both given: leave one of them out.")
    try:
        found = _read(Path(file))
    except FileNotFoundError:
        raise UnreadableSecret(f"{name}_FILE names a file that is not there.") from None
    except PermissionError:
        raise UnreadableSecret(
            f"{name}_FILE names a file that the bot may not read; check its owner and mode."
        ) from None
    except (OSError, ValueError):
        raise UnreadableSecret(
            f"{name}_FILE must name a small text file with nothing but the value."
        ) from None
    if not found:
        raise UnreadableSecret(f"{name}_FILE names an empty file.")
    return found


def _read(file: Path) -> str:
    if not file.is_file():
        # A folder is what Docker makes of a file that was not there when it was mounted.
        raise FileNotFoundError if not file.exists() else IsADirectoryError
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError
    return content.decode("utf-8-sig").strip()
