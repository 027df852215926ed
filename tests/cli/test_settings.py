"""Settings: everything that is missing or wrong is told at once, and no value is ever repeated."""

import os
import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, SettingsProblem, load_database_url, load_settings
from tests.cli.conftest import NAMES

KEY = Fernet.generate_key().decode()
WHOLE = {
    "SLACK_BOT_TOKEN": "xoxb-1-a",
    "SLACK_APP_TOKEN": "xapp-1-a",
    "SLACK_SIGNING_SECRET": "abc",
    "INTERVISIE_SECRET_KEYS": KEY,
}


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in {**WHOLE, **values}.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def problems(monkeypatch: pytest.MonkeyPatch, **values: str) -> list[str]:
    with pytest.raises(SettingsProblem) as found:
        load(monkeypatch, **values)
    return found.value.problems


def test_nothing_set_is_told_in_a_sentence_each() -> None:
    with pytest.raises(SettingsProblem) as found:
        load_settings()
    told = found.value.problems
    assert [sentence.split()[0] for sentence in told] == [
        "SLACK_BOT_TOKEN",
        "Give",
        "INTERVISIE_SECRET_KEYS",
    ]
    assert all(sentence.endswith(".") for sentence in told)


def test_everything_wrong_is_told_at_once_and_without_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "xapp-geheim1",
        "SLACK_APP_TOKEN": "xoxb-geheim2",
        "SLACK_API_URL": "ftp://geheim3",
        "DATABASE_URL": "mysql://geheim4",
        "INTERVISIE_SECRET_KEYS": f"{KEY},geheim5",
        "INTERVISIE_CLOCK_URL": "ws://geheim6.example",
        "PORT": "geheim7",
        "LOG_LEVEL": "geheim8",
        "METRICS_PORT": "geheim9",
        "METRICS_HOST": "geheim10",
        "METRICS_TOKEN": "geheim 11",
        "PUBLIC_URL": "geheim12",
        "TRUSTED_PROXIES": "geheim14",
        "DEFAULT_LANGUAGE": "geheim13",
    }
    told = problems(monkeypatch, **wrong)
    for name in wrong:
        assert any(name in sentence for sentence in told), name
    assert "geheim" not in " ".join(told)
    assert any("key 2" in sentence for sentence in told)


def test_what_is_left_out_has_a_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/intervisie/intervisie.db"
    assert (settings.port, settings.log_level, settings.clock_url) == (None, "INFO", None)
    assert settings.default_language == "nl"
    assert (settings.metrics_port, settings.metrics_token) == (None, None)
    # Whoever gives a port alone opens it to this machine only.
    assert settings.metrics_host == "127.0.0.1"


def test_an_empty_setting_is_one_that_was_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, SLACK_API_URL="", DATABASE_URL="", PORT="", LOG_LEVEL="")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/intervisie/intervisie.db"
    assert settings.log_level == "INFO"


def test_blanks_that_came_along_with_a_copy_are_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, SLACK_BOT_TOKEN=" xoxb-1-a\n", INTERVISIE_SECRET_KEYS=f" {KEY} , {KEY} ")
    assert settings.bot_token == "xoxb-1-a"
    assert settings.secret_keys == (KEY, KEY)


