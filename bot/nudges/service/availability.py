"""Availability of a person: their own absence, muted topics, and Slack's do-not-disturb."""

from datetime import date, datetime

from sqlalchemy import delete

from bot.delivery import outbox
from bot.delivery.message import Answer
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import queries, rules
from bot.nudges.records import DoNotDisturb, MutedTopic
from bot.nudges.service import planning
from bot.storage import Tx, belonging_to
from bot.texts import Refused

DND, STATUS = "nudges.dnd", "nudges.status"


def _row_of(tx: Tx, user: str) -> DoNotDisturb:
    found = queries.do_not_disturb_of(tx, user)
    if found is None:
        found = DoNotDisturb(user=user, **belonging_to(tx.workspace))
        tx.sql.add(found)
        tx.sql.flush()
    return found


# Their own absence


def current_absence(tx: Tx, user: str) -> DoNotDisturb | None:
    """A person's own absence, while it lasts."""
    found = queries.do_not_disturb_of(tx, user)
    if found is None or back_by(found, groups.ensure_person(tx, user).zone, tx.now) == tx.now:
        return None
    return found


def back_by(found: DoNotDisturb | None, zone: str, now: datetime) -> datetime | None:
    """The end of an absence: now when there is none, None when nobody knows."""
    if found is None or not found.away:
        return now
    return max(now, rules.back_at(found.away_until, zone)) if found.away_until else None


def go_away(tx: Tx, user: str, last_day: str) -> DoNotDisturb:
    """Records an absence until and including a day; empty: until the person says that they are back.

    Raises Refused for a day that has passed.
    """
    today = groups.today_of(tx, user)
    if last_day and last_day < today.isoformat():
        raise Refused(lambda t: t("That day has passed. Choose the last day on which you are away."), "until")
    if last_day and date.fromisoformat(last_day) > today + rules.LATER_AT_MOST:
        raise Refused(lambda t: t("That is more than a year away. Choose a nearer day."), "until")
    found = _row_of(tx, user)
    found.away, found.away_until = True, last_day
    tx.sql.flush()
    # The new absence may end sooner than the one before.
    planning.wake_digest(tx, user, tx.now)
    groups.refresh_home(tx, user)
    return found


def come_back(tx: Tx, user: str) -> None:
    """Ends a person's absence."""
    found = queries.do_not_disturb_of(tx, user)
    if found is None or not found.away:
        return
    found.away, found.away_until = False, ""
    tx.sql.flush()
    planning.wake_digest(tx, user, tx.now)
    groups.refresh_home(tx, user)


# Muted topics


def mute_topics(tx: Tx, user: str, topics: set[str]) -> None:
    """Mutes exactly these topics; any other topic is heard again."""
    mine = (MutedTopic.of(tx.workspace), MutedTopic.user == user)
    tx.sql.execute(delete(MutedTopic).where(*mine, MutedTopic.topic.not_in(topics)))
    for topic in sorted(topics & set(rules.TOPICS) - queries.muted_topics(tx, user)):
        tx.sql.add(MutedTopic(user=user, topic=topic, **belonging_to(tx.workspace)))
    tx.sql.flush()


# Slack's do-not-disturb and status


def ask_slack(tx: Tx, user: str) -> datetime:
    """When a person may be contacted, by Slack's do-not-disturb and status; `tx.now` means now.

    Calls Slack when its last answer is old. Without an answer in time the digest goes anyway.
    https://docs.slack.dev/reference/methods/dnd.info
    """
    found = _row_of(tx, user)
    asked, told = found.asked_at, found.told_at
    answered = asked is not None and told is not None and told >= asked
    if asked is not None and tx.now - rules.FRESH < asked <= tx.now:
        if answered:
            return max(found.quiet_until or tx.now, tx.now)
        return max(asked + rules.ANSWER_DEADLINE, tx.now)
    found.asked_at, found.quiet_until = tx.now, None
    outbox.call_api(tx, "dnd.info", {"user": user}, answer=DND, subject=user)
    return tx.now + rules.ANSWER_DEADLINE


def on_dnd_info(tx: Tx, answer: Answer) -> None:
    """The answer of dnd.info. The status of a holiday is another call: users.info."""
    found = _row_of(tx, answer.subject)
    found.quiet_until = None if answer.error else rules.dnd_until(answer.data, tx.now)
    outbox.call_api(tx, "users.info", {"user": answer.subject}, answer=STATUS, subject=answer.subject)


def on_status(tx: Tx, answer: Answer) -> None:
    """The answer of users.info, with the status: now the digest can be decided."""
    found = _row_of(tx, answer.subject)
    if not answer.error:
        profile = (answer.data.get("user") or {}).get("profile") or {}
        holiday = rules.holiday_until(profile, tx.now)
        moments = [at for at in (found.quiet_until, holiday) if at is not None]
        found.quiet_until = max(moments, default=None)
    found.told_at = tx.now
    tx.sql.flush()
    queue.schedule_no_later_than(tx, planning.DELIVER, answer.subject, tx.now)
