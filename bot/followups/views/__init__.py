"""Steps, the look-back and reflections, in private."""

from bot.followups.views.asked import ask_for_look_back, ask_for_reflection, ask_how_it_went
from bot.followups.views.look_back import (
    Told,
    look_back_answered,
    look_back_done,
    look_back_form,
    look_back_question,
)
from bot.followups.views.reflections import (
    Draft,
    Place,
    reflection_as_text,
    reflection_deleted,
    reflection_form,
    reflection_kept,
    reflection_line,
    reflection_list,
    reflection_question,
    reflection_sent,
    reflection_settled,
)
from bot.followups.views.refs import ReflectionRef, ShareStep, Snooze, StepAnswer, StepRef
from bot.followups.views.steps import (
    answer_blocks,
    answer_name,
    answered,
    changed,
    edit_button,
    form,
    left_at_that,
    question,
    settled_question,
    snoozed,
    step_after_all,
    step_line,
    steps,
)
