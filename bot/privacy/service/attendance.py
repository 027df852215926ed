"""Attendance: how long it is kept is each person's own choice."""

from bot.groups import service as groups
from bot.privacy import views
from bot.sessions import rules
from bot.sessions import service as sessions
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Refused, Texts


def attendance_years_of(tx: Tx, user: str) -> int:
    """For how many years somebody's attendance is kept."""
    return sessions.attendance_terms(tx, [user]).get(user, rules.DEFAULT_ATTENDANCE_YEARS)


def attendance_form(tx: Tx, t: Texts, user: str) -> Block:
    """The form with the choices, and what each of them lets go."""
    going = {years: sessions.outdated_attendances(tx, user, years) for years in rules.ATTENDANCE_YEARS}
    return views.attendance_form(t, attendance_years_of(tx, user), going)


def choose_attendance_term(tx: Tx, user: str, chosen: str) -> tuple[int, int]:
    """Choose for how many years one's attendance is kept, also of earlier sessions.

    Returns that number, and how many attendances the coming night takes.
    """
    if chosen not in [str(years) for years in rules.ATTENDANCE_YEARS]:
        raise Refused(lambda t: t("Choose one from the list."), "years")
    years = int(chosen)
    groups.choose_attendance_years(tx, user, years)
    sessions.change_attendance_term(tx, user, years)
    return years, sessions.outdated_attendances(tx, user, years)
