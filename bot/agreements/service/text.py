"""The text of the agreements, and who agrees with it."""

from typing import Any

from sqlalchemy import func, select

from bot.agreements import views
from bot.agreements.records import Agreed, Agreements
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.slack.blocks import Block
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, Texts

FIRST = 1


def current_text(tx: Tx, group: Group) -> tuple[int, str]:
    """The version that counts now, and its text."""
    own = _own(tx, group)
    return (own.version, own.text) if own else (FIRST, views.first_text(groups.texts_in(group)))


def has_agreed(tx: Tx, group: Group, user: str) -> bool:
    """Whether somebody agrees with the agreements as they are now."""
    row = _row(tx, group, user)
    return row is not None and row.version == current_text(tx, group)[0]


def may_hand_in(tx: Tx, group: Group, user: str) -> bool:
    """Nobody hands in a case without the agreements, except in a group that tries it once first."""
    return bool(group.trial) or has_agreed(tx, group, user)


def agree(tx: Tx, workspace: Workspace, group_id: str, user: str, version: int) -> Group:
    """Somebody agrees. Twice is as good as once. Raises Refused when the text has changed since they read it."""
    group = groups.group_for(tx, workspace, group_id, user)
    if version != current_text(tx, group)[0]:
        raise Refused(
            lambda t: t(
                "The agreements have just been changed. Read them once more with /intervisie agreements; nothing that you wrote is lost."
            )
        )
    _agree(tx, group, user, version)
    groups.refresh_home(tx, workspace, user)
    return group


def change(tx: Tx, workspace: Workspace, group_id: str, user: str, version: int, text: str) -> Group:
    """Another text: everybody is asked again, once, in the channel. Raises Refused when somebody else was faster."""
    group = groups.group_for(tx, workspace, group_id, user)
    # Locked, so that of two people who change it at once the second one hears so.
    tx.sql.execute(select(Group.id).where(Group.id == group.id).with_for_update())
    number, before = current_text(tx, group)
    if not text:
        raise Refused(lambda t: t("Write down what you agree on; one sentence is enough."), "text")
    if text == before:
        return group
    if version != number:
        raise Refused(
            lambda t: t(
                "Somebody else has changed the agreements while you were writing. Copy your text, and look at theirs with "
                "/intervisie agreements."
            ),
            "text",
        )
    own = _own(tx, group)
    if own is None:
        own = Agreements(group_id=group.id, **belonging_to(workspace))
        tx.sql.add(own)
    own.version, own.text, own.changed_by, own.changed_at = number + 1, text, user, tx.now
    tx.sql.flush()
    _agree(tx, group, user, own.version)
    for member in groups.members(tx, group):
        groups.refresh_home(tx, workspace, member.user)
    if not group.trial:
        message = views.changed(groups.texts_in(group), group.id, user)
        key = f"agreements/{group.id}/{own.version}"
        outbox.post(tx, workspace, group.channel, message, key=key)
    return group


def agreements_page(
    tx: Tx,
    t: Texts,
    group: Group,
    user: str,
    *,
    callback_id: str | None = None,
    meta: Any = None,
    opening: str | None = None,
) -> Block:
    """The agreements as one member sees them; with another form's id and reference they are a step on the way to it."""
    version, text = current_text(tx, group)
    shown = views.Shown(
        group.id,
        group.channel,
        version,
        text,
        mine=has_agreed(tx, group, user),
        agreed=_count(tx, group, version),
        members=len(groups.members(tx, group)),
        trying=bool(group.trial),
    )
    return views.page(t, shown, callback_id=callback_id, meta=meta, opening=opening)


def _count(tx: Tx, group: Group, version: int) -> int:
    counted = (
        select(func.count())
        .select_from(Agreed)
        .join(Member, (Member.group_id == Agreed.group_id) & (Member.user == Agreed.user))
        .where(Agreed.group_id == group.id, Agreed.version == version, Member.left_at.is_(None))
    )
    return int(tx.sql.scalar(counted) or 0)


def _agree(tx: Tx, group: Group, user: str, version: int) -> None:
    row = _row(tx, group, user)
    if row is None:
        row = Agreed(group_id=group.id, user=user, version=0, at=tx.now, **belonging_to(group.workspace))
        tx.sql.add(row)
    if row.version != version:
        row.version, row.at = version, tx.now
    tx.sql.flush()


def _own(tx: Tx, group: Group) -> Agreements | None:
    return tx.sql.get(Agreements, group.id)


def _row(tx: Tx, group: Group, user: str) -> Agreed | None:
    return tx.sql.scalars(
        select(Agreed).where(Agreed.group_id == group.id, Agreed.user == user)
    ).one_or_none()
