"""When somebody would rather not be disturbed: by their own word, and by Slack's."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from bot.delivery import outbox
from bot.delivery.message import Answer
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import rules
from bot.nudges.records import DoNotDisturb, MutedTopic
from bot.nudges.service import planning
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused

DND, STATUS = "nudges.dnd", "nudges.status"


def find_do_not_disturb(tx: Tx, workspace: Workspace, user: str) -> DoNotDisturb | None:
    return tx.sql.scalars(
        select(DoNotDisturb).where(DoNotDisturb.of(workspace), DoNotDisturb.user == user)
    ).one_or_none()


def _of(tx: Tx, workspace: Workspace, user: str) -> DoNotDisturb:
    found = find_do_not_disturb(tx, workspace, user)
    if found is None:
        found = DoNotDisturb(user=user, **belonging_to(workspace))
        tx.sql.add(found)
        tx.sql.flush()
    return found


# By their own word


def is_away(tx: Tx, workspace: Workspace, user: str) -> DoNotDisturb | None:
    """What somebody said of their absence, while it lasts."""
    found = find_do_not_disturb(tx, workspace, user)
    if found is None or back_by(found, groups.person(tx, workspace, user).zone, tx.now) == tx.now:
        return None
    return found


def back_by(found: DoNotDisturb | None, zone: str, now: datetime) -> datetime | None:
    """When an absence ends: now when there is none, None when nobody knows."""
    if found is None or not found.away:
        return now
    return max(now, rules.back_at(found.away_until, zone)) if found.away_until else None


def go_away(tx: Tx, workspace: Workspace, user: str, last_day: str) -> DoNotDisturb:
    """Somebody is away until and including a day; empty: until they say that they are back. Refused for a day that has passed."""
    today = _today(tx, workspace, user)
    if last_day and last_day < today.isoformat():
        raise Refused(lambda t: t("That day has passed. Choose the last day on which you are away."), "until")
    if last_day and date.fromisoformat(last_day) > today + rules.LATER_AT_MOST:
        raise Refused(lambda t: t("That is more than a year away. Choose a nearer day."), "until")
    found = _of(tx, workspace, user)
    found.away, found.away_until = True, last_day
    tx.sql.flush()
    # It may end sooner than what they said before.
    planning.wake_digest(tx, workspace, user, tx.now)
    groups.refresh_home(tx, workspace, user)
    return found


def come_back(tx: Tx, workspace: Workspace, user: str) -> None:
    """Somebody is back."""
    found = find_do_not_disturb(tx, workspace, user)
    if found is None or not found.away:
        return
    found.away, found.away_until = False, ""
    tx.sql.flush()
    planning.wake_digest(tx, workspace, user, tx.now)
    groups.refresh_home(tx, workspace, user)


def _today(tx: Tx, workspace: Workspace, user: str) -> date:
    return tx.now.astimezone(ZoneInfo(groups.person(tx, workspace, user).zone)).date()


# What they do not want to hear of


def muted_topics(tx: Tx, workspace: Workspace, user: str) -> set[str]:
    """The topics of which somebody does not want to hear."""
    return set(
        tx.sql.scalars(select(MutedTopic.topic).where(MutedTopic.of(workspace), MutedTopic.user == user))
    )


def mute_topic(tx: Tx, workspace: Workspace, user: str, topics: set[str]) -> None:
    """From now on somebody hears of everything but these topics."""
    mine = (MutedTopic.of(workspace), MutedTopic.user == user)
    tx.sql.execute(delete(MutedTopic).where(*mine, MutedTopic.topic.not_in(topics)))
    for topic in sorted(topics & set(rules.TOPICS) - muted_topics(tx, workspace, user)):
        tx.sql.add(MutedTopic(user=user, topic=topic, **belonging_to(workspace)))
    tx.sql.flush()


# By Slack's word


def ask_slack(tx: Tx, workspace: Workspace, user: str) -> datetime:
    """When somebody may be written to, by Slack's word; asks for it when that is old. `tx.now` is now.

    Slack may not tell, or not in time: then the letter goes without its word.
    """
    found = _of(tx, workspace, user)
    asked, told = found.asked_at, found.told_at
    answered = asked is not None and told is not None and told >= asked
    if asked is not None and tx.now - rules.FRESH < asked <= tx.now:
        if answered:
            return max(found.quiet_until or tx.now, tx.now)
        return max(asked + rules.ANSWER_DEADLINE, tx.now)
    found.asked_at, found.quiet_until = tx.now, None
    outbox.call_api(tx, workspace, "dnd.info", {"user": user}, answer=DND, subject=user)
    return tx.now + rules.ANSWER_DEADLINE


def on_dnd_info(tx: Tx, workspace: Workspace, answer: Answer) -> None:
    """Slack has said whether somebody may be disturbed; whether they are on holiday is another question."""
    found = _of(tx, workspace, answer.subject)
    found.quiet_until = None if answer.error else rules.dnd_until(answer.data, tx.now)
    outbox.call_api(
        tx, workspace, "users.info", {"user": answer.subject}, answer=STATUS, subject=answer.subject
    )


def on_status(tx: Tx, workspace: Workspace, answer: Answer) -> None:
    """Slack has said what somebody's status is; now it is known whether they may be written to."""
    found = _of(tx, workspace, answer.subject)
    if not answer.error:
        profile = (answer.data.get("user") or {}).get("profile") or {}
        holiday = rules.holiday_until(profile, tx.now)
        moments = [at for at in (found.quiet_until, holiday) if at is not None]
        found.quiet_until = max(moments, default=None)
    found.told_at = tx.now
    tx.sql.flush()
    queue.schedule_no_later_than(tx, workspace, planning.DELIVER, answer.subject, tx.now)
