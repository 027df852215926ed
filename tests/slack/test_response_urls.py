"""An answer to a click goes to Slack, and nowhere else."""

import aiohttp
import pytest
from aiohttp import web

from bot.slack.client import is_response_url, respond

SLACK = "https://slack.com/api/"
SANDBOX = "http://127.0.0.1:8900/api/"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://hooks.slack.com/actions/T0/1/x",
        "https://hooks.slack.com.evil.invalid/actions",
        "https://hooks.slack.com@evil.invalid/",
        "https://evil.invalid/https://hooks.slack.com/",
        "https://hooks.slack.com",
        "http://127.0.0.1:8901/response/x",
        "http://127.0.0.1:8900/api/chat.postMessage",
        "file:///etc/passwd",
        "",
        7,
        None,
    ],
)
def test_an_address_that_is_not_slacks_is_none(url: object) -> None:
    assert not is_response_url(url, SLACK)
    assert not is_response_url(url, SANDBOX)


def test_slacks_own_and_the_sandboxs_are() -> None:
    assert is_response_url("https://hooks.slack.com/actions/T0/1/x", SLACK)
    assert is_response_url("http://127.0.0.1:8900/response/x", SANDBOX)
    assert not is_response_url("http://127.0.0.1:8900/response/x", SLACK)


async def test_an_answer_follows_no_redirect() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    app = web.Application()
    app.router.add_post("/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        await respond(session, f"http://127.0.0.1:{port}/response/x", {"text": "Hoi"})
    await runner.cleanup()
    assert asked == ["/response/x"]
