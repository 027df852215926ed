"""Rules of the console."""

from bot.cases.rules import CaseState

# A case that may still be read beforehand: not withdrawn, and not treated.
READABLE = (CaseState.HANDED_IN, CaseState.CHOSEN, CaseState.IN_SESSION)
