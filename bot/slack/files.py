"""File upload to one person. https://docs.slack.dev/messaging/working-with-files

https://docs.slack.dev/reference/methods/files.getUploadURLExternal
https://docs.slack.dev/reference/methods/files.completeUploadExternal
"""

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import code_of

log = structlog.get_logger()


async def send_file(client: AsyncWebClient, user: str, name: str, body: bytes, words: str) -> bool:
    """Upload a file to a person's conversation with the bot; returns whether it arrived.

    It answers a click and bypasses the outbox: after a failure the person can click again.
    """
    try:
        conversation = (await client.conversations_open(users=user))["channel"]["id"]
        place = await client.files_getUploadURLExternal(filename=name, length=len(body))
        assert client.session is not None
        async with client.session.post(place["upload_url"], data=body) as answer:
            if not answer.ok:
                log.warning("file_not_taken", outcome=answer.status)
                return False
        await client.files_completeUploadExternal(
            files=[{"id": place["file_id"], "title": name}], channel_id=conversation, initial_comment=words
        )
    except SlackApiError as problem:
        log.warning("file_not_sent", outcome=str(code_of(problem)))
        return False
    except (TimeoutError, aiohttp.ClientError, OSError) as problem:
        log.warning("file_not_sent", error=type(problem).__name__)
        return False
    return True
