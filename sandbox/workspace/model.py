"""What is in the workspace."""

import secrets
from dataclasses import dataclass, field
from typing import Any


class Refusal(Exception):
    """Slack says no. `code` is Slack's error code; `details` what it adds in response_metadata."""

    def __init__(self, code: str, *details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = list(details)


# The languages of Slack, as recorded:
# https://github.com/slackapi/node-slack-sdk/blob/main/packages/web-api/src/types/response/RtmStartResponse.ts
LOCALES = frozenset(
    "de-DE en-GB en-US es-ES es-LA fr-FR it-IT ja-JP ko-KR pt-BR ru-RU zh-CN zh-TW".split()  # noqa: SIM905
)


@dataclass
class Person:
    id: str
    name: str
    real_name: str
    zone: str = "Europe/Amsterdam"
    # One of LOCALES: Slack has no Dutch.
    locale: str = "en-US"
    title: str = ""
    # The language that they read, for whoever plays them. Slack does not know it.
    reads: str = "nl"
    is_bot: bool = False
    is_guest: bool = False
    # A guest who may be in one channel only.
    is_single_channel_guest: bool = False
    # From another organisation, and in none of the channels that the bot can see.
    is_stranger: bool = False
    # Their own organisation, when it is not this one.
    home_team: str = ""
    # And what that one belongs to on Enterprise Grid, if anything.
    home_enterprise: str = ""
    deleted: bool = False
    status_text: str = ""
    status_emoji: str = ""
    # Unix seconds; 0 for a status that stays.
    status_expiration: int = 0
    # Do not disturb, every day between these two moments (Unix seconds); 0 and 0 for never.
    dnd_from: float = 0.0
    dnd_until: float = 0.0

    def __post_init__(self) -> None:
        if self.locale not in LOCALES:
            raise Refusal("invalid_arguments", f"Slack has no locale {self.locale}")


@dataclass
class File:
    """What was announced, then brought, then finished: only then it exists for people."""

    id: str
    name: str
    length: int
    token: str
    title: str = ""
    content: bytes = b""
    brought: bool = False
    finished: bool = False


@dataclass
class Channel:
    id: str
    name: str
    members: set[str] = field(default_factory=set)
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    # Shared with another organisation (Slack Connect).
    is_ext_shared: bool = False
    # The other organisation's workspace, and what that belongs to on Enterprise Grid.
    connected_team: str = ""
    connected_enterprise: str = ""
    # The person at the other end, for a conversation with the bot.
    im_with: str | None = None


@dataclass
class Message:
    ts: str
    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    metadata: dict[str, Any] | None = None
    only_for: str | None = None
    edited: bool = False
    # "tombstone" for a message that was deleted and has replies.
    subtype: str = ""
    # Of each file: id, name, title, size and address.
    files: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class View:
    """A modal or a Home tab, as one person sees it."""

    id: str
    user: str
    content: dict[str, Any]
    root_id: str
    previous_id: str | None = None
    hash: str = field(default_factory=lambda: secrets.token_hex(5))
    # What the person has filled in so far, by block and action.
    state: dict[str, Any] = field(default_factory=dict)


@dataclass
class Trigger:
    user: str
    made_at: float
    used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    made_at: float
    uses: int = 0


TEAM = [
    Person("U0ANNA", "anna", "Anna de Wit", title="jeugdverpleegkundige"),
    Person("U0BRAM", "bram", "Bram Hoekstra", title="teamcoach"),
    Person(
        "U0CHLOE",
        "chloe",
        "Chloé Mertens",
        title="wijkverpleegkundige",
        zone="Europe/London",
        locale="en-GB",
        reads="en",
    ),
    Person("U0DAAN", "daan", "Daan Veldkamp", title="praktijkondersteuner"),
    Person("U0ESRA", "esra", "Esra Yalın", title="maatschappelijk werker"),
    Person("U0FLEUR", "fleur", "Fleur Bakels", title="ergotherapeut"),
]
BOT_USER = "U0BOT"
# Who a message is from that was deleted and has replies.
SLACKBOT = "USLACKBOT"
BOT_ID = "B0BOT"
APP_ID = "A0APP"
# The workspace of another organisation, when nobody says which.
ELSEWHERE = "T0ELDERS"
GROUP_CHANNEL = "C0OOST"
OTHER_CHANNEL = "C0ALGEMEEN"
# Where the bot is not yet.
EMPTY_CHANNEL = "C0WEST"
