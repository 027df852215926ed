"""Who tries it out: the person who sees the ephemeral message and whose Home tab is published."""

from dataclasses import dataclass

import click
from slack_sdk import WebClient

SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Member:
    id: str
    name: str


def choose_person(client: WebClient, channel: str, wanted: str | None) -> str:
    """The id of a member of the channel: named with --as, or chosen now. A bot token does not say who installed the app."""
    ids = client.conversations_members(channel=channel, limit=SHOWN)["members"]
    if wanted and wanted in ids:
        return wanted
    members = [member for member in (_member(client, user) for user in ids) if member]
    if wanted:
        for member in members:
            if member.name.casefold() == wanted.lstrip("@").casefold():
                return member.id
        raise click.ClickException(f"{wanted} is not in that channel.")
    if not members:
        raise click.ClickException("There is nobody in that channel.")
    if len(members) == 1:
        return members[0].id
    for number, member in enumerate(members, 1):
        click.echo(f"{number:3}  {member.name}")
    number = click.prompt("Who are you", type=click.IntRange(1, len(members)))
    return members[number - 1].id


def _member(client: WebClient, user: str) -> _Member | None:
    found = client.users_info(user=user)["user"]
    if found.get("is_bot") or found.get("deleted"):
        return None
    profile = found.get("profile", {})
    return _Member(user, profile.get("display_name") or found.get("real_name") or found.get("name") or user)
