"""Use cases about sessions."""

from bot.sessions.service.absence import on_clock_step, on_downtime
from bot.sessions.service.controls import (
    advance_when_everyone_done,
    begin,
    begin_anyway,
    check_in,
    confirm_still_going,
    extend,
    give_back,
    keep_to_plan,
    next_phase,
    pause,
    previous_phase,
    resume,
    show_again,
    skip_look_back,
    stop,
    take_over,
)
from bot.sessions.service.lookup import (
    RefusedWithOffer,
    ended_before,
    find,
    group_of,
    in_thread,
    last_in,
    mark_present,
    on_thread_message,
    participants,
    post_hint,
    post_in_thread,
    post_private,
    prompt_key,
    retract_pending,
    running_in,
    scene_by_id,
    scene_for,
    scene_of,
    session_by_id,
    session_for,
    thread_key,
)
from bot.sessions.service.moments import DUE
from bot.sessions.service.opening import confirm_case, decline_case, form_for, start_session, withdraw_request
from bot.sessions.service.scene import Scene, at_phase, is_on, phase_of
from bot.sessions.service.transitions import IN_PASSING
