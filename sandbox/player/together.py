"""A meeting that begins without a case: chosen on the spot by who is there, eleven minutes lost, and an end on time."""

import re
from datetime import datetime, timedelta

from sandbox.player.after import ZONE, moment, today, working_day
from sandbox.player.stage import CHANNEL, Stage

# Kinds of buttons: the leader presses them in a private message, whatever their labels say.
GO_ON, WHO_IS_HERE, PICK = "selection.next", "selection.present", "selection.pick"
BEGIN, NEXT_PHASE, NEXT_TURN, KEEP_END = (
    "sessions.begin",
    "sessions.next",
    "rounds.next_turn",
    "sessions.keep_end",
)
MARK = "rounds.mark"
BEGINS, ENDS = (15, 0), (16, 15)
MOST_PRESSES = 40
_UNTIL = re.compile(r"tot (\d\d):(\d\d)")


async def a_choice(stage: Stage) -> None:
    """Esra and Fleur are absent. Nobody prepared anything, and within ten minutes Daan brings a case of his."""
    day = working_day(await today(stage) + timedelta(days=1))
    await stage.team.until(moment(day, *BEGINS))
    await stage.rest()
    await stage.caption(
        "De volgende keer heeft niemand iets voorbereid. De groep begint toch.", stage.bram, channel=CHANNEL
    )
    await stage.bram.command("sessie", CHANNEL)
    await stage.form(
        stage.bram,
        case="together",
        method="incident",
        facilitator=stage.bram.user,
        pace="wait",
        meets="room",
        until="{}:{}".format(*ENDS),
    )
    await stage.expect("no case yet", stage.chloe, "Er is nog geen casus gekozen")
    await stage.bram.press(WHO_IS_HERE, channel=stage.bram.dm)
    there = [stage.anna, stage.bram, stage.daan, stage.chloe]
    await stage.form(stage.bram, here=[who.user for who in there])
    await _go_on(stage)
    await stage.minutes(2)
    await _go_on(stage)
    [card] = [m for m in await stage.bram.messages(CHANNEL) if "kiezen samen" in m["text"]][-1:]
    thread = str(card["ts"])
    await stage.caption(
        "Wat ligt er? Wie iets heeft, zegt het in drie zinnen. Daan zet er een op de lijst.",
        stage.daan,
        channel=CHANNEL,
        thread_ts=thread,
    )
    await stage.daan.press("selection.line", channel=CHANNEL, thread_ts=thread)
    await stage.form(stage.daan, title="De stilte na mijn plan", question="Hoe vraag ik wat ze vinden?")
    await stage.press(stage.chloe, "Dit speelt bij mij ook", thread=thread)
    await stage.minutes(4)
    await _go_on(stage)
    await stage.caption("Kies samen: de groep zegt het hardop, en Bram tikt het aan.", stage.bram)
    await stage.bram.press(PICK, channel=stage.bram.dm)
    form = await stage.bram.modal()
    [menu] = [block["element"] for block in form["blocks"] if block.get("block_id") == "case"]
    [ours] = [one for one in menu["options"] if "De stilte na mijn plan" in one["text"]["text"]]
    await stage.form(stage.bram, case=ours["value"])
    await stage.expect_not("nobody reads which one before his yes", stage.chloe, "De stilte na mijn plan")
    await stage.press(stage.daan, "Ja, ik breng hem in", place=stage.daan.dm)
    await stage.expect("the session is open", stage.chloe, "De stilte na mijn plan")
    await stage.expect_not("the list is emptied", stage.chloe, "Hoe vraag ik wat ze vinden", thread=thread)
    late = await stage.team.now() - moment(day, *BEGINS)
    stage.expected.append((f"a case within ten minutes: {late / 60:.1f}", late <= 10 * 60))


async def an_hour_that_ends_on_time(stage: Stage) -> None:
    """Eleven minutes are lost to a pause; the plan that Bram takes keeps the evaluation, and the end."""
    stage.thread = await stage.newest_session()
    await stage.bram.press(BEGIN, channel=stage.bram.dm)
    await stage.rest()
    await stage.minutes(3)
    await stage.caption("Iemand heeft een pauze nodig: elf minuten.", stage.anna, channel=CHANNEL)
    await stage.press(stage.anna, "Pauze")
    await stage.minutes(11)
    await stage.press(stage.bram, "Verder")
    offered = False
    for _ in range(MOST_PRESSES):
        if await _has(stage, KEEP_END):
            offered = True
            await stage.caption(
                "De rest moet korter. Alleen Bram leest hoe, en kiest.", stage.bram, channel=stage.bram.dm
            )
            await stage.bram.press(KEEP_END, channel=stage.bram.dm)
            await stage.rest()
        if await _sees(stage, "In het kort"):
            break
        if await _has_marks(stage):
            await _marks(stage)
        await _until_it_is_over(stage)
        while await _has(stage, NEXT_TURN):
            await stage.bram.press(NEXT_TURN, channel=stage.bram.dm)
            await stage.rest()
        if await _has(stage, NEXT_PHASE):
            await stage.bram.press(NEXT_PHASE, channel=stage.bram.dm)
            await stage.rest()
    stage.expected.append(("a plan that ends in time is offered", offered))
    await stage.expect("it was evaluated", stage.chloe, "‘Ik had er iets aan’ 4,5", thread=stage.thread)
    now = datetime.fromtimestamp(await stage.team.now(), ZONE)
    stage.expected.append(
        (f"it ended on time: {now:%H:%M}", (now.hour, now.minute) <= (ENDS[0], ENDS[1] + 1))
    )


async def _go_on(stage: Stage) -> None:
    await stage.bram.press(GO_ON, channel=stage.bram.dm)
    await stage.rest()


async def _until_it_is_over(stage: Stage) -> None:
    """The time of the phase passes, as the console tells it."""
    found = _UNTIL.search(await _console(stage))
    if found is None:
        return
    ends = datetime.fromtimestamp(await stage.team.now(), ZONE).replace(
        hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0
    )
    if ends.timestamp() > await stage.team.now():
        await stage.team.until(ends.timestamp())
        await stage.rest()


async def _marks(stage: Stage) -> None:
    for who, (use, safety) in zip(
        (stage.anna, stage.bram, stage.chloe, stage.daan), ((5, 4), (4, 5), (5, 5), (4, 4)), strict=True
    ):
        await who.press(f"{MARK}.use.{use}", channel=who.dm)
        await who.press(f"{MARK}.safety.{safety}", channel=who.dm)
        await stage.rest()


async def _console(stage: Stage) -> str:
    found = [m for m in await stage.bram.messages(stage.bram.dm) if "controls" in str(m.get("blocks"))]
    return str(found[-1]["text"]) if found else ""


async def _has(stage: Stage, kind: str) -> bool:
    return any(f"'{kind}'" in str(m.get("blocks")) for m in await stage.bram.messages(stage.bram.dm))


async def _has_marks(stage: Stage) -> bool:
    newest = (await stage.chloe.messages(stage.chloe.dm))[-1:]
    return any(f"'{MARK}." in str(m.get("blocks")) for m in newest)


async def _sees(stage: Stage, text: str) -> bool:
    return await stage.chloe.sees(text, CHANNEL, stage.thread)
