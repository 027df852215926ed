"""A group of eight meetings: somebody from outside leads five, reads along in two, and takes leave after the seventh."""

from datetime import date, timedelta

from sandbox.people import Someone, initial_state
from sandbox.player.after import moment, today, working_day
from sandbox.player.before import GROUP_JOIN, agree
from sandbox.player.short import quickly
from sandbox.player.stage import Stage
from sandbox.workspace.model import BOT_USER, EMPTY_CHANNEL

# Another team's channel: the group of this chapter is one of its own.
WEST = EMPTY_CHANNEL
# Kinds of buttons: their labels change with who reads them.
CHANGE, ACCEPT, LINE, ALONE, FAREWELL = (
    "group.settings",
    "leader.accept",
    "leader.line",
    "leader.alone",
    "leader.farewell",
)
WHO_IS_HERE, BEGIN, NEXT_PHASE = "console.present", "sessions.begin", "sessions.next"
STOP, STOP_NOW = "sessions.stop", "sessions.stop_now"
# In the message to whoever leads, in their language, once the presenter only listens.
LISTENS = ("*Nu: Analyse*", "*Now: Analysis*")
ASKED = ("'rounds.harvest'", "'rounds.mark.")
LED, LAST_TOGETHER, MEETINGS = 5, 7, 8
BEGINS = (15, 0)
MOST_PHASES = 16
# After a session that a member led, as she read along.
LINES = {6: "Je gaf iedereen de tijd.", 7: "Je liet de stilte staan."}
TITLES = (
    "Tussen twee teams in",
    "De collega die te laat komt",
    "Een ouder die niet belt",
    "Het plan dat niemand las",
)
CASE = {
    "situation": "Al weken loopt het overleg anders dan ik had bedacht, en niemand zegt er iets van.",
    "own_part": "Ik wacht tot een ander begint, en denk er thuis nog over na.",
    "question": "Wat wil ik hierin zelf, en hoe begin ik?",
}
TOLD = {
    1: "Elke week een bijeenkomst; de eerste vijf leidt Fleur.",
    6: "Nu leidt een van hen, en Fleur leest mee.",
    8: "De achtste keer gaat zonder haar.",
}


async def a_leader_is_asked(stage: Stage) -> None:
    """Anna begins a group of four, and asks Fleur to lead who brings in nothing herself."""
    await stage.caption(
        "Team West begint een eigen groep. Eerst leidt Fleur, die zelf niets inbrengt.",
        stage.anna,
        channel=WEST,
    )
    await stage.team.post("membership", by=stage.anna.user, user=BOT_USER, channel=WEST)
    await stage.rest()
    await stage.anna.command("", WEST)
    await stage.press(stage.anna, "Groep beginnen", place=WEST)
    await stage.form(stage.anna, meets="room")
    for who in _members(stage):
        if who is not stage.anna:
            await who.press(GROUP_JOIN, channel=WEST)
    await stage.rest()
    await stage.anna.command("groep", WEST)
    await stage.anna.press_in_view(CHANGE, holding='"leading"')
    await stage.form(
        stage.anna,
        facilitation="Een begeleider die zelf niets inbrengt",
        facilitator=stage.fleur.user,
        leader_sessions=str(LED),
    )
    await stage.fleur.press(ACCEPT, channel=stage.fleur.dm)
    await stage.form(stage.fleur)
    await stage.expect("she leads from now on", stage.bram, "begeleidt jullie vanaf nu", place=WEST)


async def eight_meetings(stage: Stage) -> None:
    """A week lies between two of them, and each is told in a few steps: they are alike."""
    led = []
    for number in range(1, MEETINGS + 1):
        presenter = _members(stage)[number % 4]
        day = working_day(await today(stage) + timedelta(days=6))
        if number in TOLD:
            await stage.caption(TOLD[number], presenter, channel=WEST)
        with quickly(stage):
            await _is_planned(stage, day)
            await _case(stage, presenter, f"{TITLES[number % 4]} ({number})")
            await stage.team.until(moment(day, *BEGINS))
            await stage.rest()
            led.append(await _session(stage, presenter, is_whole=number == 1))
        if number in LINES:
            await _the_line(stage, led[-1], LINES[number])
        if number == LED:
            await stage.expect(
                "she has led five times", stage.daan, "heeft jullie 5 keer begeleid", place=WEST
            )
        if number == LAST_TOGETHER:
            await _goodbye(stage)
    by_fleur = [leader is stage.fleur for leader in led]
    stage.expected.append(("she led the first five alone", by_fleur == [True] * 5 + [False] * 3))


