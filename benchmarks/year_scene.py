"""A year of groups that meet every six weeks: what they do, and what their people do about what they are asked.

The one file of `year` that knows the bot's rooms. Everything is done by the bot's own use cases, at its moment.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from benchmarks import scene
from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.fit_checks import service as fit_checks
from bot.followups import service as followups
from bot.followups.rules import PlannedStep, What
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.nudges.records import Nudge
from bot.storage import Tx, Workspace, new_id

ZONE = "Europe/Amsterdam"
EVERY = timedelta(weeks=6)
MEMBERS = 6
# In how many groups somebody is: a third of the people each.
GROUPS_OF_A_PERSON = (1, 2, 3)
GROUPS_A_WORKSPACE = 50
SESSION = timedelta(minutes=65)
# Kinds of nudges, as their rooms name them.
STEP, REFLECTION, LOOK_BACK = "step.ask", "reflection.ask", "look_back.ask"
COMING, PREPARE, FITS = "presence.ask", "presence.prepare", "presence.fits"

Act = Callable[[Tx], None]


class Habit(StrEnum):
    """What somebody does about what they are asked."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


@dataclass(frozen=True)
class Asked:
    """Something that was said to somebody in private."""

    workspace: Workspace
    user: str
    kind: str
    subject: str
    # Planned for, of no use from then on, and said.
    at: datetime
    until: datetime | None
    said: datetime

    @property
    def about(self) -> tuple[str, str]:
        """By what it is known to have been done: what is asked about a meeting is each one's own."""
        ours = self.subject.startswith("presence/")
        return self.kind, f"{self.subject}/{self.user}" if ours else self.subject


@dataclass
class Circle:
    """A group and its rhythm."""

    workspace: Workspace
    number: int
    users: list[str]
    # The moment of its first meeting.
    first: datetime
    id: str = ""
    turn: int = 0
    meeting: str = ""


@dataclass
class World:
    """The people, and what they have done: by kind and subject of what they might be asked about it."""

    dice: random.Random
    circles: list[Circle]
    done: dict[tuple[str, str], datetime] = field(default_factory=dict)
    # From when until when somebody does not want to hear of something; the last time.
    put_off: dict[tuple[str, str], tuple[datetime, datetime]] = field(default_factory=dict)

    def habit(self, user: str) -> Habit:
        return list(Habit)[int(user[-4:]) % 3]


def world(count: int, start: datetime, seed: int = 7) -> World:
    """So many groups, spread over the working days and hours of six weeks."""
    dice = random.Random(seed)
    circles = []
    for number in range(count):
        local = start.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
        day = local + timedelta(days=number * 7 % 30)
        while day.weekday() > 4:
            day += timedelta(days=1)
        first = datetime(day.year, day.month, day.day, 9 + number % 7, tzinfo=ZoneInfo(ZONE))
        workspace = Workspace(f"T0YEAR{number // GROUPS_A_WORKSPACE:04}")
        circles.append(Circle(workspace, number, [], first.astimezone(UTC)))
    for begin in range(0, count, GROUPS_A_WORKSPACE):
        _seat(circles[begin : begin + GROUPS_A_WORKSPACE], dice)
    return World(dice, circles)


def _seat(circles: Sequence[Circle], dice: random.Random) -> None:
    """Gives each group its members; nobody sits twice in one group."""
    places = MEMBERS * len(circles)
    people: list[str] = []
    number = 0
    while len(people) < places:
        people += [f"U0YEAR{number:04}"] * GROUPS_OF_A_PERSON[number % 3]
        number += 1
    waiting = people[:places]
    dice.shuffle(waiting)
    for circle in circles:
        for user in list(waiting):
            if len(circle.users) == MEMBERS:
                break
            if user not in circle.users:
                circle.users.append(user)
                waiting.remove(user)
    # Who is left over would have sat in the last group twice: somebody new takes the place.
    for circle in circles:
        while len(circle.users) < MEMBERS:
            circle.users.append(f"U0YEAR{number:04}")
            number += 1