@pytest.mark.parametrize("spelling", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_every_spelling_of_postgresql_is_understood(monkeypatch: pytest.MonkeyPatch, spelling: str) -> None:
    settings = load(
        monkeypatch, DATABASE_URL=f"{spelling}jan:pa%40s@db.example:5432/intervisie?sslmode=require"
    )
    assert settings.database_url == (
        "postgresql+psycopg://jan:pa%40s@db.example:5432/intervisie?sslmode=require"
    )


@pytest.mark.parametrize(
    "url", ["sqlite:///", "sqlite:///:memory:", "postgres://jan:geheim@db.example:poort/x", "db.example"]
)
def test_a_database_that_cannot_be_used_is_told_before_it_is_tried(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    [told] = problems(monkeypatch, DATABASE_URL=url)
    assert told.startswith("DATABASE_URL")
    assert "geheim" not in told


def test_migrating_asks_for_the_database_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/intervisie")
    assert load_database_url() == "postgresql+psycopg://db.example/intervisie"


@pytest.mark.parametrize("token", ["xoxb-…", "xoxb-", "xoxb-1 2", "xoxp-1-a"])
def test_a_token_that_cannot_be_whole_is_told(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    [told] = problems(monkeypatch, SLACK_BOT_TOKEN=token)
    assert told.startswith("SLACK_BOT_TOKEN")


def test_with_an_app_token_it_is_socket_mode_and_without_it_is_http(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch).uses_socket_mode
    assert load(monkeypatch, SLACK_SIGNING_SECRET="").uses_socket_mode
    assert not load(monkeypatch, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="abc").uses_socket_mode


@pytest.mark.parametrize("port", ["0", "65536", "-1", "²", "3000.5"])
def test_a_port_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    assert problems(monkeypatch, PORT=port) == ["PORT must be a number between 1 and 65535."]


@pytest.mark.parametrize(
    "url", ["http://slack.example/api/", "http://127.0.0.1.example/api/", "slack.com/api"]
)
def test_tokens_travel_in_the_clear_within_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    [told] = problems(monkeypatch, SLACK_API_URL=url)
    assert told.startswith("SLACK_API_URL")
    assert load(monkeypatch, SLACK_API_URL="http://127.0.0.1:8900/api").slack_api_url.endswith("/api/")


def test_a_clock_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    [told] = problems(monkeypatch, INTERVISIE_CLOCK_URL="ws://127.0.0.1.example/clock")
    assert told.startswith("INTERVISIE_CLOCK_URL")


def test_the_file_counts_and_the_environment_counts_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=4000\nLOG_LEVEL=debug\nELSE=1\n", encoding="utf-8")
    settings = load(monkeypatch, PORT="5000")
    assert (settings.port, settings.log_level) == (5000, "DEBUG")


def test_a_file_that_is_no_text_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe\n")
    [told] = problems(monkeypatch)
    assert ".env" in told


TOKEN = "0123456789abcdef"


def test_the_page_for_prometheus_has_a_port_an_address_and_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, METRICS_PORT="9464", METRICS_HOST="0.0.0.0", METRICS_TOKEN=TOKEN)
    assert (settings.metrics_port, settings.metrics_host, settings.metrics_token) == (9464, "0.0.0.0", TOKEN)
    assert load(monkeypatch, METRICS_PORT="9464", METRICS_HOST="::").metrics_host == "::"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "²", "9464.5"])
def test_a_port_for_prometheus_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    assert problems(monkeypatch, METRICS_PORT=port) == ["METRICS_PORT must be a number between 1 and 65535."]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"METRICS_PORT": "3000", "PORT": "3000"}, "another port than PORT"),
        ({"METRICS_PORT": "9464", "METRICS_HOST": "db.example"}, "must be an address"),
        ({"METRICS_HOST": "0.0.0.0"}, "no use without METRICS_PORT"),
        ({"METRICS_PORT": "9464", "METRICS_TOKEN": "short"}, "16 characters"),
        ({"METRICS_PORT": "9464", "METRICS_TOKEN": f"{TOKEN} {TOKEN}"}, "no blanks"),
        ({"METRICS_TOKEN": TOKEN}, "needs a port in Socket Mode"),
    ],
)
def test_a_page_that_nobody_could_read_or_everybody_is_told(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str
) -> None:
    [told] = problems(monkeypatch, **values)
    assert told.startswith("METRICS_")
    assert words in told
    assert TOKEN not in told


def test_a_token_needs_no_port_of_its_own_where_there_is_an_ordinary_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load(monkeypatch, METRICS_TOKEN=TOKEN, PORT="3000").metrics_token == TOKEN
    assert load(monkeypatch, METRICS_TOKEN=TOKEN, SLACK_APP_TOKEN="").metrics_token == TOKEN


