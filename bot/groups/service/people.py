"""People of the workspace: how each of them reads, and what they are told of."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from bot import events
from bot.delivery import outbox
from bot.events import HomeOutdated
from bot.groups import rules
from bot.groups.records import Person
from bot.slack.requests import UserLocale
from bot.slack.user_cache import TOPIC as READERS
from bot.storage import Tx, Workspace, belonging_to, statement
from bot.texts import DEFAULT_LANGUAGE, Texts, for_language, language_of_locale


class People:
    """What the dispatcher must know of people."""

    def known(self, tx: Tx, workspace: Workspace, user: str) -> UserLocale | None:
        found = _person(tx, workspace, user)
        return UserLocale(found.language, found.zone) if found else None

    def met(self, tx: Tx, workspace: Workspace, user: str, profile: dict[str, Any]) -> UserLocale:
        found = remember(tx, workspace, user, profile)
        return UserLocale(found.language, found.zone)


def person(tx: Tx, workspace: Workspace, user: str) -> Person:
    """How someone wants to be spoken to. Someone we have not met gets the defaults until Slack has told us more."""
    found = _person(tx, workspace, user)
    if found is None and tx.only_reads:
        return _unmet(workspace, user)
    if found is None:
        found = remember(tx, workspace, user, {})
        outbox.call_api(
            tx,
            workspace,
            "users.info",
            {"user": user, "include_locale": True},
            answer="groups.profile",
            subject=user,
        )
    return found


def remember(tx: Tx, workspace: Workspace, user: str, profile: dict[str, Any]) -> Person:
    """Writes down what Slack's users.info says; what the person chose here goes before it."""
    found = _person(tx, workspace, user)
    if found is None:
        found = _unmet(workspace, user)
        tx.sql.add(found)
    if profile:
        found.zone = rules.known_zone(profile.get("tz"))
        found.is_bot = bool(profile.get("is_bot"))
        found.guest = rules.guest_of(profile, workspace.team_id, workspace.enterprise_id)
        # Of people of other organisations Slack tells no locale. Page: Understanding Slack Connect.
        if not found.chose_language and profile.get("locale"):
            found.language = language_of_locale(profile.get("locale"))
        reads_differently(tx)
    tx.sql.flush()
    return found


def _unmet(workspace: Workspace, user: str) -> Person:
    # What the table fills in when a row is stored, said here: a reading stores none.
    return Person(
        user=user,
        language=DEFAULT_LANGUAGE,
        zone=rules.DEFAULT_ZONE,
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


def reads_differently(tx: Tx) -> None:
    """Somebody's language or zone has changed: what is remembered of readers no longer holds."""
    tx.wake(READERS)


def known_person(tx: Tx, workspace: Workspace, user: str) -> Person | None:
    """Someone we have met; nothing is asked or written down."""
    return _person(tx, workspace, user)


def _person(tx: Tx, workspace: Workspace, user: str) -> Person | None:
    return tx.scalars(_of(workspace, user)).one_or_none()


@statement
def _of(workspace: Workspace, user: str) -> Select[Person]:
    return select(Person).where(Person.of(workspace), Person.user == user)


def texts_of(tx: Tx, workspace: Workspace, user: str) -> Texts:
    """The sentences in which someone is spoken to in private."""
    return for_language(person(tx, workspace, user).language)


def today_of(tx: Tx, workspace: Workspace, user: str) -> date:
    """The date of today in a person's own time zone."""
    return tx.now.astimezone(ZoneInfo(person(tx, workspace, user).zone)).date()


def refresh_home(tx: Tx, workspace: Workspace, user: str) -> None:
    """Something that a person's Home tab shows has changed. For whoever has never opened it nothing follows."""
    if tx.scalar(_opened_home(workspace, user)):
        events.publish(tx, workspace, HomeOutdated(user))


@statement
def _opened_home(workspace: Workspace, user: str) -> Select[bool]:
    return select(Person.opened_home).where(Person.of(workspace), Person.user == user)
