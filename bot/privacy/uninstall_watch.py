"""Uninstall watch: tries the token of each suspended workspace. Slack tells nobody that an app is installed again."""

from collections.abc import Callable

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.token_trial import TRIAL_SECONDS, try_token
from bot.jobs.clock import Clock
from bot.jobs.suspensions import suspended_workspaces
from bot.privacy import service
from bot.storage import Store, Workspace, in_workspace

log = structlog.get_logger()

# These pass by themselves, so they are no answer to the question whether the app is installed.
PASSING = ("accesslimited", "org_login_required")


class UninstallWatch:
    """Uninstall watch: `check` goes on where the app is installed again, and deletes where its day has come."""

    def __init__(self, store: Store, client_for: Callable[[Workspace], AsyncWebClient], clock: Clock) -> None:
        self._store = store
        self._client_for = client_for
        self._clock = clock

    async def check(self) -> None:
        """Try each token. While Slack gives no clear answer nothing is deleted."""
        for one in await self._store.read(suspended_workspaces):
            client = self._client_for(one.workspace)
            tried = await try_token(client, self._clock.machine_seconds(TRIAL_SECONDS))
            if tried.team_id == one.workspace.team_id:
                await self._resume(one.workspace)
            elif (tried.team_id or tried.refusal) and tried.refusal not in PASSING:
                await self._delete_if_due(one.workspace)

    async def _resume(self, workspace: Workspace) -> None:
        if await self._store.transact(in_workspace(workspace, service.resume_workspace)):
            log.info("workspace_resumed", workspace=workspace.team_id)

    async def _delete_if_due(self, workspace: Workspace) -> None:
        if await self._store.transact(in_workspace(workspace, service.delete_uninstalled)):
            log.warning("workspace_deleted", workspace=workspace.team_id)
