"""Checks of tokens, at once, with a plain sentence for whatever is wrong with one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

SECONDS = 8
KINDS = (
    (r"xoxb-", "a bot token, of the page OAuth & Permissions"),
    (r"xapp-", "an app-level token, of the page Basic Information"),
    (r"xoxp-|xoxc-|xoxd-", "a token of a person"),
    (r"xoxe", "a token for configuring apps or for renewing another token"),
    (r"xox", "a token of another kind"),
    (r"https?://", "an address"),
    (r"\d+\.\d+$", "a client ID"),
    (r"[A-Z]0[A-Z0-9]+$", "an ID of Slack"),
    (r"[0-9a-f]{32}$", "a secret of the page Basic Information"),
)
BOT_TOKEN = "the Bot User OAuth Token, which begins with xoxb-: in the app's settings, OAuth & Permissions"
APP_TOKEN = "an App-Level Token, which begins with xapp-: in the app's settings, Basic Information"
SIGNING_SECRET = "the Signing Secret: in the app's settings, Basic Information, App Credentials"
# https://docs.slack.dev/reference/methods/auth.test#errors
WITHDRAWN = ("token_revoked", "account_inactive", "token_expired", "invalid_refresh_token")
UNKNOWN = ("invalid_auth", "not_authed")
BUSY = ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
# An app-level token holds the id of its app.
APP_OF_TOKEN = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")


class Unreachable(Exception):
    """Slack can't be reached, or is too busy: the token may be right."""


class WrongToken(Exception):
    """The token is not the right one. The message says why, and where the right one is."""


@dataclass(frozen=True)
class BotIdentity:
    """Identity of a bot token: its workspace, and its app if the token may ask that."""

    team_id: str
    team: str
    app_id: str = ""


def check_bot_token(api_url: str, token: str) -> BotIdentity:
    """Ask Slack about a bot token. Raises WrongToken or Unreachable."""
    _check_kind(token, "xoxb-", BOT_TOKEN)
    client = _client(api_url, token)
    answer = _call(client.auth_test, BOT_TOKEN)
    if not answer.get("bot_id"):
        raise WrongToken(f"This token speaks for a person, and not for the bot. Wanted is {BOT_TOKEN}.")
    return BotIdentity(
        team_id=str(answer.get("team_id", "")),
        team=str(answer.get("team", "")),
        app_id=_app_id(client, str(answer["bot_id"])),
    )


def check_app_token(api_url: str, token: str, app_id: str = "") -> None:
    """Ask Slack about an app-level token of this app. Raises WrongToken or Unreachable."""
    _check_kind(token, "xapp-", APP_TOKEN)
    named = APP_OF_TOKEN.match(token)
    if named and app_id and named[1] != app_id:
        raise WrongToken(
            f"This token is of another app ({named[1]}) than the bot token ({app_id}). Make both in the same app."
        )
    client = _client(api_url, token)
    _call(
        lambda: client.apps_connections_open(app_token=token),
        f"{APP_TOKEN}, with the scope connections:write",
    )


def check_signing_secret(secret: str) -> bool:
    """Whether it looks like a signing secret; only Slack's own requests can tell. Raises WrongToken."""
    if not secret or re.search(r"\s", secret) or re.match(r"xox|xapp-|https?://|\d+\.\d+$", secret):
        raise WrongToken(f"{_what_it_is(secret)} Wanted is {SIGNING_SECRET}.")
    return re.fullmatch(r"[0-9a-f]{32}", secret) is not None


def _client(api_url: str, token: str) -> WebClient:
    return WebClient(token=token, base_url=api_url, retry_handlers=[], timeout=SECONDS)


def _app_id(client: WebClient, bot_id: str) -> str:
    """The app of the bot; empty where the token may not ask. https://docs.slack.dev/reference/methods/bots.info"""
    try:
        found: dict[str, Any] = _call(lambda: client.bots_info(bot=bot_id), BOT_TOKEN).get("bot") or {}
    except (WrongToken, Unreachable):
        return ""
    return str(found.get("app_id", ""))


def _check_kind(token: str, beginning: str, wanted: str) -> None:
    if token.startswith(beginning):
        if not re.fullmatch(re.escape(beginning) + r"[A-Za-z0-9-]+", token):
            raise WrongToken(
                f"The token is not whole, or has something in it that is no part of it. Copy {wanted}."
            )
        return
    raise WrongToken(f"{_what_it_is(token)} Wanted is {wanted}.")


def _what_it_is(value: str) -> str:
    if not value:
        return "There was nothing in it."
    for shape, kind in KINDS:
        if re.match(shape, value):
            return f"This is {kind}."
    return "This is not a token that I know."


def _call(call: Callable[[], Any], wanted: str) -> dict[str, Any]:
    try:
        data = call().data
    except SlackApiError as problem:
        raise _refusal(problem, wanted) from None
    except (SlackClientError, URLError, OSError, ValueError, AttributeError):
        raise Unreachable("Slack can't be reached. See whether this machine is on the internet.") from None
    if not isinstance(data, dict):
        raise Unreachable("What answers there is not Slack. Perhaps this network asks you to log in first.")
    return data


def _refusal(problem: SlackApiError, wanted: str) -> WrongToken | Unreachable:
    data = getattr(problem.response, "data", problem.response)
    code = data.get("error") if isinstance(data, dict) else None
    if code is None:
        return Unreachable("What answers there is not Slack. Perhaps this network asks you to log in first.")
    if code in BUSY:
        return Unreachable("Slack is too busy just now.")
    if code in WITHDRAWN:
        return WrongToken(
            "This token was withdrawn. Install the app again, on its page Install App, and copy the new one."
        )
    if code in UNKNOWN:
        return WrongToken(f"Slack does not know this token. Copy it once more, whole: {wanted}.")
    if code == "missing_scope":
        return WrongToken(f"This token lacks a scope. Wanted is {wanted}.")
    if code == "not_allowed_token_type":
        return WrongToken(f"This is a token of another kind. Wanted is {wanted}.")
    return WrongToken(f"Slack refuses this token ({code}). Wanted is {wanted}.")
