"""Names: asked of Slack where they are missing, and forgotten once somebody is in no group."""

from bot.groups import queries
from bot.groups.service import people
from bot.storage import Tx


def refresh_names(tx: Tx) -> None:
    """Retention and retrieval of names, in every workspace: at each start and each night."""
    for person in queries.named_outsiders(tx):
        person.name = None
    tx.sql.flush()
    for person in queries.nameless_members(tx):
        people.ask_profile(tx.of(person.workspace), person.user)
