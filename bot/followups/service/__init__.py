"""Use cases of follow-up: takeaways and steps, the look-back, and reflections."""

from bot.followups.queries import (
    STEP_NUDGE,
    asks_again_on,
    is_look_back_open,
    is_sharing_open,
    is_step_asked,
    is_step_in_digest,
    look_back_of,
    open_look_back,
    open_step_count,
    open_steps,
    own_reflection,
    own_step,
    proposed_day,
    reflection_draft,
    reflections_asked_for,
    reflections_of,
    shared_takeaway,
    step_question_day,
    takeaways_of,
    takeaways_of_session,
    treated_last,
    unfinished_steps,
)
from bot.followups.service.looking_back import (
    LookBack,
    finish_look_backs,
    next_look_backs,
    prepare_look_back,
    share_step,
    skip_look_back,
)
from bot.followups.service.reflections import (
    REFLECTION,
    Written,
    decline_reflection,
    delete_reflection,
    export_reflection,
    open_reflections,
    write_reflection,
)
from bot.followups.service.retention import purge_before
from bot.followups.service.steps import (
    answer_step,
    change_step,
    keep_takeaway,
    leave_it_at_that,
    snooze_step,
)
