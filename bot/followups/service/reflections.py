"""Use cases of reflections, the private reports after a session. Only the presenter is asked for one."""

from dataclasses import asdict, dataclass

from bot.delivery import outbox
from bot.delivery.message import Guarantee
from bot.followups import queries, rules, views
from bot.followups.records import Reflection
from bot.followups.rules import ReflectionState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Refused, Texts

REFLECTION = "reflection.ask"


@dataclass(frozen=True)
class Written:
    """The four answers; any of them may be empty."""

    brought_in: str
    seen: str
    doing: str
    needed: str


def open_reflections(tx: Tx, group: Group, session_id: str, presenter: str, present: list[str]) -> None:
    """Add an open reflection for everyone present, and plan the question to the presenter."""
    known = queries.users_with_reflection(tx, session_id)
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
            person = groups.ensure_person(tx, user)
            at = rules.reflection_at(tx.now, person.zone, person.from_hour, person.days)
            until = at + rules.REFLECTION_UNTIL
            nudges.plan_nudge(tx, user, REFLECTION, made.id, at, group=group.id, until=until)
        groups.refresh_home(tx, user)


def compose_reflection(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Ask for a reflection, once."""
    found = tx.sql.get(Reflection, nudge.subject)
    if found is None or found.state != ReflectionState.OPEN:
        return None
    group = groups.group_by_id(tx, found.group_id)
    message = views.reflection_question(t, found, group.channel, queries.session_day(tx, found))
    return DigestItem(message.text, message.blocks)


def write_reflection(tx: Tx, reflection_id: str, user: str, written: Written) -> Reflection:
    """Write a reflection; written again, it changes."""
    found = queries.own_reflection(tx, reflection_id, user)
    if not any(asdict(written).values()):
        raise Refused(lambda t: t("One of the four is enough, in a few words."), "brought_in")
    if asdict(written) != {name: getattr(found, name) for name in asdict(written)}:
        found.version += 1
    for name, text in asdict(written).items():
        setattr(found, name, text)
    found.state, found.written_at = ReflectionState.WRITTEN, tx.now
    _replace_question(tx, found)
    return found


def decline_reflection(tx: Tx, reflection_id: str, user: str) -> None:
    """Decline to write a reflection; it is not asked for again."""
    found = queries.own_reflection(tx, reflection_id, user)
    if found.state == ReflectionState.OPEN:
        found.state = ReflectionState.DECLINED
    _replace_question(tx, found)


def _replace_question(tx: Tx, found: Reflection) -> None:
    """Replace the question by the state of the reflection."""
    t = groups.texts_of(tx, found.user)
    group = groups.group_by_id(tx, found.group_id)
    message = views.reflection_settled(t, found, group.channel, queries.session_day(tx, found))
    nudges.mark_answered(tx, found.user, REFLECTION, found.id, DigestItem(message.text, message.blocks))
    groups.refresh_home(tx, found.user)


def export_reflection(tx: Tx, reflection_id: str, user: str) -> None:
    """Send a reflection to its writer as plain text; the same version once."""
    found = queries.own_reflection(tx, reflection_id, user)
    if found.state != ReflectionState.WRITTEN:
        raise Refused(lambda t: t("There is nothing in it yet. Write it first, then you can take it along."))
    t = groups.texts_of(tx, user)
    message = views.reflection_as_text(t, found, queries.session_day(tx, found))
    groups.post_dm(
        tx,
        user,
        groups.discreet_to(tx, t, user, message),
        key=_text_key(found, found.version),
        guarantee=Guarantee.AT_LEAST_ONCE,
    )


def _text_key(found: Reflection, version: int) -> str:
    return f"reflection/{found.id}/text/{version}"


def delete_reflection(tx: Tx, reflection_id: str, user: str) -> None:
    """Delete the texts of a reflection and the messages with them. Its row stays, so it can be written again."""
    found = queries.own_reflection(tx, reflection_id, user)
    if found.state == ReflectionState.WRITTEN:
        found.brought_in = found.seen = found.doing = found.needed = ""
        found.state, found.written_at = ReflectionState.DECLINED, None
        for version in range(found.version + 1):
            outbox.delete(tx, _text_key(found, version))
        found.version += 1
    _replace_question(tx, found)