async def _is_planned(stage: Stage, day: date) -> None:
    await stage.bram.command("plan", WEST)
    await stage.form(stage.bram, day=day.isoformat(), hour="{}:{:02}".format(*BEGINS), place="Wijkcentrum")


async def _case(stage: Stage, who: Someone, title: str) -> None:
    await who.command("casus", WEST)
    await agree(stage, who)
    await stage.form(who, title=title, **CASE, next="hand_in")


async def _session(stage: Stage, presenter: Someone, *, is_whole: bool) -> Someone:
    """From the start form to the end, or until the presenter listens. Returns who led, as the form proposed it."""
    await presenter.command("start", WEST)
    proposed = initial_state(await presenter.modal())["facilitator"]
    [chosen] = [value for key, value in next(iter(proposed.values())).items() if key.startswith("selected_")]
    leader = next((who for who in stage.everyone if who.user == _user_of(chosen)), None)
    if leader is None:
        # The turn would be the presenter's.
        leader = next(who for who in _members(stage) if who is not presenter)
    await stage.form(presenter, facilitator=leader.user, pace="wait", meets="room")
    await leader.press(WHO_IS_HERE, channel=leader.dm)
    there = _members(stage) if await _has_left(stage) else [*_members(stage), stage.fleur]
    await stage.form(leader, here=[who.user for who in there])
    await leader.press(BEGIN, channel=leader.dm)
    await stage.rest()
    for _ in range(MOST_PHASES):
        if not await _has(leader, NEXT_PHASE) or (not is_whole and await _listens(leader)):
            break
        if await _is_asked(stage.anna):
            stage.expected.append(
                ("who leads from outside is asked nothing", not await _is_asked(stage.fleur))
            )
        await leader.press(NEXT_PHASE, channel=leader.dm)
        await stage.rest()
    if not is_whole:
        # A session that was held counts, also when it ends early.
        await leader.press(STOP, channel=WEST)
        # What it asks comes through the outbox.
        await stage.rest()
        await leader.press(STOP_NOW, channel=WEST)
        await stage.rest()
    return leader


async def _the_line(stage: Stage, led: Someone, line: str) -> None:
    """She read along: one line, for whoever led alone."""
    await stage.caption(
        "Fleur las mee. Eén regel, alleen voor wie leidde.", stage.fleur, channel=stage.fleur.dm
    )
    await stage.fleur.press(LINE, channel=stage.fleur.dm)
    await stage.form(stage.fleur, line=line)
    await stage.expect("the line reaches whoever led", led, line, place=led.dm)
    for other in _members(stage):
        if other is not led:
            await stage.expect_not("and nobody else", other, line, place=other.dm)
    await stage.expect_not("nor the channel", stage.bram, line, place=WEST)


async def _goodbye(stage: Stage) -> None:
    await stage.caption("Gaan jullie alleen verder? De groep antwoordt zelf.", stage.chloe, channel=WEST)
    await stage.fleur.press(ALONE, channel=WEST)
    await stage.expect("the question is not hers", stage.fleur, "Dit is aan de groep zelf", place=WEST)
    await stage.chloe.press(ALONE, channel=WEST)
    await stage.rest()
    await stage.caption("Afscheid, met een woord van dank.", stage.daan, channel=WEST)
    await stage.daan.press(FAREWELL, channel=WEST)
    await stage.rest()
    await stage.expect("she is thanked", stage.anna, "Je hebt deze groep 5 keer begeleid", place=WEST)


async def _has(who: Someone, kind: str) -> bool:
    return any(f"'{kind}'" in str(m.get("blocks")) for m in (await who.messages(who.dm))[-8:])


async def _listens(leader: Someone) -> bool:
    newest = (await leader.messages(leader.dm))[-8:]
    return any(words in str(message.get("blocks")) for message in newest for words in LISTENS)


async def _has_left(stage: Stage) -> bool:
    return await stage.anna.sees("Dank je wel, ", WEST)


async def _is_asked(who: Someone) -> bool:
    """Whether somebody is asked to bring in anything: a harvest, or marks."""
    newest = (await who.messages(who.dm))[-4:]
    return any(kind in str(message.get("blocks")) for message in newest for kind in ASKED)


def _user_of(chosen: object) -> str:
    return str(chosen.get("value")) if isinstance(chosen, dict) else str(chosen)


def _members(stage: Stage) -> list[Someone]:
    return [stage.anna, stage.bram, stage.chloe, stage.daan]
