"""A channel that is shared with another organisation, and a workspace that joins one, with a group in them."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import all_handlers
from bot.cases.records import Case
from bot.groups import service
from bot.groups.records import Group, Person
from bot.rounds.records import Contribution
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.slack.records import Installation
from bot.slack.requests import Submission
from bot.storage import Tx
from tests.bot import everybody_joins
from tests.conftest import OURS, make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sandbox.test_shared_channels import ORG, THEIRS, share
from tests.sessions.conftest import CHANNEL, Stage, stage, with_case

__all__ = ["stage", "with_case"]

FLEUR = "U0FLEUR"
CASE = {
    "title": "Te vaak ja",
    "situation": "Een collega vraagt me elke week iets erbij, en ik zeg ja.",
    "own_part": "Ik wil aardig gevonden worden.",
    "question": "Hoe kan ik nee zeggen?",
}


@pytest.fixture
async def grouped(stage: Stage) -> AsyncIterator[Stage]:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    with capture_logs() as logs:
        yield stage
    assert [entry for entry in logs if entry["event"] == "not_our_workspace"] == []


def users(tx: Tx) -> set[str]:
    return {member.user for member in service.members(tx, service.group_of_channel(tx, CHANNEL))}


def groups(tx: Tx) -> int:
    return len(tx.sql.scalars(select(Group)).all())


def the_session(tx: Tx) -> Session:
    return tx.sql.scalars(select(Session)).one()


async def test_our_own_people_leave_a_shared_channel_and_come_back(grouped: Stage) -> None:
    await share(grouped.sandbox)
    await grouped.sandbox.doings.leave(DAAN, CHANNEL)
    await grouped.team.settle()
    assert await ours(grouped.app).read(users) == {ANNA, BRAM, CHLOE}
    await grouped.sandbox.doings.join(DAAN, CHANNEL, inviter=ANNA)
    await grouped.team.settle()
    assert await ours(grouped.app).read(users) == {ANNA, BRAM, CHLOE, DAAN}


async def test_somebody_from_elsewhere_leaves_joins_and_hands_in_a_case(stage: Stage) -> None:
    anna, chloe = stage.anna, stage.chloe
    await share(stage.sandbox)
    await anna.command("", CHANNEL)
    await anna.click("Groep beginnen", channel=CHANNEL)
    await anna.fill(meets="thread")
    assert await anna.submit() == {}
    await stage.rest()
    await everybody_joins(stage.sandbox, stage.team, CHANNEL)
    assert CHLOE in await ours(stage.app).read(users)
    await stage.sandbox.doings.leave(CHLOE, CHANNEL)
    await stage.team.settle()
    assert CHLOE not in await ours(stage.app).read(users)
    await stage.sandbox.doings.join(CHLOE, CHANNEL, inviter=ANNA)
    await stage.team.settle()
    assert CHLOE in await ours(stage.app).read(users)
    await chloe.click("Een casus inbrengen", channel=CHANNEL)
    # First she agrees with the agreements, which is a form too.
    assert await chloe.submit() == {}
    await chloe.close_all()
    await chloe.click("Een casus inbrengen", channel=CHANNEL)
    await chloe.fill(**CASE)
    assert await chloe.submit() == {}
    stored = await ours(stage.app).read(lambda tx: tx.sql.scalars(select(Case)).one())
    assert (stored.team_id, stored.presenter) == (OURS.team_id, CHLOE)


async def test_every_form_of_somebody_from_elsewhere_reaches_its_handler(
    grouped: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await share(grouped.sandbox)
    heard: list[tuple[str, str]] = []

    async def hear(call: Submission) -> None:
        heard.append((call.callback_id, call.workspace.team_id))

    forms = grouped.app.router.submissions
    for name, known in forms.items():
        monkeypatch.setitem(forms, name, dataclasses.replace(known, handler=hear, reference=None))
    for name in all_handlers().submissions:
        view: dict[str, Any] = {
            "type": "modal",
            "callback_id": name,
            "title": {"type": "plain_text", "text": "Vraag"},
            "submit": {"type": "plain_text", "text": "Stuur"},
            "blocks": [],
        }
        pushed = grouped.sandbox.workspace.push_view(CHLOE, view)
        await grouped.sandbox.doings.submit(CHLOE, pushed.id, {})
    assert heard == [(name, OURS.team_id) for name in all_handlers().submissions]


async def test_the_sharing_ends_in_mid_session_and_the_others_go_on(with_case: Stage) -> None:
    stage = with_case
    await share(stage.sandbox)
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await stage.chloe.say("Wat gebeurt er als je nee zegt?", CHANNEL, thread)
    await stage.team.settle()

    def who_spoke(tx: Tx) -> set[str]:
        return {row.user for row in tx.sql.scalars(select(Contribution))}

    assert CHLOE in await ours(stage.app).read(who_spoke)
    await stage.team.post("channel", channel=CHANNEL, shared=False)
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    session = await ours(stage.app).read(the_session)
    assert (session.state, session.phase_index) == (State.RUNNING, 2)
    await stage.anna.say("Daar denk ik over na", CHANNEL, thread)
    await stage.team.settle()
    assert ANNA in await ours(stage.app).read(who_spoke)


async def test_the_workspace_joins_an_organisation_in_mid_session_and_everything_goes_on(
    with_case: Stage,
) -> None:
    stage = with_case
    await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await stage.team.post("organisation", enterprise_id="E0OURS", name="De Linden")
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    session = await ours(stage.app).read(the_session)
    assert (session.state, session.phase_index) == (State.RUNNING, 2)
    # No second group can be begun: the command finds the one that is there.
    await stage.daan.command("groep", CHANNEL)
    assert "4 groepsleden" in await stage.daan.read_modal()
    assert await ours(stage.app).read(groups) == 1
    await stage.restart(away_minutes=0)
    await stage.anna.command("casussen", CHANNEL)
    await stage.app.dispatcher.settled()

    def stored(tx: Tx) -> list[str]:
        return list(tx.sql.scalars(select(Installation.enterprise_id)))

    assert await ours(stage.app).read(stored) == ["E0OURS"]
    assert await stage.team.refused() == []


def test_a_colleague_from_another_workspace_of_the_organisation_is_no_stranger(tx: Tx) -> None:
    """The stored organisation decides, also for a job that was planned before the workspace joined it."""
    profile = {"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": ORG}}
    assert service.store_profile(tx, FLEUR, profile).guest == "stranger"
    tx.sql.add(Installation(team_id=OURS.team_id, enterprise_id=ORG))
    tx.sql.flush()
    assert tx.workspace.enterprise_id == ""
    assert service.store_profile(tx, FLEUR, profile).guest is None
    elsewhere = {"team_id": THEIRS, "enterprise_user": {"enterprise_id": "E0OTHER"}}
    assert service.store_profile(tx, FLEUR, elsewhere).guest == "stranger"
    assert len(tx.sql.scalars(select(Person).where(Person.user == FLEUR)).all()) == 1
