"""Use cases of beginning a group, changing its settings, and a channel that comes and goes."""

from zoneinfo import available_timezones

from bot.delivery import outbox
from bot.groups import service, views
from bot.groups.records import Group
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import LANGUAGES, Refused
from bot.timing import due


def set_up(
    tx: Tx,
    workspace: Workspace,
    channel: str,
    user: str,
    *,
    language: str,
    zone: str,
    facilitation: str,
    facilitator: str | None,
    choices: list[str],
) -> Group:
    """Begins a group; when somebody else was quicker, their group. Whoever sends the form again changes it."""
    existing = service.find_by_channel(tx, workspace, channel)
    if existing is not None:
        if existing.set_up_by == user:
            _apply(tx, existing, user, language, zone, facilitation, facilitator, choices)
            _show(tx, existing)
        return existing
    group = Group(channel=channel, set_up_by=user, created_at=tx.now, **belonging_to(workspace))
    _apply(tx, group, user, language, zone, facilitation, facilitator, choices)
    tx.sql.add(group)
    tx.sql.flush()
    service.join(tx, group, user)
    service.ask_for_members(tx, group)
    outbox.post(tx, workspace, channel, views.card(service.texts_in(group), group), key=_card_key(group))
    return group


def change(
    tx: Tx,
    workspace: Workspace,
    group_id: str,
    user: str,
    *,
    language: str,
    zone: str,
    facilitation: str,
    facilitator: str | None,
    choices: list[str],
) -> Group:
    """Changes a group's settings; the card in the channel follows."""
    group = service.group_for(tx, workspace, group_id, user)
    _apply(tx, group, user, language, zone, facilitation, facilitator, choices)
    _show(tx, group)
    return group


def _apply(
    tx: Tx,
    group: Group,
    user: str,
    language: str,
    zone: str,
    facilitation: str,
    facilitator: str | None,
    choices: list[str],
) -> None:
    if zone not in available_timezones():
        raise Refused(lambda t: t("I don't know this time zone. Write it as in Europe/Amsterdam."), "zone")
    if facilitation == "fixed" and not facilitator:
        raise Refused(lambda t: t("Choose who leads, or another way of leading."), "facilitator")
    group.language = language if language in LANGUAGES else LANGUAGES[0]
    group.zone = zone
    group.facilitation = facilitation if facilitation in ("fixed", "rotating", "claim") else "claim"
    group.facilitator = facilitator if group.facilitation == "fixed" else None
    group.goes_on_by_itself = "goes_on" in choices
    group.reads_thread = "reads" in choices


def _show(tx: Tx, group: Group) -> None:
    outbox.update(tx, group.workspace, _card_key(group), views.card(service.texts_in(group), group))


def _card_key(group: Group) -> str:
    return f"group/{group.id}/card"


def tell_channel_gone(tx: Tx, item: due.Item) -> None:
    """Tells whoever set the group up, once, what happened and what to do."""
    group = service.group_by_id(tx, item.workspace, str(item.data["group"]))
    t = service.texts_of(tx, item.workspace, group.set_up_by)
    key = f"group/{group.id}/gone/{int(tx.now.timestamp())}"
    outbox.direct(
        tx, item.workspace, group.set_up_by, views.gone(t, group.channel, str(item.data["reason"])), key=key
    )


DUE: dict[str, due.Handler] = {"channel.gone": tell_channel_gone}
