"""`python -m benchmarks.stand_in PORT`: as much of Slack's Web API as a bot under load needs, answered at once.

The sandbox checks every call strictly; here the machine's time is for the bot.
"""

import itertools
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_stamps = itertools.count(1)


async def _answer(request: Request) -> Response:
    return JSONResponse(answer(request.path_params["method"]))


def answer(method: str) -> dict[str, Any]:
    """What Slack says when all is well."""
    match method:
        case "auth.test":
            return {
                "ok": True,
                "url": "https://bench.example/",
                "team": "Bench",
                "user": "intervisie",
                "team_id": "T0BENCH",
                "user_id": "U0BOT",
                "bot_id": "B0BOT",
            }
        case "chat.postMessage" | "chat.update":
            return {"ok": True, "channel": "C0BENCH", "ts": f"{1800000000 + next(_stamps)}.000100"}
        case "conversations.history" | "conversations.replies":
            return {"ok": True, "messages": []}
        case "users.info":
            return {"ok": True, "user": {"name": "bench", "tz": "Europe/Amsterdam", "locale": "en-US"}}
        case _:
            return {"ok": True}


async def _ready(request: Request) -> Response:
    return Response("ok")


asgi = Starlette(routes=[Route("/ready", _ready), Route("/api/{method}", _answer, methods=["GET", "POST"])])

if __name__ == "__main__":
    uvicorn.run(asgi, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off")
