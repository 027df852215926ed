"""Snoozing a digest until later, and muting its topics."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.groups import service as groups
from bot.nudges import queries, rules, views
from bot.nudges.records import Digest
from bot.nudges.service import availability, planning
from bot.storage import Tx
from bot.texts import Refused


def own_digest(tx: Tx, letter_id: str, user: str, *, lock: bool = False) -> Digest:
    """A digest of this person. Raises Refused for anyone else, and for one that is no longer kept."""
    found = queries.digest_of(tx, letter_id, user, lock=lock)
    if found is None:
        raise Refused(
            lambda t: t("This message is too old for that. What is open now stands on my Home tab.")
        )
    return found


def snooze_by(tx: Tx, letter_id: str, user: str, days: int) -> str:
    """Snoozes the open items of a digest, by so many days."""
    if days not in rules.LATER:
        raise Refused(lambda t: t("Choose a day that is still to come."), "day")
    return snooze_until(
        tx,
        letter_id,
        user,
        (groups.today_of(tx, user) + timedelta(days=days)).isoformat(),
    )


def snooze_until(tx: Tx, letter_id: str, user: str, chosen: str | None) -> str:
    """Snoozes the open items of a digest until a day (YYYY-MM-DD); returns the note about when they come back.

    Raises Refused at the field for an impossible day.
    """
    letter = own_digest(tx, letter_id, user, lock=True)
    today = groups.today_of(tx, user)
    day = date.fromisoformat(chosen) if chosen else today
    if day <= today:
        raise Refused(lambda t: t("Choose a day that is still to come."), "day")
    if day > today + rules.LATER_AT_MOST:
        raise Refused(lambda t: t("That is more than a year away. Choose a nearer day."), "day")
    hours = groups.ensure_person(tx, user).working_hours
    comes: list[date | None] = []
    for part in letter.parts:
        if part["answered"]:
            continue
        ends = planning.nudge_time(part["until"]) if part["until"] else None
        at = rules.postponed_to(day, ends, hours, tx.now)
        comes.append(at.astimezone(ZoneInfo(hours.zone)).date() if at else None)
        if at is None:
            planning.cancel_nudge(tx, user, part["kind"], part["subject"])
            continue
        planning.plan_nudge(
            tx,
            user,
            part["kind"],
            part["subject"],
            at,
            group=part["group"],
            until=ends,
            # The composer can tell a snoozed nudge from an ignored one.
            data={**part["data"], "later": True},
        )
    if not comes:
        return ""
    letter.note = views.put_off(groups.texts_of(tx, user), day, comes)
    planning.update_digest(tx, letter)
    return letter.note


def stop_topic(tx: Tx, user: str, topic: str) -> None:
    """Mutes a topic; "all" turns off every message outside a session."""
    if topic == rules.ALL:
        groups.ensure_person(tx, user).nudges = False
    elif topic in rules.TOPICS:
        availability.mute_topics(tx, user, queries.muted_topics(tx, user) | {topic})
    else:
        raise Refused(lambda t: t("Choose what I shall not write about."), "topic")
    groups.refresh_home(tx, user)


def resume_topic(tx: Tx, user: str, topic: str) -> None:
    """Unmutes a topic, or with "all" turns messages on again."""
    person = groups.ensure_person(tx, user)
    if topic == rules.ALL:
        person.nudges = True
    else:
        availability.mute_topics(tx, user, queries.muted_topics(tx, user) - {topic})
    planning.wake_digest(tx, user, tx.now)
    groups.refresh_home(tx, user)