def found(circle: Circle) -> Act:
    """The group is there, and its first meeting has a date."""

    def act(tx: Tx) -> None:
        tx = tx.of(circle.workspace)
        circle.id = scene.group(tx, circle.number, MEMBERS, circle.workspace, circle.users).id
        _plan(tx, circle, circle.first)

    return act


def _plan(tx: Tx, circle: Circle, at: datetime) -> None:
    local = at.astimezone(ZoneInfo(ZONE))
    day, hour = local.date().isoformat(), local.strftime("%H:%M")
    # Also when that is a holiday: it was meant.
    planned = meetings.plan_meeting(tx, circle.id, circle.users[0], "", day, hour, "", confirmed=True)
    circle.meeting = planned.id


def next_at(circle: Circle, held: int) -> datetime:
    """When a group meets for the nth time: the wall clock stays what it is, also when summer time begins."""
    local = circle.first.astimezone(ZoneInfo(ZONE)) + held * EVERY
    return local.astimezone(UTC)


def open_meeting(world: World, circle: Circle) -> Act:
    def act(tx: Tx) -> None:
        tx = tx.of(circle.workspace)
        group = groups.group_by_id(tx, circle.id)
        attendance.on_session_opened(tx, group, new_id())
        for user in circle.users:
            if world.habit(user) is not Habit.NEVER:
                attendance.record_attendance(tx, group, user)

    return act


def close_meeting(world: World, circle: Circle, following: datetime) -> Act:
    """The session is over: its case is treated, everyone takes something home, and the next date is planned."""

    def act(tx: Tx) -> None:
        tx = tx.of(circle.workspace)
        group = groups.group_by_id(tx, circle.id)
        presenter = circle.users[circle.turn % MEMBERS]
        circle.turn += 1
        waiting = cases.backlog(tx, group)
        if waiting:
            presenter = waiting[0].presenter
            waiting[0].state = CaseState.CHOSEN
            cases.mark_started(tx, waiting[0])
            cases.mark_treated(tx, waiting[0])
        session = new_id()
        today = tx.now.astimezone(ZoneInfo(ZONE)).date()
        for user in circle.users:
            with_step = user == presenter or world.dice.random() < 0.7
            chosen = world.dice.choice((None, 3, 7, 14, 28))
            followups.keep_takeaway(
                tx,
                group,
                session,
                user,
                what=What.RESPONSE if user == presenter else What.HARVEST,
                takeaway="Nieuwsgierig zijn helpt meer dan overtuigen.",
                steps=[
                    PlannedStep(
                        "Vragen wat iemand nodig heeft" if with_step else "",
                        today + timedelta(days=chosen) if chosen else None,
                        False,
                    )
                ],
                is_presenter=user == presenter,
                shared=False,
            )
        followups.open_reflections(tx, group, session, presenter, circle.users)
        _plan(tx, circle, following)

    return act


def case_of_ones_own(world: World, circle: Circle, user: str) -> Act:
    """Somebody hands in a case, asked or not."""

    def act(tx: Tx) -> None:
        tx = tx.of(circle.workspace)
        group = groups.group_by_id(tx, circle.id)
        if not cases.waiting_of(tx, group, user):
            scene.case(tx, group, user, circle.number)
            world.done[PREPARE, f"presence/{circle.meeting}/{user}"] = tx.now

    return act


def before_being_asked(world: World, circle: Circle) -> Act:
    """Some do their step, and say so, before anybody asks."""

    def act(tx: Tx) -> None:
        tx = tx.of(circle.workspace)
        for user in circle.users:
            for step in followups.open_steps(tx, user):
                if step.group_id == circle.id and world.dice.random() < 0.2:
                    followups.answer_step(tx, step.id, user, "done")
                    world.done[STEP, step.id] = tx.now

    return act


