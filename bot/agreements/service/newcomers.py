"""Newcomers: the other members are told of somebody new before their first meeting, and may ask to talk first.

Only a number reaches the group's owner: it is easy for one person to say that a group is not ready, when nobody sees who.
"""

from datetime import timedelta

from sqlalchemy import delete

from bot.agreements import queries, views
from bot.agreements.records import TalkFirst
from bot.events import NewcomerAnnounced
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Refused, Texts

# The question to the members, and the number to the group's owner.
NEWCOMER, TALK_FIRST = "group.newcomer", "group.talk_first"
# A newcomer has met the group long before this, or the letters about them are gone.
NEW_FOR = timedelta(days=60)


def on_newcomer_announced(tx: Tx, event: NewcomerAnnounced) -> None:
    """Asks every other member in private whether they would rather talk first."""
    group = groups.group_by_id(tx, event.group_id)
    if not _is_member(tx, group, event.user):
        return
    for found in groups.participants_of(tx, group):
        if found.user != event.user:
            about = {"newcomer": event.user}
            subject = _subject(group, event.user)
            nudges.plan_nudge(tx, found.user, NEWCOMER, subject, tx.now, group=group.id, data=about)


def compose_newcomer(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    group, newcomer = groups.group_by_id(tx, nudge.group_id), str(nudge.data["newcomer"])
    if not _is_member(tx, group, newcomer):
        return None
    told = _owner(tx, group, newcomer)
    return DigestItem(*views.ask_about_newcomer(t, group.id, group.channel, newcomer, told, nudge.user))


def talk_first(tx: Tx, group_id: str, user: str, newcomer: str) -> str:
    """A member would rather talk first. Twice is as good as once. Returns the words that say so."""
    group = groups.group_for(tx, group_id, user)
    groups.lock_group(tx, group)
    if user == newcomer or not _is_member(tx, group, newcomer):
        raise Refused(lambda t: t("This person is not in the group any more, so nothing was passed on."))
    told = _owner(tx, group, newcomer)
    if queries.talk_first_row(tx, group, newcomer, user) is None:
        row = TalkFirst(
            group_id=group.id, newcomer=newcomer, user=user, at=tx.now, **belonging_to(group.workspace)
        )
        tx.sql.add(row)
        tx.sql.flush()
        if nudges.nudge_planned_at(tx, told, TALK_FIRST, _subject(group, newcomer)) is None:
            about = {"newcomer": newcomer}
            subject = _subject(group, newcomer)
            nudges.plan_nudge(tx, told, TALK_FIRST, subject, tx.now, group=group.id, data=about)
    text = views.talk_first_noted(groups.texts_of(tx, user), group.channel, newcomer, told, user)
    nudges.mark_answered(tx, user, NEWCOMER, _subject(group, newcomer), DigestItem(text))
    return text


def compose_talk_first(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """To the group's owner: how many would rather talk first."""
    group, newcomer = groups.group_by_id(tx, nudge.group_id), str(nudge.data["newcomer"])
    number = queries.talk_first_count(tx, group, newcomer)
    if not number or not _is_member(tx, group, newcomer):
        return None
    return DigestItem(views.how_many_talk_first(t, group.channel, newcomer, number))


def close_questions(tx: Tx, group: Group) -> None:
    """The group has met: nobody is asked about its newcomers any more."""
    members = groups.members(tx, group)
    since = tx.now - NEW_FOR
    new = {
        _subject(group, one.user): one.user
        for one in members
        if one.announced_at and one.announced_at >= since
    }
    for subject in new:
        nudges.cancel_nudges(tx, subject)
    for user in [one.user for one in members] if new else ():
        for subject in new.keys() & nudges.asked_subjects(tx, user, NEWCOMER):
            text = views.newcomer_has_met(groups.texts_of(tx, user), group.channel, new[subject])
            nudges.mark_answered(tx, user, NEWCOMER, subject, DigestItem(text))
    tx.sql.execute(delete(TalkFirst).where(TalkFirst.group_id == group.id))


def forget_newcomer(tx: Tx, group: Group, user: str) -> None:
    """Somebody left: what was asked and said about them goes."""
    nudges.cancel_nudges(tx, _subject(group, user))
    about_them = (TalkFirst.group_id == group.id, TalkFirst.newcomer == user)
    tx.sql.execute(delete(TalkFirst).where(*about_them))


def _is_member(tx: Tx, group: Group, user: str) -> bool:
    found = groups.member(tx, group, user)
    return found is not None and found.left_at is None


def _owner(tx: Tx, group: Group, newcomer: str) -> str:
    """The group's owner; the longest member when the owner is new themselves."""
    owner = groups.group_owner(tx, group)
    if owner != newcomer:
        return owner
    others = [found.user for found in groups.participants_of(tx, group) if found.user != newcomer]
    return others[0] if others else owner


def _subject(group: Group, newcomer: str) -> str:
    return f"{group.id}/{newcomer}"
