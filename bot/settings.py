"""Settings from the environment and a `.env` file, checked as a whole."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.folders import default_database, settings_file
from bot.secret_files import read_secrets
from bot.texts import LANGUAGES

SLACK_API_URL = "https://slack.com/api/"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT_PORT = 3000
METRICS_HOST = "127.0.0.1"
HERE = ("127.0.0.1", "localhost", "::1")
# Settings that may also come from a file, named by the same setting with _FILE behind it.
SECRETS = (
    "slack_bot_token",
    "slack_app_token",
    "slack_signing_secret",
    "intervisie_secret_keys",
    "database_url",
    "metrics_token",
)


class SettingsProblem(Exception):
    """Settings are missing or wrong. `problems` has a sentence for each, without its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"{len(problems)} settings are missing or wrong")
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """Checked settings. Secrets are not in the repr, so not in logs."""

    bot_token: str = field(repr=False)
    app_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    # The address may contain a password.
    database_url: str = field(repr=False)
    slack_api_url: str = SLACK_API_URL
    port: int | None = None
    log_level: str = "INFO"
    # The language of people and groups of whom nothing says which one they read.
    default_language: str = "nl"
    clock_url: str | None = None
    # The bot's public address, for calendar subscriptions.
    public_url: str | None = None
    # Addresses or networks of proxies, whose word on the client's address is taken.
    trusted_proxies: tuple[str, ...] = ()
    metrics_port: int | None = None
    metrics_host: str = METRICS_HOST
    metrics_token: str | None = field(default=None, repr=False)

    @property
    def uses_socket_mode(self) -> bool:
        return self.app_token is not None

    @property
    def page_address(self) -> str | None:
        """Where pages of the bot can be opened: its public address, or in the demo its port on this machine."""
        if self.public_url or self.port is None or not _is_here(self.slack_api_url, "http"):
            return self.public_url
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class _Environment:
    """Raw values, all strings, so that every problem can be reported at once in our own words."""

    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_api_url: str = ""
    database_url: str = ""
    intervisie_secret_keys: str = ""
    intervisie_clock_url: str = ""
    port: str = ""
    log_level: str = ""
    default_language: str = ""
    public_url: str = ""
    trusted_proxies: str = ""
    metrics_port: str = ""
    metrics_host: str = ""
    metrics_token: str = ""
    slack_bot_token_file: str = ""
    slack_app_token_file: str = ""
    slack_signing_secret_file: str = ""
    intervisie_secret_keys_file: str = ""
    database_url_file: str = ""
    metrics_token_file: str = ""