def answer(world: World, asked: Asked) -> Act | None:
    """What somebody does about a question, if anything."""
    habit = world.habit(asked.user)
    if habit is Habit.NEVER or (habit is Habit.SOMETIMES and world.dice.random() < 0.5):
        return None
    if asked.kind not in (STEP, REFLECTION, LOOK_BACK, COMING, PREPARE, FITS):
        # What somebody is told, and need not answer.
        return None
    about = asked.about
    how = world.dice.choice(("done", "partly", "not", "irrelevant", "snooze"))

    def act(tx: Tx) -> None:
        tx = tx.of(asked.workspace)
        if about in world.done:
            return
        if asked.kind == STEP and how == "snooze":
            followups.snooze_step(tx, asked.subject, asked.user, 7)
            world.put_off[about] = (tx.now, tx.now + timedelta(days=6))
            return
        if asked.kind == STEP:
            # Before the chosen day "not yet" is no end: then it is asked again on that day.
            kept = followups.answer_step(tx, asked.subject, asked.user, how)
            if kept.state == "open":
                return
        elif asked.kind == REFLECTION and how == "not":
            followups.decline_reflection(tx, asked.subject, asked.user)
        elif asked.kind == REFLECTION:
            written = followups.Written("Een collega", "Ik mis het contact", "", "")
            followups.write_reflection(tx, asked.subject, asked.user, written)
        elif asked.kind == LOOK_BACK:
            followups.prepare_look_back(
                tx,
                asked.subject,
                asked.user,
                "Het ging beter.",
                skip=how == "not",
                share=None,
            )
        elif not _about_a_meeting(tx, asked, how):
            return
        world.done[about] = tx.now

    return act


def _about_a_meeting(tx: Tx, asked: Asked, how: str) -> bool:
    """An answer about a meeting; False when that has begun meanwhile."""
    if asked.kind == FITS:
        fit_checks.answer_fit_check(tx, asked.subject, asked.user, "fits")
        return True
    meeting = meetings.meeting_by_id(tx, asked.subject.partition("/")[2])
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return False
    if asked.kind == PREPARE:
        attendance.bring_nothing(tx, meeting.id, asked.user)
        return True
    said = {"not": "no", "irrelevant": "no", "partly": "late"}.get(how, "yes")
    at = int(meeting.starts_at.timestamp())
    attendance.answer_invitation(tx, meeting.id, at, asked.user, said)
    return True


def superfluous(world: World, asked: Asked) -> bool:
    """Whether it is said to somebody who has done it, or does not want to hear of it yet; as things are now."""
    about = asked.about
    done, (since, until) = world.done.get(about), world.put_off.get(about, (asked.said, asked.said))
    return (done is not None and done < asked.said) or since < asked.said < until


def asked_by(nudge: Nudge, now: datetime) -> Asked:
    return Asked(nudge.workspace, nudge.user, nudge.kind, nudge.subject, nudge.at, nudge.until, now)


def reminder_of(tx: Tx, key: str) -> tuple[datetime, datetime] | None:
    """For what is said in a channel before a meeting: when it was to be said at the latest, and when the meeting begins."""
    room, _, rest = key.partition("/")
    if room != "presence" or rest.count("/") != 2:
        return None
    meeting_id, kind, _ = rest.split("/")
    before = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
    meeting = tx.sql.get(Meeting, meeting_id)
    if meeting is None or kind not in before:
        return None
    local = meeting.starts_at.astimezone(ZoneInfo(ZONE))
    # A day before at 15:00 is 15:00 on the wall, also in the night in which summer time begins.
    at = (local - before[kind]) if kind != "hour" else (meeting.starts_at - before[kind])
    return at.astimezone(UTC), meeting.starts_at


def is_private_reminder(key: str) -> bool:
    """Of the private messages, those that are not part of a session or of a choice that runs."""
    return key.startswith("letter/")
