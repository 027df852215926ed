"""What the Web API says of people: users.info and dnd.info."""

from typing import Any

from sandbox.api.methods import Arguments, method
from sandbox.workspace.model import BOT_USER, Person, Refusal
from sandbox.workspace.state import Workspace

DAY = 86_400
# What dnd.teamInfo shows for whoever is never left alone; dnd.info has no example of it.
# https://docs.slack.dev/reference/methods/dnd.teamInfo
NEVER = 1


def _known(ws: Workspace, user: str) -> Person:
    person = ws.people.get(user)
    if person is None:
        raise Refusal("user_not_found")
    return person


@method("users.info", "users:read")
def user_info(ws: Workspace, args: Arguments) -> dict[str, Any]:
    person = _known(ws, str(args.get("user")))
    with_locale = str(args.get("include_locale", "")).lower() in ("1", "true")
    return {"user": as_user(ws, person, with_locale=with_locale)}


def as_user(ws: Workspace, person: Person, *, with_locale: bool = False) -> dict[str, Any]:
    """A person as Slack shows them. https://docs.slack.dev/reference/objects/user-object"""
    # A status that has run out is empty, with 0. https://docs.slack.dev/apis/web-api/user-presence-and-status
    over = 0 < person.status_expiration <= ws.clock.now()
    user: dict[str, Any] = {
        "id": person.id,
        "team_id": person.home_team or ws.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "is_bot": person.is_bot,
        "is_restricted": person.is_guest or person.is_single_channel_guest,
        "is_ultra_restricted": person.is_single_channel_guest,
        "profile": {
            "real_name": person.real_name,
            "display_name": person.real_name.split()[0],
            "status_text": "" if over else person.status_text,
            "status_emoji": "" if over else person.status_emoji,
            "status_expiration": 0 if over else person.status_expiration,
        },
    }
    if not person.deleted:
        user["tz"] = person.zone
    if person.home_team:
        user["is_stranger"] = person.is_stranger
    elif ws.enterprise_id:
        user["enterprise_user"] = {
            "id": person.id,
            "enterprise_id": ws.enterprise_id,
            "enterprise_name": ws.enterprise_name,
            "is_admin": False,
            "is_owner": False,
            "teams": [ws.team_id],
        }
    # People of another organisation come without a locale. https://docs.slack.dev/apis/slack-connect/
    if with_locale and not person.home_team:
        user["locale"] = person.locale
    return user


@method("dnd.info", "dnd:read")
def dnd_info(ws: Workspace, args: Arguments) -> dict[str, Any]:
    """The times of one person. Whether they are snoozing is told to nobody but themselves.

    https://docs.slack.dev/reference/methods/dnd.info
    """
    person = _known(ws, str(args.get("user") or BOT_USER))
    if person.dnd_until <= person.dnd_from:
        return {"dnd_enabled": False, "next_dnd_start_ts": NEVER, "next_dnd_end_ts": NEVER}
    days = max(0, int((ws.clock.now() - person.dnd_until) // DAY) + 1) * DAY
    return {
        "dnd_enabled": True,
        "next_dnd_start_ts": int(person.dnd_from + days),
        "next_dnd_end_ts": int(person.dnd_until + days),
    }
