"""The Web API's front door: tokens, scopes, rates and faults, before a method is reached."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.api import files, people
from sandbox.api.methods import METHODS, SCOPES
from sandbox.outgoing.doings import Doings
from sandbox.outgoing.sockets import SocketTransport
from sandbox.strict.rates import Rates
from sandbox.workspace.faults import Fault
from sandbox.workspace.model import Message, Refusal
from sandbox.workspace.state import RESPONSE_URL_SECONDS, RESPONSE_URL_USES, Workspace

# Modules that fill METHODS when they are read.
FAMILIES = (files, people)
JSON_ARGUMENTS = ("blocks", "metadata", "view", "attachments")


class Api:
    """Answers `/api/<method>` and `/response/<token>`."""

    def __init__(
        self, workspace: Workspace, doings: Doings, bot_token: str, app_token: str, base_url: str
    ) -> None:
        self.ws = workspace
        self.doings = doings
        self.rates = Rates()
        self._bot_token = bot_token
        self._app_token = app_token
        self._base_url = base_url

    async def call(self, request: Request) -> Response:
        """One call of the Web API."""
        name = request.path_params["method"]
        args = await _arguments(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or str(args.pop("token", ""))
        fault = self.ws.faults.take(name, str(args.get("channel") or args.get("channel_id") or ""))
        if fault is not None and fault.kind in ("ratelimited", "500", "error", "drop_before"):
            return self._trouble(name, fault)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        deleted = self._to_delete(name, args)
        response = self._answer(name, token, args)
        if deleted is not None:
            self.doings.told_of_deletion(deleted)
        if fault is not None and fault.kind == "drop_after":
            return self._trouble(name, fault)
        return response

    def _answer(self, name: str, token: str, args: dict[str, Any]) -> Response:
        where = str(args.get("channel") or args.get("user_id") or args.get("user") or "")
        if name == "apps.connections.open":
            return self._connection(token)
        if token != self._bot_token:
            self.ws.note("api", name, "invalid_auth", refused=True)
            return JSONResponse({"ok": False, "error": "invalid_auth" if token else "not_authed"})
        if not self.ws.is_installed:
            self.ws.note("api", name, "token_revoked", refused=True)
            return JSONResponse({"ok": False, "error": "token_revoked"})
        method = METHODS.get(name)
        if method is None:
            self.ws.note("api", name, "unknown_method", refused=True)
            return JSONResponse({"ok": False, "error": "unknown_method"})
        needed = SCOPES[name]
        if needed and not needed & self.ws.scopes:
            self.ws.note("api", name, "missing_scope", refused=True)
            return JSONResponse(
                {
                    "ok": False,
                    "error": "missing_scope",
                    "needed": sorted(needed)[0],
                    "provided": ",".join(sorted(self.ws.scopes)),
                }
            )
        wait = self.rates.wait(name, where, self.ws.clock.now())
        if wait:
            self.ws.note("api", name, "ratelimited", refused=True, where=where)
            return self._rate_limited(wait)
        try:
            answer = method(self.ws, args)
        except Refusal as refusal:
            self.ws.note("api", name, refusal.code, refused=True, where=where, details=refusal.details)
            body: dict[str, Any] = {"ok": False, "error": refusal.code}
            if refusal.details:
                body["response_metadata"] = {"messages": refusal.details}
            return JSONResponse(body, headers=self._headers())
        self.ws.note("api", name, "ok", where=where)
        return JSONResponse({"ok": True, **answer}, headers=self._headers())

    def _to_delete(self, name: str, args: dict[str, Any]) -> Message | None:
        if name != "chat.delete":
            return None
        try:
            return self.ws.message(str(args.get("channel", "")), str(args.get("ts", "")))
        except Refusal:
            return None

    def _connection(self, token: str) -> Response:
        if token != self._app_token:
            self.ws.note("api", "apps.connections.open", "invalid_auth", refused=True)
            return JSONResponse({"ok": False, "error": "invalid_auth"})
        transport = self.doings.transport
        if not isinstance(transport, SocketTransport) or not transport.enabled:
            return JSONResponse({"ok": False, "error": "socket_mode_disabled"})
        self.ws.note("api", "apps.connections.open", "ok")
        url = self._base_url.replace("http://", "ws://") + f"/socket/{transport.new_ticket()}"
        return JSONResponse({"ok": True, "url": url})

    def _headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": ",".join(sorted(self.ws.scopes))}

    def _rate_limited(self, seconds: float) -> Response:
        return JSONResponse(
            {"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": str(int(seconds) or 1)}
        )

    def _trouble(self, name: str, fault: Fault) -> Response:
        self.ws.note("api", name, f"fault: {fault.kind}")
        if fault.kind == "ratelimited":
            return self._rate_limited(fault.seconds)
        if fault.kind == "error":
            return JSONResponse({"ok": False, "error": fault.code})
        if fault.kind == "500":
            return Response("upstream", 500)
        return _Broken()

    async def upload(self, request: Request) -> Response:
        """The second of a file's three steps; a fault of it is called "upload"."""
        fault = self.ws.faults.take("upload")
        if fault is not None and fault.kind != "slow":
            return self._trouble("upload", fault)
        return await files.bring(self.ws, request)

    async def respond(self, request: Request) -> Response:
        """A response_url: five uses within thirty minutes.

        https://docs.slack.dev/interactivity/handling-user-interaction
        """
        place = self.ws.response_urls.get(request.path_params["token"])
        if place is None or self.ws.clock.now() - place.made_at > RESPONSE_URL_SECONDS:
            self.ws.note("api", "response_url", "expired_url", refused=True)
            return JSONResponse({"ok": False, "error": "expired_url"}, 404)
        place.uses += 1
        if place.uses > RESPONSE_URL_USES:
            self.ws.note("api", "response_url", "used_url", refused=True)
            return JSONResponse({"ok": False, "error": "used_url"}, 404)
        answer = await request.json()
        try:
            if answer.get("replace_original") or answer.get("delete_original"):
                self._replace(place.channel, place.message_ts, answer)
            else:
                self.doings.answer_privately(place.user, place.channel, answer)
        except Refusal as refusal:
            self.ws.note("api", "response_url", refusal.code, refused=True, details=refusal.details)
            return JSONResponse({"ok": False, "error": refusal.code}, 404)
        self.ws.note("api", "response_url", "ok")
        return Response("ok")

    def _replace(self, channel: str, ts: str | None, answer: dict[str, Any]) -> None:
        message = self.ws.message(channel, ts or "")
        if answer.get("delete_original"):
            self.ws.remove(message)
            return
        message.text, message.blocks = answer.get("text") or "", answer.get("blocks") or []
        self.ws.tell(
            {
                "type": "message_changed",
                "channel": channel,
                "thread_ts": message.thread_ts,
                "message": self.ws.shown(message),
                "only_for": message.only_for,
            }
        )


class BrokenOff(Exception):
    """An answer that was to break off has done so; the server closes the connection."""


class _Broken(Response):
    """Announces more than it sends: the client sees its connection break."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        raise BrokenOff


async def _arguments(request: Request) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= json.loads(body or b"{}")
    elif body:
        # As the SDK's blocking client sends them.
        args |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    for name in JSON_ARGUMENTS:
        if isinstance(args.get(name), str):
            args[name] = json.loads(args[name])
    return {key: value for key, value in args.items() if value is not None}
