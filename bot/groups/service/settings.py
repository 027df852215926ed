"""Changing how a group works. Each theme is a form of its own; the card in the channel follows."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from bot import events
from bot.delivery import outbox
from bot.events import GroupPaused, GroupResumed
from bot.groups import queries, rules, views
from bot.groups.records import Group
from bot.groups.service import access, gathering, leader_request, people, retention
from bot.groups.service import language as languages
from bot.groups.service.card import card_key as card_key
from bot.groups.service.card import update_card as update_card
from bot.methods import catalogue
from bot.storage import Tx
from bot.texts import LANGUAGES, Refused

FACILITATION = ("claim", "rotating", "fixed")
# The choice of a form for a leader from outside. It is stored as "fixed": a version before reads a fixed facilitator.
OUTSIDE = views.OUTSIDE
# The choices for the smallest number of people at a meeting.
MINIMUM = range(2, 9)
# The choices for the largest number of members.
MAXIMUM = range(4, 13)


def change_basics(
    tx: Tx,
    group_id: str,
    user: str,
    *,
    name: str,
    language: str,
    meets: str,
    minimum: int,
    hierarchy: bool | None,
    maximum: int | None = None,
) -> Group:
    """Changes the group's name, language, size and way of meeting. Without a `maximum` it stays as it is."""
    group = access.group_for(tx, group_id, user)
    minimum = min(max(minimum, MINIMUM[0]), MINIMUM[-1])
    maximum = min(max(maximum or group.maximum, MAXIMUM[0]), MAXIMUM[-1])
    if maximum < minimum:
        raise Refused(lambda t: t("This can't be less than the number above."), "maximum")
    group.name, group.language = name or None, language_of(language)
    if meets == "video" and group.meets != "video" and group.first_text != rules.OLD_TEXT:
        # The first text had no sentence about meeting by video.
        group.suggestion_open = True
    group.meets, group.meets_chosen = one_of(meets, tuple(rules.Meets)), True
    if maximum != group.maximum:
        group.maximum = maximum
        gathering.update_who_joins(tx, group)
    group.minimum = minimum
    group.hierarchy = hierarchy
    people.drop_cached_locales(tx)
    update_card(tx, group)
    return group


def choose_way_of_meeting(tx: Tx, group: Group, meets: str) -> rules.Meets:
    """How a session's people meet: in the thread where nobody has said. The first choice becomes the group's own."""
    if meets not in tuple(rules.Meets):
        return group.way_of_meeting or rules.Meets.THREAD
    if group.way_of_meeting is None:
        group.meets, group.meets_chosen = meets, True
        update_card(tx, group)
    return rules.Meets(meets)


def change_leading(
    tx: Tx,
    group_id: str,
    user: str,
    *,
    facilitation: str,
    facilitator: str | None,
    choices: list[str],
    method: str | None = None,
    leader_sessions: int | None = None,
    present: Collection[str] | None = None,
) -> Group:
    """Changes who leads, by which method, and how a session goes on. Without a `method` it stays as it is.

    A leader from outside (OUTSIDE) is asked first; until they say yes the group leads as before. `present`: the people in
    the channel, where somebody looked. Without `leader_sessions` that number stays as it is.
    """
    group = access.group_for(tx, group_id, user)
    if leader_sessions is not None:
        group.leader_sessions = (
            leader_sessions if leader_sessions in rules.LEADER_SESSION_CHOICES else rules.LEADER_SESSIONS
        )
    if method is not None and method not in [known.key for known in catalogue.methods()]:
        raise Refused(lambda t: t("I don't know this method. Choose one from the list."), "method")
    if facilitation == "fixed" and not facilitator:
        raise Refused(lambda t: t("Choose who leads, or another way of leading."), "facilitator")
    if facilitation == "fixed" and facilitator not in [one.user for one in queries.members(tx, group)]:
        raise Refused(lambda t: t("Choose someone who is in the group."), "facilitator")
    group.method = method or group.method
    if facilitation == OUTSIDE:
        leader_request.ask_leader(tx, group, user, facilitator, present)
    else:
        leader_request.forget_request(tx, group)
        group.facilitation = one_of(facilitation, FACILITATION)
        group.facilitator = facilitator if group.facilitation == "fixed" else None
    group.auto_advance, group.reads_thread = "goes_on" in choices, "reads" in choices
    group.discreet = "discreet" in choices
    update_card(tx, group)
    return group


def change_hours(
    tx: Tx,
    group_id: str,
    user: str,
    *,
    zone: str,
    days: Iterable[str],
    from_hour: int,
    to_hour: int,
) -> Group:
    """Changes the working hours in which the bot may write in the channel of its own accord."""
    group = access.group_for(tx, group_id, user)
    group.zone = zone_of(zone)
    chosen = "".join(sorted(set(days) & set("1234567")))
    if not chosen:
        raise Refused(lambda t: t("Choose at least one day."), "days")
    check_hours(from_hour, to_hour)
    group.days, group.from_hour, group.to_hour = chosen, from_hour, to_hour
    retention.schedule_purge(tx, group)
    update_card(tx, group)
    return group


