"""The text of the agreements: reading it, agreeing with it, changing it."""

from typing import Any

from bot.agreements import queries, views
from bot.agreements.records import Agreed, Agreements
from bot.agreements.service import suggestion
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.slack.blocks import Block
from bot.storage import Tx, belonging_to
from bot.texts import LANGUAGES, Refused, Texts, for_language

FIRST_VERSION = 1


def current_version(tx: Tx, group: Group) -> int:
    """The number of the current text of the agreements."""
    own = queries.own_agreements(tx, group)
    return own.version if own else FIRST_VERSION


def current_text(tx: Tx, group: Group, t: Texts) -> tuple[int, str]:
    """The current version of the agreements, and its text. The first text is in the reader's language."""
    own = queries.own_agreements(tx, group)
    return (own.version, own.text) if own else (FIRST_VERSION, views.first_text(t, group.first_text))


def has_agreed(tx: Tx, group: Group, user: str) -> bool:
    """Whether somebody agrees with the current version."""
    version, agreed = queries.current_and_agreed_version(tx, group, user)
    return agreed is not None and agreed == (version or FIRST_VERSION)


def is_free_to_hand_in(tx: Tx, group: Group, user: str) -> bool:
    """Whether somebody may hand in a case: they agree with the agreements, or the group is in its trial."""
    return bool(group.trial) or has_agreed(tx, group, user)


def agree(tx: Tx, group_id: str, user: str, version: int) -> Group:
    """Records that somebody agrees. Twice is as good as once. Raises Refused when the text has changed since they read it."""
    group = groups.group_for(tx, group_id, user)
    if version != current_version(tx, group):
        raise Refused(
            lambda t: t(
                "The agreements have just been changed. Read them once more with /intervisie agreements; nothing that you wrote is lost."
            )
        )
    _agree(tx, group, user, version)
    groups.refresh_home(tx, user)
    return group


def contact_of(group: Group) -> str:
    """Whom somebody can turn to with what does not belong in the group; empty when nobody is named."""
    return group.contact or ""


def change_agreements(
    tx: Tx, group_id: str, user: str, version: int, text: str, contact: str | None = None
) -> Group:
    """Changes the text, and asks everybody in the channel to read it. Raises Refused when somebody else was faster.

    `contact`: whom somebody can turn to; nobody has to agree with that. None: the form did not ask.
    """
    group = groups.group_for(tx, group_id, user)
    # Locked: of two people who change it at once, the second is refused.
    groups.lock_group(tx, group)
    if contact is not None:
        group.contact = contact or None
        tx.sql.flush()
    own = queries.own_agreements(tx, group)
    number = current_version(tx, group)
    if not text:
        raise Refused(lambda t: t("Write down what you agree on; one sentence is enough."), "text")
    if text == own.text if own else text in _first_texts(group):
        return group
    if version != number:
        raise Refused(
            lambda t: t(
                "Somebody else has changed the agreements while you were writing. Copy your text, and look at theirs with "
                "/intervisie agreements."
            ),
            "text",
        )
    if own is None:
        own = Agreements(group_id=group.id, **belonging_to(tx.workspace))
        tx.sql.add(own)
    own.version, own.text, own.changed_by, own.changed_at = number + 1, text, user, tx.now
    # The member who changes the text has read the suggestion above it.
    group.suggestion_open = False
    tx.sql.flush()
    _agree(tx, group, user, own.version)
    for member in groups.members(tx, group):
        groups.refresh_home(tx, member.user)
    if not group.trial:
        message = views.agreements_changed(groups.texts_in(group), group.id, user)
        key = f"agreements/{group.id}/{own.version}"
        outbox.post(tx, group.channel, message, key=key)
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
    """The agreements as one member sees them. With another form's id and reference they are a step on the way to it."""
    version, text = current_text(tx, group, t)
    shown = views.Shown(
        group.id,
        group.channel,
        version,
        text,
        mine=has_agreed(tx, group, user),
        agreed=queries.agreed_count(tx, group, version),
        members=len(groups.participants_of(tx, group)),
        trying=bool(group.trial),
        contact=contact_of(group),
        suggested=tuple(suggestion.suggested_lines(group, text, t)),
    )
    return views.agreements_window(t, shown, callback_id=callback_id, meta=meta, opening=opening)


def _first_texts(group: Group) -> set[str]:
    """The first text in every language: whoever saves one of them unchanged has changed nothing."""
    return {views.first_text(for_language(language), group.first_text) for language in LANGUAGES}


def _agree(tx: Tx, group: Group, user: str, version: int) -> None:
    row = queries.agreed_row(tx, group, user)
    if row is None:
        row = Agreed(group_id=group.id, user=user, version=0, at=tx.now, **belonging_to(group.workspace))
        tx.sql.add(row)
    if row.version != version:
        row.version, row.at = version, tx.now
    tx.sql.flush()
