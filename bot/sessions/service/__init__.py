"""Use cases of sessions."""

from bot.sessions.queries import (
    has_ended,
    has_finished_with,
    ids_ended_before,
    last_session,
    locked_session,
    running_session,
)
from bot.sessions.service.absence import on_clock_step, on_downtime, on_suspension_over
from bot.sessions.service.activities import (
    Activity,
    ConsoleLines,
    Opening,
    activities_of,
    activity_named,
    register_activity,
)
from bot.sessions.service.choosing import bring_chosen_case, start_choosing
from bot.sessions.service.controls import (
    advance_when_everyone_done,
    begin,
    begin_anyway,
    change_way_of_meeting,
    check_in,
    confirm_still_going,
    extend,
    give_back,
    keep_to_plan,
    next_phase,
    pause,
    previous_phase,
    refresh_outdated_card,
    require_facilitator,
    resume,
    skip_look_back,
    stop,
    take_over,
)
from bot.sessions.service.messages import (
    RefusedWithOffer,
    post_in_thread,
    post_private,
    prompt_key,
    retract_pending,
    thread_key,
)
from bot.sessions.service.opening import (
    confirm_case,
    decline_case,
    start_session,
    withdraw_request,
)
from bot.sessions.service.participants import (
    extend_welcome,
    mark_absent,
    mark_left,
    mark_present,
    observe_thread_message,
    refresh_welcome,
)
from bot.sessions.service.presenter import end_sessions_about
from bot.sessions.service.prompts import redraw_prompt_soon, refresh_prompt
from bot.sessions.service.proofs import (
    attendance_terms,
    change_attendance_term,
    outdated_attendances,
    purge_old_attendances,
)
from bot.sessions.service.scene import (
    BEGUN_STATES,
    Scene,
    group_of,
    is_current_phase,
    method_of,
    phase_of,
    require_current_phase,
    scene_by_id,
    scene_for,
    scene_for_participant,
    scene_of,
    scene_or_none,
    session_by_id,
    session_in_thread,
)
from bot.sessions.service.start_form import start_form_for, start_form_of_group
from bot.sessions.service.time_choices import (
    ask_to_stop,
    end_later,
    evaluate_only,
    jump_to_protected,
    keep_end,
    skip_spare_phase,
)
from bot.sessions.service.time_offers import ask_for_time, offer_shown, phase_to_round_off_with
from bot.sessions.service.transitions import TRANSITION_MESSAGE_LIFETIME, post_case
