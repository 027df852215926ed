"""Steps of the setup: each asks one thing, checks it at once and writes it down."""

import json
import os
import sys
import webbrowser
from collections.abc import Callable, Mapping
from urllib.parse import quote

import click
from cryptography.fernet import Fernet

from bot.cli.manifest import is_public
from bot.cli.setup import tokens
from bot.cli.setup.env_file import EnvFile
from bot.cli.setup.questions import agrees, ask, ask_secret, say
from bot.cli.setup.stored import reads_what_is_stored, stored_in
from bot.settings import DEFAULT_PORT, SLACK_API_URL, SettingsProblem, load_database_url
from bot.slack.manifest import ENDPOINT, manifest

# https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests#sharing_manifests
CREATE_APP = "https://api.slack.com/apps?new_app=1&manifest_json="
BOT, APP, SIGNING, KEYS = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "INTERVISIE_SECRET_KEYS",
)
URL, DATABASE, PORT = "PUBLIC_URL", "DATABASE_URL", "PORT"


class Setup:
    """Settings known so far. The environment goes before the settings file."""

    def __init__(self, file: EnvFile, *, with_history: bool) -> None:
        self.file = file
        self.with_history = with_history
        self.app_id = ""
        self.team = ""

    def has(self, name: str) -> bool:
        return bool(self.value(name) or self._elsewhere(f"{name}_FILE"))

    def value(self, name: str) -> str:
        return self._elsewhere(name) or self.file.values.get(name, "")

    def is_elsewhere(self, name: str) -> bool:
        """Whether a setting comes from the environment or from a secret file, where setup changes nothing."""
        in_file = self.file.values.get(f"{name}_FILE")
        return bool(self._elsewhere(name) or self._elsewhere(f"{name}_FILE") or in_file)

    def _elsewhere(self, name: str) -> str:
        return os.environ.get(name, "").strip()

    @property
    def api_url(self) -> str:
        return (self.value("SLACK_API_URL") or SLACK_API_URL).rstrip("/") + "/"

    @property
    def uses_socket_mode(self) -> bool:
        return self.has(APP)

    @property
    def is_complete(self) -> bool:
        return self.has(BOT) and self.has(KEYS) and (self.has(APP) or (self.has(SIGNING) and self.has(URL)))

    @property
    def database_url(self) -> str:
        """The address of the database that the bot will use. Raises click.ClickException."""
        try:
            return load_database_url()
        except SettingsProblem as found:
            raise click.ClickException(found.problems[0]) from None

    def ask_for_what_is_missing(self) -> None:
        over_http = not self.has(APP) and (self.has(SIGNING) or _asks_for_http(self))
        if over_http and not self.has(URL):
            ask_public_url(self)
        if not self.has(BOT):
            show_link(self, over_http=over_http)
            ask_bot_token(self)
        if over_http and not self.has(SIGNING):
            ask_signing_secret(self)
        if not over_http and not self.has(APP):
            ask_app_token(self)
        if not self.has(KEYS):
            give_a_key(self)


def _asks_for_http(this: Setup) -> bool:
    say("\nHow does Slack reach the bot?")
    say("  1  The bot calls Slack (Socket Mode). Nothing needs to be reachable from outside: right for most.")
    say("  2  Slack calls the bot, at an address that begins with https://.")
    while True:
        answer = ask("1 or 2", "1")
        if answer in ("1", "2"):
            return answer == "2"


def show_link(this: Setup, *, over_http: bool) -> None:
    """The link that opens Slack with the manifest filled in, and what to press there."""
    address = this.value(URL).rstrip("/")
    made = manifest(socket_mode=not over_http, url=address, with_history=this.with_history)
    link = CREATE_APP + quote(json.dumps(made, separators=(",", ":"), ensure_ascii=False), safe="")
    say("\nMake the app in Slack. This link opens Slack with everything filled in:\n")
    say(link)
    say("\nThere: choose your workspace, press Next and Create. Then press Install App, Install, and Allow.")
    say(
        "(If your browser can't take the link: choose From a manifest, and paste what `intervisie manifest` prints.)"
    )
    if sys.stdin.isatty() and (os.environ.get("DISPLAY") or sys.platform in ("darwin", "win32")):
        webbrowser.open(link)


def ask_bot_token(this: Setup) -> None:
    say("\nOn the page OAuth & Permissions stands the Bot User OAuth Token. It begins with xoxb-.")

    def check(token: str) -> None:
        found = tokens.check_bot_token(this.api_url, token)
        _check_workspace(this, found)
        this.app_id, this.team = found.app_id, found.team or found.team_id

    this.file.put(BOT, _until_right("Bot token", check))
    say(f"Good: it is the token of the workspace {this.team}.")


def _check_workspace(this: Setup, found: tokens.BotIdentity) -> None:
    """A database keeps the groups of its own workspace, which the bot would not find with another token."""
    known = stored_in(this.database_url).team_ids
    if not known or found.team_id in known:
        return
    raise tokens.WrongToken(
        f"This token is of the workspace {found.team or found.team_id} ({found.team_id}), and the groups in your database are of "
        f"another one ({', '.join(sorted(known))}). Give a token of that workspace, or stop with Ctrl+C and name another "
        "database in DATABASE_URL."
    )


def ask_app_token(this: Setup) -> None:
    say(
        "\nOn the page Basic Information, under App-Level Tokens, press Generate Token and Scopes. Give it any name,"
    )
    say("add the scope connections:write, and press Generate. The token begins with xapp-.")
    app_id = this.app_id or _app_id(this)
    this.file.put(APP, _until_right("App token", lambda it: tokens.check_app_token(this.api_url, it, app_id)))
    say("Good: the bot can connect to Slack with it.")


