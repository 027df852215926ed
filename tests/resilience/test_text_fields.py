"""Anything can be typed in any field: it arrives as typed, notifies nobody, and Slack takes it."""

from pathlib import Path

import pytest

from sandbox.people import Someone, Team
from sandbox.player.before import seed
from sandbox.player.stage import CHANNEL, Stage
from tests.bot import running_bot
from tests.resilience.test_trouble import NASTY

LINK = "<https://example.invalid|klik>"


async def _fill(stage: Stage, who: Someone, **texts: str) -> None:
    """Fills every field with as much as fits, and sends the form until it is taken (a remark may come first)."""
    view = await who.modal()
    limits = {
        b["block_id"]: b["element"].get("max_length", 3000) for b in view["blocks"] if b["type"] == "input"
    }
    await who.fill(**{name: text[: limits[name]] for name, text in texts.items()})
    assert await who.submit() == {}
    if await who.views() and (await who.modal())["submit"]:
        assert await who.submit() == {}
    await who.close_all()
    await stage.rest()


@pytest.mark.parametrize("text", NASTY, ids=["mrkdwn", "right to left", "long", "unseen"])
async def test_every_field_of_a_session_takes_any_text(tmp_path: Path, text: str) -> None:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        stage = Stage(team, pace=0.0, transcript=None)
        await seed(stage)
        await stage.anna.command("start", CHANNEL)
        await stage.form(
            stage.anna, case="Een collega die haar eigen weg gaat", facilitator=stage.bram.user, pace="wait"
        )
        stage.thread = await stage.newest_session()
        for who in stage.everyone:
            await stage.press(who, "Ik ben er", thread=stage.thread)
        await stage.press(stage.bram, "Beginnen")
        await stage.press(stage.bram, "Door naar Vragen", place=stage.bram.dm)
        await stage.daan.click("Schrijf je vraag", channel=CHANNEL, thread_ts=stage.thread)
        await _fill(stage, stage.daan, first=text, second=text)
        await stage.press(stage.bram, "Door naar Antwoorden", place=stage.bram.dm)
        await stage.press(stage.bram, "Door naar Je vraag", place=stage.bram.dm)
        await stage.anna.click("Nee, hij is nu …", channel=CHANNEL, thread_ts=stage.thread)
        await _fill(stage, stage.anna, question=text)
        await stage.press(stage.bram, "Door naar Analyse", place=stage.bram.dm)
        await stage.in_thread(stage.esra, text)
        await stage.press(stage.bram, "Door naar Advies", place=stage.bram.dm)
        await stage.chloe.click("Mijn advies", channel=CHANNEL, thread_ts=stage.thread)
        await _fill(stage, stage.chloe, advice=text)
        # The first press shows the advice that is hidden still.
        await stage.press(stage.bram, "Door naar Reactie", place=stage.bram.dm)
        await stage.press(stage.bram, "Door naar Reactie", place=stage.bram.dm)
        await stage.anna.click("Wat ik meeneem", channel=CHANNEL, thread_ts=stage.thread)
        await stage.anna.fill(share=["takeaway", "0"])
        await _fill(stage, stage.anna, takeaway=text, step=text)
        await stage.press(stage.bram, "Door naar Oogst", place=stage.bram.dm)
        await stage.esra.click("Mijn inzicht", channel=CHANNEL, thread_ts=stage.thread)
        await stage.esra.fill(share=["share"])
        await _fill(stage, stage.esra, takeaway=text, step=text)
        await stage.press(stage.bram, "Door naar Evaluatie", place=stage.bram.dm)
        await stage.esra.click("Geef je cijfers", channel=CHANNEL, thread_ts=stage.thread)
        await stage.esra.fill(use="5", safety="5", method="5")
        await _fill(stage, stage.esra, line=text)
        await stage.press(stage.bram, "Sessie afronden", place=stage.bram.dm)
        await stage.bram.command("plan", CHANNEL)
        await stage.bram.fill(day="2028-01-13", hour="15:00")
        await _fill(stage, stage.bram, place=text)
        by_the_bot = [m for m in bot.sandbox.workspace.messages[CHANNEL] if m.bot_id]
        assert len(by_the_bot) > 10
        for message in by_the_bot:
            shown = f"{message.text} {message.blocks}"
            assert "<!channel>" not in shown
            assert LINK not in shown
            assert "\x00" not in shown
        assert [name for name, held in stage.expected if not held] == []
        assert await team.refused() == []
