"""People of the workspace: their profile by Slack's users.info, and the refresh of their Home tab."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot import events
from bot.delivery import outbox
from bot.events import HomeOutdated
from bot.groups import queries, rules
from bot.groups.records import Person
from bot.slack import installation
from bot.slack.requests import UserLocale
from bot.slack.user_cache import TOPIC as USER_LOCALES
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import default_language, reader_language


class People:
    """The dispatcher's way to the people table."""

    def known(self, tx: Tx, user: str) -> UserLocale | None:
        """Also a person of whom Slack has not told yet, when a choice or a group decides the language."""
        found = queries.known_person(tx, user)
        if found is None or (found.locale is None and not (found.chose_language or found.group_language)):
            return None
        return _locale_of(found)

    def ask(self, tx: Tx, user: str) -> None:
        """Nothing is asked twice while a call waits. Who was not told of is asked about at the next contact."""
        if not outbox.is_call_waiting(tx, "users.info", user):
            ask_profile(tx, user)


def _locale_of(person: Person) -> UserLocale:
    return UserLocale(language_of(person), person.zone, person.zone_known)


def language_of(person: Person) -> str:
    """The language of a person's private messages."""
    return reader_language(
        chosen=person.language if person.chose_language else None,
        group=person.group_language,
        locale=person.locale,
        zone=person.zone if person.zone_known else None,
        default=default_language(),
    )


def ensure_person(tx: Tx, user: str) -> Person:
    """A person's row. A person whom the bot has not met gets the defaults, and users.info is called."""
    found = queries.known_person(tx, user)
    if found is None and tx.read_only:
        return _unmet(tx.workspace, user)
    if found is None:
        found = store_profile(tx, user, {})
        ask_profile(tx, user)
    return found


def ask_profile(tx: Tx, user: str, *, background: bool = False) -> None:
    """Calls users.info after this transaction. The answer is stored by `membership.on_profile`."""
    arguments = {"user": user, "include_locale": True}
    outbox.call_api(tx, "users.info", arguments, answer="groups.profile", subject=user, background=background)


def person_or_default(tx: Tx, user: str) -> Person:
    """A person's row, or one with the defaults that is not stored, if the bot has not met the person."""
    return queries.known_person(tx, user) or _unmet(tx.workspace, user)


def store_profile(tx: Tx, user: str, profile: dict[str, Any]) -> Person:
    """Stores a profile of users.info. The person's own choices here are kept."""
    found = queries.known_person(tx, user)
    if found is None:
        found = _unmet(tx.workspace, user)
        tx.sql.add(found)
    if profile:
        before = _cached(found)
        found.zone = rules.known_zone(profile.get("tz"))
        found.zone_known = found.zone == profile.get("tz")
        found.name = rules.display_name(profile)
        found.is_bot = bool(profile.get("is_bot"))
        found.guest = rules.guest_of(profile, tx.workspace.team_id, installation.enterprise_id(tx))
        # Slack tells no locale of people of other organisations: https://docs.slack.dev/apis/slack-connect
        found.locale = str(profile.get("locale") or found.locale or "")[:20]
        # Most profiles tell nothing new, and without the cache each click begins with a read.
        if _cached(found) != before:
            drop_cached_locales(tx)
    tx.sql.flush()
    return found


def _cached(person: Person) -> tuple[str | None, str, bool]:
    """Those parts of a profile that the locale cache keeps."""
    return person.locale, person.zone, person.zone_known


def choose_attendance_years(tx: Tx, user: str, years: int) -> None:
    """Stores for how many years a person wants their attendance at sessions kept."""
    ensure_person(tx, user).attendance_years = years


def _unmet(workspace: Workspace, user: str) -> Person:
    # The defaults of the columns, given here because a read-only transaction stores no row.
    return Person(
        user=user,
        language=default_language(),
        zone=rules.DEFAULT_ZONE,
        zone_known=False,
        chose_language=False,
        is_bot=False,
        opened_home=False,
        nudges=True,
        session_nudges=True,
        from_hour=9,
        to_hour=17,
        days="12345",
        **belonging_to(workspace),
    )


def drop_cached_locales(tx: Tx) -> None:
    """Makes every process drop its cache of languages and zones: one of them has changed, or a group's members."""
    tx.wake(USER_LOCALES)
    # The language of their group was read with these people.
    for found in list(tx.sql.identity_map.values()):
        if isinstance(found, Person):
            tx.sql.expire(found, ["group_language"])


def today_of(tx: Tx, user: str) -> date:
    """The date of today in a person's own time zone."""
    return tx.now.astimezone(ZoneInfo(person_or_default(tx, user).zone)).date()


def refresh_home(tx: Tx, user: str) -> None:
    """Publishes that a person's Home tab is outdated. Nothing follows for people who never opened it."""
    if queries.has_opened_home(tx, user):
        events.publish(tx, HomeOutdated(user))
