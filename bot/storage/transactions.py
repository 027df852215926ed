"""What a use case is given: a session on the database and the one moment at which it happens."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

Columns = TypeVarTuple("Columns")


@dataclass(slots=True)
class Tx:
    """One transaction. `now` is the same from its first to its last line; use cases read no other clock."""

    sql: Session
    now: datetime
    topics: set[str] = field(default_factory=set)
    # The database takes nothing in this one (Store.read).
    only_reads: bool = False

    def wake(self, topic: str) -> None:
        """Tells the listeners of a topic ("due", "outbox") that there is work, once this has committed."""
        self.topics.add(topic)

    def locked(self, wanted: Select[*Columns]) -> Select[*Columns]:
        """The rows as they are once nobody else holds them, and ours from then on. A reading takes them as they are."""
        if self.only_reads:
            return wanted
        return wanted.with_for_update().execution_options(populate_existing=True)
