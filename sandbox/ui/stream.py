"""The stream: what changes, pushed to each open page."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.workspace.state import Workspace


def stream(ws: Workspace) -> Callable[[WebSocket], Awaitable[None]]:
    """The endpoint of a workspace. As long as a page holds it open, its person has Slack open."""

    async def serve(socket: WebSocket) -> None:
        me = socket.query_params.get("as", "")
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        with contextlib.ExitStack() as leaving, contextlib.suppress(WebSocketDisconnect, RuntimeError):
            # Before the page knows that it is open: whatever changes after that reaches it.
            leaving.callback(ws.watch(queue.put_nowait))
            await socket.accept()
            ws.pages[me] += 1
            leaving.callback(ws.pages.subtract, [me])
            ws.page_opened.set()
            gone = asyncio.ensure_future(_until_gone(socket))
            leaving.callback(gone.cancel)
            while not gone.done():
                waiting = asyncio.ensure_future(queue.get())
                await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done():
                    waiting.cancel()
                    break
                event = waiting.result()
                if event.get("only_for") in (None, me):
                    await socket.send_json(event)
                elif event["type"] == "message":
                    # Somebody else has something private waiting: their badge changes.
                    await socket.send_json({"type": "read", "user": event["only_for"]})

    return serve


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()
