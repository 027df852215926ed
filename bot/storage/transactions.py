"""What a use case is given: a session on the database and the one moment at which it happens."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(slots=True)
class Tx:
    """One transaction. `now` is the same from its first to its last line; use cases read no other clock."""

    sql: Session
    now: datetime
    topics: set[str] = field(default_factory=set)

    def wake(self, topic: str) -> None:
        """Tells the listeners of a topic ("due", "outbox") that there is work, once this has committed."""
        self.topics.add(topic)
