"""An environment in which the bot can start, and nothing of whoever runs the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, make_url, text

from tests.empty import migrated_file

NAMES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "DATABASE_URL",
    "INTERVISIE_SECRET_KEYS",
    "INTERVISIE_CLOCK_URL",
    "PORT",
    "LOG_LEVEL",
    "DEFAULT_LANGUAGE",
    "METRICS_PORT",
    "METRICS_HOST",
    "METRICS_TOKEN",
    "PUBLIC_URL",
    "TRUSTED_PROXIES",
)
# Settings of which a file may hold the value.
IN_FILES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "INTERVISIE_SECRET_KEYS",
    "DATABASE_URL",
    "METRICS_TOKEN",
)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` and no settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("INTERVISIE_FOLDER", *NAMES, *(f"{name}_FILE" for name in IN_FILES)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Whole settings for Socket Mode with a migrated database; the address of Slack is for the test to give."""
    values = {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "DATABASE_URL": migrated_file(tmp_path / "bot.db"),
        "INTERVISIE_SECRET_KEYS": Fernet.generate_key().decode(),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'migrated.db'}"
        return
    server = make_url(request.getfixturevalue("postgresql_url"))
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated STRATEGY FILE_COPY"))
        yield server.set(database="migrated").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE migrated WITH (FORCE)"))
    engine.dispose()
