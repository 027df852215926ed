"""The story in two minutes: the best scenes of one session, and what became of it six weeks later.

Between the scenes the group does the ordinary things quickly: one person is shown, "…en de anderen" follow. Each scene
leaves nothing open, so that the story may be broken off after any of them.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta

from sandbox.guide import buttons as b
from sandbox.people import Someone
from sandbox.player import after, before, dates
from sandbox.player.stage import CHANNEL, Stage

SIX_WEEKS = timedelta(weeks=6)
MEETING_AT = "15:00"
CASE = "Een collega die haar eigen weg gaat"
NEXT_CASE = "Te vaak ja zeggen"


@contextlib.contextmanager
def quickly(stage: Stage) -> Iterator[None]:
    """What everybody does after the first one, without a pause between."""
    pace, stage.pace = stage.pace, 0.0
    try:
        yield
    finally:
        stage.pace = pace


async def opening(stage: Stage) -> None:
    await stage.caption(
        "Zes collega's, drie casussen die wachten. Ieder stemt in het geheim.", stage.bram, channel=CHANNEL
    )
    with quickly(stage):
        await stage.bram.command(b.VOTE_COMMAND, CHANNEL)
        await stage.form(stage.bram)
        for who in stage.everyone:
            await before.vote(stage, who, [(CASE, 2)])
        await stage.anna.press(b.ACCEPT, channel=stage.anna.dm)
        await stage.rest()
    await stage.caption(
        "De keuze valt op de casus van Anna. Bram begint de sessie, en leidt haar.",
        stage.bram,
        channel=CHANNEL,
    )
    with quickly(stage):
        await _begins(stage, stage.bram, facilitator=stage.bram.user, pace="wait")
    await stage.expect(
        "the case stands in the thread", stage.daan, "mopperen bij de koffie", thread=stage.thread
    )


async def questions(stage: Stage) -> None:
    with quickly(stage):
        await _goes_on(stage)
    await _in_thread(
        stage, "Eerst vragen. Daan schrijft er een, voor zichzelf: niemand stuurt een ander.", stage.daan
    )
    await _asks(stage, stage.daan, "Wanneer ging het wel goed tussen jullie?")
    await _in_thread(stage, "…en de anderen ook.", stage.daan)
    with quickly(stage):
        await _asks(stage, stage.bram, "Wat maakt dat je het in het overleg niet noemt?")
        await _asks(stage, stage.chloe, "What would you like to be different a month from now?")
        await _asks(stage, stage.fleur, "Wat is er voor haar lastig aan de planning?")


async def advice_in_disguise(stage: Stage) -> None:
    await _in_thread(stage, "Esra schrijft een vraag waar een advies in zit.", stage.esra)
    await stage.esra.press(b.WRITE_QUESTION, channel=CHANNEL, thread_ts=stage.thread)
    await stage.esra.fill(first="Heb je er wel eens aan gedacht om haar gewoon uit te nodigen?")
    await stage.breathe()
    await stage.esra.submit()
    stage.expected.append(
        ("advice as a question is noticed", "lijkt al een advies" in await stage.esra.read_modal())
    )
    await _in_thread(
        stage, "De bot merkt het, en zegt het alleen tegen Esra. Ze bewaart het als notitie.", stage.esra
    )
    await stage.form(stage.esra, keep="note")
    with quickly(stage):
        await _asks(stage, stage.esra, "Wat hoop je dat zij zegt?")
    await _in_thread(
        stage, "Nu schreef iedereen: de vragen verschijnen tegelijk, en Anna antwoordt.", stage.anna
    )
    await stage.expect("the questions appear together", stage.anna, "5. Wat hoop je", thread=stage.thread)
    with quickly(stage):
        await _goes_on(stage)
        await stage.anna.press(b.RATE, channel=CHANNEL, thread_ts=stage.thread)
        await stage.form(stage.anna, rating5="2")
    await stage.in_thread(stage.anna, "5: dat ze het ook mist. Dat zeg ik nu voor het eerst hardop.")


async def too_early(stage: Stage) -> None:
    with quickly(stage):
        await stage.anna.press(b.NEXT_QUESTION, channel=CHANNEL, thread_ts=stage.thread)
        await stage.rest()
        for _ in range(2):
            await _goes_on(stage)
        await stage.in_thread(stage.daan, "Ik hoor dat ze de collega mist.")
    await _in_thread(stage, "De groep denkt hardop, Anna luistert. Maar ze zegt toch iets.", stage.anna)
    await stage.in_thread(stage.anna, "Ja maar, ik heb het echt wel geprobeerd.")
    await _in_thread(
        stage, "Een vriendelijk woord, dat alleen Anna ziet. Ze kan het opschrijven voor later.", stage.anna
    )
    await stage.expect(
        "the presenter is reminded kindly", stage.anna, "Nu luister je even", thread=stage.thread
    )
    await stage.expect_not("and only she sees it", stage.daan, "Nu luister je even", thread=stage.thread)


async def the_pause(stage: Stage) -> None:
    await stage.caption(
        "Even stil. Esra drukt op Pauze, dat mag iedereen; de tijd die er nog is, blijft staan.",
        stage.esra,
        channel=CHANNEL,
    )
    await stage.esra.press(b.PAUSE, channel=CHANNEL)
    await stage.rest()
    await stage.expect("the clock stands still", stage.daan, "De klok staat")
    await stage.breathe()
    with quickly(stage):
        await stage.minutes(6)
        await stage.bram.press(b.RESUME, channel=CHANNEL)
        await stage.rest()


async def the_advice(stage: Stage) -> None:
    with quickly(stage):
        await _goes_on(stage)
        await _advises(stage, stage.chloe, "If this were my case, I would tell her what you told us.")
        await _advises(stage, stage.daan, "Als dit mijn casus was, zou ik haar vragen wat zij nodig heeft.")
    await _in_thread(stage, "Nu mag advies: ieder schrijft eerst. Esra vindt haar notitie terug.", stage.esra)
    await stage.esra.press(b.WRITE_ADVICE, channel=CHANNEL, thread_ts=stage.thread)
    noted = "uit te nodigen" in await stage.esra.read_modal()
    stage.expected.append(("the note comes back in the advice round", noted))
    await stage.form(stage.esra, advice="Als dit mijn casus was, zou ik haar uitnodigen, zonder agenda.")
    with quickly(stage):
        await _advises(stage, stage.fleur, "Als dit mijn casus was, zou ik klein beginnen: een kop koffie.")
        await _advises(stage, stage.bram, "Als dit mijn casus was, zou ik het hardop zeggen.")
        await stage.rest()
    await stage.expect("all of it appears together", stage.anna, "een kop koffie", thread=stage.thread)
    with quickly(stage):
        for who in (stage.chloe, stage.daan, stage.esra, stage.fleur, stage.bram):
            await who.press(b.TURN_DONE, channel=CHANNEL, thread_ts=stage.thread)
            await stage.rest()


async def the_step(stage: Stage) -> None:
    with quickly(stage):
        await _goes_on(stage)
    await _in_thread(
        stage, "Anna kiest zelf wat bruikbaar is: één inzicht, en één stap met een dag.", stage.anna
    )
    by = after.working_day(await after.today(stage) + timedelta(days=7))
    await stage.anna.press(b.RESPOND, channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(
        stage.anna,
        takeaway="Het gaat niet om de planning. Ik mis het contact, en dat mag ik zeggen.",
        step="Haar uitnodigen voor een kop koffie, zonder agenda",
        by=by.isoformat(),
        share=["takeaway", "0"],
    )
    await stage.expect("the thread hears what she shares", stage.daan, "zonder agenda", thread=stage.thread)


async def the_end_of_the_session(stage: Stage) -> None:
    with quickly(stage):
        await _goes_on(stage)
        await stage.daan.press(b.HARVEST, channel=CHANNEL, thread_ts=stage.thread)
        takeaway = "Ik ga zelf ook moeilijke gesprekken uit de weg."
        await stage.form(stage.daan, takeaway=takeaway, step="", share=["share"])
        await _goes_on(stage)
        for who in (stage.anna, stage.chloe, stage.daan, stage.esra):
            await who.press(b.EVALUATE, channel=CHANNEL, thread_ts=stage.thread)
            await stage.form(who, use="4", safety="5", method="4")
        await _goes_on(stage)
    await _in_thread(
        stage, "Ook Daan neemt iets mee. De samenvatting heeft geen woord van de casus.", stage.daan
    )
    await stage.expect("a summary in the thread", stage.daan, "In het kort", thread=stage.thread)


async def a_week_later(stage: Stage) -> None:
    meeting = _meeting_day(_day_of(stage.thread) + SIX_WEEKS)
    by = after.working_day(await after.today(stage) + timedelta(days=7))
    with quickly(stage):
        await stage.bram.command("plan", CHANNEL)
        await stage.form(stage.bram, day=meeting.isoformat(), hour=MEETING_AT, place="Wijkcentrum")
    await stage.caption(
        "Een week later: hoe ging het met de stap? Alleen Anna wordt dat gevraagd.",
        stage.anna,
        channel=stage.anna.dm,
    )
    with quickly(stage):
        # The nudge comes the day after the one that she chose.
        asked = after.working_day(by + timedelta(days=1))
        await stage.team.until(_moment(asked, *after.LETTERS_HAVE_COME))
        await stage.rest()
    await stage.expect("the nudge asks how it went", stage.anna, "Hoe is het gegaan?", place=stage.anna.dm)
    await stage.breathe()
    await stage.press(stage.anna, "Gedaan", place=stage.anna.dm)


async def six_weeks_later(stage: Stage) -> None:
    meeting = _meeting_day(_day_of(stage.thread) + SIX_WEEKS)
    await stage.caption(
        "Zes weken later komen ze weer bij elkaar. Anna zegt vooraf wat de groep mag horen.",
        stage.anna,
        channel=stage.anna.dm,
    )
    with quickly(stage):
        await stage.team.until(_moment(meeting - timedelta(days=1), 16, 0))
        await stage.rest()
        await stage.anna.click("Terugblik voorbereiden", channel=stage.anna.dm)
        await stage.form(stage.anna, told="We hebben koffie gedronken. Het was stil, en toen niet meer.")
        await stage.team.until(_moment(meeting, 15, 0))
        await stage.rest()
        await _begins(stage, stage.daan, case=NEXT_CASE, facilitator=stage.esra.user, pace="wait")
    await _in_thread(stage, "De sessie begint met de terugblik: wat werkte, wat niet?", stage.anna)
    await stage.expect("with what Anna wanted to tell", stage.fleur, "koffie gedronken", thread=stage.thread)
    await stage.breathe()
    await stage.in_thread(stage.anna, "We plannen nu samen, op maandag. Ik ben blij dat ik het gezegd heb.")


async def ending(stage: Stage) -> None:
    await _in_thread(
        stage, "Dat is intervisie: één casus, een uur, en een groep die blijft luisteren. Nu jij?", stage.anna
    )


SCENES: tuple[Callable[[Stage], Awaitable[None]], ...] = (
    opening,
    questions,
    advice_in_disguise,
    too_early,
    the_pause,
    the_advice,
    the_step,
    the_end_of_the_session,
    a_week_later,
    six_weeks_later,
    ending,
)


async def two_minutes(stage: Stage) -> None:
    for scene in SCENES:
        await scene(stage)


def _day_of(ts: str) -> date:
    return datetime.fromtimestamp(float(ts), after.ZONE).date()


def _meeting_day(day: date) -> date:
    """The day, or one after it, before which the letters of the days before can come."""
    while not _is_plain(day):
        day = after.working_day(day + timedelta(days=1))
    return day


def _is_plain(day: date) -> bool:
    before_it = [day - timedelta(days=n) for n in range(dates.DAYS_BEFORE + 1)]
    return (
        after.working_day(day) == day
        and day.weekday() != dates.MONDAY
        and not any(map(after.is_holiday, before_it))
    )


def _moment(day: date, hour: int, minute: int) -> float:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=after.ZONE).timestamp()


async def _begins(stage: Stage, who: Someone, **choices: str) -> None:
    await who.command(b.START_COMMAND, CHANNEL)
    await stage.form(who, **choices)
    stage.thread = await stage.newest_session()
    for one in stage.everyone:
        await one.press(b.HERE, channel=CHANNEL, thread_ts=stage.thread)
        await stage.rest()
    leader = stage.team.person(choices["facilitator"])
    await leader.press(b.BEGIN, channel=CHANNEL)
    await stage.rest()


async def _goes_on(stage: Stage) -> None:
    """To the next phase, by the facilitator's button; the last one closes the session."""
    await stage.bram.press(b.NEXT, channel=stage.bram.dm)
    await stage.rest()


async def _asks(stage: Stage, who: Someone, question: str) -> None:
    await who.press(b.WRITE_QUESTION, channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(who, first=question)


async def _advises(stage: Stage, who: Someone, advice: str) -> None:
    await who.press(b.WRITE_ADVICE, channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(who, advice=advice)


async def _in_thread(stage: Stage, caption: str, who: Someone) -> None:
    await stage.caption(caption, who, channel=CHANNEL, thread_ts=stage.thread)
