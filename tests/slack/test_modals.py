"""A button always does something: opens a window, puts it in the place of another, or says why not."""

import json
from typing import Any

import pytest

from bot.slack import ids
from sandbox.client import Response
from sandbox.outgoing import payloads
from sandbox.people import initial_state
from sandbox.workspace.model import View
from tests.conftest import make_group, ours
from tests.metrics.conftest import Counted, since
from tests.slack.conftest import ANNA, CHANNEL, Address

__all__ = ["since"]

SLOW = "Slack is traag"
TYPED = {"why": {"text": {"type": "plain_text_input", "value": "Halve zin"}}}


def form(title: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Bewaren"},
        "callback_id": "any",
        "private_metadata": "kept",
        "blocks": [
            {
                "type": "input",
                "block_id": "why",
                "label": {"type": "plain_text", "text": "Waarom"},
                "element": {"type": "plain_text_input", "action_id": "text"},
            }
        ],
    }


class Screen:
    """Anna's windows, and a button in the one on top."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.workspace = address.sandbox.workspace

    @property
    def open(self) -> list[View]:
        return [self.workspace.views[name] for name in self.workspace.stacks.get(ANNA, [])]

    @property
    def top(self) -> str:
        return json.dumps(self.open[-1].content) if self.open else ""

    def have_open(self, count: int) -> None:
        for number in range(count):
            self.workspace.push_view(ANNA, form(f"Venster {number + 1}"))
        if count:
            self.open[-1].state = TYPED

    async def press(self, action_id: str, value: str) -> Response:
        """Presses in the window on top; with none open, on the Home tab."""
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
        if not self.open:
            home = {"id": "V0HOME", "type": "home", "blocks": []}
            return await self.address.interact(
                {"type": "block_actions", "view": home, "container": {"type": "view"}, "actions": [action]}
            )
        return await self.address.interact(
            payloads.action_in_view(self.workspace, ANNA, self.open[-1], action)
        )

    def trouble(self, kind: str, **more: Any) -> None:
        """With the next window."""
        way = ("views.open", "views.push", "views.push", "views.update")[len(self.open)]
        self.workspace.faults.add(method=way, kind=kind, **more)

    def trouble_with_all(self, kind: str, **more: Any) -> None:
        for way in ("views.open", "views.push", "views.update"):
            self.workspace.faults.add(method=way, kind=kind, times=10, **more)

    def refused(self) -> list[str]:
        return [note["outcome"] for note in self.workspace.journal if note["refused"]]


@pytest.fixture
async def screen(address: Address) -> Screen:
    return Screen(address)


@pytest.fixture
async def group(address: Address) -> str:
    def prepare(tx: Any) -> str:
        return json.dumps({"group": make_group(tx, ANNA, channel=CHANNEL).id})

    return await ours(address.app).transact(prepare)


@pytest.mark.parametrize("before", [0, 1, 2, 3])
async def test_a_window_opens_however_many_are_open(screen: Screen, group: str, before: int) -> None:
    screen.have_open(before)
    assert (await screen.press(ids.GROUP_OPEN, group)).status_code == 200
    assert len(screen.open) == min(before + 1, 3)
    assert "1 groepslid" in screen.top
    assert screen.refused() == []


async def test_a_window_of_which_the_depth_is_not_told_is_replaced_when_slack_takes_no_other(
    screen: Screen, group: str
) -> None:
    screen.have_open(3)
    screen.open[-1].previous_id = None
    assert (await screen.press(ids.GROUP_OPEN, group)).status_code == 200
    assert "1 groepslid" in screen.top
    assert screen.refused() == ["push_limit_reached"]


async def test_a_refusal_in_a_third_window_stands_above_what_was_typed(screen: Screen) -> None:
    screen.have_open(3)
    for _ in range(2):
        assert (await screen.press("gone.for_good", "x")).status_code == 200
        assert screen.top.count("werkt niet meer") == 1
    third = screen.open[-1]
    assert third.content["private_metadata"] == "kept"
    assert third.content["blocks"][-1] == form("")["blocks"][0]
    assert third.state == TYPED
    assert screen.refused() == []


@pytest.mark.parametrize("before", [0, 1, 3])
async def test_a_short_pause_that_slack_asks_for_is_taken(screen: Screen, group: str, before: int) -> None:
    screen.have_open(before)
    screen.trouble("ratelimited", seconds=1)
    assert (await screen.press(ids.GROUP_OPEN, group)).status_code == 200
    assert "1 groepslid" in screen.top


@pytest.mark.parametrize("before", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "ratelimited", "seconds": 30},
        {"kind": "500"},
        {"kind": "error", "code": "expired_trigger_id"},
        {"kind": "error", "code": "internal_error"},
    ],
)
async def test_a_slow_slack_is_said_and_is_nobodys_fault(
    screen: Screen, group: str, before: int, fault: dict[str, Any], since: Counted
) -> None:
    screen.have_open(before)
    screen.trouble(**fault)
    assert (await screen.press(ids.GROUP_OPEN, group)).status_code == 200
    assert SLOW in screen.top
    assert since("intervisie_interactions_total", kind="action", outcome="unavailable") == 1
    assert since("intervisie_interactions_total", kind="action", outcome="failed") == 0


@pytest.mark.parametrize("before", [1, 2])
async def test_in_a_window_it_is_also_said_when_no_other_can_open(
    screen: Screen, group: str, before: int
) -> None:
    screen.have_open(before)
    screen.trouble("error", code="expired_trigger_id", times=2)
    assert (await screen.press(ids.GROUP_OPEN, group)).status_code == 200
    assert len(screen.open) == before
    assert SLOW in screen.top
    assert screen.open[-1].state == TYPED


@pytest.mark.parametrize("before", [0, 2, 3])
async def test_where_nothing_can_be_shown_slack_shows_its_own_sign(
    screen: Screen, group: str, before: int, since: Counted
) -> None:
    screen.have_open(before)
    screen.trouble_with_all("ratelimited", seconds=30)
    assert (await screen.press(ids.GROUP_OPEN, group)).status_code == 503
    assert SLOW not in screen.top
    assert since("intervisie_interactions_total", kind="action", outcome="unavailable") == 1


@pytest.mark.slacks_time
@pytest.mark.parametrize("before", [0, 1])
async def test_who_waits_for_a_slow_slack_is_not_left_without_a_sign(
    screen: Screen, group: str, before: int
) -> None:
    screen.have_open(before)
    # For the sentence there is no time left either.
    screen.trouble_with_all("slow", seconds=3.5)
    assert (await screen.press(ids.GROUP_OPEN, group)).status_code == 503


async def test_a_command_is_answered_in_the_channel_when_slack_is_slow(
    address: Address, screen: Screen, group: str, since: Counted
) -> None:
    screen.trouble("ratelimited", seconds=30)
    response = await address.command("groep")
    assert response.status_code == 200
    assert SLOW in response.json()["text"]
    assert since("intervisie_interactions_total", kind="command", outcome="unavailable") == 1


async def test_what_was_stored_before_slack_was_slow_is_said_to_be(screen: Screen, group: str) -> None:
    screen.have_open(1)
    screen.workspace.faults.add(method="views.update", kind="ratelimited", seconds=30)
    assert (await screen.press(ids.GROUP_LEAVE, group)).status_code == 200
    assert "Dat is gelukt, maar Slack is traag" in screen.top


async def test_a_form_that_asks_on_asks_in_its_own_place_where_three_are_open(
    address: Address, screen: Screen, group: str
) -> None:
    screen.have_open(2)
    await screen.press(ids.MEETING_OPEN, group)
    # As it was before a rhythm took the place of the window that it is opened from.
    drawn = screen.open[-1].content
    screen.workspace.push_view(ANNA, drawn)
    ref = json.dumps({**json.loads(group), "series": "", "since": ""})
    await screen.press(ids.MEETING_RHYTHM, ref)
    view = screen.workspace.view_payload(screen.open[-1])
    assert len(screen.open) == 3
    view["state"] = {"values": initial_state(view)}
    response = await address.interact({"type": "view_submission", "view": view})
    assert response.json()["response_action"] == "update"
