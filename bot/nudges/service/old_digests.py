"""Letters that an older version of the bot wrote: what may not stand in a letter any more is put otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select

from bot.groups import service as groups
from bot.nudges import rules
from bot.nudges.records import Digest, Nudge
from bot.nudges.service import planning
from bot.nudges.service.items import DigestItem
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Texts

log = structlog.get_logger()

# In one transaction.
AT_ONCE = 50


@dataclass(frozen=True)
class Rewritten:
    """A part as it is put now; `answered` when there is nothing left to put off in it."""

    part: DigestItem
    answered: bool


Again = Callable[[Tx, Nudge, Texts], Rewritten]


def on_old_digests(tx: Tx) -> list[Workspace]:
    """The workspaces in which an older version has written letters."""
    found = tx.sql.execute(
        select(Digest.team_id, Digest.enterprise_id).where(Digest.written_as < rules.WRITTEN_AS).distinct()
    )
    return [Workspace(team, enterprise) for team, enterprise in found]


def rewrite_digest(tx: Tx, workspace: Workspace, kind: str, again: Again, after: str) -> str:
    """Rewrites the parts of a kind in some old letters, also where they were posted.

    Returns after which letter to go on; empty when that was the last one.
    """
    old = (Digest.of(workspace), Digest.written_as < rules.WRITTEN_AS, Digest.id > after)
    wanted = list(tx.sql.scalars(select(Digest.id).where(*old).order_by(Digest.id).limit(AT_ONCE)))
    for letter_id in wanted:
        letter = tx.sql.scalars(select(Digest).where(Digest.id == letter_id).with_for_update()).one_or_none()
        if letter is None:
            continue
        if not letter.parts:
            # None of the keys opens it: it keeps its number, and is looked at once more tomorrow.
            log.warning("letter_unreadable", letter=letter_id)
            continue
        _rewrite(tx, letter, kind, again)
    return wanted[-1] if len(wanted) == AT_ONCE else ""


def _rewrite(tx: Tx, letter: Digest, kind: str, again: Again) -> None:
    t = groups.texts_of(tx, letter.workspace, letter.user)
    parts = [
        _put_otherwise(tx, letter, one, again, t) if one["kind"] == kind and not one["answered"] else one
        for one in letter.parts
    ]
    letter.written_as = rules.WRITTEN_AS
    if parts != letter.parts:
        letter.parts = parts
        tx.sql.flush()
        planning.show_digest(tx, letter)


def _put_otherwise(tx: Tx, letter: Digest, row: dict[str, Any], again: Again, t: Texts) -> dict[str, Any]:
    about = {"kind": row["kind"], "subject": row["subject"], "group_id": row["group"], "data": row["data"]}
    now = again(tx, Nudge(user=letter.user, **about, **belonging_to(letter.workspace)), t)
    return {**row, "text": now.part.text, "blocks": now.part.blocks, "answered": now.answered}