def load_settings() -> Settings:
    """Read and check all settings. Raises SettingsProblem with a sentence for each problem."""
    env, unread = _environment(SECRETS)
    problems: list[str] = []
    slack_api_url = _slack(env, problems)
    keys = tuple(key.strip() for key in env.intervisie_secret_keys.split(",") if key.strip())
    _check_keys(keys, problems)
    database_url = _database(env, problems)
    _check_port("PORT", env.port, problems)
    _check_metrics(env, problems)
    _check_public_url(env, problems)
    trusted_proxies = _proxies(env, problems)
    log_level = env.log_level.upper() or "INFO"
    if log_level not in LOG_LEVELS:
        problems.append(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    default_language = env.default_language.lower() or "nl"
    if default_language not in LANGUAGES:
        problems.append(f"DEFAULT_LANGUAGE must be one of {', '.join(LANGUAGES)}; leave it out for Dutch.")
    if env.intervisie_clock_url and not _is_here(env.intervisie_clock_url, "ws"):
        problems.append("INTERVISIE_CLOCK_URL is for the demo on this machine only; remove it.")
    problems = [*unread.values(), *_without(problems, unread)]
    if problems:
        raise SettingsProblem(problems)
    return Settings(
        bot_token=env.slack_bot_token,
        app_token=env.slack_app_token or None,
        signing_secret=env.slack_signing_secret or None,
        secret_keys=keys,
        database_url=database_url,
        slack_api_url=slack_api_url.rstrip("/") + "/",
        port=int(env.port) if env.port else None,
        log_level=log_level,
        default_language=default_language,
        clock_url=env.intervisie_clock_url or None,
        public_url=env.public_url.rstrip("/") or None,
        trusted_proxies=trusted_proxies,
        metrics_port=int(env.metrics_port) if env.metrics_port else None,
        metrics_host=env.metrics_host or METRICS_HOST,
        metrics_token=env.metrics_token or None,
    )


def load_database_url() -> str:
    """Only the database's address, for migrations. Raises SettingsProblem."""
    env, unread = _environment(("database_url",))
    problems = list(unread.values())
    url = _database(env, problems)
    if problems:
        raise SettingsProblem(problems)
    return url


def _environment(secrets: tuple[str, ...]) -> tuple[_Environment, dict[str, str]]:
    """The raw values, these secrets from their files where those are named; and a sentence for each bad file."""
    try:
        # The environment goes before the file.
        given = {**_of_file(settings_file()), **_by_field(os.environ)}
    except PermissionError:
        raise SettingsProblem(
            ["The file .env belongs to another account: the bot may not read it."]
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsProblem(["The file .env can't be read: save it as plain text in UTF-8."]) from None
    found, unread = read_secrets(given, secrets)
    return _Environment(**{**given, **found}), unread


def _of_file(file: Path) -> dict[str, str]:
    """The values of a settings file, by field. Empty if there is no file."""
    # A secret manager may offer the file as a pipe.
    if not (file.is_file() or file.is_fifo()):
        return {}
    return _by_field(dotenv_values(file, encoding="utf-8"))


def _by_field(given: Mapping[str, str | None]) -> dict[str, str]:
    """The values by field of `_Environment`. Names in small letters count too."""
    by_name = {name.lower(): value for name, value in given.items() if value is not None}
    return {one.name: by_name[one.name].strip() for one in fields(_Environment) if one.name in by_name}


def _without(problems: list[str], unread: Iterable[str]) -> Iterator[str]:
    """The sentences about settings whose file could be read: nobody needs to be told twice."""
    names = {name.upper() for name in unread}
    if names & {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}:
        names.add("Give")
    return (sentence for sentence in problems if sentence.split()[0] not in names)


def _database(env: _Environment, problems: list[str]) -> str:
    """The database's address for SQLAlchemy; hosting platforms still write postgres://."""
    url = env.database_url or default_database()
    for spelling in ("postgres://", "postgresql://"):
        if url.startswith(spelling):
            url = "postgresql+psycopg://" + url.removeprefix(spelling)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append(
            "DATABASE_URL must begin with sqlite:/// or postgres://; leave it out for a file here."
        )
        return url
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        # SQLAlchemy's own message quotes the address with the password.
        problems.append(
            "DATABASE_URL can't be read as an address; write special characters in the password as %40 and the like."
        )
        return url
    if url.startswith("sqlite") and parts.database in (None, "", ":memory:"):
        problems.append("DATABASE_URL must name a file after sqlite:///; one in memory forgets everything.")
    return url


def _slack(env: _Environment, problems: list[str]) -> str:
    if not env.slack_bot_token:
        problems.append(
            "SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token from your app's page OAuth & Permissions."
        )
    elif not _is_token(env.slack_bot_token, "xoxb-"):
        problems.append(
            "SLACK_BOT_TOKEN must be a whole token that begins with xoxb-; this looks like another one."
        )
    if not env.slack_app_token and not env.slack_signing_secret:
        problems.append(
            "Give SLACK_APP_TOKEN (for Socket Mode: Basic Information, App-Level Tokens) "
            "or SLACK_SIGNING_SECRET (for HTTP: Basic Information, App Credentials)."
        )
    if env.slack_app_token and not _is_token(env.slack_app_token, "xapp-"):
        problems.append(
            "SLACK_APP_TOKEN must be a whole token that begins with xapp-; this looks like another one."
        )
    url = env.slack_api_url or SLACK_API_URL
    # Requests to this address carry tokens, so plain HTTP is allowed on this machine only.
    if not re.fullmatch(r"https://[^\s/]+\S*", url) and not _is_here(url, "http"):
        problems.append("SLACK_API_URL must begin with https://; leave it out for Slack itself.")
    return url


def _is_token(value: str, beginning: str) -> bool:
    return re.fullmatch(re.escape(beginning) + r"[A-Za-z0-9-]+", value) is not None


def _is_here(url: str, scheme: str) -> bool:
    """Whether an address points to this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == scheme and parts.hostname in HERE


def _check_keys(keys: tuple[str, ...], problems: list[str]) -> None:
    if not keys:
        problems.append("INTERVISIE_SECRET_KEYS is missing: make one with `intervisie key` and keep it safe.")
        return
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            problems.append(
                f"INTERVISIE_SECRET_KEYS: key {number} is not a key; make one with `intervisie key`."
            )


def _check_port(name: str, value: str, problems: list[str]) -> None:
    if value and not (value.isdecimal() and 0 < int(value) < 65536):
        problems.append(f"{name} must be a number between 1 and 65535.")


def _check_metrics(env: _Environment, problems: list[str]) -> None:
    """Check the settings of the metrics page: its address and its token."""
    _check_port("METRICS_PORT", env.metrics_port, problems)
    if env.metrics_port and env.metrics_port == env.port:
        problems.append("METRICS_PORT must be another port than PORT.")
    if env.metrics_host and not _is_address(env.metrics_host):
        problems.append("METRICS_HOST must be an address such as 127.0.0.1 (this machine only) or 0.0.0.0.")
    if env.metrics_host and not env.metrics_port:
        problems.append("METRICS_HOST is of no use without METRICS_PORT: give that too, or leave both out.")
    if not env.metrics_token:
        return
    if not re.fullmatch(r"[!-~]{16,}", env.metrics_token):
        problems.append("METRICS_TOKEN must be 16 characters or more: letters, digits and signs, no blanks.")
    if env.slack_app_token and not (env.port or env.metrics_port):
        problems.append(
            "METRICS_TOKEN needs a port in Socket Mode: give PORT, or METRICS_PORT for one of its own."
        )


def _check_public_url(env: _Environment, problems: list[str]) -> None:
    """Check the public address: https, or on this machine."""
    url = env.public_url
    if not url:
        return
    if not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*)?", url) and not _is_here(url, "http"):
        problems.append("PUBLIC_URL must be an address such as https://intervisie.example.org.")
    elif env.slack_app_token and not env.port:
        problems.append("PUBLIC_URL needs a port in Socket Mode: give PORT, and let the address lead there.")


def _proxies(env: _Environment, problems: list[str]) -> tuple[str, ...]:
    """The addresses and networks of trusted proxies."""
    proxies = tuple(proxy.strip() for proxy in env.trusted_proxies.split(",") if proxy.strip())
    if not all(map(_is_network, proxies)):
        problems.append(
            "TRUSTED_PROXIES must be addresses or networks of your proxy, such as 10.0.0.5 or 10.0.0.0/24, separated by "
            "commas."
        )
    return proxies


def _is_network(value: str) -> bool:
    try:
        ip_network(value)
    except ValueError:
        return False
    return True


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
