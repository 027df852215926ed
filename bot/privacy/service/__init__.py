"""Use cases of privacy: show what is stored of a person, and forget it."""

from bot.privacy.service.attendance import attendance_form, choose_attendance_term
from bot.privacy.service.case import case_form, delete_treated_case
from bot.privacy.service.forgetting import SWEEP, forget_person, note_forgotten, on_sweep
from bot.privacy.service.restoring import (
    ForgottenEntry,
    entry_of_copy,
    forget_again,
    forgotten_entries,
    unreadable_entries,
)
from bot.privacy.service.showing import DataFile, data_file, data_page
from bot.privacy.service.terms import on_group_purged, purge_people
from bot.privacy.service.uninstalling import delete_uninstalled, resume_workspace, suspend_workspace
from bot.privacy.service.waiting import let_case_go, let_case_stay
from bot.privacy.service.wholes import forget_group, forget_workspace
