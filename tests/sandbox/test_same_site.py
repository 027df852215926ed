"""The sandbox answers its own page and the bot: no other site in the same browser."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from sandbox.client import Client
from sandbox.server import Sandbox

BODY = '{"as": "U0ANNA", "channel": "C0OOST", "text": "Van elders"}'


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.invalid", "content-type": "text/plain"},
        {"origin": "null", "content-type": "text/plain"},
        {"sec-fetch-site": "cross-site", "content-type": "text/plain"},
        # DNS rebinding: a name of the other site leads to this machine.
        {"host": "evil.invalid"},
        {"host": "evil.invalid", "origin": "http://evil.invalid"},
        # Another program on this machine has another port.
        {"origin": "http://127.0.0.1:1"},
    ],
)
async def test_another_site_in_the_browser_gets_nothing(sandbox: Sandbox, headers: dict[str, str]) -> None:
    async with Client(sandbox.url) as browser:
        for answer in (
            await browser.post("/ui/say", content=BODY, headers=headers),
            await browser.get("/ui/messages", params={"as": "U0ANNA", "channel": "C0OOST"}, headers=headers),
        ):
            assert (answer.status_code, answer.text) == (403, "not from here")


async def test_the_page_itself_and_a_program_are_answered(sandbox: Sandbox) -> None:
    async with Client(sandbox.url) as browser:
        for headers in ({}, {"origin": sandbox.url, "sec-fetch-site": "same-origin"}):
            assert (await browser.get("/healthz", headers=headers)).status_code == 200
        named = sandbox.url.replace("127.0.0.1", "localhost")
        headers = {"host": named.removeprefix("http://"), "origin": named}
        assert (await browser.get("/healthz", headers=headers)).status_code == 200
        # A link elsewhere may lead here.
        assert (await browser.get("/", headers={"sec-fetch-site": "cross-site"})).status_code != 403


async def test_a_web_socket_of_another_site_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(sandbox.clock_url, origin="https://evil.invalid")  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
