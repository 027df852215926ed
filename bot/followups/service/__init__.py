"""Use cases of follow-up: takeaways and steps, asking how they went, the look-back, and reflections."""

from bot.followups.service.looking_back import (
    LOOK_BACK,
    LookBack,
    about,
    finish_look_back,
    is_to_be_asked,
    last_of_presenter,
    look_back,
    may_look_back,
    prepare_look_back,
    share_step,
    skip_look_back,
)
from bot.followups.service.lookup import asks_anew, own
from bot.followups.service.reflections import (
    REFLECTION,
    Written,
    asked_for,
    decline_reflection,
    delete_reflection,
    draft_of,
    export_reflection,
    on_session_over,
    own_reflection,
    reflections_of,
    write_reflection,
)
from bot.followups.service.retention import DUE, NUDGES, purge_before
from bot.followups.service.steps import (
    NUDGE,
    STEP_NUDGE,
    answer_step,
    asked_on,
    change_step,
    count_open,
    day_for,
    keep_takeaway,
    of_session,
    open_steps,
    shared_takeaway,
    snooze_step,
    unfinished,
)
