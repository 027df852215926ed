"""A session in which people speak, in a room or by video: one phone leads it, and nobody else needs theirs before the harvest."""

from sandbox.people import Json, Someone
from sandbox.player.stage import CHANNEL, Stage

# Kinds of buttons and forms: their labels change with the phase.
BEGIN, NEXT_PHASE, NEXT_TURN = "sessions.begin", "sessions.next", "rounds.next_turn"
WHO_IS_HERE, MORE = "console.present", "console.more"
HARVEST, MARK = "rounds.harvest", "rounds.mark"
# One message a phase and five more, not counting what people choose to share.
MORE_THAN_PHASES = 5
MOST_PHASES = 16


async def a_session(stage: Stage, meets: str) -> None:
    """From the start form to the summary, led from Bram's private message with the bot alone."""
    others = [who for who in stage.everyone if who is not stage.bram]
    await _opens(stage, meets)
    quiet = [await who.messages(who.dm) for who in others]
    before = len(await stage.daan.messages(CHANNEL))
    await stage.caption("Bram begint; de telefoons van de anderen blijven in de tas.", stage.bram)
    await stage.bram.press(BEGIN, channel=stage.bram.dm)
    await stage.rest()
    phases = await _until_the_harvest(stage, others, quiet)
    await _harvest(stage)
    phases += await _marks(stage)
    await _the_end(stage)
    await _counts(stage, phases, before)


async def _opens(stage: Stage, meets: str) -> None:
    await stage.caption("Bram start de sessie en leidt haar vanaf zijn telefoon.", stage.bram)
    await stage.press(stage.bram, "Begin de sessie")
    await stage.form(stage.bram, facilitator=stage.bram.user, pace="wait", meets=meets)
    stage.thread = await stage.newest_session()
    await stage.expect("the leader's own message", stage.bram, "Jij leidt", place=stage.bram.dm)
    await stage.bram.press(WHO_IS_HERE, channel=stage.bram.dm)
    await stage.form(stage.bram, here=[who.user for who in stage.everyone])
    await stage.expect("who is here", stage.bram, "Erbij: ", place=stage.bram.dm)


async def _until_the_harvest(stage: Stage, others: list[Someone], quiet: list[list[Json]]) -> int:
    """Every phase by the console, until everybody is asked; returns how many there were."""
    for number in range(1, MOST_PHASES):
        said = await _console(stage)
        for words in ("*Nu: ", "*Zeg:*", "*Waar je op let:*", "*Als het stokt:*", "*Als het misgaat:*"):
            stage.expected.append((f"{words} in phase {number}", words in said))
        if number == 1:
            await stage.bram.press(MORE, channel=stage.bram.dm)
            await stage.bram.click_in_view("Parkeren")
            await stage.form(stage.bram, line="Het rooster hoort in het werkoverleg")
            await stage.bram.close_all()
        while await _has(stage.bram, NEXT_TURN):
            await stage.bram.press(NEXT_TURN, channel=stage.bram.dm)
            await stage.rest()
        same = [await who.messages(who.dm) for who in others] == quiet
        stage.expected.append((f"no private word to the others in phase {number}", same))
        await stage.bram.press(NEXT_PHASE, channel=stage.bram.dm)
        await stage.rest()
        if await _has(stage.daan, HARVEST):
            return number + 1
    raise AssertionError("The harvest never came.")


async def _harvest(stage: Stage) -> None:
    await stage.caption("Oogst: nu komen de telefoons erbij, ieder privé.", stage.daan)
    await stage.daan.press(HARVEST, channel=stage.daan.dm)
    await stage.form(
        stage.daan,
        takeaway="Ik ga zelf ook gesprekken uit de weg.",
        step="Mijn collega bellen",
        share=["share"],
    )
    await stage.expect("what is shared", stage.anna, "gesprekken uit de weg", thread=stage.thread)
    await stage.bram.press(NEXT_PHASE, channel=stage.bram.dm)
    await stage.rest()


async def _marks(stage: Stage) -> int:
    await stage.caption("Evaluatie: twee rijtjes knoppen, voor ieder apart.", stage.esra)
    for who, (use, safety) in zip(
        stage.everyone, ((5, 4), (4, 5), (5, 5), (4, 4), (4, 5), (5, 4)), strict=True
    ):
        await who.press(f"{MARK}.use.{use}", channel=who.dm)
        await who.press(f"{MARK}.safety.{safety}", channel=who.dm)
        await stage.rest()
    stage.expected.append(("a form never ends a spoken phase", "*Nu: " in await _console(stage)))
    return 1


async def _the_end(stage: Stage) -> None:
    await stage.bram.press(NEXT_PHASE, channel=stage.bram.dm)
    await stage.rest()
    await stage.expect("a summary in the thread", stage.daan, "In het kort", thread=stage.thread)
    await stage.expect("the averages", stage.daan, "‘Ik had er iets aan’ 4,5", thread=stage.thread)
    await stage.expect(
        "what was parked comes back", stage.bram, "Het rooster hoort in het werkoverleg", place=stage.bram.dm
    )
    for who in stage.everyone:
        if who is not stage.bram:
            await stage.expect_not("to nobody else", who, "Het rooster", place=who.dm)


async def _counts(stage: Stage, phases: int, before: int) -> None:
    """What stands in the thread and the channel, of the bot, but for what people chose to share."""
    thread = [m for m in await stage.daan.messages(CHANNEL, stage.thread) if _is_of_bot(m)][1:]
    own = [m for m in thread if "gesprekken uit de weg" not in m["text"]]
    stage.expected.append(
        (
            f"a line for each of {phases} phases and five more: {len(own)}",
            len(own) <= phases + MORE_THAN_PHASES,
        )
    )
    others = [who.user for who in stage.everyone if who is not stage.bram]
    loud = [m["text"] for m in own if any(f"<@{user}>" in m["text"] for user in others)]
    stage.expected.append((f"nobody but the leader is mentioned: {len(loud)}", not loud))
    after = len(await stage.daan.messages(CHANNEL))
    stage.expected.append(("nothing new in the channel", after == before))


async def _console(stage: Stage) -> str:
    """What the message to the leader says now: the one with the controls."""
    found = [m for m in await stage.bram.messages(stage.bram.dm) if "controls" in str(m.get("blocks"))]
    stage.expected.append(("one console", len(found) == 1))
    return str(found[-1]["text"]) if found else ""


async def _has(who: Someone, kind: str) -> bool:
    return any(f"'{kind}'" in str(m.get("blocks")) for m in await who.messages(who.dm))


def _is_of_bot(message: Json) -> bool:
    return bool(message.get("bot_id") or message.get("user") == "U0BOT")
