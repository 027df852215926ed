"""After an absence: what waits is looked up before it is posted.

The database may be an older copy. What was decided meanwhile, and what falls due at the return, may have been posted by the
database that was lost.
"""

from datetime import timedelta

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics
from bot.delivery import web_api
from bot.delivery.claims import Sending
from bot.delivery.errors import ErrorKind, kind_of
from bot.jobs.heartbeat import LastAbsence

# What is decided so soon after the return is what waited for it.
RETURN = timedelta(minutes=10)


def may_stand_already(sending: Sending, absence: LastAbsence) -> bool:
    """Whether a message may have been posted during an absence."""
    is_post = bool(sending.key) and sending.kind in ("post", "direct")
    return is_post and sending.created_at <= absence.until + RETURN


async def look_up_of_before(
    client: AsyncWebClient, sending: Sending, absence: LastAbsence
) -> tuple[list[str], str] | None:
    """Look up a message that was posted during an absence; None without one, and without the history scopes."""
    try:
        found = await web_api.look_up_since(client, sending, absence.since)
    except SlackApiError as problem:
        if kind_of(str(problem.response.get("error"))) is ErrorKind.NOT_ALLOWED:
            # Most absences are no older copy: the message goes.
            return None
        raise
    metrics.count_lookup(found is not None)
    return found
