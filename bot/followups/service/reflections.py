"""The private report after a session: the presenter is asked for it, the others may write one too."""

from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.message import Guarantee
from bot.followups import rules, views
from bot.followups.records import Reflection, Takeaway
from bot.followups.rules import ReflectionState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, Texts

REFLECTION = "reflection.ask"


@dataclass(frozen=True)
class Written:
    """The four answers; any of them may be empty."""

    brought_in: str
    seen: str
    doing: str
    needed: str


def on_session_over(tx: Tx, group: Group, session_id: str, presenter: str, present: list[str]) -> None:
    """Makes a place for the reflection of everyone who was there, and plans the question to the presenter."""
    known = set(tx.sql.scalars(select(Reflection.user).where(Reflection.session_id == session_id)))
    for user in sorted(set(present) - known):
        made = Reflection(
            group_id=group.id,
            session_id=session_id,
            user=user,
            is_presenter=user == presenter,
            held_at=tx.now,
            **belonging_to(group.workspace),
        )
        tx.sql.add(made)
        tx.sql.flush()
        if made.is_presenter:
            person = groups.person(tx, group.workspace, user)
            at = rules.reflection_at(tx.now, person.zone, person.from_hour, person.days)
            until = at + rules.REFLECTION_UNTIL
            nudges.plan_nudge(tx, group.workspace, user, REFLECTION, made.id, at, group=group.id, until=until)
        groups.refresh_home(tx, group.workspace, user)


def compose_reflection(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Asks for a reflection, once."""
    found = tx.sql.get(Reflection, nudge.subject)
    if found is None or found.state != ReflectionState.OPEN:
        return None
    group = groups.group_by_id(tx, found.workspace, found.group_id)
    message = views.reflection_question(t, found, group.channel, _day_of(tx, found))
    return DigestItem(message.text, message.blocks)


def _day_of(tx: Tx, reflection: Reflection) -> str:
    """The local day of its session, as YYYY-MM-DD."""
    zone = groups.person(tx, reflection.workspace, reflection.user).zone
    return reflection.held_at.astimezone(ZoneInfo(zone)).date().isoformat()


def own_reflection(tx: Tx, workspace: Workspace, reflection_id: str, user: str) -> Reflection:
    """Somebody's own reflection. Raises Refused for any other id."""
    found = tx.sql.scalars(
        select(Reflection).where(
            Reflection.of(workspace), Reflection.id == reflection_id, Reflection.user == user
        )
    ).one_or_none()
    if found is None:
        raise Refused(
            lambda t: t("I can't find this reflection among yours. Type /intervisie steps for the list.")
        )
    return found


def reflections_of(tx: Tx, workspace: Workspace, user: str, at_most: int = 10) -> list[views.Place]:
    """The last sessions that somebody took part in, with what they wrote about it; the newest first."""
    found = tx.sql.execute(
        select(Reflection, Group.channel)
        .join(Group, Group.id == Reflection.group_id)
        .where(Reflection.of(workspace), Reflection.user == user)
        .order_by(Reflection.held_at.desc(), Reflection.id)
        .limit(at_most)
    )
    return [views.Place(one, channel, _day_of(tx, one)) for one, channel in found]


def asked_for(tx: Tx, workspace: Workspace, user: str) -> list[views.Place]:
    """The reflections that somebody is asked for and has neither written nor declined."""
    since, until = tx.now - rules.REFLECTION_AFTER - rules.REFLECTION_UNTIL, tx.now - rules.REFLECTION_AFTER
    return [
        place
        for place in reflections_of(tx, workspace, user)
        if place.reflection.is_presenter
        and place.reflection.state == ReflectionState.OPEN
        and since < place.reflection.held_at <= until
    ]


def draft_of(tx: Tx, workspace: Workspace, reflection_id: str, user: str) -> views.Draft:
    """What the form begins with: what they wrote, or what they took home from the session."""
    found = own_reflection(tx, workspace, reflection_id, user)
    if found.state == ReflectionState.WRITTEN:
        return views.Draft(found, found.brought_in, found.seen, found.doing, found.needed)
    kept = tx.sql.scalars(
        select(Takeaway).where(Takeaway.session_id == found.session_id, Takeaway.user == user)
    ).one_or_none()
    return views.Draft(found, "", kept.takeaway if kept else "", kept.step if kept else "", "")


def write_reflection(
    tx: Tx, workspace: Workspace, reflection_id: str, user: str, written: Written
) -> Reflection:
    """Keeps a reflection; writing it again changes it."""
    found = own_reflection(tx, workspace, reflection_id, user)
    if not any(asdict(written).values()):
        raise Refused(lambda t: t("One of the four is enough, in a few words."), "brought_in")
    if asdict(written) != {name: getattr(found, name) for name in asdict(written)}:
        found.version += 1
    for name, text in asdict(written).items():
        setattr(found, name, text)
    found.state, found.written_at = ReflectionState.WRITTEN, tx.now
    _settled(tx, found)
    return found


def decline_reflection(tx: Tx, workspace: Workspace, reflection_id: str, user: str) -> None:
    """They would rather not; we don't ask again."""
    found = own_reflection(tx, workspace, reflection_id, user)
    if found.state == ReflectionState.OPEN:
        found.state = ReflectionState.DECLINED
    _settled(tx, found)


def _settled(tx: Tx, found: Reflection) -> None:
    t = groups.texts_of(tx, found.workspace, found.user)
    group = groups.group_by_id(tx, found.workspace, found.group_id)
    message = views.reflection_settled(t, found, group.channel, _day_of(tx, found))
    nudges.mark_answered(
        tx, found.workspace, found.user, REFLECTION, found.id, DigestItem(message.text, message.blocks)
    )
    groups.refresh_home(tx, found.workspace, found.user)


def export_reflection(tx: Tx, workspace: Workspace, reflection_id: str, user: str) -> None:
    """Sends it to its writer as plain text, to take along elsewhere; the same text once."""
    found = own_reflection(tx, workspace, reflection_id, user)
    if found.state != ReflectionState.WRITTEN:
        raise Refused(lambda t: t("There is nothing in it yet. Write it first, then you can take it along."))
    t = groups.texts_of(tx, workspace, user)
    message = views.reflection_as_text(t, found, _day_of(tx, found))
    outbox.post_dm(
        tx, workspace, user, message, key=_key(found, found.version), guarantee=Guarantee.AT_LEAST_ONCE
    )


def _key(found: Reflection, version: int) -> str:
    return f"reflection/{found.id}/text/{version}"


def delete_reflection(tx: Tx, workspace: Workspace, reflection_id: str, user: str) -> None:
    """Wipes what was written, and takes back what was sent of it as text. The place stays."""
    found = own_reflection(tx, workspace, reflection_id, user)
    if found.state == ReflectionState.WRITTEN:
        found.brought_in = found.seen = found.doing = found.needed = ""
        found.state, found.written_at = ReflectionState.DECLINED, None
        for version in range(found.version + 1):
            outbox.delete(tx, workspace, _key(found, version))
        found.version += 1
    _settled(tx, found)