def change_retention(
    tx: Tx,
    group_id: str,
    user: str,
    *,
    days: int | None,
    sure: bool,
    messages_stay: bool | None = None,
    thread_empties: bool | None = None,
) -> bool:
    """Changes the retention of texts. False when it becomes shorter, which must be confirmed first, and begins in a week.

    Without `messages_stay` or `thread_empties` what happens to the bot's own messages stays as it is.
    """
    group = access.group_for(tx, group_id, user)
    queries.lock_group(tx, group)
    _require_say_in_retention(tx, group, user)
    if days not in rules.RETENTION_CHOICES:
        raise Refused(lambda t: t("Choose one from the list."), "keep")
    # Before the question about a shorter term, which asks nothing about messages.
    _change_messages(
        tx,
        group,
        user,
        stay=group.messages_stay if messages_stay is None else messages_stay,
        thread_empties=group.thread_empties if thread_empties is None else thread_empties,
    )
    if rules.is_shorter(days, group.retention_days) and not sure:
        return False
    planned = group.retention_days if group.retention_changes_at is None else group.next_retention_days
    if days != planned:
        _plan_retention(tx, group, user, days)
    retention.schedule_purge(tx, group)
    update_card(tx, group)
    return True


def _change_messages(tx: Tx, group: Group, user: str, *, stay: bool, thread_empties: bool) -> None:
    """Changes what happens to the bot's own messages with words, and tells the channel."""
    # Where they stay, a thread is not emptied either.
    thread_empties = thread_empties and not stay
    if (stay, thread_empties) != (group.messages_stay, group.thread_empties):
        group.messages_stay, group.thread_empties = stay, thread_empties
        message = views.messages_stay_changed(languages.texts_in(group), group, user)
        outbox.post(tx, group.channel, message, key=f"group/{group.id}/stay/{int(tx.now.timestamp())}")
        update_card(tx, group)


def _plan_retention(tx: Tx, group: Group, user: str, days: int | None) -> None:
    """A longer term begins at once, a shorter one in a week."""
    group.next_retention_days = group.retention_changes_at = None
    before = group.retention_days
    if rules.is_shorter(days, before):
        group.next_retention_days, group.retention_changes_at = days, tx.now + rules.BEFORE_SHORTER
    else:
        group.retention_days = days
    message = views.retention_changed(languages.texts_in(group), group, user, before, days)
    outbox.post(tx, group.channel, message, key=f"group/{group.id}/keeping/{int(tx.now.timestamp())}")


def _require_say_in_retention(tx: Tx, group: Group, user: str) -> None:
    """How long others' texts are kept is not for a guest, for somebody of another organisation or for a leader from outside."""
    person = queries.known_person(tx, user)
    if user in group.leaders or (person is not None and person.guest is not None):
        raise Refused(
            lambda t: t(
                "How long texts are kept is for the members of the group who work here. Ask one of them."
            ),
            "keep",
        )


def pause_group(tx: Tx, group_id: str, user: str) -> Group:
    """The group rests: nobody gets reminders until it goes on. Twice is as good as once."""
    group = access.group_for(tx, group_id, user)
    # Locked: of two people who press at once, the second finds it done.
    queries.lock_group(tx, group)
    if group.rests_since is None:
        group.rests_since = tx.now
        message = views.group_paused(languages.texts_in(group), group.id, user)
        outbox.post(
            tx, group.channel, message, key=_rests_key(group, tx.now), expires_at=rules.CARD_EXPIRES_AT
        )
        events.publish(tx, GroupPaused(group.id))
        _refresh_rest(tx, group)
    return group


def resume_group(tx: Tx, group_id: str, user: str) -> Group:
    """The group goes on."""
    group = access.group_for(tx, group_id, user)
    # Locked: of two people who press at once, the second finds it done.
    queries.lock_group(tx, group)
    if group.rests_since is not None:
        outbox.update(
            tx,
            _rests_key(group, group.rests_since),
            views.group_resumed(languages.texts_in(group), user),
        )
        group.rests_since, group.trial = None, ""
        events.publish(tx, GroupResumed(group.id))
        _refresh_rest(tx, group)
    return group


def _rests_key(group: Group, since: datetime) -> str:
    return f"group/{group.id}/rests/{int(since.timestamp())}"


def _refresh_rest(tx: Tx, group: Group) -> None:
    """Brings the card and the members' Home tabs up to date with the rest."""
    update_card(tx, group)
    for found in queries.members(tx, group):
        people.refresh_home(tx, found.user)


def zone_of(zone: str) -> str:
    """The time zone that somebody typed. Raises Refused at its field for one that does not exist."""
    known = _known_zones()
    if zone.strip().lower() not in known:
        raise Refused(lambda t: t("I don't know this time zone. Write it as in Europe/Amsterdam."), "zone")
    return known[zone.strip().lower()]


@cache
def _known_zones() -> dict[str, str]:
    """Every zone by its name in small letters. Python opens some six hundred files to list them."""
    return {name.lower(): name for name in available_timezones()}


def check_hours(from_hour: int, to_hour: int) -> None:
    """Raises Refused at its field for hours outside the day, or hours that leave no time."""
    for field, hour in (("from_hour", from_hour), ("to_hour", to_hour)):
        if hour not in rules.HOUR_CHOICES:
            raise Refused(lambda t: t("Choose one from the list."), field)
    if to_hour <= from_hour:
        raise Refused(lambda t: t("This must be later than the hour from which I may write."), "to_hour")


def language_of(language: str) -> str:
    return one_of(language, LANGUAGES)


def one_of(value: str, known: tuple[str, ...]) -> str:
    """A menu's value; the first known one when it is not among these."""
    return value if value in known else known[0]