def test_no_secret_is_in_what_a_log_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {"DATABASE_URL": "postgres://jan:geheim@db.example/x", "METRICS_TOKEN": TOKEN, "PORT": "1"}
    shown = repr(load(monkeypatch, **whole))
    for secret in (KEY, TOKEN, "xoxb-1-a", "xapp-1-a", "abc", "geheim"):
        assert secret not in shown


def test_the_example_names_every_setting_that_the_readme_may_use() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    for name in set(NAMES) - {"INTERVISIE_CLOCK_URL", "SLACK_API_URL"}:
        assert f"{name}=" in example, name


@pytest.mark.parametrize(
    "url", ["https://bot.example", "https://bot.example/intervisie/", "http://localhost:3000"]
)
def test_the_address_for_calendars_is_taken_without_its_last_stroke(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert load(monkeypatch, PUBLIC_URL=url, PORT="3000").public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://bot.example", "bot.example", "https://", "https://a@b.example", "https://bot.example?x=1"]
)
def test_an_address_for_calendars_that_would_not_do_is_told(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    [told] = problems(monkeypatch, PUBLIC_URL=url, PORT="3000")
    assert "PUBLIC_URL must be an address" in told


def test_proxies_are_trusted_when_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch).trusted_proxies == ()
    named = load(monkeypatch, TRUSTED_PROXIES="10.0.0.5, 192.168.0.0/16,fd00::/8").trusted_proxies
    assert named == ("10.0.0.5", "192.168.0.0/16", "fd00::/8")
    for wrong in ("*", "proxy.example", "10.0.0.5/8"):
        [told] = problems(monkeypatch, TRUSTED_PROXIES=wrong)
        assert "TRUSTED_PROXIES" in told


def test_an_address_for_calendars_needs_a_port_to_lead_to(monkeypatch: pytest.MonkeyPatch) -> None:
    [told] = problems(monkeypatch, PUBLIC_URL="https://bot.example")
    assert "PORT" in told
    assert load(monkeypatch, PUBLIC_URL="https://bot.example", SLACK_APP_TOKEN="").public_url


@pytest.mark.parametrize(("written", "meant"), [("en", "en"), (" EN ", "en"), ("nl", "nl"), ("", "nl")])
def test_the_default_language_is_one_that_we_speak(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    assert load(monkeypatch, DEFAULT_LANGUAGE=written).default_language == meant


def test_another_default_language_is_refused_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [told] = problems(monkeypatch, DEFAULT_LANGUAGE="de")
    assert told == "DEFAULT_LANGUAGE must be one of nl, en; leave it out for Dutch."


def test_pages_are_at_the_public_address_or_on_this_machine_in_the_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = {"SLACK_API_URL": "http://127.0.0.1:8900/api/", "PORT": "8901"}
    assert (
        load(monkeypatch, PUBLIC_URL="https://bot.example/", PORT="3000").page_address
        == "https://bot.example"
    )
    assert load(monkeypatch, PUBLIC_URL="https://bot.example", **here).page_address == "https://bot.example"
    assert load(monkeypatch, PUBLIC_URL="", **here).page_address == "http://127.0.0.1:8901"
    assert load(monkeypatch, PUBLIC_URL="", PORT="8901", SLACK_API_URL="").page_address is None


def test_names_of_settings_may_be_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    Path(".env").write_text("Log_Level=warning\n")
    settings = load(monkeypatch, port="8080")
    assert (settings.port, settings.log_level) == (8080, "WARNING")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_settings_file_may_be_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """As secret managers offer one, so that nothing stands on a disk."""
    os.mkfifo(".env")
    writer = threading.Thread(target=Path(".env").write_text, args=("PORT=8080\n",))
    monkeypatch.setenv("INTERVISIE_FOLDER", str(Path.cwd()))
    writer.start()
    assert load(monkeypatch).port == 8080
    writer.join()
