"""Names: asked of Slack where they are missing, and forgotten once somebody is in no group."""

from bot.groups import queries
from bot.groups.service import people
from bot.storage import Tx


def refresh_names(tx: Tx, after: str = "") -> str | None:
    """Retention of some people's names, and retrieval, in every workspace: at each start and each night.

    Returns the person after whom to go on; None after the last ones.
    """
    if not after:
        for person in queries.nameless_members(tx):
            people.ask_profile(tx.of(person.workspace), person.user, background=True)
    page, last = queries.people_after(tx, after)
    for person in queries.named_people(tx, queries.without_membership(tx, page, ended_too=False)):
        person.name = None
    tx.sql.flush()
    return last
