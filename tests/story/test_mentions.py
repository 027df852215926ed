"""How often the people of a whole session of six are mentioned, by what the sandbox counts for each of them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.people import Team
from sandbox.player import after, before, session
from sandbox.player.stage import CHANNEL, NAMES, Stage
from sandbox.workspace.model import BOT_USER
from tests.bot import Running, running_bot

pytestmark = pytest.mark.long

MENTION = re.compile(r"<@(\w+)>")
# The facilitator (Bram) has a turn in the advice round as the others have; the presenter (Anna) has none.
PRESENTER = NAMES["anna"]
MENTIONS_OF_PRESENTER, MENTIONS_OF_OTHERS, OWN_TURNS = 4, 2, 1


def mentioned(bot: Running, thread: str | None) -> dict[str, int]:
    """How often each was mentioned in a thread; with None, in the channel itself."""
    sent = bot.sandbox.workspace.notifications.sent
    found = [
        one.user
        for one in sent
        if one.kind == "mention" and (one.channel, one.thread_ts) == (CHANNEL, thread)
    ]
    return {user: found.count(user) for user in NAMES.values()}


def mentions_that_notified_nobody(bot: Running) -> list[tuple[str, str]]:
    """Who is mentioned in a message as it stands now without having been notified by it: an edit did that."""
    sent = {(one.user, one.ts) for one in bot.sandbox.workspace.notifications.sent}
    return [
        (user, message.text)
        for message in bot.sandbox.workspace.messages[CHANNEL]
        if message.user == BOT_USER and message.only_for is None
        for user in MENTION.findall(message.text)
        if (user, message.ts) not in sent
    ]


async def test_in_a_whole_session_people_are_mentioned_when_they_must_act(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        stage = Stage(team, pace=0.0, transcript=None)
        await before.seed(stage)
        await before.a_case_is_written(stage)
        await before.the_group_chooses(stage)
        assert set(mentioned(bot, None).values()) == {0}

        await session.opens(stage)
        notifications = bot.sandbox.workspace.notifications
        assert mentioned(bot, stage.thread) == dict.fromkeys(NAMES.values(), 1)
        assert all(notifications.follows(user, CHANNEL, stage.thread) for user in NAMES.values())
        # The card calls the presenter, before the session has begun.
        assert mentioned(bot, None) == {**dict.fromkeys(NAMES.values(), 0), PRESENTER: 1}
        assert mentions_that_notified_nobody(bot) == []

        chapters = (
            session.presentation,
            session.questions,
            session.answers,
            session.reworded,
            session.analysis,
            session.advice,
        )
        for chapter in chapters:
            await chapter(stage)
            assert mentions_that_notified_nobody(bot) == []
        by = after.working_day(await after.today(stage) + timedelta(days=7))
        await session.response_and_harvest(stage, by.isoformat())
        await session.evaluation_and_end(stage)
        assert mentions_that_notified_nobody(bot) == []
        assert [name for name, held in stage.expected if not held] == []

        in_thread = mentioned(bot, stage.thread)
        assert in_thread.pop(PRESENTER) <= MENTIONS_OF_PRESENTER
        # Whoever leads is called when the time is up, too.
        assert in_thread.pop(NAMES["bram"]) <= MENTIONS_OF_OTHERS + OWN_TURNS + 1
        assert {user: n for user, n in in_thread.items() if n > MENTIONS_OF_OTHERS + OWN_TURNS} == {}
        # Whoever only takes part hears of the beginning and of their own turn.
        takes_part = [NAMES[name] for name in ("chloe", "daan", "esra", "fleur")]
        assert {in_thread[user] for user in takes_part} == {2}
