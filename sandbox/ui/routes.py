"""The page's and the players' calls."""

import mimetypes
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox.outgoing.doings import NO_ANSWER, Doings
from sandbox.outgoing.transport import HttpTransport, NotAcknowledged
from sandbox.ui.clock import BotClock
from sandbox.ui.scenes import Scenes
from sandbox.ui.stream import stream
from sandbox.workspace.model import BOT_USER, ELSEWHERE, Refusal
from sandbox.workspace.state import Workspace

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any]], Awaitable[Answer]]
# An app's command is one entry, as its manifest says it. tests/sandbox/test_slash_menu.py holds it against the bot's.
# https://docs.slack.dev/reference/app-manifest
COMMANDS = [
    {
        "name": "/intervisie",
        "description": "Intervisie in dit kanaal: casus, stemming, sessie",
        "hint": "casus · casussen · stem · start · plan · help",
    }
]
MARKUP = re.compile(r"<[^>]*>|[*_~`]")
TITLE_LENGTH = 40
REFUSED_IN_WORDS = {
    "not_in_channel": "Je zit niet in dit kanaal.",
    "is_archived": "Dit kanaal is gearchiveerd.",
    "channel_not_found": "Dit kanaal bestaat niet.",
    "message_not_found": "Dit bericht is er niet meer.",
    "unknown_command": "Die opdracht is er niet voor mensen van een andere organisatie.",
    "user_not_found": "Die persoon is hier niet.",
    "already_in_channel": "Die persoon zit al in dit kanaal.",
    "view_not_found": "Dit venster is al gesloten.",
    "scene_is_busy": "Er wordt al iets klaargezet. Nog een paar tellen.",
    "scene_needs_the_demo": "Opnieuw beginnen kan alleen met `make demo`.",
    "bot_does_not_wake": "De bot wordt niet wakker. Stop de demo met Ctrl+C en begin haar opnieuw.",
}


