"""What this installation is told through the environment and a `.env` file, checked as a whole."""

import re
from dataclasses import dataclass, field

from cryptography.fernet import Fernet
from pydantic_settings import BaseSettings, SettingsConfigDict

SLACK_API_URL = "https://slack.com/api/"
DEFAULT_DATABASE = "sqlite:///intervisie.db"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsProblem(Exception):
    """Settings are missing or wrong. `problems` holds a sentence for each, none with a value in it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"{len(problems)} settings are missing or wrong")
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """Checked settings. Secrets stay out of the representation, and so out of logs."""

    bot_token: str = field(repr=False)
    app_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    # A database's address may hold a password.
    database_url: str = field(repr=False)
    slack_api_url: str = SLACK_API_URL
    port: int | None = None
    log_level: str = "INFO"
    clock_url: str | None = None

    @property
    def uses_socket_mode(self) -> bool:
        return self.app_token is not None


class _Environment(BaseSettings):
    """The raw values; every one a string, so that all problems can be told at once in our own words."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", case_sensitive=False)

    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_api_url: str = SLACK_API_URL
    database_url: str = DEFAULT_DATABASE
    intervisie_secret_keys: str = ""
    intervisie_clock_url: str = ""
    port: str = ""
    log_level: str = "INFO"


def load_settings() -> Settings:
    """Reads and checks everything. Raises SettingsProblem with a sentence for each thing that is wrong."""
    env = _Environment()
    problems: list[str] = []
    _check_slack(env, problems)
    keys = tuple(key.strip() for key in env.intervisie_secret_keys.split(",") if key.strip())
    _check_keys(keys, problems)
    database_url = database_only(env, problems)
    if env.port and not (env.port.isdigit() and 0 < int(env.port) < 65536):
        problems.append("PORT must be a number between 1 and 65535.")
    if env.log_level.upper() not in LOG_LEVELS:
        problems.append(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    if env.intervisie_clock_url and not env.intervisie_clock_url.startswith(
        ("ws://127.0.0.1", "ws://localhost")
    ):
        problems.append("INTERVISIE_CLOCK_URL is for the demo on this machine only; remove it.")
    if problems:
        raise SettingsProblem(problems)
    return Settings(
        bot_token=env.slack_bot_token,
        app_token=env.slack_app_token or None,
        signing_secret=env.slack_signing_secret or None,
        secret_keys=keys,
        database_url=database_url,
        slack_api_url=env.slack_api_url.rstrip("/") + "/",
        port=int(env.port) if env.port else None,
        log_level=env.log_level.upper(),
        clock_url=env.intervisie_clock_url or None,
    )


def load_database_url() -> str:
    """Only the database's address: all that a migration needs. Raises SettingsProblem."""
    problems: list[str] = []
    url = database_only(_Environment(), problems)
    if problems:
        raise SettingsProblem(problems)
    return url


def database_only(env: _Environment, problems: list[str]) -> str:
    """The database's address in SQLAlchemy's spelling; hosts still write postgres://."""
    url = env.database_url
    for spelling in ("postgres://", "postgresql://"):
        if url.startswith(spelling):
            return "postgresql+psycopg://" + url.removeprefix(spelling)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append(
            "DATABASE_URL must begin with sqlite:/// or postgres://; leave it out for a file here."
        )
    return url


def _check_slack(env: _Environment, problems: list[str]) -> None:
    if not env.slack_bot_token:
        problems.append(
            "SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token from your app's page OAuth & Permissions."
        )
    elif not env.slack_bot_token.startswith("xoxb-"):
        problems.append("SLACK_BOT_TOKEN must begin with xoxb-; this looks like another token.")
    if not env.slack_app_token and not env.slack_signing_secret:
        problems.append(
            "Give SLACK_APP_TOKEN (for Socket Mode: Basic Information, App-Level Tokens) "
            "or SLACK_SIGNING_SECRET (for HTTP: Basic Information, App Credentials)."
        )
    if env.slack_app_token and not env.slack_app_token.startswith("xapp-"):
        problems.append("SLACK_APP_TOKEN must begin with xapp-; this looks like another token.")
    if not re.match(r"https?://\S+$", env.slack_api_url):
        problems.append("SLACK_API_URL must be a web address; leave it out for Slack itself.")


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
