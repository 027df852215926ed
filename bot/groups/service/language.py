"""Language: in which one the bot speaks to a group, and to a person in private."""

from collections import Counter

from bot.groups.records import Group, Person
from bot.groups.service import people
from bot.storage import Tx
from bot.texts import LANGUAGES, InChannel, InPrivate, Texts, for_language


def texts_in(group: Group) -> Texts:
    """The texts of a group's channel: its language, its clock, and whether its members' clocks differ."""
    zones, names = frozenset((group.member_zones or "").split()), _unmistakable(group.member_names or "")
    return for_language(group.language).read_by(InChannel(group.zone, zones, names))


def _unmistakable(member_names: str) -> dict[str, str]:
    """The names by user, without those that several people have: a name in a text must say who is meant."""
    names = dict(line.split(" ", 1) for line in member_names.split("\n") if line)
    count = Counter(name.casefold() for name in names.values())
    return {user: name for user, name in names.items() if count[name.casefold()] == 1}


def texts_of(tx: Tx, user: str) -> Texts:
    """The texts of a person's private messages: their own language and clock."""
    return private_texts(people.ensure_person(tx, user))


def private_texts(person: Person) -> Texts:
    """The same for a person who is read already."""
    return for_language(people.language_of(person)).read_by(
        InPrivate(person.zone if person.zone_known else None)
    )


def choose_language(tx: Tx, person: Person, language: str) -> None:
    """A person's own choice of language; nothing overrules it. An unknown language changes nothing."""
    if language in LANGUAGES:
        person.language, person.chose_language = language, True
        people.drop_cached_locales(tx)
