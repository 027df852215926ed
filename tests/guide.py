"""Whoever follows the guide: does what a step says, by the same calls as the page."""

from typing import Any

from sandbox.guide import buttons as b
from sandbox.people import Team
from sandbox.player.cases import CASES
from sandbox.player.stage import Stage

BRAM = "U0BRAM"
MANY_STEPS = 60


async def step_of(team: Team) -> dict[str, Any]:
    await Stage(team, pace=0.0, transcript=None).rest()
    step: dict[str, Any] = (await team.get("scene"))["step"]
    return step


async def follow(team: Team, step: dict[str, Any]) -> None:
    """Does what a step says, and lets the others do theirs first."""
    who = team.person(step["who"])
    if await who.views():
        await fill_in(who.team.person(step["who"]))
    elif step["others"]:
        assert (await team.post("guide/others", step=step["name"]))["done"]
    elif step["button"]:
        button = step["button"]
        await who.press(
            button["action_id"], channel=button["channel"], thread_ts=button["thread_ts"], ts=button["ts"]
        )
    else:
        name, _, words = step["command"].partition(" ")
        await team.post("command", **{"as": who.user}, channel=step["channel"], command=name, text=words)


async def fill_in(who: Any) -> None:
    """The form on top, as somebody who reads it would; a window is closed."""
    view = await who.modal()
    if not view["submit"]:
        await who.close()
        return
    match view["callback_id"]:
        case b.SET_UP_FORM:
            await who.fill(meets="thread")
        case b.CASE_FORM:
            await who.fill(**{key: CASES["daan"][key] for key in ("situation", "own_part", "question")})
            await who.fill(title="Een casus van Bram")
        case b.BALLOT_FORM:
            fields = [one for one in view["blocks"] if one["type"] == "input"]
            await who.fill(**{fields[-1]["block_id"]: "1"})
        case b.START_FORM:
            await who.fill(facilitator=BRAM, pace="wait")
        case b.ADVICE_FORM:
            await who.fill(advice="Als ik in jouw schoenen stond, zou ik een wandeling voorstellen.")
    assert await who.submit() == {}


async def until_step(team: Team, name: str) -> None:
    for _ in range(MANY_STEPS):
        step = await step_of(team)
        if step["name"] == name:
            return
        await follow(team, step)
    raise AssertionError(f"no step {name}")
