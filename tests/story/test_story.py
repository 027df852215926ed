"""The whole story through the sandbox, as `intervisie demo --play --headless` plays it."""

import os
import re
import subprocess
import sys

import pytest

from sandbox.player.figures import MOST_MESSAGES

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def played() -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "INTERVISIE_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--play", "--headless"],
        capture_output=True,
        text=True,
        env=environment,
        # A bound for a machine that is busy, not a measure.
        timeout=900,
    )


def test_every_expectation_held_and_nothing_was_refused(played: subprocess.CompletedProcess[str]) -> None:
    assert played.returncode == 0, played.stderr[-3000:]
    assert "0 calls refused" in played.stderr


def test_the_transcript_tells_who_where_and_what(played: subprocess.CompletedProcess[str]) -> None:
    transcript = played.stdout
    assert transcript.startswith("# Een intervisie")
    for expected in (
        "alleen Fleur ziet dit",
        "privé aan Anna",
        "#intervisie-oost, thread",
        "vier korte vragen",
        "Hoe is het gegaan?",
        "in één oogopslag",
        "*Terugblik.*",
    ):
        assert expected in transcript


def test_the_text_of_the_case_stands_in_the_thread_only(played: subprocess.CompletedProcess[str]) -> None:
    places = _where("mopperen bij de koffie", played.stdout)
    assert places
    assert all("thread" in place for place in places)


def test_it_ends_with_how_often_each_was_notified_and_by_what(
    played: subprocess.CompletedProcess[str],
) -> None:
    table = played.stdout.split("## Meldingen per persoon")[1]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    names = [row[0] for row in rows[1:]]
    assert names == ["Anna", "Bram", "Chloé", "Daan", "Esra", "Fleur"]
    assert all(len(row) == 5 for row in rows)
    # Everybody takes part in the session, so nobody hears nothing.
    assert all(sum(map(int, row[1:])) > 0 for row in rows[1:])


def test_its_figures_are_of_the_session(played: subprocess.CompletedProcess[str]) -> None:
    figures = played.stdout.split("## De sessie in cijfers")[1]
    number = re.search(r"in het kanaal en de thread: (\d+)", figures)
    assert number is not None
    assert 0 < int(number[1]) <= MOST_MESSAGES


def _where(words: str, transcript: str) -> list[str]:
    """The headings of the messages in which some words stand."""
    found, heading = [], ""
    for line in transcript.splitlines():
        if line.startswith("**"):
            heading = line
        elif words in line:
            found.append(heading)
    return found
