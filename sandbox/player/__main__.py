"""`python -m sandbox.player`: the story at full speed, as a transcript. In the page sandbox/player/play.py plays it."""

import asyncio
import sys
from datetime import timedelta

import click

from sandbox.people import CannotDo, Team
from sandbox.player import after, before, dates, fading, leading, session, spoken, together
from sandbox.player.figures import Counting
from sandbox.player.short import two_minutes
from sandbox.player.stage import CHANNEL, Stage
from sandbox.player.transcript import Transcript

WAYS = ("thread", "room", "video")


@click.command()
@click.option("--url", required=True)
@click.option("--short", "is_short", is_flag=True, help="The story in two minutes.")
@click.option("--meets", type=click.Choice(WAYS), default="thread", help="How they meet.")
def main(url: str, is_short: bool, meets: str) -> None:
    """Plays the story, with a transcript on standard output."""
    sys.exit(asyncio.run(_run(url, is_short=is_short, meets=meets)))


async def _run(url: str, *, is_short: bool, meets: str) -> int:
    async with Team(url) as team:
        transcript = Transcript()
        stage = Stage(team, pace=0.0, transcript=transcript)
        print("# Een intervisie, van casus tot terugblik")
        try:
            await stage.caption("De groep begint, en drie casussen worden ingeleverd.")
            await before.seed(stage)
            if meets != "thread":
                await spoken_session(stage, meets)
            else:
                await (two_minutes if is_short else whole_story)(stage)
        except CannotDo as impossible:
            stage.expected.append((str(impossible), False))
            print(f"IMPOSSIBLE: {impossible}", file=sys.stderr)
            await stage.rest()
        if stage.figures is not None:
            stage.figures.print()
            if meets == "thread":
                stage.expected += stage.figures.aims()
        # Of the session alone, where the story has counted it.
        transcript.notifications(stage.figures.notifications if stage.figures else await team.notifications())
        return await _verdict(stage, team)


async def spoken_session(stage: Stage, meets: str) -> None:
    """A session in which people speak, from the choice of the case to the summary."""
    await before.a_case_is_written(stage)
    await before.the_group_chooses(stage)
    counting = await Counting.begin(stage)
    await spoken.a_session(stage, meets)
    stage.figures = await counting.end()


async def whole_story(stage: Stage) -> None:
    """Every chapter, in order: a session, the six weeks after it, the beginning of the next one, a group that
    fades, a meeting that begins without a case, and a group that learns to go on alone.

    A chapter moves the clock itself and leaves nothing open, so that another one fits in between.
    """
    await before.a_case_is_written(stage)
    await before.the_group_chooses(stage)
    counting = await Counting.begin(stage)
    await session.opens(stage)
    await session.presentation(stage)
    await session.questions(stage)
    await session.answers(stage)
    await session.reworded(stage)
    await session.analysis(stage)
    await session.advice(stage)
    by = after.working_day(await after.today(stage) + timedelta(days=7))
    await session.response_and_harvest(stage, by.isoformat())
    await session.evaluation_and_end(stage)
    stage.figures = await counting.end()
    meeting = await dates.a_date_is_sought(stage)
    await dates.the_date_is_chosen(stage)
    await dates.the_file_for_a_calendar(stage)
    await after.the_reflection(stage)
    await after.the_nudge(stage, by)
    await after.at_home(stage)
    await after.the_reminders(stage, meeting)
    await after.the_glance(stage)
    await after.the_look_back(stage, meeting)
    await dates.a_rhythm_is_planned(stage, meeting)
    await fading.nobody_begins(stage, meeting)
    await fading.what_it_is_for_one(stage)
    await fading.the_group_answers(stage)
    await together.a_choice(stage)
    await together.an_hour_that_ends_on_time(stage)
    await leading.a_leader_is_asked(stage)
    await leading.eight_meetings(stage)
    await stage.caption("Dat was het verhaal. Speel nu zelf verder.", stage.anna, channel=CHANNEL)


async def _verdict(stage: Stage, team: Team) -> int:
    refused = await team.refused()
    for entry in refused:
        print(f"REFUSED: {entry['name']} {entry['outcome']} {entry.get('details', '')}", file=sys.stderr)
    missing = [name for name, held in stage.expected if not held]
    for name in missing:
        print(f"MISSED: {name}", file=sys.stderr)
    held = len(stage.expected) - len(missing)
    print(f"{held} of {len(stage.expected)} expectations held, {len(refused)} calls refused", file=sys.stderr)
    return 1 if missing or refused else 0


if __name__ == "__main__":
    main()
