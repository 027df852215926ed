"""How one gets to every button and every form of meetings, finding a date, and calendars."""

from bot.calendar import service as calendars
from bot.calendar.views import FeedRef
from bot.date_polls.views import MarkRef, SearchRef, SlotsRef
from bot.groups.views import GroupRef
from bot.meetings import service as meetings
from bot.meetings import views as meeting_views
from bot.slack import ids
from bot.storage import Tx
from tests.date_polls.people import drafted, opened, slot_on
from tests.factories import ANNA, BRAM
from tests.resilience.acts import RECIPES, Act, recipe
from tests.resilience.around_it import group_of

DAY = {"day": "2027-02-11"}
HOUR = {"hour": "15:00"}
RULE = "FREQ=WEEKLY;INTERVAL=6;WKST=MO;BYDAY=TH"


def meeting(tx: Tx) -> meeting_views.MeetingRef:
    group = group_of(tx)
    planned = meetings.plan_meeting(tx, group.id, BRAM, "", "2027-02-11", "15:00", "Kamer 2")
    return meeting_views.MeetingRef(planned.id)


for _name in (
    ids.MEETING_CANCEL,
    ids.MEETING_CANCEL_FORM,
    ids.MEETING_MOVE,
    ids.CALENDAR_OPEN,
    ids.CALENDAR_SEND,
):
    RECIPES[_name] = lambda tx: Act(BRAM, meeting(tx))
RECIPES[ids.MEETING_MENU] = lambda tx: Act(BRAM, meeting_views.MenuRef("move", meeting(tx).meeting))
RECIPES[ids.MEETING_OPEN] = lambda tx: Act(BRAM, GroupRef(group_of(tx).id))
RECIPES[ids.CALENDAR_LINK] = lambda tx: Act(BRAM)


@recipe(ids.MEETING_NEW, ids.MEETING_FORM)
def planning(tx: Tx) -> Act:
    typed = {"day": DAY, "hour": HOUR, "place": "Kamer 2"}
    carries = meeting_views.PlanRef(group_of(tx).id, "", 0)
    return Act(BRAM, carries, typed, {**typed, "place": "Kamer 3"})


@recipe(ids.MEETING_RHYTHM, ids.MEETING_RHYTHM_FORM)
def in_a_rhythm(tx: Tx) -> Act:
    typed = {"rhythm": {"option": "weeks/6/0"}, "weekday": {"option": "3"}, "since": DAY, "hour": HOUR}
    return Act(BRAM, meeting_views.RhythmRef(group_of(tx).id, "", ""), typed)


@recipe(ids.MEETING_PREVIEW_FORM)
def looking_at_dates(tx: Tx) -> Act:
    ref = meeting_views.PreviewRef(group_of(tx).id, "", "", RULE, "2027-02-11", "15:00", "NL", 0)
    typed = {"skip": ["2027-03-25", "later"], "place": "Kamer 2"}
    return Act(BRAM, ref, typed, {**typed, "place": "Kamer 3"})


@recipe(ids.MEETING_END_FORM)
def ending(tx: Tx) -> Act:
    group = group_of(tx)
    wish = meetings.SeriesRequest(RULE, "2027-02-11", "15:00")
    series = meetings.plan_series(tx, group.id, BRAM, wish)
    return Act(ANNA, meeting_views.RhythmRef(group.id, series.id, ""))


# Finding a date

RECIPES[ids.DATES_NEW] = lambda tx: Act(BRAM, GroupRef(group_of(tx).id))
RECIPES[ids.DATES_MORE] = lambda tx: Act(BRAM, SearchRef(drafted(tx, group=group_of(tx).id).id))


@recipe(ids.DATES_SLOTS_FORM)
def proposing(tx: Tx) -> Act:
    typed = {"day1": DAY, "hour1": HOUR, "day2": {"day": "2027-02-18"}, "hour2": HOUR}
    return Act(BRAM, SlotsRef(group_of(tx).id, "", 1), typed)


@recipe(ids.DATES_ASK_FORM)
def asking(tx: Tx) -> Act:
    search = drafted(tx, group=group_of(tx).id)
    typed = {"until": {"day": "2027-01-20"}, "place": "Kamer 2"}
    return Act(BRAM, SearchRef(search.id), typed, {**typed, "place": "Kamer 3"})


@recipe(ids.DATES_MARK, ids.DATES_CHOOSE, ids.DATES_CANCEL)
def searching(tx: Tx) -> Act:
    return Act(BRAM, SearchRef(opened(tx)))


@recipe(ids.DATES_MARK_FORM)
def answering(tx: Tx) -> Act:
    search = opened(tx)
    days = ("2027-01-28", "2027-02-04", "2027-02-11")
    return Act(ANNA, MarkRef(search, 0), {slot_on(tx, search, day): {"option": "yes"} for day in days})


@recipe(ids.DATES_CHOOSE_FORM)
def choosing(tx: Tx) -> Act:
    search = opened(tx)
    return Act(BRAM, SearchRef(search), {"date": {"option": slot_on(tx, search, "2027-02-04")}})


# Calendars


@recipe(ids.CALENDAR_MAKE)
def without_address(tx: Tx) -> Act:
    return Act(ANNA, FeedRef("person", group_of(tx).id, ""))


@recipe(ids.CALENDAR_RENEW, ids.CALENDAR_REVOKE)
def with_address(tx: Tx) -> Act:
    ref = FeedRef("group", group_of(tx).id, "")
    calendars.create_link(tx, BRAM, ref)
    return Act(ANNA, ref)
