"""Queries of nudges, digests, do-not-disturb and muted topics. They only read."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from bot.groups import service as groups
from bot.nudges import rules
from bot.nudges.records import Digest, DoNotDisturb, MutedTopic, Nudge
from bot.storage import Tx, Workspace, statement

# Nudges


def nudge_of(tx: Tx, user: str, kind: str, subject: str) -> Nudge | None:
    """The waiting nudge of a kind and subject, to this person."""
    return tx.scalars(_nudge(tx.workspace, user, kind, subject)).one_or_none()


@statement
def _nudge(workspace: Workspace, user: str, kind: str, subject: str) -> Select[Nudge]:
    return select(Nudge).where(
        Nudge.of(workspace), Nudge.user == user, Nudge.kind == kind, Nudge.subject == subject
    )


def nudge_planned_at(tx: Tx, user: str, kind: str, subject: str) -> datetime | None:
    """The moment from which a nudge may go; None when it is not planned."""
    found = nudge_of(tx, user, kind, subject)
    return found.at if found else None


def last_number(tx: Tx, user: str) -> int:
    """The highest planning number among a person's nudges; 0 when there are none."""
    return tx.scalar(_last_number(tx.workspace, user)) or 0


@statement
def _last_number(workspace: Workspace, user: str) -> Select[int]:
    return select(func.max(Nudge.number)).where(Nudge.of(workspace), Nudge.user == user)


def waiting_nudges(tx: Tx, user: str, kinds: Collection[str]) -> list[Nudge]:
    """A person's nudges of some kinds, of their groups and their invitations. Groups at rest are left out."""
    return list(tx.scalars(_waiting_nudges(tx.workspace, user, tuple(sorted(kinds)))))


@statement
def _waiting_nudges(workspace: Workspace, user: str, kinds: tuple[str, ...]) -> Select[Nudge]:
    return (
        select(Nudge)
        .where(Nudge.of(workspace), Nudge.user == user, _may_be_heard(workspace, user), Nudge.kind.in_(kinds))
        .order_by(Nudge.at, Nudge.number, Nudge.id)
    )


def _may_be_heard(workspace: Workspace, user: str) -> ColumnElement[bool]:
    """Nudges of the groups that somebody is in, and invitations to other ones."""
    invited = groups.invited_group_ids(workspace, user)
    return or_(
        Nudge.group_id.in_(groups.active_group_ids(workspace, user)),
        and_(Nudge.kind == rules.INVITATION, Nudge.group_id.in_(invited)),
    )


def first_of_other_kinds(tx: Tx, user: str, kinds: Collection[str]) -> datetime | None:
    """The moment of a person's first nudge of a kind that this version does not know."""
    return tx.scalar(_first_of_other_kinds(tx.workspace, user, tuple(sorted(kinds))))


@statement
def _first_of_other_kinds(workspace: Workspace, user: str, kinds: tuple[str, ...]) -> Select[datetime]:
    heard = groups.active_group_ids(workspace, user)
    return select(func.min(Nudge.at)).where(
        Nudge.of(workspace), Nudge.user == user, Nudge.group_id.in_(heard), Nudge.kind.not_in(kinds)
    )


def users_with_nudges(tx: Tx, group_id: str) -> list[str]:
    """The people with nudges of a group."""
    return list(tx.scalars(_users_with_nudges(tx.workspace, group_id)))


@statement
def _users_with_nudges(workspace: Workspace, group_id: str) -> Select[str]:
    mine = (Nudge.of(workspace), Nudge.group_id == group_id)
    return select(Nudge.user).where(*mine).distinct().order_by(Nudge.user)


# Digests


def digest_of(tx: Tx, digest_id: str, user: str, *, lock: bool = False) -> Digest | None:
    """A digest that this person got."""
    wanted = _digest(tx.workspace, digest_id, user)
    return tx.scalars(tx.locked(wanted) if lock else wanted).one_or_none()


@statement
def _digest(workspace: Workspace, digest_id: str, user: str) -> Select[Digest]:
    return select(Digest).where(Digest.of(workspace), Digest.id == digest_id, Digest.user == user)


def digests_of(tx: Tx, user: str) -> list[Digest]:
    """All digests of a person that are still kept, the newest first, locked."""
    return list(tx.scalars(tx.locked(_digests(tx.workspace, user))))


@statement
def _digests(workspace: Workspace, user: str) -> Select[Digest]:
    theirs = (Digest.of(workspace), Digest.user == user)
    return select(Digest).where(*theirs).order_by(Digest.sent_at.desc())


def is_question_open(tx: Tx, user: str, kind: str, subject: str) -> bool:
    """Whether a digest asks this question, and shows no answer to it yet."""
    return any(
        (part["kind"], part["subject"], part["answered"]) == (kind, subject, False)
        for digest in tx.scalars(_digests(tx.workspace, user))
        for part in digest.parts
    )


def is_in_digest(tx: Tx, user: str, kind: str, subject: str) -> bool:
    """Whether a digest has this question, answered or not."""
    return any(
        (part["kind"], part["subject"]) == (kind, subject)
        for digest in tx.scalars(_digests(tx.workspace, user))
        for part in digest.parts
    )


def digest_times(tx: Tx, user: str, since: datetime) -> list[datetime]:
    """The moments at which a person got digests."""
    return list(tx.scalars(_digest_times(tx.workspace, user, since)))


@statement
def _digest_times(workspace: Workspace, user: str, since: datetime) -> Select[datetime]:
    return select(Digest.sent_at).where(Digest.of(workspace), Digest.user == user, Digest.sent_at > since)


def workspaces_with_old_digests(tx: Tx) -> list[Workspace]:
    """The workspaces with digests that an older version has written."""
    found = tx.sql.execute(
        select(Digest.team_id, func.max(Digest.enterprise_id))
        .where(Digest.written_as < rules.WRITTEN_AS)
        .group_by(Digest.team_id)
    )
    return [Workspace(team, enterprise) for team, enterprise in found]


def old_digest_ids(tx: Tx, after: str, at_most: int) -> list[str]:
    """The next digests that an older version has written, by id."""
    old = (Digest.of(tx.workspace), Digest.written_as < rules.WRITTEN_AS, Digest.id > after)
    return list(tx.sql.scalars(select(Digest.id).where(*old).order_by(Digest.id).limit(at_most)))


def locked_digest(tx: Tx, digest_id: str) -> Digest | None:
    """A digest by its id, locked."""
    return tx.scalars(tx.locked(_digest_by_id(digest_id))).one_or_none()


@statement
def _digest_by_id(digest_id: str) -> Select[Digest]:
    return select(Digest).where(Digest.id == digest_id)


# Do not disturb, and muted topics


def do_not_disturb_of(tx: Tx, user: str) -> DoNotDisturb | None:
    """A person's own absence and Slack's do-not-disturb, as far as known."""
    return tx.scalars(_do_not_disturb(tx.workspace, user)).one_or_none()


@statement
def _do_not_disturb(workspace: Workspace, user: str) -> Select[DoNotDisturb]:
    return select(DoNotDisturb).where(DoNotDisturb.of(workspace), DoNotDisturb.user == user)


def muted_topics(tx: Tx, user: str) -> set[str]:
    """The topics that somebody has muted."""
    return set(tx.scalars(_muted_topics(tx.workspace, user)))


@statement
def _muted_topics(workspace: Workspace, user: str) -> Select[str]:
    return select(MutedTopic.topic).where(MutedTopic.of(workspace), MutedTopic.user == user)
