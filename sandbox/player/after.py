"""After the session: six weeks with a reflection, a step, one's own page, and the next meeting with its look-back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from sandbox.people import Someone, words
from sandbox.player.stage import CHANNEL, Stage

ZONE = ZoneInfo("Europe/Amsterdam")
# Private messages come in the first half hour of somebody's working day, also of whoever lives in London.
LETTERS_HAVE_COME = (11, 0)


async def today(stage: Stage) -> date:
    return datetime.fromtimestamp(await stage.team.now(), ZONE).date()


def working_day(day: date) -> date:
    """The day, or the first one after it on which the bot writes to people."""
    while day.weekday() > 4 or is_holiday(day):
        day += timedelta(days=1)
    return day


def is_holiday(day: date) -> bool:
    return day in holidays.country_holidays("NL", years=day.year)


async def the_reflection(stage: Stage) -> None:
    """Two days later, in the morning of a working day."""
    await stage.team.until(moment(working_day(await today(stage) + timedelta(days=2)), *LETTERS_HAVE_COME))
    await stage.rest()
    await stage.caption(
        "Twee dagen later: wie inbracht, kan voor zichzelf terugkijken. Niemand anders leest het.",
        stage.anna,
        channel=stage.anna.dm,
    )
    await stage.expect(
        "the presenter is asked for a reflection", stage.anna, "vier korte vragen", place=stage.anna.dm
    )
    await stage.expect_not("and nobody else is", stage.daan, "vier korte vragen", place=stage.daan.dm)
    await stage.anna.click("Schrijf hem", channel=stage.anna.dm)
    await stage.form(
        stage.anna,
        brought_in="Dat ik haar vermijd sinds de planning.",
        seen="Dat ik het contact mis, meer dan de planning.",
        doing="Haar uitnodigen, deze week nog.",
    )
    await stage.expect("it is kept for her alone", stage.anna, "Alleen jij ziet", place=stage.anna.dm)


async def the_nudge(stage: Stage, by: date) -> None:
    # The day after the one that she chose.
    await stage.team.until(moment(working_day(by + timedelta(days=1)), *LETTERS_HAVE_COME))
    await stage.rest()
    await stage.caption(
        "Een week later: een herinnering aan haar eigen stap, privé.", stage.anna, channel=stage.anna.dm
    )
    await stage.expect("the nudge asks how it went", stage.anna, "Hoe is het gegaan?", place=stage.anna.dm)
    await stage.press(stage.anna, "Gedaan", place=stage.anna.dm)
    await stage.expect("the nudge is answered", stage.anna, "Gedaan, mooi", place=stage.anna.dm)


async def at_home(stage: Stage) -> None:
    """What is asked of somebody stands in one list, and a click there answers it."""
    await stage.daan.open_home()
    await stage.rest()
    await stage.caption(
        "Daan opent zijn Home-tab: wat er van hem gevraagd wordt, één klik per ding.",
        stage.daan,
        home=True,
    )
    asked = await _asked_at_home(stage.daan)
    stage.expected.append(("Daan's own step stands in his list", "bellen over het rooster" in asked))
    stage.expected.append(("and nobody else's", "koffie" not in asked))
    await stage.daan.click_in_view("Deels", home=True)
    await stage.rest()
    await stage.breathe()
    await stage.daan.close_all()
    asked = await _asked_at_home(stage.daan)
    stage.expected.append(("once answered it is gone", "bellen over het rooster" not in asked))


async def _asked_at_home(who: Someone) -> str:
    """What stands in the first list of somebody's Home tab."""
    return words((await who.home())["blocks"]).split("Mijn groepen en bijeenkomsten")[0]


async def the_glance(stage: Stage) -> None:
    await stage.caption("Fleur vraagt hoe de groep ervoor staat.", stage.fleur, channel=CHANNEL)
    await stage.fleur.command("status", CHANNEL)
    await stage.rest()
    await stage.expect("a member sees the group at a glance", stage.fleur, "in één oogopslag")
    await stage.expect("with how many steps are open", stage.fleur, "nog 1 stap open")
    await stage.expect_not("and nobody else sees it", stage.esra, "in één oogopslag")


async def the_reminders(stage: Stage, meeting: date) -> None:
    await stage.team.until(moment(meeting - timedelta(days=14), 15, 1))
    await stage.rest()
    await stage.caption("Twee weken van tevoren: de uitnodiging in het kanaal.", stage.fleur, channel=CHANNEL)
    # Five said yes to this date while the group looked for it.
    await stage.expect("two weeks before", stage.fleur, "Erbij: Anna, Bram")
    await stage.press(stage.fleur, "Ik kom")
    await stage.press(stage.esra, "Ik wil wel leiden")
    await stage.expect("whoever has no case is asked", stage.bram, "steeds terugkomt", place=stage.bram.dm)
    await stage.expect_not("and whoever has one is not", stage.daan, "steeds terugkomt", place=stage.daan.dm)
    await stage.team.until(moment(meeting - timedelta(days=2), 12, 0))
    await stage.rest()
    await stage.caption(
        "Twee dagen van tevoren: wat mag de groep horen van hoe het ging?", stage.anna, channel=stage.anna.dm
    )
    await stage.expect(
        "the presenter is asked to look back", stage.anna, "terugblik op jouw casus", place=stage.anna.dm
    )
    await stage.anna.click("Terugblik voorbereiden", channel=stage.anna.dm)
    await stage.form(stage.anna, told="We hebben koffie gedronken. Het was stil, en toen niet meer.")
    await stage.team.until(moment(meeting - timedelta(days=1), 15, 1))
    await stage.rest()
    await stage.expect("a day before", stage.fleur, "Morgen komen jullie bij elkaar")
    await stage.team.until(moment(meeting, 14, 1))
    await stage.rest()
    await stage.expect("an hour before", stage.fleur, "Over een uur beginnen jullie")


async def the_look_back(stage: Stage, meeting: date) -> None:
    await stage.team.until(moment(meeting, 15, 0))
    await stage.rest()
    await stage.caption("De volgende sessie, met de casus van Daan.", stage.daan, channel=CHANNEL)
    await stage.daan.command("start", CHANNEL)
    await stage.form(stage.daan, case="Te vaak ja zeggen", facilitator=stage.esra.user, pace="wait")
    stage.thread = await stage.newest_session()
    for who in stage.everyone:
        await stage.press(who, "Ik ben er", thread=stage.thread)
    await stage.press(stage.esra, "Beginnen")
    await stage.caption(
        "Die opent met de terugblik: wat werkte, wat niet?",
        stage.anna,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.expect("it opens with the look-back", stage.fleur, "*Terugblik.*", thread=stage.thread)
    await stage.expect("with what Anna wanted to tell", stage.fleur, "koffie gedronken", thread=stage.thread)
    await stage.in_thread(stage.anna, "We plannen nu samen, op maandag. Ik ben blij dat ik het gezegd heb.")
    await stage.press(stage.esra, "Door naar Inbreng", place=stage.esra.dm)
    await stage.expect(
        "and goes on with the new case", stage.fleur, "gat in het rooster", thread=stage.thread
    )


def moment(day: date, hour: int, minute: int) -> float:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).timestamp()
