"""Use cases of the console."""

from bot.console.service.asking_time import ask_for_time
from bot.console.service.controls import clock_controls_for, controls_for
from bot.console.service.drawing import announce_time_up, hand_over, refresh_console, repost_console
from bot.console.service.forgetting import purge_texts
from bot.console.service.next_time import (
    finish_group_line,
    forget_own_lines,
    line_to_change,
    own_line_to_change,
    write_group_line,
    write_own_line,
)
from bot.console.service.parking import deliver_parked_lines, park_line
from bot.console.service.presence import present_form_for, record_presence
from bot.console.service.reading import (
    answer_reading,
    ask_at_opening,
    ask_back,
    case_to_read,
    close_offer,
    compose_read_along,
    end_reading,
    forget_case,
    question_to_read,
)
from bot.console.service.silence import SILENCE_OVER, begin_silence, end_silence
from bot.console.service.times import note_phase_began, note_phase_ended
