"""A group that stops: two meetings at which nobody begins, one question in the channel, and an answer."""

from datetime import date, timedelta

from sandbox.player.after import LETTERS_HAVE_COME, moment, working_day
from sandbox.player.stage import CHANNEL, Stage

THURSDAY = 3
# The rhythm is of six weeks, and its second date was left out.
SECOND_AFTER = timedelta(weeks=12)


async def nobody_begins(stage: Stage, meeting: date) -> None:
    """The next two meetings of the rhythm pass without a session."""
    await stage.caption(
        "Daarna wordt het stil: twee bijeenkomsten gaan voorbij zonder dat iemand begint.",
        stage.fleur,
        channel=CHANNEL,
    )
    first = meeting + timedelta(days=1)
    while first.weekday() != THURSDAY:
        first += timedelta(days=1)
    morning = working_day(first + SECOND_AFTER + timedelta(days=1))
    await stage.team.until(moment(morning, *LETTERS_HAVE_COME))
    await stage.rest()
    await stage.expect("the channel is asked what it needs", stage.fleur, "Wat heeft de groep nodig?")


async def what_it_is_for_one(stage: Stage) -> None:
    await stage.caption(
        "Privé kan iedereen zeggen waar het in zit. Niemand leest het, tenzij je het deelt.",
        stage.bram,
        channel=stage.bram.dm,
    )
    await stage.bram.click("Het duurt te lang", channel=stage.bram.dm)
    await stage.form(stage.bram, share=["unnamed"])
    await stage.expect(
        "a reason waits for a second one", stage.bram, "zodra nog iemand hetzelfde deelt", place=stage.bram.dm
    )
    await stage.expect_not("and the channel reads nothing of it", stage.fleur, "duurt te lang")


async def the_group_answers(stage: Stage) -> None:
    await stage.caption("Eén druk op een knop, en de groep gaat verder.", stage.fleur, channel=CHANNEL)
    await stage.press(stage.fleur, "Korter")
    await stage.expect("everybody reads who chose what", stage.anna, "wil het korter")
    await stage.expect_not("and the question is gone", stage.anna, "Wat heeft de groep nodig?")
