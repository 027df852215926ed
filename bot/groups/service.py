"""Use cases about groups and people; every room above looks them up here."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot import logs
from bot.delivery import outbox
from bot.delivery.errors import Failure
from bot.delivery.message import Answer
from bot.groups import rules, views
from bot.groups.records import Group, Member, Person
from bot.slack.calls import Reader
from bot.slack.readers import TOPIC as READERS
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import DEFAULT_LANGUAGE, Refused, Texts, for_language, language_of_locale
from bot.timing import due

# Somebody deleted the message that was to be edited, or the Home tab has changed meanwhile: there is nothing to mend.
LOST_BY_ITSELF = {"message_not_found", "hash_conflict", "edit_window_closed", "user_not_in_channel"}


class NoGroup(Refused):
    """There is no group in this channel yet."""

    def __init__(self) -> None:
        super().__init__(
            lambda t: t("There is no intervisie group in this channel yet. Type /intervisie to start one.")
        )


class People:
    """What the dispatcher must know of people."""

    def known(self, tx: Tx, workspace: Workspace, user: str) -> Reader | None:
        found = _person(tx, workspace, user)
        return Reader(found.language, found.zone) if found else None

    def met(self, tx: Tx, workspace: Workspace, user: str, profile: dict[str, Any]) -> Reader:
        found = remember(tx, workspace, user, profile)
        return Reader(found.language, found.zone)


def person(tx: Tx, workspace: Workspace, user: str) -> Person:
    """How someone wants to be spoken to. Someone we have not met gets the defaults until Slack has told us more."""
    found = _person(tx, workspace, user)
    if found is None:
        found = remember(tx, workspace, user, {})
        outbox.ask(
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
        found = Person(
            user=user, language=DEFAULT_LANGUAGE, zone=rules.DEFAULT_ZONE, **belonging_to(workspace)
        )
        tx.sql.add(found)
    if profile:
        found.zone = rules.known_zone(profile.get("tz"))
        found.is_bot = bool(profile.get("is_bot"))
        if not found.chose_language:
            found.language = language_of_locale(profile.get("locale"))
        reads_differently(tx)
    tx.sql.flush()
    return found


def reads_differently(tx: Tx) -> None:
    """Somebody's language or zone has changed: what is remembered of readers no longer holds."""
    tx.wake(READERS)


def _person(tx: Tx, workspace: Workspace, user: str) -> Person | None:
    return tx.sql.scalars(select(Person).where(Person.of(workspace), Person.user == user)).one_or_none()


def texts_of(tx: Tx, workspace: Workspace, user: str) -> Texts:
    """The sentences in which someone is spoken to in private."""
    return for_language(person(tx, workspace, user).language)


def texts_in(group: Group) -> Texts:
    """The sentences in which a group is spoken to in its channel."""
    return for_language(group.language)


def group_of_channel(tx: Tx, workspace: Workspace, channel: str) -> Group:
    """The group of a channel. Raises NoGroup."""
    found = find_by_channel(tx, workspace, channel)
    if found is None:
        raise NoGroup
    return found


def find_by_channel(tx: Tx, workspace: Workspace, channel: str) -> Group | None:
    found = tx.sql.scalars(select(Group).where(Group.of(workspace), Group.channel == channel)).one_or_none()
    if found is not None:
        logs.know(group=found.id)
    return found


def group_by_id(tx: Tx, workspace: Workspace, group_id: str) -> Group:
    """A group of this workspace. Raises Refused for an id that is not one."""
    found = tx.sql.scalars(select(Group).where(Group.of(workspace), Group.id == group_id)).one_or_none()
    if found is None:
        raise Refused(lambda t: t("I can't find this group. Type /intervisie in its channel to go on."))
    logs.know(group=found.id)
    return found


def group_for(tx: Tx, workspace: Workspace, group_id: str, user: str) -> Group:
    """A group as one of its members sees it. Raises Refused for anyone else."""
    found = group_by_id(tx, workspace, group_id)
    require_member(tx, found, user)
    return found


def require_member(tx: Tx, group: Group, user: str) -> Member:
    """The active membership of someone. Raises Refused when there is none."""
    found = member(tx, group, user)
    if found is None or found.left_at is not None:
        raise not_a_member()
    return found


def not_a_member() -> Refused:
    return Refused(
        lambda t: t("This is for the members of the group. Join its channel first, then you can take part.")
    )


def member(tx: Tx, group: Group, user: str) -> Member | None:
    return tx.sql.scalars(
        select(Member).where(Member.group_id == group.id, Member.user == user)
    ).one_or_none()


def members(tx: Tx, group: Group) -> list[Member]:
    """Who is in the group now, in a fixed order."""
    return list(
        tx.sql.scalars(
            select(Member)
            .where(Member.group_id == group.id, Member.left_at.is_(None))
            .order_by(Member.since, Member.user)
        )
    )


def groups_of(tx: Tx, workspace: Workspace, user: str) -> list[Group]:
    """The groups that someone is in, the oldest first."""
    return list(
        tx.sql.scalars(
            select(Group)
            .join(Member, Member.group_id == Group.id)
            .where(Group.of(workspace), Member.user == user, Member.left_at.is_(None))
            .order_by(Group.created_at, Group.id)
        )
    )