class Ui:
    def __init__(self, workspace: Workspace, doings: Doings, clock: BotClock, scenes: Scenes) -> None:
        self.ws = workspace
        self.scenes = scenes
        self.doings = doings
        self.clock = clock

    def routes(self) -> list[BaseRoute]:
        gets = {
            "bootstrap": self._bootstrap,
            "messages": self._messages,
            "home": self._home,
            "views": self._views,
            "badges": self._badges,
            "notifications": self._notifications,
            "posted": self._posted,
            "journal": self._journal,
            "scene": self.scenes.scene,
        }
        posts = {
            "post": self._post,
            "delete": self._delete,
            "command": self._command,
            "action": self._action,
            "submit": self._submit,
            "close": self._close,
            "home/open": self._home_open,
            "clock": self._clock,
            "settle": self._settle,
            "faults": self._faults,
            "caption": self.scenes.say,
            **self.scenes.posts(),
            "typed": self._typed,
            "membership": self._membership,
            "person": self._person,
            "presence": self._presence,
            "read": self._read,
            "channel": self._channel,
            "organisation": self._organisation,
            "request-url": self._verify,
        }
        return [
            *(Route(f"/ui/{name}", self._get(handler)) for name, handler in gets.items()),
            *(
                Route(f"/ui/{name}", self._handle(name, handler), methods=["POST"])
                for name, handler in posts.items()
            ),
            Route("/ui/file/{id}", self._file),
            WebSocketRoute("/ui/stream", stream(self.ws)),
        ]

    def _get(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self._answered(handler, dict(request.query_params))

        return answer

    def _handle(self, name: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            asked = await request.json()
            self.scenes.note_use(name)
            return await self._answered(handler, asked)

        return answer

    async def _answered(self, handler: Handler, asked: dict[str, Any]) -> Response:
        try:
            return JSONResponse({"ok": True, **await handler(asked)})
        except NotAcknowledged:
            return JSONResponse({"ok": False, "error": "operation_timeout", "message": NO_ANSWER})
        except Refusal as refusal:
            words = REFUSED_IN_WORDS.get(refusal.code, "Dat ging niet.")
            return JSONResponse(
                {"ok": False, "error": refusal.code, "message": words, "details": refusal.details}
            )

    async def _bootstrap(self, asked: dict[str, Any]) -> Answer:
        me = asked["as"]
        return {
            "team": {"id": self.ws.team_id, "name": self.ws.team_name},
            "me": asdict(self.ws.people[me]),
            "users": [asdict(person) for person in self.ws.people.values()],
            "channels": [
                {**asdict(channel), "members": sorted(channel.members)}
                for channel in self.ws.channels.values()
                if channel.im_with is None and (not channel.is_private or me in channel.members)
            ],
            "ims": [{"id": self.ws.im(me).id, "user": BOT_USER}],
            "bot": {"user_id": BOT_USER, "name": "Intervisie", "connected": self.doings.transport.connected},
            "clock": self.clock.shown(),
            "commands": COMMANDS,
            "scene": self.scenes.shown(),
        }

    async def _messages(self, asked: dict[str, Any]) -> Answer:
        me, channel, thread_ts = asked["as"], asked["channel"], asked.get("thread_ts")
        self._may_see(me, channel)
        found = (
            self.ws.thread(channel, thread_ts)
            if thread_ts
            else [
                m
                for m in self.ws.messages.get(channel, [])
                if m.thread_ts is None or asked.get("with_threads")
            ]
        )
        # A page keeps the ephemeral messages that its stream brought: they are gone when it is loaded again.
        readers = (None,) if asked.get("page") else (None, me)
        return {"messages": [self.ws.shown(m) for m in found if m.only_for in readers]}

    def _may_see(self, me: str, channel_id: str) -> None:
        # One's own conversation with the bot is there before the first message.
        own = self.ws.im(me)
        channel = own if channel_id == own.id else self.ws.channel(channel_id)
        if channel.im_with not in (None, me):
            raise Refusal("channel_not_found")

    async def _home(self, asked: dict[str, Any]) -> Answer:
        home = self.ws.homes.get(asked["as"])
        return {"view": self.ws.view_payload(home) if home else None}

    async def _views(self, asked: dict[str, Any]) -> Answer:
        stack = self.ws.stacks.get(asked["as"], [])
        return {"views": [self.ws.view_payload(self.ws.views[view_id]) for view_id in stack]}

    async def _badges(self, asked: dict[str, Any]) -> Answer:
        """What everybody has unread: where and how much, never what."""
        return {
            "badges": {
                person.id: [{**badge, "title": self._title(badge)} for badge in self.ws.badges(person.id)]
                for person in self.ws.people.values()
                if not person.is_bot
            }
        }

    def _title(self, badge: dict[str, Any]) -> str:
        """By which words a reader knows a thread again."""
        if badge["thread_ts"] is None:
            return ""
        parents = [m for m in self.ws.thread(badge["channel"], badge["thread_ts"]) if m.thread_ts is None]
        return MARKUP.sub("", parents[0].text)[:TITLE_LENGTH].strip() if parents else ""

    async def _notifications(self, asked: dict[str, Any]) -> Answer:
        """How many notifications everybody got since the workspace began."""
        return {
            "notifications": {
                person.id: self.ws.notifications.counted(person.id)
                for person in self.ws.people.values()
                if not person.is_bot
            }
        }

    async def _posted(self, asked: dict[str, Any]) -> Answer:
        """Every message that the bot ever posted."""
        return {"messages": self.ws.notifications.posted_messages(self.ws.channels)}

    async def _presence(self, asked: dict[str, Any]) -> Answer:
        (self.ws.open_page if asked["open"] else self.ws.close_page)(asked["as"])
        return {}

    async def _read(self, asked: dict[str, Any]) -> Answer:
        self.ws.read(asked["as"], asked["channel"], asked.get("thread_ts"))
        return {}

    async def _post(self, asked: dict[str, Any]) -> Answer:
        message = await self.doings.post(
            asked["as"], asked["channel"], str(asked["text"]), asked.get("thread_ts")
        )
        return {"ts": message.ts}

    async def _delete(self, asked: dict[str, Any]) -> Answer:
        await self.doings.delete_message(asked["as"], asked["channel"], str(asked["ts"]))
        return {}

    async def _command(self, asked: dict[str, Any]) -> Answer:
        if asked["command"] in ("/invite", "/remove"):
            await self._move(asked["as"], asked["channel"], asked["command"], asked.get("text", ""))
            return {}
        if asked["command"] != "/intervisie":
            return {
                "ok": False,
                "error": "unknown_command",
                "message": "Die opdracht kent deze werkplek niet.",
            }
        self.ws.channel(asked["channel"])
        await self.doings.command(asked["as"], asked["channel"], asked["command"], asked.get("text", ""))
        return {}

    async def _move(self, me: str, channel: str, command: str, text: str) -> None:
        """`/invite @Name` and `/remove @Name`: Slack's own commands, which no app hears."""
        user = self.ws.named(text)
        if command == "/invite":
            await self.doings.invite(me, user, channel)
        else:
            await self.doings.leave(user, channel, by=me)

    async def _action(self, asked: dict[str, Any]) -> Answer:
        action = {"block_id": asked.get("block_id", ""), **asked["action"]}
        await self.doings.act(asked["as"], asked["source"], action, asked.get("state") or {})
        self.scenes.facts.note_press(asked["as"], str(action.get("action_id", "")), asked["source"])
        return {}

    async def _submit(self, asked: dict[str, Any]) -> Answer:
        view, state = self.ws.views.get(asked["view_id"]), asked.get("state") or {}
        # The answer may put another form in its place.
        form = str(view.content.get("callback_id", "")) if view else ""
        errors = await self.doings.submit(asked["as"], asked["view_id"], state)
        if not errors:
            self.scenes.facts.note_form(asked["as"], form, state)
        return {"errors": errors}

    async def _close(self, asked: dict[str, Any]) -> Answer:
        await self.doings.close(asked["as"], asked["view_id"], everything=bool(asked.get("clear")))
        return {}

    async def _home_open(self, asked: dict[str, Any]) -> Answer:
        await self.doings.open_home(asked["as"])
        return {}

    async def _clock(self, asked: dict[str, Any]) -> Answer:
        if asked.get("to_next"):
            await self.clock.settle()
            # A moment that has just passed is reached already; a little more makes sure of the fraction.
            settled = await self.clock.to((self.clock.next_at or self.ws.clock.now()) + 0.05)
        elif "rate" in asked:
            await self.clock.run(float(asked["rate"]))
            settled = False
        elif "to" in asked:
            settled = await self.clock.to(float(asked["to"]))
        else:
            settled = await self.clock.advance(float(asked["advance"]))
        return {"settled": settled, **self.clock.shown()}

    async def _settle(self, asked: dict[str, Any]) -> Answer:
        settled = await self.clock.settle()
        return {"settled": settled, **self.clock.shown(), "changes": self.ws.changes}

    async def _journal(self, asked: dict[str, Any]) -> Answer:
        since = int(asked.get("since") or 0)
        return {"entries": self.ws.journal[since:]}

    async def _faults(self, asked: dict[str, Any]) -> Answer:
        if asked.get("clear"):
            self.ws.faults.clear()
        else:
            self.ws.faults.add(**asked)
        return {}

    async def _membership(self, asked: dict[str, Any]) -> Answer:
        if asked.get("leaves"):
            await self.doings.leave(asked["user"], asked["channel"], by=asked.get("by"))
        elif asked.get("by"):
            await self.doings.invite(asked["by"], asked["user"], asked["channel"])
        else:
            await self.doings.join(asked["user"], asked["channel"])
        return {}

    async def _person(self, asked: dict[str, Any]) -> Answer:
        changes = {key: value for key, value in asked.items() if key not in ("as", "user")}
        if changes.pop("deactivated", False):
            await self.doings.deactivate(asked["user"])
        if changes:
            await self.doings.change_person(asked["user"], **changes)
        return {}

    async def _channel(self, asked: dict[str, Any]) -> Answer:
        channel = str(asked["channel"])
        if "name" in asked:
            await self.doings.rename(channel, str(asked["name"]))
        if asked.get("private"):
            await self.doings.make_private(channel)
        if "archived" in asked:
            await (self.doings.archive if asked["archived"] else self.doings.unarchive)(channel)
        if asked.get("deleted"):
            await self.doings.delete(channel)
        elif asked.get("shared"):
            await self.doings.share(
                channel,
                asked.get("new_id"),
                with_team=asked.get("with_team") or ELSEWHERE,
                with_enterprise=asked.get("with_enterprise") or "",
            )
        elif "shared" in asked:
            await self.doings.unshare(channel)
        return {}

    async def _organisation(self, asked: dict[str, Any]) -> Answer:
        await self.doings.join_organisation(str(asked["enterprise_id"]), str(asked.get("name") or ""))
        return {}

    async def _verify(self, asked: dict[str, Any]) -> Answer:
        transport = self.doings.transport
        return {"verified": not isinstance(transport, HttpTransport) or await transport.verify()}

    async def _file(self, request: Request) -> Response:
        """A file as a reader opens it: whoever may see a message that carries it."""
        me = request.query_params.get("as", "")
        file = self.ws.files.get(request.path_params["id"])
        if file is None or not file.finished or not self._may_open(me, file.id):
            return Response("not found", 404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        named = f"attachment; filename*=UTF-8''{quote(file.name)}"
        return Response(file.content, media_type=kind, headers={"content-disposition": named})

    def _may_open(self, me: str, file_id: str) -> bool:
        for channel_id, messages in self.ws.messages.items():
            channel = self.ws.channels[channel_id]
            if me in channel.members and any(one["id"] == file_id for m in messages for one in m.files):
                return True
        return False

    async def _typed(self, asked: dict[str, Any]) -> Answer:
        """What a player has typed so far, for whoever watches."""
        self.ws.tell(
            {"type": "typed", "view_id": asked["view_id"], "state": asked["state"], "only_for": asked["as"]}
        )
        return {}
