"""Language: in which one the bot speaks to a group, and to a person in private."""

from bot.groups.records import Group, Person
from bot.groups.service import people
from bot.storage import Tx
from bot.texts import LANGUAGES, Texts, for_language


def texts_in(group: Group) -> Texts:
    """The texts in the language of a group's channel."""
    return for_language(group.language)


def texts_of(tx: Tx, user: str) -> Texts:
    """The texts in a person's own language, for private messages."""
    return for_language(people.ensure_person(tx, user).language)


def choose_language(tx: Tx, person: Person, language: str) -> None:
    """A person's own choice of language; Slack's locale does not overrule it. An unknown language changes nothing."""
    if language in LANGUAGES:
        person.language, person.chose_language = language, True
        people.drop_cached_locales(tx)


def adopt_group_language(tx: Tx, group: Group, user: str) -> None:
    """Gives people of another organisation the group's language: Slack tells no locale of them."""
    found = people.ensure_person(tx, user)
    if found.guest == "stranger" and not found.chose_language:
        found.language = group.language
        people.drop_cached_locales(tx)