def next_facilitator(tx: Tx, group: Group, starter: str) -> str:
    """Who leads the next session: the fixed one, the one whose turn it is, or whoever starts it."""
    present = {item.user: item.facilitated for item in members(tx, group)}
    if group.facilitation == "fixed" and group.facilitator in present:
        return str(group.facilitator)
    if group.facilitation == "rotating" and present:
        return rules.fewest_turns(present)
    return starter


def has_facilitated(tx: Tx, group: Group, user: str) -> None:
    """Counts a session that someone has led, so that turns go round."""
    found = member(tx, group, user)
    if found is not None:
        found.facilitated += 1


def is_late(known: Group | Member, told_at: datetime | None) -> bool:
    """Whether something newer is known already; if not, this is the newest. Only Slack's own times are compared."""
    if told_at is None:
        return False
    if known.told_at is not None and told_at < known.told_at:
        return True
    known.told_at = told_at
    return False


def join(tx: Tx, group: Group, user: str, told_at: datetime | None = None) -> None:
    """Someone is in the channel: from now on a member. `told_at`: when it happened, if an event says so."""
    found = member(tx, group, user)
    if found is not None and is_late(found, told_at):
        return
    if found is None:
        tx.sql.add(_member(group, user, tx.now, told_at))
    elif found.left_at is not None:
        found.left_at, found.since = None, tx.now
    else:
        return
    tx.sql.flush()
    person(tx, group.workspace, user)
    refresh_home(tx, group.workspace, user)


def _member(group: Group, user: str, since: datetime, told_at: datetime | None) -> Member:
    return Member(group_id=group.id, user=user, since=since, told_at=told_at, **belonging_to(group.workspace))


def leave(tx: Tx, group: Group, user: str, told_at: datetime | None = None) -> None:
    """Someone has left the channel; the rooms above are told. `told_at`: when it happened, if an event says so."""
    found = member(tx, group, user)
    if found is None and told_at is not None:
        # That they came may still be told: by then they have gone.
        gone = _member(group, user, tx.now, told_at)
        gone.left_at = tx.now
        tx.sql.add(gone)
    if found is None or is_late(found, told_at) or found.left_at is not None:
        return
    found.left_at = tx.now
    due.schedule(
        tx, group.workspace, "member.left", f"{group.id}/{user}", tx.now, {"group": group.id, "user": user}
    )
    refresh_home(tx, group.workspace, user)


def channel_gone(tx: Tx, group: Group, reason: str) -> None:
    """The channel cannot be reached ("archived", "not_in_channel"); the rooms above are told once."""
    if group.unreachable is None:
        group.unreachable = reason
        due.schedule(
            tx, group.workspace, "channel.gone", group.id, tx.now, {"group": group.id, "reason": reason}
        )


def channel_back(tx: Tx, group: Group) -> None:
    """The channel can be reached again: the bot was invited, or it was unarchived."""
    group.unreachable = None
    ask_for_members(tx, group)


def ask_for_members(tx: Tx, group: Group) -> None:
    """Asks Slack who is in the channel; `members_told` gets the answer."""
    outbox.ask(
        tx,
        group.workspace,
        "conversations.members",
        {"channel": group.channel, "limit": 200},
        answer="groups.members",
        subject=group.id,
    )


def members_told(tx: Tx, workspace: Workspace, answer: Answer) -> None:
    """Makes the group's members the people who are in the channel."""
    group = group_by_id(tx, workspace, answer.subject)
    if answer.error:
        if answer.error in ("not_in_channel", "channel_not_found", "is_archived"):
            channel_gone(tx, group, "archived" if answer.error == "is_archived" else "not_in_channel")
        return
    present = [str(user) for user in answer.data["members"]]
    for user in present:
        join(tx, group, user)
    for gone in members(tx, group):
        if gone.user not in present or person(tx, workspace, gone.user).is_bot:
            leave(tx, group, gone.user)


def profile_told(tx: Tx, workspace: Workspace, answer: Answer) -> None:
    """Writes down how someone reads; a bot in the channel is no member."""
    if answer.error:
        return
    found = remember(tx, workspace, answer.subject, answer.data["user"])
    if found.is_bot:
        for group in groups_of(tx, workspace, found.user):
            leave(tx, group, found.user)


def undeliverable(tx: Tx, failure: Failure) -> None:
    """A message to a channel will not arrive: whoever set the group up, who can mend it or knows who can, hears so once.

    A private message that fails has nobody else to be told to; it is kept as failed, where the doctor and the metrics
    show it.
    """
    if failure.channel is None:
        return
    group = find_by_channel(tx, failure.workspace, failure.channel)
    if group is None:
        return
    if failure.code in ("is_archived", "channel_not_found", "not_in_channel"):
        channel_gone(tx, group, "archived" if failure.code == "is_archived" else "not_in_channel")
    elif failure.code not in LOST_BY_ITSELF:
        theirs = texts_of(tx, failure.workspace, group.set_up_by)
        message = views.not_delivered(theirs, group.channel, failure.meaning, failure.code)
        key = f"group/{group.id}/not_delivered/{failure.code}"
        outbox.direct(tx, failure.workspace, group.set_up_by, message, key=key)


def refresh_home(tx: Tx, workspace: Workspace, user: str) -> None:
    """Something that a person's Home tab shows has changed. For whoever has never opened it nothing follows."""
    seen = tx.sql.scalar(select(Person.opened_home).where(Person.of(workspace), Person.user == user))
    if seen:
        due.schedule(tx, workspace, "home.refresh", user, tx.now)


ANSWERS = {"groups.members": members_told, "groups.profile": profile_told}
