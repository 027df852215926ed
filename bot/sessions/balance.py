"""Pure rules of time: how the phases that are left still fit before the end time, and who gives up which minutes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from bot.sessions.rules import State, Timer

MINUTE = timedelta(minutes=1)
# Nobody minds a session that ends a minute late.
LEEWAY = MINUTE
# So long before the protected phases must begin, the group hears that it is time to round off.
ROUND_OFF = 2 * MINUTE
# An end time further away than this was typed for a moment that has passed.
MAX_AHEAD = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """The minutes of a phase in this session. None are left of a phase that is skipped."""

    minutes: int
    # The fewest minutes that still make sense.
    least: int
    # Never shorter than `least`, and never skipped.
    protected: bool = False
    # May be skipped.
    optional: bool = False

    @property
    def spare(self) -> int:
        """The minutes that it can give up."""
        return max(self.minutes - self.least, 0) if self.minutes else 0


Plan = tuple[PlannedPhase, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """A plan that is offered. `late`: after how many minutes past the end time it ends; 0 when it fits."""

    plan: Plan
    finishes_at: datetime
    late: int


@dataclass(frozen=True, slots=True)
class TimeOffer:
    """How a session that runs late still fits before an end time."""

    ends_by: datetime
    behind: int
    # When it ends as it stands.
    finishes_at: datetime
    best: Balance
    # A phase that the session can do without.
    spare: int | None


def rest_of(plan: Plan, at: Timer) -> range:
    """The phases that have not begun: all of them while the group gathers."""
    return range(at.phase_index + (at.state is not State.GATHERING), len(plan))


def finish(plan: Plan, at: Timer, now: datetime) -> datetime:
    """When the session ends if it runs without a pause from now on."""
    rest = sum(plan[index].minutes for index in rest_of(plan, at))
    return now + at.left(now) + rest * MINUTE


def minutes_behind(plan: Plan, at: Timer, now: datetime, ends_by: datetime) -> int:
    """How many minutes must be given up to end in time, rounded up; 0 within the leeway."""
    late = finish(plan, at, now) - ends_by
    return ceil(late / MINUTE) if late > LEEWAY else 0


def balance(plan: Plan, at: Timer, now: datetime, ends_by: datetime) -> Balance | None:
    """The plan that ends in time, as far as it can; None where the present one does.

    The phases that have not begun give: the unprotected ones in proportion to what they can spare. Where that is not enough,
    optional phases are skipped one by one. Protected ones go down to their least after that.
    """
    behind = minutes_behind(plan, at, now, ends_by)
    if not behind:
        return None
    rest = rest_of(plan, at)
    unprotected = [index for index in rest if not plan[index].protected]
    optional = [index for index in unprotected if plan[index].optional and plan[index].minutes]
    offered, needed = plan, behind
    for count in range(len(optional) + 1):
        offered = _without(plan, optional[:count])
        needed = max(behind - (_total(plan) - _total(offered)), 0)
        if needed <= sum(offered[index].spare for index in unprotected):
            break
    for some in (unprotected, [index for index in rest if plan[index].protected]):
        given = _shares(needed, [offered[index].spare for index in some])
        for index, minutes in zip(some, given, strict=True):
            offered = with_minutes(offered, index, offered[index].minutes - minutes)
        needed -= sum(given)
    return _offer(offered, at, now, ends_by)


def skip(plan: Plan, index: int, at: Timer, now: datetime, ends_by: datetime) -> Balance:
    """The plan without a phase, and balanced where that is not enough."""
    left = _without(plan, [index])
    return balance(left, at, now, ends_by) or _offer(left, at, now, ends_by)


def protected_from(plan: Plan, at: Timer) -> int | None:
    """The first protected phase that has not begun, when the present one is not protected."""
    if at.state is not State.GATHERING and plan[at.phase_index].protected:
        return None
    return next((index for index in rest_of(plan, at) if plan[index].protected), None)


def round_off_at(plan: Plan, at: Timer, ends_by: datetime) -> datetime | None:
    """When it is time to round off, so that the protected phases keep their least; None once they have begun."""
    first = protected_from(plan, at)
    if first is None:
        return None
    needed = sum(phase.least for phase in plan[first:] if phase.protected)
    return ends_by - needed * MINUTE - ROUND_OFF


def skip_until(plan: Plan, at: Timer, index: int) -> Plan:
    """The plan in which this phase is the next one."""
    return _without(plan, [between for between in rest_of(plan, at) if between < index])


def end_time(clock: str, zone: str, now: datetime) -> datetime | None:
    """The next moment at which clocks in a zone show a time, as "HH:MM". None when that passed already today.

    An hour that does not exist or comes twice, in a night of summer time, is the first moment of that hour after now.
    """
    tz = ZoneInfo(zone)
    today = now.astimezone(tz).date()
    wanted = time.fromisoformat(clock)
    for days in (-1, 0, 1):
        for fold in (0, 1):
            local = datetime.combine(today + timedelta(days=days), wanted, tzinfo=tz).replace(fold=fold)
            at = local.astimezone(now.tzinfo)
            if now < at <= now + MAX_AHEAD:
                return at
    return None


def _offer(plan: Plan, at: Timer, now: datetime, ends_by: datetime) -> Balance:
    ends_at = finish(plan, at, now)
    return Balance(plan, ends_at, minutes_behind(plan, at, now, ends_by))


def _total(plan: Plan) -> int:
    return sum(phase.minutes for phase in plan)


def with_minutes(plan: Plan, index: int, minutes: int) -> Plan:
    return (*plan[:index], replace(plan[index], minutes=minutes), *plan[index + 1 :])


def _without(plan: Plan, skipped: Sequence[int]) -> Plan:
    for index in skipped:
        plan = with_minutes(plan, index, 0)
    return plan


def _shares(needed: int, spares: Sequence[int]) -> list[int]:
    """Whole minutes from each, in proportion to what it can spare; all of it where that is not enough."""
    total = sum(spares)
    if needed >= total:
        return list(spares)
    given = [needed * spare // total for spare in spares]
    # What the rounding left goes to those who were rounded down most, the earlier one first.
    order = sorted(range(len(spares)), key=lambda place: -(needed * spares[place] % total))
    for place in order[: needed - sum(given)]:
        given[place] += 1
    return given
