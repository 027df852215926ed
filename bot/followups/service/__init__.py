"""Use cases of follow-up: takeaways and steps, asking how they went, the look-back, and reflections."""

from bot.followups.service.looking_back import (
    LOOK_BACK,
    LookBack,
    look_back,
    prepare_look_back,
    skip_look_back,
)
from bot.followups.service.lookup import own
from bot.followups.service.moments import DUE, NUDGES, forget_before
from bot.followups.service.reflections import (
    REFLECTION,
    Written,
    decline_reflection,
    delete_reflection,
    draft_of,
    export_reflection,
    own_reflection,
    reflections_of,
    session_over,
    write_reflection,
)
from bot.followups.service.steps import (
    NUDGE,
    STEP,
    answer,
    asked_on,
    change,
    keep,
    of_session,
    open_steps,
    snooze,
)

__all__ = [
    "DUE",
    "LOOK_BACK",
    "NUDGE",
    "NUDGES",
    "REFLECTION",
    "STEP",
    "LookBack",
    "Written",
    "answer",
    "asked_on",
    "change",
    "decline_reflection",
    "delete_reflection",
    "draft_of",
    "export_reflection",
    "forget_before",
    "keep",
    "look_back",
    "of_session",
    "open_steps",
    "own",
    "own_reflection",
    "prepare_look_back",
    "reflections_of",
    "session_over",
    "skip_look_back",
    "snooze",
    "write_reflection",
]
