"""What goes wrong in the life of a bot: a clear private answer, and nothing lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cases.records import Case
from bot.storage import Tx
from sandbox.people import CannotDo, Team
from sandbox.player.before import agree, seed
from sandbox.player.cases import CASES
from sandbox.player.stage import CHANNEL, Stage
from sandbox.workspace.model import Refusal
from tests.bot import Running, running_bot
from tests.conftest import ours

OTHER = "C0ALGEMEEN"
NASTY = [
    "<!channel> <@U0DAAN> <https://example.invalid|klik> & <b>",
    "مرحبا كيف الحال 🌱 \u202e tfel ot thgir",
    "x" * 3000,
    "voor\x00na en\x07nog wat",
]


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_bot(tmp_path) as running:
        yield running


@pytest.fixture
async def stage(bot: Running) -> AsyncIterator[Stage]:
    """A group with three cases waiting."""
    async with Team(bot.sandbox.url) as team:
        made = Stage(team, pace=0.0, transcript=None)
        await seed(made)
        yield made


def titles(tx: Tx) -> list[str]:
    return sorted(case.title for case in tx.sql.scalars(select(Case)))


@pytest.mark.parametrize("text", NASTY, ids=["mrkdwn", "right to left", "long", "unseen"])
async def test_any_text_is_kept_as_typed_and_notifies_nobody(bot: Running, stage: Stage, text: str) -> None:
    await stage.bram.command("casus", CHANNEL)
    await agree(stage, stage.bram)
    await stage.bram.fill(
        title=text[:140],
        situation=text.ljust(60, "."),
        own_part=text.ljust(30, ".")[:3000],
        question=(text[:2900] + " hoe kan ik verder?"),
    )
    await stage.bram.submit()
    if await stage.bram.views() and "lijkt op een naam" in await stage.bram.read_modal():
        await stage.bram.submit()
    await stage.bram.close_all()
    await stage.bram.command("casussen", CHANNEL)
    shown = await stage.bram.read_modal()
    assert "<!channel>" not in shown
    assert "\x00" not in shown
    assert len(await ours(bot.app).read(titles)) == 4
    assert await stage.team.refused() == []


async def test_a_click_twice_at_once_has_one_effect(stage: Stage) -> None:
    await stage.bram.command("stem", CHANNEL)
    view = await stage.bram.modal()
    body = {"as": stage.bram.user, "view_id": view["id"], "state": _initial(view)}
    await asyncio.gather(*(stage.team.http.post("/ui/submit", json=body) for _ in range(2)))
    await stage.rest()
    polls = [m for m in await stage.anna.messages(CHANNEL) if "Welke casus doen we?" in m["text"]]
    assert len(polls) == 1


def _initial(view: dict[str, object]) -> object:
    from sandbox.people import initial_state

    return initial_state(view)


async def test_a_form_sent_after_the_case_was_withdrawn_says_so_and_keeps_what_was_typed(
    stage: Stage,
) -> None:
    await stage.anna.command("casussen", CHANNEL)
    await stage.anna.click_in_view("Bewerken")
    await stage.anna.fill(situation="Een heel andere situatie, die ik net heb getypt en niet kwijt wil.")
    form = await stage.anna.modal()
    # Meanwhile, on her phone, she withdraws it.
    async with Team(stage.team.url) as phone:
        same = phone.person(stage.anna.user)
        await same.command("casussen", CHANNEL)
        await same.click_in_view("Intrekken")
        await same.submit()
    answer = await stage.team.http.post(
        "/ui/submit", json={"as": stage.anna.user, "view_id": form["id"], "state": form["state"]["values"]}
    )
    # That view is gone on this client once another was opened; Slack says so, and the case stays withdrawn.
    assert answer.json()["ok"] is False or answer.json()["errors"]


async def test_an_id_of_another_group_or_workspace_is_refused_kindly(bot: Running, stage: Stage) -> None:
    await stage.bram.command("stem", CHANNEL)
    await stage.form(stage.bram)
    poll = next(m for m in await stage.anna.messages(CHANNEL) if "Welke casus doen we?" in m["text"])
    block = next(b for b in poll["blocks"] if b["type"] == "actions")
    button = dict(block["elements"][0], type="button")
    for value in ('{"poll":"0123456789abcdef"}', '{"poll":1}', "{}", "not json", '{"session":"x"}'):
        action = {"type": "button", "action_id": button["action_id"], "text": button["text"], "value": value}
        await stage.team.post(
            "action",
            **{"as": stage.anna.user},
            source={"kind": "message", "channel": CHANNEL, "ts": poll["ts"]},
            block_id=block["block_id"],
            action=action,
        )
        await stage.rest()
    answers = [m["text"] for m in await stage.anna.messages(CHANNEL) if m["ephemeral"]]
    assert sum("niet" in text for text in answers) >= 5
    assert await stage.team.refused() == []


async def test_the_bot_that_is_not_in_the_channel_says_how_to_invite_it(bot: Running) -> None:
    async with Team(bot.sandbox.url) as team:
        anna = team.person("U0ANNA")
        await anna.command("", OTHER)
        [answer] = [m["text"] for m in await anna.messages(OTHER) if m["ephemeral"]]
        assert "/invite @Intervisie" in answer
        assert await team.refused() == []


async def test_whoever_is_not_in_the_channel_gets_a_kind_no(stage: Stage) -> None:
    await stage.team.post("membership", user=stage.fleur.user, channel=CHANNEL, leaves=True)
    await stage.rest()
    await stage.fleur.command("casus", CHANNEL)
    assert await stage.fleur.sees("Dit is voor de leden van de groep", CHANNEL)


async def test_a_removed_bot_tells_whoever_set_it_up(bot: Running, stage: Stage) -> None:
    await stage.team.post("membership", user="U0BOT", channel=CHANNEL, leaves=True)
    await stage.rest()
    assert await stage.anna.sees("Ik zit niet meer in", stage.anna.dm)


async def test_a_locked_database_is_told_honestly_and_loses_nothing(bot: Running, stage: Stage) -> None:
    path = bot.settings.database_url.removeprefix("sqlite:///")
    await stage.bram.command("casus", CHANNEL)
    await agree(stage, stage.bram)
    case = CASES["anna"]
    await stage.bram.fill(**{key: case[key] for key in ("title", "situation", "own_part", "question")})
    locker = sqlite3.connect(path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    errors = await stage.bram.submit()
    assert "niet bij mijn gegevens" in next(iter(errors.values()))
    locker.execute("ROLLBACK")
    locker.close()
    assert await stage.bram.submit() == {}
    assert len(await ours(bot.app).read(titles)) == 4


@pytest.mark.parametrize("kind", ["ratelimited", "500", "drop_before", "drop_after"])
async def test_slack_in_trouble_delays_a_post_and_neither_loses_nor_doubles_it(
    bot: Running, stage: Stage, kind: str
) -> None:
    bot.sandbox.workspace.faults.add(method="chat.postMessage", kind=kind, times=1, seconds=2)
    await stage.bram.command("stem", CHANNEL)
    await stage.bram.submit()
    for _ in range(10):
        await stage.team.advance(seconds=15)
    polls = [m for m in await stage.anna.messages(CHANNEL) if "Welke casus doen we?" in m["text"]]
    assert len(polls) == 1


async def test_a_bot_that_starts_again_goes_on_where_it_was(bot: Running, stage: Stage) -> None:
    await stage.bram.command("stem", CHANNEL)
    await stage.form(stage.bram)
    await bot.restart()
    await stage.team.advance(days=3)
    await stage.rest()
    results = [m for m in await stage.anna.messages(CHANNEL) if "De stemming is gesloten" in m["text"]]
    open_polls = [m for m in await stage.anna.messages(CHANNEL) if "Welke casus doen we?" in m["text"]]
    assert open_polls == []
    assert len(results) <= 1


@pytest.mark.slacks_time
async def test_a_trigger_works_once_and_not_late(bot: Running) -> None:
    workspace = bot.sandbox.workspace
    trigger = workspace.new_trigger("U0ANNA")
    workspace.use_trigger(trigger)
    with pytest.raises(Refusal, match="exchanged_trigger_id"):
        workspace.use_trigger(trigger)
    late = workspace.new_trigger("U0ANNA")
    workspace.triggers[late].made_at -= 4
    with pytest.raises(Refusal, match="expired_trigger_id"):
        workspace.use_trigger(late)


async def test_an_unknown_command_names_the_nearest(stage: Stage) -> None:
    await stage.bram.command("stmem", CHANNEL)
    assert await stage.bram.sees("Bedoelde je `/intervisie stem`?", CHANNEL)


async def test_a_button_that_is_not_there_cannot_be_pressed(stage: Stage) -> None:
    with pytest.raises(CannotDo):
        await stage.bram.click("Bestaat niet", channel=CHANNEL)


async def test_a_guest_in_the_channel_takes_part_like_anyone(bot: Running, stage: Stage) -> None:
    bot.sandbox.workspace.people["U0FLEUR"].is_guest = True
    await stage.fleur.command("casus", CHANNEL)
    await agree(stage, stage.fleur)
    case = CASES["daan"]
    await stage.fleur.fill(**{key: case[key] for key in ("title", "situation", "own_part", "question")})
    assert await stage.fleur.submit() == {}
    assert len(await ours(bot.app).read(titles)) == 4


async def test_an_archived_channel_keeps_the_cases_and_comes_back(bot: Running, stage: Stage) -> None:
    await bot.sandbox.doings.archive(CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("is gearchiveerd", stage.anna.dm)
    await bot.sandbox.doings.unarchive(CHANNEL)
    await stage.rest()
    await stage.bram.command("stem", CHANNEL)
    await stage.form(stage.bram)
    assert await stage.daan.sees("Welke casus doen we?", CHANNEL)
    assert len(await ours(bot.app).read(titles)) == 3


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_connection_that_breaks_while_a_form_opens_opens_it_all_the_same(
    bot: Running, stage: Stage, kind: str
) -> None:
    bot.sandbox.workspace.faults.add(method="views.open", kind=kind, times=1)
    await stage.bram.command("plan", CHANNEL)
    assert len(await stage.bram.views()) == 1
    assert not await stage.bram.sees("Er ging bij mij iets mis", CHANNEL)
