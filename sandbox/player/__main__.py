"""`python -m sandbox.player seed` or `play`: people who play by themselves."""

import asyncio
import sys
from datetime import timedelta

import click

from sandbox.people import CannotDo, Team
from sandbox.player import after, before, dates, session, tally
from sandbox.player.stage import CHANNEL, Stage
from sandbox.player.transcript import Transcript

# Seconds between the steps, for whoever watches.
WATCHABLE = 2.4


@click.group()
def main() -> None:
    """Lets the fictional team play."""


@main.command()
@click.option("--url", required=True)
def seed(url: str) -> None:
    """Makes the scene: a group with three cases waiting."""
    sys.exit(asyncio.run(_run(url, pace=0.0, headless=False, story=False)))


@main.command()
@click.option("--url", required=True)
@click.option("--headless", is_flag=True, help="At full speed, with a transcript on standard output.")
def play(url: str, headless: bool) -> None:
    """Plays the whole story."""
    sys.exit(asyncio.run(_run(url, pace=0.0 if headless else WATCHABLE, headless=headless, story=True)))


async def _run(url: str, *, pace: float, headless: bool, story: bool) -> int:
    async with Team(url) as team:
        # In the page the scene has been made before it opens; headless the story makes its own.
        stage = Stage(
            team, pace=0.0 if headless or not story else pace, transcript=Transcript() if headless else None
        )
        if headless:
            print("# Een intervisie, van casus tot terugblik")
        try:
            if headless or not story:
                await stage.caption("De groep begint, en drie casussen worden ingeleverd.")
                await before.seed(stage)
            if story:
                await whole_story(stage)
        except CannotDo as impossible:
            stage.expected.append((str(impossible), False))
            print(f"IMPOSSIBLE: {impossible}", file=sys.stderr)
            await stage.rest()
        if stage.transcript is not None:
            await stage.transcript.notifications(team)
        return await _verdict(stage, team)


async def whole_story(stage: Stage) -> None:
    """Every chapter, in order: a session, the six weeks after it, and the beginning of the next one.

    A chapter moves the clock itself and leaves nothing open, so that another one fits in between.
    """
    await before.a_case_is_written(stage)
    await before.the_group_chooses(stage)
    posted = await tally.posted_so_far(stage.team)
    await session.opens(stage)
    await session.presentation(stage)
    await session.questions(stage)
    await session.analysis(stage)
    await session.advice(stage)
    by = after.working_day(await after.today(stage) + timedelta(days=7))
    await session.response_and_harvest(stage, by.isoformat())
    await session.evaluation_and_end(stage)
    await tally.report(stage, posted)
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
