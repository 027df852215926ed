"""Use cases of a date poll before the group answers: propose dates, and open it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot.date_polls import queries, rules, views
from bot.date_polls.records import DatePoll, DateSlot
from bot.date_polls.rules import DatePollState
from bot.date_polls.service import answering, messages
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import rules as dates
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.slack.blocks import Block
from bot.storage import Tx, belonging_to
from bot.texts import Refused, Texts, mention

# Jobs: the poll closes, the choice is overdue, and the last date has passed.
CLOSE = "dates.close"
LATE = "dates.late"
OVER = "dates.over"
# A draft is deleted after this time.
DRAFT_LIVES = timedelta(days=1)
A_DAY = timedelta(days=1)


def new_date_poll_form(tx: Tx, group_id: str, user: str, t: Texts) -> Block:
    """An empty form for dates. Raises Refused while another date poll is running."""
    group = groups.group_for(tx, group_id, user)
    _require_no_other(tx, group, user)
    proposed = [views.Proposed(number) for number in range(1, rules.PER_FORM + 1)]
    return views.slots_form(t, views.SlotsRef(group.id, "", 1), group.zone, proposed)


def _require_no_other(tx: Tx, group: Group, user: str, field: str | None = None) -> None:
    found = queries.running_date_poll(tx, group)
    if found is None:
        return
    if queries.is_chooser(tx, found, group, user):
        raise Refused(
            lambda t: t(
                "The group is looking for a date already; the message is in the channel. Choose one there, or stop that "
                "search first."
            ),
            field,
        )
    asker = found.asked_by
    raise Refused(
        lambda t: t(
            "{user} is looking for a date already; the message is in the channel. Say there what suits you, and ask {user} to "
            "propose yours too.",
            user=mention(asker),
        ),
        field,
    )


def propose_dates(
    tx: Tx,
    user: str,
    ref: views.SlotsRef,
    wanted: Mapping[int, tuple[str | None, str | None]],
    form: str,
) -> DatePoll:
    """Keep the dates proposed so far, by number. Raises Refused at the field of an impossible date."""
    group = groups.group_for(tx, ref.group, user)
    groups.lock_group(tx, group)
    search = _draft(tx, group, user, ref, form)
    held = {slot.number: slot for slot in queries.slots_of(tx, search)}
    for number, (day, hour) in wanted.items():
        slot = held.pop(number, None)
        if slot is not None:
            tx.sql.delete(slot)
        if not day:
            continue
        field = views.day_field(number)
        if not 1 <= number <= rules.MAX_SLOTS:
            raise Refused(lambda t: t("That is one date too many."), field)
        starts_at = dates.moment_of(day, hour or "15:00", group.zone)
        _require_possible(tx, starts_at, field)
        if any(one.starts_at == starts_at for one in held.values()):
            raise Refused(
                lambda t: t("You propose this one twice. Choose another, or leave it empty."), field
            )
        tx.sql.flush()
        held[number] = DateSlot(
            search_id=search.id,
            number=number,
            day=day,
            hour=hour or "15:00",
            starts_at=starts_at,
            **belonging_to(tx.workspace),
        )
        tx.sql.add(held[number])
    tx.sql.flush()
    return search


def _require_possible(tx: Tx, starts_at: datetime, field: str) -> None:
    problem = dates.problem_with(starts_at, tx.now)
    if problem == "past":
        raise Refused(lambda t: t("That moment has passed. Choose one that is still to come."), field)
    if problem == "far":
        raise Refused(lambda t: t("That is more than two years away. Choose a nearer day."), field)


def _draft(tx: Tx, group: Group, user: str, ref: views.SlotsRef, form: str) -> DatePoll:
    if ref.search:
        search, _ = queries.date_poll_for(tx, ref.search, user)
        _require_own_draft(search, user)
        return search
    found = queries.draft_of_form(tx, group, user, form)
    if found is None:
        found = DatePoll(
            group_id=group.id,
            state=DatePollState.DRAFT,
            asked_by=user,
            zone=group.zone,
            created_at=tx.now,
            form=form,
            **belonging_to(group.workspace),
        )
        tx.sql.add(found)
        tx.sql.flush()
        queue.schedule(tx, OVER, found.id, tx.now + DRAFT_LIVES)
    return found


def _require_own_draft(search: DatePoll, user: str) -> None:
    if search.asked_by != user:
        raise Refused(lambda t: views.gone(t).text)
    queries.require_state(search, DatePollState.DRAFT)


def date_check_form(tx: Tx, search: DatePoll, t: Texts) -> Block:
    """The form with all proposed dates, and until when everyone may answer."""
    slots = queries.slots_of(tx, search)
    group = groups.group_by_id(tx, search.group_id)
    days = sorted({slot.day for slot in slots})
    remarks = [remark(t) for day in days for remark in meetings.about_the_day(group, day)]
    moments = [slot.starts_at for slot in slots]
    first = min(moments, default=tx.now + A_DAY)
    until = search.until or rules.default_end(tx.now, queries.hours_of(search, group), first)
    return views.check_form(t, search.id, group.zone, moments, until, search.place, remarks, search.minutes)


def keep_typed(
    tx: Tx, user: str, search_id: str, until: str | None, place: str, minutes: str | None
) -> DatePoll:
    """Keep the typed day, place and length before the form asks for more dates."""
    search, _ = queries.date_poll_for(tx, search_id, user)
    _require_own_draft(search, user)
    search.until, search.place = until or search.until, place
    search.minutes = dates.minutes_of(minutes, search.minutes)
    return search


def more_dates_form(tx: Tx, search: DatePoll, t: Texts) -> Block:
    """A form for the next free date numbers."""
    held = {slot.number for slot in queries.slots_of(tx, search)}
    free = [number for number in range(1, rules.MAX_SLOTS + 1) if number not in held][: rules.PER_FORM]
    ref = views.SlotsRef(search.group_id, search.id, free[0] if free else rules.MAX_SLOTS)
    return views.slots_form(t, ref, search.zone, [views.Proposed(number) for number in free])


def open_date_poll(
    tx: Tx, search_id: str, user: str, until: str, place: str, form: str, minutes: str = ""
) -> DatePoll:
    """Open the date poll in the channel. The same window sent again changes its place and end."""
    search, group = queries.date_poll_for(tx, search_id, user)
    again = search.state == DatePollState.OPEN and search.form == form and search.asked_by == user
    if not again:
        _require_own_draft(search, user)
        groups.lock_group(tx, group)
        _require_no_other(tx, group, user, "until")
    slots = queries.slots_of(tx, search)
    if len(slots) < 2:
        raise Refused(lambda t: t("Propose at least two dates, or plan the one right away."), "until")
    ends = rules.closes_at(until, queries.hours_of(search, group), slots[0].starts_at)
    if ends <= tx.now:
        raise Refused(
            lambda t: t("By then nobody could answer. Choose a later day, or propose later dates."), "until"
        )
    search.state, search.until, search.closes_at = (
        DatePollState.OPEN,
        date.fromisoformat(until).isoformat(),
        ends,
    )
    search.place, search.form, search.minutes = place, form, dates.minutes_of(minutes, search.minutes)
    tx.sql.flush()
    if not again:
        answering.accept_own_dates(tx, search)
    message = views.date_poll_message(groups.texts_in(group), queries.standing_of(tx, search, group))
    if again:
        messages.update_date_poll(tx, search, group)
    else:
        outbox.post(tx, group.channel, message, key=messages.date_poll_key(search), expires_at=ends)
    queue.schedule(tx, CLOSE, search.id, ends)
    queue.schedule(tx, OVER, search.id, queries.last_date(tx, search))
    _plan_questions(tx, search, group)
    return search


def _plan_questions(tx: Tx, search: DatePoll, group: Group) -> None:
    """Plan to ask each member once, a day before the end, if they have not answered by then."""
    ends = search.closes_at
    if ends is None or ends - A_DAY <= tx.now:
        return
    for member in groups.members(tx, group):
        nudges.plan_nudge(
            tx,
            member.user,
            messages.ASK,
            search.id,
            ends - A_DAY,
            group=group.id,
            until=ends,
        )
