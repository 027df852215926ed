"""Old digests: items that an older version wrote are rewritten, also in the posted messages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot.groups import service as groups
from bot.nudges import queries, rules
from bot.nudges.records import Digest, Nudge
from bot.nudges.service import planning
from bot.nudges.service.items import DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Texts

log = structlog.get_logger()

# So many in one transaction.
REWRITE_BATCH = 50


@dataclass(frozen=True)
class Rewritten:
    """The new wording of an item; `answered` when it leaves nothing to snooze."""

    part: DigestItem
    answered: bool


Rewrite = Callable[[Tx, Nudge, Texts], Rewritten]


def rewrite_digest(tx: Tx, kind: str, rewrite: Rewrite, after: str) -> str:
    """Rewrites the items of a kind in a batch of old digests, also in the posted messages.

    Returns the id after which to go on; empty after the last batch.
    """
    wanted = queries.old_digest_ids(tx, after, REWRITE_BATCH)
    for letter_id in wanted:
        letter = queries.locked_digest(tx, letter_id)
        if letter is None:
            continue
        if not letter.parts:
            # No key decrypts this digest. It keeps its version, so the next night tries again.
            log.warning("letter_unreadable", letter=letter_id)
            continue
        _rewrite(tx, letter, kind, rewrite)
    return wanted[-1] if len(wanted) == REWRITE_BATCH else ""


def _rewrite(tx: Tx, letter: Digest, kind: str, rewrite: Rewrite) -> None:
    t = groups.texts_of(tx, letter.user)
    parts = [
        _rewritten_row(tx, letter, one, rewrite, t) if one["kind"] == kind and not one["answered"] else one
        for one in letter.parts
    ]
    letter.written_as = rules.WRITTEN_AS
    if parts != letter.parts:
        letter.parts = parts
        tx.sql.flush()
        planning.update_digest(tx, letter)


def _rewritten_row(tx: Tx, letter: Digest, row: dict[str, Any], rewrite: Rewrite, t: Texts) -> dict[str, Any]:
    about = {"kind": row["kind"], "subject": row["subject"], "group_id": row["group"], "data": row["data"]}
    now = rewrite(tx, Nudge(user=letter.user, **about, **belonging_to(letter.workspace)), t)
    return {**row, "text": now.part.text, "blocks": now.part.blocks, "answered": now.answered}
