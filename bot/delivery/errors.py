"""Slack's error codes, by what the sender does about them."""

from dataclasses import dataclass
from enum import Enum

from bot.storage import Workspace


class ErrorKind(Enum):
    """Error kind: what the sender does about an error."""

    GONE = "the place or the person is gone for good"
    TOKEN_REFUSED = "the workspace takes no call with this token; everything waits"
    NOT_ALLOWED = "somebody must give the app a right, or invite it"
    RETRY = "certainly not done; try again later"
    IN_DOUBT = "may have been done; look before trying again"
    BUG = "our own fault; trying again changes nothing"


# Error codes of https://docs.slack.dev/reference/methods/chat.postMessage, …/chat.update, …/chat.postEphemeral and
# …/views.publish.
_GONE = {
    "channel_not_found",
    "is_archived",
    "message_not_found",
    "thread_not_found",
    "cannot_reply_to_message",
    "user_not_found",
    "user_disabled",
    "user_not_in_channel",
    "messages_tab_disabled",
    "edit_window_closed",
    "cant_update_message",
    "cant_delete_message",
    "hash_conflict",
    "restricted_action_thread_locked",
}
# Errors of the token itself, which every method gives, and auth.test too. account_inactive is one of them: "token is for a
# deleted user or workspace", so the bot's own, and not the reader's. org_login_required lasts until a workspace has moved
# into an organisation; accesslimited until the bot is back on a network that the workspace allows.
# https://docs.slack.dev/reference/methods/auth.test#errors
_TOKEN_REFUSED = {
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "accesslimited",
    "org_login_required",
}
_NOT_ALLOWED = {
    "not_in_channel",
    "missing_scope",
    "not_allowed_token_type",
    "no_permission",
    "ekm_access_denied",
    "not_enabled",
    "access_denied",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "team_access_not_granted",
}
_RETRY = {"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org"}
_IN_DOUBT = {"internal_error", "fatal_error", "request_timeout"}


# Errors of an edit whose message was deleted. https://docs.slack.dev/reference/methods/chat.update
NO_SUCH_MESSAGE = {"message_not_found", "cant_update_message"}


def kind_of(code: str) -> ErrorKind:
    """The kind of a Web API error code."""
    if code in _GONE:
        return ErrorKind.GONE
    if code in _TOKEN_REFUSED:
        return ErrorKind.TOKEN_REFUSED
    if code in _NOT_ALLOWED:
        return ErrorKind.NOT_ALLOWED
    if code in _RETRY:
        return ErrorKind.RETRY
    if code in _IN_DOUBT:
        return ErrorKind.IN_DOUBT
    return ErrorKind.BUG


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that will not be delivered, without its text."""

    workspace: Workspace
    kind: ErrorKind
    code: str
    channel: str | None
    user: str | None
    key: str | None
