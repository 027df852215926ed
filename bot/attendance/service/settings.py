"""Which reminders a group wants."""

from bot.attendance import rules
from bot.groups import service as groups
from bot.storage import Tx, Workspace


def change_reminders(tx: Tx, workspace: Workspace, group_id: str, user: str, ticked: list[str]) -> None:
    """Each is asked for at its own moment, so what is planned already follows."""
    groups.group_for(tx, workspace, group_id, user).reminders = rules.chosen_reminders(ticked)
