"""What happens to people, channels and the workspace itself, told to the bot as Slack tells it."""

from typing import Any

from sandbox.api.people import as_user
from sandbox.outgoing.events import Events, scope_to_see
from sandbox.workspace.model import BOT_USER, ELSEWHERE, LOCALES, Refusal

# Who does what nobody is named for.
SOMEBODY = "U0BRAM"


class Changes(Events):
    # Who is in a channel

    async def join(self, user: str, channel_id: str, *, inviter: str | None = None) -> None:
        """Somebody comes into a channel, by themselves or because a colleague adds them; also the bot.

        https://docs.slack.dev/reference/events/member_joined_channel
        """
        channel = self.ws.channel(channel_id)
        channel.members.add(user)
        self.ws.tell({"type": "channel", "channel": channel_id})
        invited = {"inviter": inviter} if inviter else {}
        await self._heard(
            "member_joined_channel",
            scope_to_see(channel),
            channel.members,
            **self._member(user, channel_id),
            team=self.ws.people[user].home_team or self.ws.team_id,
            **invited,
        )

    async def invite(self, inviter: str, user: str, channel_id: str) -> None:
        """`/invite`: only who is in the channel adds others to it."""
        channel = self.ws.channel(channel_id)
        if inviter not in channel.members:
            raise Refusal("not_in_channel")
        if channel.is_archived:
            raise Refusal("is_archived")
        if user not in self.ws.people or self.ws.people[user].deleted:
            raise Refusal("user_not_found")
        if user in channel.members:
            raise Refusal("already_in_channel")
        await self.join(user, channel_id, inviter=inviter)

    async def leave(self, user: str, channel_id: str, *, by: str | None = None) -> None:
        """Somebody leaves a channel or is removed from it. Of the bot itself member_left_channel is not sent.

        https://docs.slack.dev/reference/events/member_left_channel
        https://docs.slack.dev/reference/events/channel_left https://docs.slack.dev/reference/events/group_left
        https://github.com/slackapi/bolt-js/issues/1847 https://github.com/slackapi/java-slack-sdk/issues/1062
        """
        channel = self.ws.channel(channel_id)
        had = set(channel.members)
        channel.members.discard(user)
        self.ws.tell({"type": "channel", "channel": channel_id})
        scope = scope_to_see(channel)
        if user == BOT_USER and user in had:
            kind = "group_left" if channel.is_private else "channel_left"
            await self._heard(kind, scope, channel=channel_id, actor_id=by or SOMEBODY)
            return
        person = self.ws.people[user]
        # Recorded so of people of an organisation on Enterprise Grid.
        team = person.home_enterprise or person.home_team or self.ws.team_id
        await self._heard("member_left_channel", scope, had, **self._member(user, channel_id), team=team)

    def _member(self, user: str, channel_id: str) -> dict[str, Any]:
        kind = "G" if self.ws.channel(channel_id).is_private else "C"
        return {"user": user, "channel": channel_id, "channel_type": kind}

    # What becomes of a channel

    async def archive(self, channel_id: str) -> None:
        await self._archived(channel_id, archived=True)

    async def unarchive(self, channel_id: str) -> None:
        await self._archived(channel_id, archived=False)

    async def _archived(self, channel_id: str, *, archived: bool) -> None:
        """https://docs.slack.dev/reference/events/channel_archive https://docs.slack.dev/reference/events/group_archive"""
        channel = self.ws.channel(channel_id)
        channel.is_archived = archived
        self.ws.tell({"type": "channel", "channel": channel_id})
        kind = f"{'group' if channel.is_private else 'channel'}_{'archive' if archived else 'unarchive'}"
        members = channel.members if channel.is_private else None
        await self._heard(kind, scope_to_see(channel), members, channel=channel_id, user=SOMEBODY)

    async def delete(self, channel_id: str) -> None:
        """A channel and all that stands in it. The event names nobody.

        https://docs.slack.dev/reference/events/channel_deleted
        https://docs.slack.dev/reference/events/group_deleted
        """
        channel = self.ws.channel(channel_id)
        kind = "group_deleted" if channel.is_private else "channel_deleted"
        del self.ws.channels[channel_id]
        self.ws.messages.pop(channel_id, None)
        self.ws.tell({"type": "channel", "channel": channel_id})
        members = channel.members if channel.is_private else None
        await self._heard(kind, scope_to_see(channel), members, channel=channel_id)

    async def rename(self, channel_id: str, name: str) -> None:
        """Another name for a channel.

        https://docs.slack.dev/reference/events/channel_rename
        https://docs.slack.dev/reference/events/group_rename
        """
        channel = self.ws.channel(channel_id)
        channel.name = name
        self.ws.tell({"type": "channel", "channel": channel_id})
        shown = {"id": channel_id, "name": name, "name_normalized": name, "is_channel": True, "created": 1}
        if channel.is_private:
            await self._heard("group_rename", "groups:read", channel=shown, members=channel.members)
        else:
            await self._heard("channel_rename", "channels:read", channel=shown)

    async def make_private(self, channel_id: str) -> None:
        """The id stays. Slack has no event for it that an app can subscribe to: who wants to know must ask."""
        self.ws.channel(channel_id).is_private = True
        self.ws.tell({"type": "channel", "channel": channel_id})

    async def share(
        self,
        channel_id: str,
        new_id: str | None = None,
        *,
        with_team: str = ELSEWHERE,
        with_enterprise: str = "",
    ) -> None:
        """Shares a channel with another organisation; a private one may get another id, and keeps everything else.
        https://docs.slack.dev/reference/events/channel_id_changed"""
        channel = self.ws.channel(channel_id)
        channel.is_ext_shared = True
        channel.connected_team, channel.connected_enterprise = with_team, with_enterprise
        if new_id is not None:
            channel.id = new_id
            del self.ws.channels[channel_id]
            self.ws.channels[new_id] = channel
            self.ws.messages[new_id] = self.ws.messages.pop(channel_id, [])
            for message in self.ws.messages[new_id]:
                message.channel = new_id
            self.ws.notifications.moved(channel_id, new_id)
        self.ws.tell({"type": "channel", "channel": channel.id})
        if new_id is not None:
            await self._heard(
                "channel_id_changed",
                scope_to_see(channel),
                old_channel_id=channel_id,
                new_channel_id=new_id,
                members=channel.members,
            )

    async def unshare(self, channel_id: str) -> None:
        """The sharing ends. The other organisation's people are gone from the channel, and no event names them;
        whoever has no other channel with the bot cannot be written to any more.

        https://docs.slack.dev/apis/slack-connect/
        """
        channel = self.ws.channel(channel_id)
        channel.is_ext_shared = False
        channel.connected_team = channel.connected_enterprise = ""
        gone = {user for user in channel.members if self.ws.people[user].home_team}
        channel.members -= gone
        for user in gone:
            self.ws.people[user].is_stranger = not any(
                {user, BOT_USER} <= other.members and other.is_ext_shared
                for other in self.ws.channels.values()
            )
        self.ws.tell({"type": "channel", "channel": channel_id})

    # The workspace and its people

    async def revoke_tokens(self) -> None:
        """The app's token is taken back. https://docs.slack.dev/reference/events/tokens_revoked"""
        self.ws.is_installed = False
        await self.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})

    async def uninstall(self) -> None:
        """Somebody removes the app. Slack sends both events. https://docs.slack.dev/reference/events/app_uninstalled"""
        await self.revoke_tokens()
        await self.event({"type": "app_uninstalled"})

    def install(self) -> None:
        """The app is installed again, which Slack tells nobody. Here it keeps its token."""
        self.ws.is_installed = True

    async def join_organisation(self, enterprise_id: str, name: str) -> None:
        """The workspace becomes part of an organisation on Enterprise Grid: from now on payloads name it.

        https://docs.slack.dev/enterprise/
        """
        self.ws.enterprise_id, self.ws.enterprise_name = enterprise_id, name

    async def change_person(self, user: str, **changes: Any) -> None:
        """Another status, zone or name, a guest, somebody who is deactivated: any field of a Person.

        https://docs.slack.dev/reference/events/user_change

        Do not disturb is not told by user_change: who wants to know asks dnd.info.
        """
        person = self.ws.people[user]
        for name, value in changes.items():
            if not hasattr(person, name):
                raise Refusal("invalid_arguments", f"a person has no {name}")
            if name == "locale" and value not in LOCALES:
                raise Refusal("invalid_arguments", f"Slack has no locale {value}")
            setattr(person, name, value)
        self.ws.tell({"type": "person", "user": user})
        if set(changes) - {"dnd_from", "dnd_until"} and "users:read" in self.ws.scopes:
            await self.event(
                {
                    "type": "user_change",
                    "user": as_user(self.ws, person, with_locale=True),
                    "cache_ts": int(self.ws.clock.now()),
                    "event_ts": self.ws.clock.ts(),
                }
            )

    async def deactivate(self, user: str) -> None:
        """Somebody's account ends. Slack takes them out of their channels without saying so of each one."""
        for channel in self.ws.channels.values():
            if channel.im_with is None:
                channel.members.discard(user)
        await self.change_person(user, deleted=True)
