"""Turn: whose turn it is in an advice round."""

from dataclasses import dataclass

from bot.rounds.views.refs import TurnRef


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, and who is next; None for the last one."""

    user: str
    following: str | None
    ref: TurnRef
