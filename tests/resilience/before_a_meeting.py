"""How one gets to every button and every form of who comes, who leads and whether the group still fits."""

from datetime import timedelta

from bot.attendance import rules as attendance_rules
from bot.attendance import service, views
from bot.attendance.service import subjects
from bot.fit_checks import rules as fit_rules
from bot.fit_checks import views as fit_views
from bot.fit_checks.records import FitCheck
from bot.groups import views as group_views
from bot.meetings import service as meetings
from bot.meetings import views as meeting_views
from bot.meetings.records import Meeting
from bot.slack import ids
from bot.standstill import service as standstill
from bot.standstill import views as standstill_views
from bot.standstill.records import Standstill
from bot.standstill.rules import Answer, Cause
from bot.storage import Tx, belonging_to
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.resilience.acts import RECIPES, TOMORROW, Act, Recipe, number_of, recipe, sweep


def invited(tx: Tx) -> Meeting:
    """The group has been invited for tomorrow; Bram planned it, and Anna leads."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, facilitation="fixed", facilitator=ANNA)
    meeting = meetings.plan_meeting(tx, group.id, BRAM, "", TOMORROW, "15:00", "Kamer 2")
    sweep(tx)
    return meeting


def date_of(tx: Tx) -> views.DateRef:
    meeting = invited(tx)
    return views.DateRef(meeting.id, subjects.start_of(meeting))


def answering(said: str) -> Recipe:
    def act(tx: Tx) -> Act:
        date = date_of(tx)
        return Act(CHLOE, views.AnswerRef(date.meeting, date.at, said))

    return act


def deciding(how: str) -> Recipe:
    def act(tx: Tx) -> Act:
        date = date_of(tx)
        return Act(ANNA, views.DecideRef(date.meeting, date.at, how))

    return act


for _answer in attendance_rules.RSVP_ANSWERS:
    RECIPES[f"{ids.PRESENCE_ANSWER}.{_answer}"] = answering(_answer)
for _how in ("as_planned", "short"):
    RECIPES[f"{ids.PRESENCE_DECIDE}.{_how}"] = deciding(_how)
RECIPES[ids.PRESENCE_LEAD] = lambda tx: Act(BRAM, date_of(tx))
RECIPES[ids.PRESENCE_WHO] = lambda tx: Act(ANNA, date_of(tx))
for _id in (ids.PRESENCE_NOT_LEAD, ids.PRESENCE_NEVER_LEAD):
    RECIPES[_id] = lambda tx: Act(ANNA, date_of(tx))
for _id in (ids.PRESENCE_PROMPTS, ids.PRESENCE_NOTHING):
    RECIPES[_id] = lambda tx: Act(CHLOE, meeting_views.MeetingRef(invited(tx).id))


@recipe(ids.PRESENCE_REASON_FORM)
def giving_a_reason(tx: Tx) -> Act:
    date = date_of(tx)
    service.answer_invitation(tx, date.meeting, date.at, CHLOE, "late")
    carries = views.AnswerRef(date.meeting, date.at, "late")
    return Act(CHLOE, carries, {"reason": "De trein"}, {"reason": "De fiets"})


@recipe(ids.PRESENCE_REMINDERS)
def choosing_reminders(tx: Tx) -> Act:
    return Act(ANNA, group_views.GroupRef(make_group(tx, ANNA).id))


@recipe(ids.PRESENCE_REMINDERS_FORM)
def chosen_reminders(tx: Tx) -> Act:
    carries = group_views.GroupRef(make_group(tx, ANNA).id)
    return Act(ANNA, carries, {"reminders": ["day"]}, {"reminders": ["day", "hour"]})


def asked(tx: Tx) -> str:
    """Daan was asked whether the group still fits."""
    meeting = invited(tx)
    fit = FitCheck(
        id=number_of(tx.workspace),
        group_id=meeting.group_id,
        user=DAAN,
        meeting_id=meeting.id,
        asked_at=tx.now,
        **belonging_to(tx.workspace),
    )
    tx.sql.add(fit)
    tx.sql.flush()
    return fit.id


def fitting(said: str) -> Recipe:
    return lambda tx: Act(DAAN, fit_views.FitRef(asked(tx), said))


for _said in fit_rules.FITS:
    RECIPES[f"{ids.PRESENCE_FITS}.{_said}"] = fitting(_said)
RECIPES[ids.PRESENCE_STOP_FORM] = fitting("stop")
RECIPES[ids.PRESENCE_SHARE_FORM] = lambda tx: Act(
    DAAN,
    fit_views.FitRef(asked(tx), "time", ANNA),
    {"share": ["named", "unnamed"], "line": "Donderdag werk ik niet"},
    {"share": ["named", "unnamed"], "line": "Vrijdag werk ik niet"},
)


def stopped(tx: Tx) -> str:
    """The channel is asked what the group needs."""
    meeting = invited(tx)
    group = meetings.meeting_for(tx, meeting.id, ANNA)[1]
    found = Standstill(
        id=number_of(tx.workspace),
        group_id=group.id,
        cause=Cause.MISSED,
        began_at=tx.now,
        **belonging_to(tx.workspace),
    )
    group.stalled_since = tx.now
    tx.sql.add(found)
    tx.sql.flush()
    standstill.ask_what_is_needed(tx, found.id)
    return found.id


def needing(said: str) -> Recipe:
    return lambda tx: Act(CHLOE, standstill_views.AnswerRef(stopped(tx), said))


for _need in Answer:
    RECIPES[f"{ids.STANDSTILL_ANSWER}.{_need}"] = needing(_need)


@recipe(ids.STANDSTILL_MET)
def we_did_meet(tx: Tx) -> Act:
    meeting = invited(tx)
    meeting.starts_at = tx.now - timedelta(hours=1)
    tx.sql.flush()
    return Act(CHLOE, meeting_views.MeetingRef(meeting.id))
