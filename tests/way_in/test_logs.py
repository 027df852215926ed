"""Logs cannot hold a word of a case, whoever writes them and however."""

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from bot import logs

logs.configure("INFO")
log = structlog.get_logger()
log.info("known", session="s1", count=3)
log.info("unknown", text="geheim", title="geheim", arguments={"text": "geheim"})
log.debug("quiet")
def read_the_case():
    raise ValueError("geheim")
try:
    read_the_case()
except ValueError as problem:
    log.exception("failed", error=type(problem).__name__)
    logging.getLogger("sqlalchemy").exception("geheim %s", problem)
    logging.getLogger("slack_bolt.AsyncApp").error("geheim", exc_info=True)
logging.getLogger("slack_sdk").warning("geheim")
logging.getLogger("asyncio").error("geheim", extra={"text": "geheim"})
"""


def written() -> list[str]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    return ran.stderr.splitlines()


def test_only_what_is_allowed_gets_through_and_it_says_where_it_went_wrong() -> None:
    lines = written()
    assert "geheim" not in "\n".join(lines)
    ours = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line["event"] for line in ours] == ["known", "unknown", "failed"]
    assert (ours[0]["session"], ours[0]["count"]) == ("s1", 3)
    assert set(ours[1]) == {"event", "level", "timestamp"}
    assert ours[2]["error"] == "ValueError"
    assert "read_the_case" in ours[2]["where"]


def test_a_library_is_heard_by_its_name_and_its_kind_of_error() -> None:
    lines = written()
    [database] = [line for line in lines if line.startswith("sqlalchemy ")]
    assert "ValueError" in database
    assert "read_the_case" in database
    assert any(line.startswith("asyncio ERROR") for line in lines)
