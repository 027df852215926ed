"""Installation: the one workspace of the token, and the organisation that it is in now."""

from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.internals import extract_enterprise_id, extract_team_id
from sqlalchemy import Select, select

from bot.slack.records import Installation
from bot.storage import Tx, Workspace, statement


def workspace_of(body: dict[str, Any], installed: AuthorizeResult) -> Workspace | None:
    """The workspace of a payload, in Bolt's order; None when it is not the installation's.

    In a shared channel other fields name other workspaces: https://docs.slack.dev/apis/slack-connect. `installed` is the answer
    of auth.test, which Bolt asks once.
    """
    team_id = extract_team_id(body)
    if team_id is None or team_id != installed.team_id:
        return None
    return Workspace(team_id, installed.enterprise_id or "")


def organisation_named(body: dict[str, Any]) -> str | None:
    """The installation's organisation by a payload; None for a payload that does not tell.

    auth.test was asked once, so it does not know that a workspace has joined an organisation since. An interaction may carry
    the organisation of somebody from elsewhere. Commands only come from people of the installation.
    """
    if body.get("authorizations"):
        return extract_enterprise_id(body["authorizations"][0]) or ""
    if "command" in body:
        return extract_enterprise_id(body) or ""
    return None


def enterprise_id(tx: Tx) -> str:
    """The organisation that the workspace is in now; empty outside one."""
    found = tx.scalar(_enterprise_id(tx.workspace))
    return tx.workspace.enterprise_id if found is None else found


@statement
def _enterprise_id(workspace: Workspace) -> Select[str]:
    return select(Installation.enterprise_id).where(Installation.team_id == workspace.team_id)


def store_installation(tx: Tx) -> None:
    """Store the organisation of this transaction's workspace, for every process."""
    found = tx.sql.get(Installation, tx.workspace.team_id)
    if found is None:
        found = Installation(team_id=tx.workspace.team_id)
        tx.sql.add(found)
    found.enterprise_id = tx.workspace.enterprise_id
