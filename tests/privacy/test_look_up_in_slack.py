"""The whole bot looks its messages of long ago up in the sandbox's workspace, after somebody asked to be forgotten."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.delivery.records import OutboxRow
from bot.groups.records import Group
from bot.privacy import service as privacy
from bot.sessions.records import Session
from bot.storage import Tx
from tests import empty
from tests.conftest import ours
from tests.factories import ANNA
from tests.sessions.conftest import CHANNEL, Stage, stage, with_case

__all__ = ["stage", "with_case"]

HISTORY = {"channels:history", "groups:history", "im:history"}
TYPED = "Wat ik zelf in de thread schreef"
STAYS = "weet ik niet meer waar mijn berichten staan; die blijven dus"


@pytest.fixture(params=["sqlite", "postgresql"])
def stage_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return empty.sqlite_file(tmp_path / "stage.db")
    return empty.postgresql(request.getfixturevalue("postgresql_url"))


def no_longer_known(tx: Tx) -> None:
    """As a version before left it: what its outbox knew of the session is gone."""
    session = tx.sql.scalars(select(Session)).one()
    assert session.ended_at is not None
    tx.sql.execute(delete(OutboxRow).where(OutboxRow.key.startswith(f"session/{session.id}/")))
    tx.sql.scalars(select(Group)).one().messages_go_since = None


def keys_in(stage: Stage) -> set[str]:
    """The ends of the keys under which messages of the session stand in the channel."""
    keys = {
        str((one.metadata or {}).get("event_payload", {}).get("key"))
        for one in stage.sandbox.workspace.messages[CHANNEL]
    }
    return {"/".join(key.split("/")[2:]) for key in keys if key.startswith("session/")}


async def held_long_ago(stage: Stage) -> str:
    """A session with what people typed beneath it; returns its thread."""
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await stage.daan.say(TYPED, CHANNEL, thread)
    await stage.bram.click("Stoppen", channel=CHANNEL)
    await stage.bram.click("Nu stoppen", channel=CHANNEL)
    await stage.rest()
    await stage.rest()
    assert {"card", "case", "summary"} <= keys_in(stage)
    await ours(stage.app).transact(no_longer_known)
    return thread


async def forget_anna(stage: Stage) -> None:
    receipt = await ours(stage.app).transact(privacy.forget_person, ANNA)
    assert receipt.lost == 1
    await stage.team.until(await stage.team.now() + 3600)


async def private_to_anna(stage: Stage) -> list[str]:
    return [message["text"] for message in await stage.anna.messages(stage.anna.dm)]


@pytest.mark.usefixtures("stage_database_url")
async def test_its_messages_are_gone_and_what_people_typed_stays(with_case: Stage) -> None:
    stage = with_case
    thread = await held_long_ago(stage)
    await forget_anna(stage)
    assert keys_in(stage) == {"card"}
    shown = await stage.daan.messages(CHANNEL, thread)
    assert [message["text"] for message in shown][1:] == [TYPED]
    assert "Te vaak ja" not in shown[0]["text"]
    said = await private_to_anna(stage)
    assert any("zoek ik ze op" in text for text in said)
    assert not any(STAYS in text for text in said)


@pytest.mark.usefixtures("stage_database_url")
async def test_without_the_history_scopes_they_stay_and_she_reads_so(with_case: Stage) -> None:
    stage = with_case
    await held_long_ago(stage)
    before = keys_in(stage)
    stage.sandbox.workspace.scopes -= HISTORY
    await forget_anna(stage)
    assert keys_in(stage) == before
    assert sum(STAYS in text for text in await private_to_anna(stage)) == 1
