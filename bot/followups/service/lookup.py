"""What is somebody's own, and what day it is where they are."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.followups import rules
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.storage import Tx, Workspace
from bot.texts import Refused


def own(tx: Tx, workspace: Workspace, step_id: str, user: str) -> Takeaway:
    """Somebody's own step. Raises Refused for any other id."""
    kept = tx.sql.scalars(
        select(Takeaway).where(Takeaway.of(workspace), Takeaway.id == step_id, Takeaway.user == user)
    ).one_or_none()
    if kept is None:
        raise Refused(lambda t: t("I can't find this step among yours. Type /intervisie steps for the list."))
    return kept


def shared_step(kept: Takeaway) -> str:
    """What the group may hear of somebody's step; empty when that is nothing."""
    return kept.step if rules.is_shared(kept.shared, kept.step, kept.shared_step) else ""


def asks_anew(kept: Takeaway) -> bool:
    """Whether the look-back is still to be, and its presenter must say whether the group may hear their step."""
    awaits = kept.is_presenter and not kept.look_back_done and not kept.look_back_skipped
    return awaits and rules.asks_anew(kept.shared, kept.step, kept.shared_step)


def today_of(tx: Tx, workspace: Workspace, user: str) -> date:
    return tx.now.astimezone(ZoneInfo(groups.person(tx, workspace, user).zone)).date()
