"""A group's settings in words."""

from babel.dates import get_day_names

from bot.groups import rules
from bot.groups.records import Group
from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.slack import blocks
from bot.slack.blocks import Block
from bot.texts import Texts, channel, day_in, escape, list_of, name_of

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}


def group_name(group: Group) -> str:
    """The group's own name, or else its channel."""
    return escape(group.name) if group.name else channel(group.channel)


def meets(t: Texts, where: Meets) -> str:
    return {
        Meets.ROOM: t("together in one room"),
        Meets.VIDEO: t("by video or huddle"),
        Meets.THREAD: t("in writing, in the thread"),
    }[where]


def _meets_sentence(t: Texts, where: Meets | None) -> str:
    if where is None:
        return t("How you meet I'll ask when the next session begins.")
    return t("You meet {where}.", where=meets(t, where))


def ways_of_meeting(t: Texts) -> list[Block]:
    """The choices of a form."""
    return [
        blocks.option(t("Together in one room"), Meets.ROOM),
        blocks.option(t("By video or huddle"), Meets.VIDEO),
        blocks.option(t("In writing, in the thread"), Meets.THREAD),
    ]


def keeping(t: Texts, days: int | None) -> str:
    """A choice of retention, in words."""
    if days is None:
        return t("Never deleted")
    return {92: t("Three months"), 365: t("One year"), 730: t("Two years")}.get(
        days, t.n("{n} day", "{n} days", days)
    )


def days_in_words(t: Texts, days: str) -> str:
    """Days of the week in words: "maandag tot en met vrijdag", or a list when they do not follow each other."""
    names = get_day_names("wide", locale="nl" if t.language == "nl" else "en")
    numbers = [int(day) for day in days]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return t("{first} to {last}", first=names[numbers[0] - 1], last=names[numbers[-1] - 1])
    return list_of(t, [names[number - 1] for number in numbers])


def method_name(t: Texts, key: str) -> str:
    try:
        return catalogue.method(key).name(t.language)
    except catalogue.UnknownMethod:
        return key


def leading(t: Texts, group: Group) -> str:
    if group.facilitation == "fixed" and group.facilitator in group.leaders:
        leader = name_of(t, str(group.facilitator))
        return t.n(
            "{user} leads you {n} time, and brings in nothing of their own. After that you lead in turn.",
            "{user} leads you {n} times, and brings in nothing of their own. After that you lead in turn.",
            group.leader_sessions,
            user=leader,
        )
    return _who_leads(t, group)


def _who_leads(t: Texts, group: Group) -> str:
    return {
        "fixed": t("{user} leads the sessions.", user=name_of(t, group.facilitator or group.set_up_by)),
        "rotating": t("You lead in turn."),
        "claim": t("Whoever starts a session leads it."),
    }[group.facilitation]


def retention_sentence(t: Texts, group: Group) -> str:
    """The group's retention of texts, in sentences: also a shorter one that begins later."""
    if group.retention_changes_at is None:
        return _retention(t, group)
    soon = t(
        "From {day} on it is {time}.",
        day=day_in(group.retention_changes_at, group.zone, t),
        time=retention_words(t, group.next_retention_days),
    )
    return f"{_retention(t, group)} {soon}"


def _retention(t: Texts, group: Group) -> str:
    if not group.thread_empties:
        return _term(t, group)
    night = t(
        "The night after a session my messages with your words go from its thread; what you typed there stays."
    )
    return f"{_term(t, group)} {night}"


def _term(t: Texts, group: Group) -> str:
    if group.retention_days is None:
        return t("I keep texts until somebody here decides otherwise.")
    return (
        t(
            "After {time} I delete the texts of cases and sessions, and my own messages with them; what you type in Slack stays there.",
            time=_in_a_sentence(keeping(t, group.retention_days)),
        )
        if not group.messages_stay
        else t(
            "After {time} I delete the texts of cases and sessions; what stands in Slack stays there.",
            time=_in_a_sentence(keeping(t, group.retention_days)),
        )
    )


def retention_words(t: Texts, days: int | None) -> str:
    """A choice of retention, for use within a sentence."""
    return t("without an end") if days is None else _in_a_sentence(keeping(t, days))


def _in_a_sentence(words: str) -> str:
    return words[:1].lower() + words[1:]


def settings(t: Texts, group: Group) -> dict[str, str]:
    """The settings of every theme, in words."""
    usual = t("Usual method: {method}.", method=method_name(t, group.method))
    pace = (
        t("Phases follow each other by themselves.")
        if group.auto_advance
        else t("Phases wait for the facilitator.")
    )
    seen = (
        t("I see who has spoken in the thread, never what.")
        if group.reads_thread
        else t("I don't look at who speaks in the thread.")
    )
    return {
        "basics": t(
            "{meets} With {maximum} people at most. With fewer than {minimum} I'll ask the facilitator what to do.",
            meets=_meets_sentence(t, group.way_of_meeting),
            minimum=group.minimum,
            maximum=group.maximum,
        ),
        "leading": f"{leading(t, group)} {usual} {pace} {seen}",
        "hours": t(
            "I write in the channel on {days}, from {start} to {end}, in the zone {zone}.",
            days=days_in_words(t, group.days),
            start=f"{group.from_hour}:00",
            end=f"{group.to_hour}:00",
            zone=group.zone,
        ),
        "keeping": retention_sentence(t, group),
    }


def good_size(t: Texts, group: Group) -> str:
    """The size that does a group good, by its own largest number, as a sentence."""
    if group.maximum <= rules.MIN_GOOD_SIZE:
        return t("4 people works best.")
    return t("4 to {maximum} people works best.", maximum=group.maximum)


def advice(t: Texts, group: Group, members: int, *, is_filling: bool = False) -> list[str]:
    """Advice about the group's size, minimum and hierarchy. It never blocks anything.

    `is_filling`: the group has just begun, so that it is small says nothing yet.
    """
    found = []
    size = rules.size_of(members, group.maximum)
    if size == "small" and not is_filling:
        found.append(
            t(
                "With so few people you hear fewer sides of a case, and when one is ill it's off. {size}",
                size=good_size(t, group),
            )
        )
    if size == "large":
        found.append(
            t(
                "With more than {maximum} people not everybody gets a turn. {size} Two groups is a good way too.",
                maximum=group.maximum,
                size=good_size(t, group),
            )
        )
    if members < group.minimum and not is_filling:
        found.append(
            t(
                "You meet with at least {minimum}, and the group is smaller than that: before every meeting I'll ask the facilitator what to do. Ask somebody else to join, or choose a lower number.",
                minimum=group.minimum,
            )
        )
    if group.hierarchy:
        found.append(
            t(
                "Somebody here decides about another's work. Then people show less of what they find hard. Talk about it before "
                "the first case, or let that person join another group."
            )
        )
    return found
