"""Rules of the table page: its token, how many may be open, and words that name nobody of the case."""

import hashlib
import re
import secrets

# Open pages of one session, in each process that serves them.
MAX_OPEN = 20
# The first letter of a sentence: at the beginning of a text, or after a full stop.
_BEGINNING = re.compile(r"(^|[.?!]\s+)(\w)")


def new_token() -> str:
    """A token of 128 bits, in hex. Somebody may have to copy it to another device, and it lives an hour or two."""
    return secrets.token_hex(16)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sentences(text: str) -> str:
    """A text in which every sentence begins with a capital: "the presenter" may stand where a name was."""
    return _BEGINNING.sub(lambda found: found[1] + found[2].upper(), text)
