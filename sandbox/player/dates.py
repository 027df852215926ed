"""Dates: one that the group finds together, and a rhythm to keep."""

from datetime import date, timedelta

from sandbox.people import Someone, elements
from sandbox.player.after import is_holiday, today, working_day
from sandbox.player.stage import CHANNEL, Stage

SIX_WEEKS = timedelta(weeks=6)
MONDAY = 0
# What is asked before a meeting is asked in these days.
DAYS_BEFORE = 4
# What each says of the three days that Bram proposes, the middle one being the meeting's.
SUITS = {
    "anna": ("no", "yes", "yes"),
    "bram": ("yes", "yes", "no"),
    "chloe": ("maybe", "yes", "yes"),
    "daan": ("yes", "yes", "maybe"),
    "esra": ("no", "yes", "no"),
}


async def a_date_is_sought(stage: Stage) -> date:
    """Six weeks on; returns the day that will suit best."""
    await stage.caption("Bram zoekt met de groep een datum, over zes weken.", stage.bram, channel=CHANNEL)
    day = working_day(await today(stage) + SIX_WEEKS)
    # The days before it are working days then, whatever day the story is played on.
    while day.weekday() == MONDAY or any(
        is_holiday(day - n * timedelta(days=1)) for n in range(DAYS_BEFORE + 1)
    ):
        day = working_day(day + timedelta(days=1))
    proposed = (working_day(day - timedelta(days=7)), day, working_day(day + timedelta(days=7)))
    await stage.bram.command("plan", CHANNEL)
    await stage.bram.click_in_view("Samen een datum zoeken")
    await stage.bram.fill(**{f"day{number}": one.isoformat() for number, one in enumerate(proposed, 1)})
    await stage.breathe()
    await stage.bram.submit()
    await stage.form(stage.bram, place="Wijkcentrum, kamer 2")
    await stage.expect("the dates stand in the channel", stage.fleur, "zoekt een datum")
    for name, answers in SUITS.items():
        await _says_what_suits(stage, getattr(stage, name), answers)
    return day


async def the_date_is_chosen(stage: Stage) -> None:
    await stage.caption(
        "Vijf antwoorden: het kanaal ziet aantallen, en Bram kiest.", stage.bram, channel=CHANNEL
    )
    await stage.expect("the channel sees how many can", stage.fleur, "5 ja")
    await stage.bram.click("Kies een datum", channel=CHANNEL)
    await stage.form(stage.bram)
    await stage.expect("the date is found", stage.fleur, "De datum is gevonden")
    await stage.expect("the channel knows the date", stage.anna, "De volgende bijeenkomst is")


async def _says_what_suits(stage: Stage, who: Someone, answers: tuple[str, ...]) -> None:
    await who.click("Wanneer kan ik?", channel=CHANNEL)
    fields = [block["block_id"] for block in (await who.modal())["blocks"] if block["type"] == "input"]
    await stage.form(who, **dict(zip(fields, answers, strict=True)))


async def a_rhythm_is_planned(stage: Stage, meeting: date) -> None:
    """From now on by itself, with a look at the dates first."""
    await stage.caption(
        "Voortaan een vast ritme. Eerst laat de bot de volgende zes data zien.", stage.fleur, channel=CHANNEL
    )
    await stage.fleur.command("plan", CHANNEL)
    await stage.fleur.click_in_view("Een vast ritme")
    await stage.fleur.fill(
        rhythm="elke 6 weken", weekday="donderdag", since=(meeting + timedelta(days=1)).isoformat()
    )
    await stage.breathe()
    await stage.fleur.submit()
    boxes = [
        element
        for _, element in elements((await stage.fleur.modal())["blocks"])
        if element["type"] == "checkboxes"
    ]
    dates = [option for box in boxes for option in box["options"] if option["value"] != "later"]
    stage.expected.append(("the next six dates are shown first", len(dates) == 6))
    await stage.form(stage.fleur, skip=[dates[1]["value"]])
    await stage.expect("the channel reads the rhythm once", stage.anna, "vast ritme")


async def the_file_for_a_calendar(stage: Stage) -> None:
    await stage.caption("Esra wil de datum in haar eigen agenda.", stage.esra, channel=CHANNEL)
    await stage.esra.command("agenda", CHANNEL)
    await stage.breathe()
    await stage.esra.click_in_view("Stuur me het bestand")
    await stage.rest()
    await stage.esra.close_all()
    files = await stage.esra.files(stage.esra.dm)
    stage.expected.append(
        ("the calendar file has come", any(file["name"].endswith(".ics") for file in files))
    )
