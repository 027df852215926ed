"""Guard: the sandbox answers its own page and the bot, and no other site in the same browser.

A page of another site can send requests to this machine, or point a name of its own at it (DNS rebinding). A browser says in
`Host`, `Origin` and `Sec-Fetch-Site` where a request comes from. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost")
# Of the page itself, or typed into the address bar. Programs send no such header.
OWN_SITE = ("", "same-origin", "none")


class SameSite:
    """ASGI middleware that refuses requests of other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or is_own(Headers(scope=scope), scope["path"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("not from here", 403)(scope, receive, send)
        else:
            # Closed before it is accepted: the browser gets a 403.
            await send({"type": "websocket.close", "code": 1008})


def is_own(headers: Headers, path: str) -> bool:
    """Whether a request names this machine, and comes from the sandbox's own page if it comes from a page."""
    host = headers.get("host", "")
    if _name(f"http://{host}") not in NAMES:
        return False
    origin = headers.get("origin")
    if origin is not None and (_name(origin) not in NAMES or urlsplit(origin).netloc != host):
        return False
    # A link elsewhere may lead to the page itself, which changes nothing.
    return path == "/" or headers.get("sec-fetch-site", "") in OWN_SITE


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