def _app_id(this: Setup) -> str:
    """The app of the bot token that is there already; empty if that can't be asked now."""
    try:
        return tokens.check_bot_token(this.api_url, this.value(BOT)).app_id
    except (tokens.WrongToken, tokens.Unreachable):
        return ""


def ask_signing_secret(this: Setup) -> None:
    say(
        "\nOn the page Basic Information, under App Credentials, stands the Signing Secret. Press Show and copy it."
    )

    def check(secret: str) -> None:
        if not tokens.check_signing_secret(secret) and not agrees(
            "A signing secret has 32 characters, 0 to 9 and a to f; this one has not. Is it right?",
            default=False,
        ):
            raise tokens.WrongToken("Then copy it once more.")

    this.file.put(SIGNING, _until_right("Signing secret", check))
    say("It is written down. Whether it is the right one shows when Slack first calls.")


def ask_public_url(this: Setup) -> None:
    say(
        f"\nAt which address does Slack reach the bot? Your proxy leads it to port {this.value(PORT) or DEFAULT_PORT} here."
    )
    while True:
        address = ask("Address, with https://", this.value(URL)).rstrip("/").removesuffix(ENDPOINT)
        if is_public(address):
            this.file.put(URL, address)
            return
        say("Slack calls an address that begins with https:// and that the whole internet can reach.")


def give_a_key(this: Setup) -> None:
    """A new key; where texts are stored already, the key that reads them."""
    url = this.database_url
    if stored_in(url).has_texts:
        say("\nYour database holds texts that are encrypted with a key. Nobody can read them without it.")

        def check(keys: str) -> None:
            if not reads_what_is_stored(url, keys):
                raise tokens.WrongToken(
                    "This key does not read them. Look where you keep passwords, or in a copy of the settings file."
                )

        this.file.put(KEYS, _until_right("The key", check))
        return
    this.file.put(KEYS, Fernet.generate_key().decode())
    say("\nA key was made. It encrypts what people write, and stands in the settings file:")
    say(f"  {this.file.path}, the line {KEYS}")
    say("Copy that line to where you keep passwords. Without it nobody can read the stored texts again.")


def change_bot_token(this: Setup) -> None:
    _refuse_elsewhere(this, BOT)
    ask_bot_token(this)


def change_to_socket_mode(this: Setup) -> None:
    """A new app-level token; from HTTP this is the other way."""
    _refuse_elsewhere(this, APP)
    if not this.has(APP):
        say(
            "\nIn the app's settings: Socket Mode, Enable Socket Mode. Or paste what `intervisie manifest` prints."
        )
    ask_app_token(this)
    if this.file.values.get(URL) and not this.has(PORT):
        # In Socket Mode nobody listens at the address, unless a port is named for calendars.
        this.file.take_away(URL)


def change_to_http(this: Setup) -> None:
    """A new address and signing secret; from Socket Mode this is the other way."""
    for name in (APP, SIGNING, URL):
        _refuse_elsewhere(this, name)
    ask_public_url(this)
    ask_signing_secret(this)
    if this.has(APP):
        this.file.take_away(APP)
    say(
        f"Paste what `intervisie manifest --mode http --url {this.value(URL)}` prints into the app's manifest."
    )


def change_database(this: Setup) -> None:
    """Another address; the data does not move along."""
    _refuse_elsewhere(this, DATABASE)
    before = this.file.values.get(DATABASE)
    say("\nThe bot goes on with what stands there; nothing is copied. Empty is a file in the data folder.")
    while True:
        this.file.put(DATABASE, ask_secret("Address, with postgres:// or sqlite:///"))
        try:
            load_database_url()
        except SettingsProblem as found:
            say(found.problems[0])
            if before is None:
                this.file.take_away(DATABASE)
            else:
                this.file.put(DATABASE, before)
        else:
            return


CHANGES: Mapping[str, Callable[[Setup], None]] = {
    "bot-token": change_bot_token,
    "app-token": change_to_socket_mode,
    "http": change_to_http,
    "database": change_database,
}
CHOICES = (
    ("bot-token", "the bot token"),
    ("app-token", "the app token (Socket Mode)"),
    ("http", "the address and the signing secret (HTTP)"),
    ("database", "the database"),
)


def ask_what_to_change(this: Setup) -> str | None:
    """One of CHANGES, or None to check only."""
    way = "Socket Mode" if this.uses_socket_mode else f"HTTP, at {this.value(URL)}"
    say(f"Your settings are in {this.file.path}. Slack and the bot meet by {way}.")
    say("\nWhat do you want to change?")
    for number, (_, words) in enumerate(CHOICES, start=1):
        say(f"  {number}  {words}")
    nothing = str(len(CHOICES) + 1)
    say(f"  {nothing}  nothing: check everything")
    while True:
        answer = ask(f"1 to {nothing}", nothing)
        if answer == nothing:
            return None
        if answer in {str(number) for number in range(1, len(CHOICES) + 1)}:
            return CHOICES[int(answer) - 1][0]


def _refuse_elsewhere(this: Setup, name: str) -> None:
    if this.is_elsewhere(name):
        raise click.ClickException(
            f"{name} comes from the environment or from a secret file, which goes before {this.file.path}. Change it there."
        )


def _until_right(text: str, check: Callable[[str], None]) -> str:
    """Ask until it is right; when Slack can't be reached, the same is tried again."""
    while True:
        given = ask_secret(text)
        while True:
            try:
                check(given)
            except tokens.WrongToken as problem:
                say(str(problem))
                break
            except tokens.Unreachable as problem:
                say(f"{problem} What you gave before is kept.")
                if not agrees("Try again?", default=True):
                    raise click.Abort from None
            else:
                return given
