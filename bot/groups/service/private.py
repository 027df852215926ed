"""Private messages: every one goes through here, because the first says how to change the language."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningUpdate

from bot.delivery import outbox
from bot.delivery.message import Guarantee, Message
from bot.groups import queries, views
from bot.groups.records import Person
from bot.groups.service import people
from bot.storage import Tx, statement


def post_dm(
    tx: Tx,
    user: str,
    message: Message,
    *,
    key: str,
    expires_at: datetime | None = None,
    guarantee: Guarantee = Guarantee.AT_LEAST_ONCE,
) -> None:
    """Sends a private message to a person, with the language hint beneath their first one."""
    person = people.ensure_person(tx, user)
    if person.language_hint is None and not outbox.is_live(tx, key) and _claim_hint(tx, person, key):
        message = views.with_language_hint(people.language_of(person), message)
    outbox.post_dm(tx, user, message, key=key, expires_at=expires_at, guarantee=guarantee)


def update_dm(tx: Tx, user: str, key: str, message: Message) -> None:
    """Edits a private message; a language hint that stands beneath it stays."""
    person = queries.known_person(tx, user)
    if person is not None and person.language_hint == key:
        message = views.with_language_hint(people.language_of(person), message)
    outbox.update(tx, key, message)


def _claim_hint(tx: Tx, person: Person, key: str) -> bool:
    """Whether this message is the first one. The database decides: two processes may write to a person at once."""
    is_first = tx.change(_claim(person.id, key)).first() is not None
    # Another message was first: its key does not matter here.
    set_committed_value(person, "language_hint", key if is_first else "")
    return is_first


@statement
def _claim(person_id: str, key: str) -> ReturningUpdate[str]:
    return (
        update(Person)
        .where(Person.id == person_id, Person.language_hint.is_(None))
        .values(language_hint=key)
        .returning(Person.id)
    )
