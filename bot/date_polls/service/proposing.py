"""Proposing dates, and asking the group."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select

from bot.date_polls import rules, views
from bot.date_polls.records import DatePoll, DateSlot
from bot.date_polls.rules import DateSearchState
from bot.date_polls.service import answering, lookup
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import rules as dates
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.slack.blocks import Block
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, Texts, mention

# A draft that nobody comes back to.
DRAFT_LIVES = timedelta(days=1)
A_DAY = timedelta(days=1)


def new_form(tx: Tx, workspace: Workspace, group_id: str, user: str, t: Texts) -> Block:
    """An empty form. Raises Refused while another search is going on."""
    group = groups.group_for(tx, workspace, group_id, user)
    _require_none(tx, group, user)
    proposed = [views.Proposed(number) for number in range(1, rules.PER_FORM + 1)]
    return views.slots_form(t, views.SlotsRef(group.id, "", 1), group.zone, proposed)


def _require_none(tx: Tx, group: Group, user: str, field: str | None = None) -> None:
    found = lookup.going_on(tx, group)
    if found is None:
        return
    if lookup.may_choose(tx, found, group, user):
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


def begin(
    tx: Tx,
    workspace: Workspace,
    user: str,
    ref: views.SlotsRef,
    wanted: Mapping[int, tuple[str | None, str | None]],
    form: str,
) -> DatePoll:
    """Keeps what is proposed so far, by number. Raises Refused at the field for a date that cannot be."""
    group = groups.group_for(tx, workspace, ref.group, user)
    tx.sql.execute(select(Group.id).where(Group.id == group.id).with_for_update())
    search = _draft(tx, group, user, ref, form)
    held = {slot.number: slot for slot in lookup.slots_of(tx, search)}
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
            **belonging_to(workspace),
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
        search, _ = lookup.find(tx, group.workspace, ref.search, user)
        _require_own_draft(search, user)
        return search
    found = tx.sql.scalars(
        select(DatePoll).where(
            DatePoll.of(group.workspace),
            DatePoll.group_id == group.id,
            DatePoll.asked_by == user,
            DatePoll.state == DateSearchState.DRAFT,
            DatePoll.form == form,
        )
    ).first()
    if found is None:
        found = DatePoll(
            group_id=group.id,
            state=DateSearchState.DRAFT,
            asked_by=user,
            zone=group.zone,
            created_at=tx.now,
            form=form,
            **belonging_to(group.workspace),
        )
        tx.sql.add(found)
        tx.sql.flush()
        queue.schedule(tx, group.workspace, lookup.OVER, found.id, tx.now + DRAFT_LIVES)
    return found


def _require_own_draft(search: DatePoll, user: str) -> None:
    if search.asked_by != user:
        raise Refused(lambda t: views.gone(t).text)
    lookup.require(search, DateSearchState.DRAFT)


def check_form(tx: Tx, search: DatePoll, t: Texts) -> Block:
    """All that is proposed, and until when everyone may answer."""
    slots = lookup.slots_of(tx, search)
    group = groups.group_by_id(tx, search.workspace, search.group_id)
    days = sorted({slot.day for slot in slots})
    remarks = [doubt(t) for day in days for doubt in meetings.about_the_day(group, day)]
    moments = [slot.starts_at for slot in slots]
    first = min(moments, default=tx.now + A_DAY)
    until = search.until or rules.usual_end(tx.now, search.zone, first)
    return views.check_form(t, search.id, search.zone, moments, until, search.place, remarks)


def keep_typed(
    tx: Tx, workspace: Workspace, user: str, search_id: str, until: str | None, place: str
) -> DatePoll:
    """What somebody typed before they went back for more dates."""
    search, _ = lookup.find(tx, workspace, search_id, user)
    _require_own_draft(search, user)
    search.until, search.place = until or search.until, place
    return search


def more_form(tx: Tx, search: DatePoll, t: Texts) -> Block:
    """A form for the next dates that are still free."""
    held = {slot.number for slot in lookup.slots_of(tx, search)}
    free = [number for number in range(1, rules.MAX_SLOTS + 1) if number not in held][: rules.PER_FORM]
    ref = views.SlotsRef(search.group_id, search.id, free[0] if free else rules.MAX_SLOTS)
    return views.slots_form(t, ref, search.zone, [views.Proposed(number) for number in free])


def ask(
    tx: Tx, workspace: Workspace, search_id: str, user: str, until: str, place: str, form: str
) -> DatePoll:
    """The group is asked, in the channel. The same window once more changes place and end."""
    search, group = lookup.find(tx, workspace, search_id, user)
    again = search.state == DateSearchState.OPEN and search.form == form and search.asked_by == user
    if not again:
        _require_own_draft(search, user)
        tx.sql.execute(select(Group.id).where(Group.id == group.id).with_for_update())
        _require_none(tx, group, user, "until")
    slots = lookup.slots_of(tx, search)
    if len(slots) < 2:
        raise Refused(lambda t: t("Propose at least two dates, or plan the one right away."), "until")
    ends = rules.closes_at(until, search.zone, slots[0].starts_at)
    if ends <= tx.now:
        raise Refused(
            lambda t: t("By then nobody could answer. Choose a later day, or propose later dates."), "until"
        )
    search.state, search.until, search.closes_at = (
        DateSearchState.OPEN,
        date.fromisoformat(until).isoformat(),
        ends,
    )
    search.place, search.form = place, form
    tx.sql.flush()
    if not again:
        answering.has_said_yes(tx, search)
    message = views.asked(groups.texts_in(group), lookup.poll_view(tx, search, group))
    if again:
        lookup.show_poll(tx, search, group)
    else:
        outbox.post(tx, workspace, group.channel, message, key=lookup.poll_key(search), expires_at=ends)
    queue.schedule(tx, workspace, lookup.CLOSE, search.id, ends)
    queue.schedule(tx, workspace, lookup.OVER, search.id, lookup.last_moment(tx, search))
    _remind(tx, search, group)
    return search


def _remind(tx: Tx, search: DatePoll, group: Group) -> None:
    """Whoever has not answered the day before it closes is asked once."""
    ends = search.closes_at
    if ends is None or ends - A_DAY <= tx.now:
        return
    for member in groups.members(tx, group):
        nudges.plan_nudge(
            tx,
            group.workspace,
            member.user,
            lookup.ASK,
            search.id,
            ends - A_DAY,
            group=group.id,
            until=ends,
        )
