"""The guide: the next thing to do, read off the workspace, whatever was pressed before and by whom."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.methods import catalogue
from bot.slack import ids
from sandbox.guide import buttons as b
from sandbox.guide.seen import Seen
from sandbox.guide.steps import ORDER, PHASES, next_step
from sandbox.guide.texts import TITLES
from sandbox.people import Team
from sandbox.player.cases import CASES
from sandbox.player.stage import CHANNEL
from sandbox.workspace.model import BOT_USER, EMPTY_CHANNEL
from tests.bot import Running
from tests.demo import running_demo
from tests.guide import BRAM, MANY_STEPS, follow, step_of, until_step

ESRA = "U0ESRA"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_demo(tmp_path) as bot:
        yield bot


@pytest.fixture
async def team(demo: Running) -> AsyncIterator[Team]:
    async with Team(demo.sandbox.url) as team:
        yield team


async def way_through(team: Team) -> list[str]:
    """The names of the steps from the first to the last, each once."""
    names: list[str] = []
    for _ in range(MANY_STEPS):
        step = await step_of(team)
        if step["name"] not in names:
            names.append(step["name"])
        if step["name"] == "done":
            break
        await follow(team, step)
    return names


def test_the_buttons_and_forms_of_the_guide_are_the_bots() -> None:
    known = {value for name, value in vars(ids).items() if name.isupper()}
    values = [value for name, value in vars(b).items() if name.isupper()]
    used = {one for value in values for one in ((value,) if isinstance(value, str) else value) if "." in one}
    assert used
    assert used <= known


@pytest.mark.long
async def test_a_group_that_has_begun_is_led_from_the_poll_to_the_summary(team: Team) -> None:
    await team.post("scene", way="lead")
    names = await way_through(team)
    assert names[:5] == ["poll", "vote", "other_votes", "accept", "start"]
    assert [name for name in names if name in PHASES] == list(PHASES)
    assert names[-1] == "done"
    thread = (await step_of(team))["thread_ts"]
    assert await team.person(BRAM).sees("In het kort", CHANNEL, thread)
    assert await team.person(BRAM).sees("afgesloten", CHANNEL)
    assert await team.refused() == []


@pytest.mark.long
async def test_an_empty_channel_is_led_from_the_invitation_to_the_summary(team: Team) -> None:
    await team.post("scene", way="begin")
    names = await way_through(team)
    assert [name for name in names if name != "join"][:5] == [
        "invite",
        "set_up",
        "case",
        "other_cases",
        "poll",
    ]
    assert names[-1] == "done"
    assert names == sorted(names, key=ORDER.index)
    assert await team.person(BRAM).sees("afgesloten", EMPTY_CHANNEL)


async def test_a_form_that_is_closed_steps_back(team: Team) -> None:
    await team.post("scene", way="lead")
    before = await step_of(team)
    await follow(team, before)
    assert "Stemming openen" in (await step_of(team))["text"]
    await team.person(BRAM).close_all()
    assert await step_of(team) == before


async def test_a_session_begun_without_a_poll_is_followed_and_one_that_is_stopped_steps_back(
    team: Team,
) -> None:
    await team.post("scene", way="lead")
    anna = team.person("U0ANNA")
    await anna.command("start", CHANNEL)
    await anna.fill(case=CASES["anna"]["title"], facilitator=BRAM, pace="wait")
    assert await anna.submit() == {}
    await anna.close_all()
    assert (await step_of(team))["name"] == "here"
    await until_step(team, "presentation")
    bram = team.person(BRAM)
    await bram.press(b.STOP, channel=CHANNEL)
    await bram.click("Nu stoppen", channel=CHANNEL)
    assert (await step_of(team))["name"] == "poll"


async def led_by_esra(team: Team, **how: str) -> None:
    """A session that Esra began and leads, although the guide's own way has Bram for that."""
    await team.post("scene", way="lead")
    esra = team.person(ESRA)
    await esra.command("start", CHANNEL)
    await esra.fill(case=CASES["anna"]["title"], facilitator=ESRA, pace="wait", **how)
    assert await esra.submit() == {}
    await esra.close_all()


async def test_whoever_leads_is_the_one_of_whom_the_guide_speaks(team: Team) -> None:
    await led_by_esra(team)
    await until_step(team, "presentation")
    assert (await step_of(team))["who"] == ESRA
    daan = team.person("U0DAAN")
    await daan.press(b.PAUSE, channel=CHANNEL)
    await follow(team, await step_of(team))
    # Daan takes it over, by the offer that a control of Esra's gives.
    await daan.press(b.CONTROLS, channel=CHANNEL)
    await daan.click("Overnemen", channel=CHANNEL)
    assert (await step_of(team))["who"] == daan.user
    for _ in range(MANY_STEPS):
        step = await step_of(team)
        if step["name"] == "done":
            break
        await follow(team, step)
    assert (step["name"], step["who"]) == ("done", daan.user)


async def test_in_a_room_the_guide_says_what_is_on_and_does_not_say_who_is_there(team: Team) -> None:
    await led_by_esra(team, meets="room")
    await until_step(team, "begin")
    step = await step_of(team)
    assert (step["name"], step["button"]["action_id"]) == ("begin", b.BEGIN)
    assert "Iedereen is er" not in step["text"]
    assert "*Wie is er*" in step["text"]
    esra = team.person(ESRA)
    await esra.click("Wie is er", channel=esra.dm)
    await esra.fill(here=[ESRA, "U0ANNA"])
    assert await esra.submit() == {}
    await follow(team, await step_of(team))
    await esra.press(b.BEGIN_ANYWAY, channel=CHANNEL)
    seen = []
    for _ in range(MANY_STEPS):
        step = await step_of(team)
        if step["name"] == "done":
            break
        seen.append((step["name"], step["number"]))
        told = "inbrenger vertelt" in step["text"] or "staan in de thread" in step["text"]
        assert not told, step
        assert step["others"] == ""
        await follow(team, step)
    first = ORDER.index("presentation") - ORDER.index("poll") + 1
    assert [name for name, _ in seen] == ["arrival", *PHASES]
    assert seen[0] == ("arrival", first)


async def test_while_people_look_back_the_guide_does_not_say_that_the_presenter_tells(demo: Running) -> None:
    client = AsyncWebClient(demo.sandbox.config.bot_token, base_url=demo.sandbox.api_url)
    workspace, facts = demo.sandbox.workspace, demo.sandbox.scenes.facts
    workspace.channel(EMPTY_CHANNEL).members.add(BOT_USER)
    ref = '{"session":"s","number":0,"round":1,"version":1}'
    on = [{"type": "button", "action_id": name, "value": ref, "text": {"type": "plain_text", "text": label}}
          for name, label in ((b.CONTROLS, "Bediening"), (b.NEXT, "Door naar Inbreng"))]  # fmt: skip
    card = await client.chat_postMessage(
        channel=EMPTY_CHANNEL, text="Kaart", blocks=[{"type": "actions", "elements": on[:1]}]
    )
    await client.chat_postMessage(
        channel="D" + BRAM[1:], text="Jij leidt", blocks=[{"type": "actions", "elements": on[1:]}]
    )
    seen = Seen(workspace, facts, EMPTY_CHANNEL)
    for title, name, words in (
        ("Terugblik", "look_back", "vorige casus"),
        ("Look-back", "look_back", "vorige casus"),
        ("Aankomen", "arrival", "één zin"),
    ):
        await client.chat_postMessage(channel=EMPTY_CHANNEL, thread_ts=card["ts"], text=f"*{title}.* Nu.")
        step = next_step(seen)
        assert step.name == name
        assert words in step.text
        assert "inbrenger vertelt" not in step.text


def test_the_guide_knows_every_phase_by_the_titles_of_the_bot() -> None:
    for method in catalogue.methods():
        for phase in method.phases:
            assert TITLES[phase.key] == (phase.title("nl"), phase.title("en"))


async def test_a_pause_by_anybody_shows_the_way_on(team: Team) -> None:
    await team.post("scene", way="lead")
    await until_step(team, "presentation")
    await team.person("U0ESRA").press(b.PAUSE, channel=CHANNEL)
    step = await step_of(team)
    assert (step["name"], step["button"]["action_id"]) == ("presentation", b.RESUME)
    await follow(team, step)
    assert (await step_of(team))["button"]["action_id"] == b.NEXT


async def test_where_people_join_by_themselves_the_leader_does_and_then_the_others(demo: Running) -> None:
    # As a bot would ask it that enrols nobody.
    client = AsyncWebClient(demo.sandbox.config.bot_token, base_url=demo.sandbox.api_url)
    workspace, facts = demo.sandbox.workspace, demo.sandbox.scenes.facts
    workspace.channel(EMPTY_CHANNEL).members.add(BOT_USER)
    button = {"type": "button", "action_id": b.JOIN, "text": {"type": "plain_text", "text": b.JOIN_LABEL}}
    await client.chat_postMessage(
        channel=EMPTY_CHANNEL, text="Wie doet mee?", blocks=[{"type": "actions", "elements": [button]}]
    )
    seen = Seen(workspace, facts, EMPTY_CHANNEL)
    assert (next_step(seen).name, next_step(seen).others) == ("join", "")
    facts.note_press(BRAM, b.JOIN, {})
    assert (next_step(seen).name, next_step(seen).others) == ("join", "Laat de anderen meedoen")
    facts.note_press("U0ANNA", b.JOIN, {})
    assert next_step(seen).name == "case"


async def test_whoever_set_the_group_up_is_in_it_and_is_not_asked_to_join(team: Team) -> None:
    await team.post("scene", way="begin")
    await until_step(team, "join")
    # The set-up ends with a window.
    await follow(team, await step_of(team))
    assert (await step_of(team))["others"] == "Laat de anderen meedoen"
    await until_step(team, "case")
    assert (await step_of(team))["text"].startswith("De anderen doen nu ook mee.")


async def test_whoever_began_the_session_is_not_asked_whether_they_are_there(
    demo: Running, team: Team
) -> None:
    await team.post("scene", way="lead")
    await until_step(team, "others_here")
    assert b.HERE not in [fact.what for fact in demo.sandbox.scenes.facts.log if fact.user == BRAM]


async def test_a_form_that_is_open_is_said_to_be(team: Team) -> None:
    await team.post("scene", way="lead")
    assert (await step_of(team))["has_form"] is False
    await follow(team, await step_of(team))
    assert (await step_of(team))["has_form"] is True


async def test_questions_are_written_then_shown_and_then_left(team: Team) -> None:
    await team.post("scene", way="lead")
    await until_step(team, "questions")
    step = await step_of(team)
    assert (step["button"]["action_id"], step["button"]["thread_ts"]) == (
        b.WRITE_QUESTION,
        step["thread_ts"],
    )
    bram = team.person(BRAM)
    await bram.press(b.WRITE_QUESTION, channel=CHANNEL, thread_ts=step["thread_ts"])
    assert "één open vraag" in (await step_of(team))["text"]
    await bram.close_all()
    await follow(team, step)
    step = await step_of(team)
    assert (step["button"]["action_id"], step["others"]) == (b.REVEAL, "")
    assert step["text"].startswith("De anderen schreven hun vragen.")
    await follow(team, step)
    step = await step_of(team)
    assert (step["name"], step["button"]["action_id"]) == ("questions", b.NEXT)


async def test_after_the_own_question_the_others_write_theirs(team: Team) -> None:
    await team.post("scene", way="lead")
    await until_step(team, "questions")
    thread = (await step_of(team))["thread_ts"]
    bram = team.person(BRAM)
    await bram.press(b.WRITE_QUESTION, channel=CHANNEL, thread_ts=thread)
    await bram.fill(first="Wat maakt dit voor jou zo lastig?")
    assert await bram.submit() == {}
    step = await step_of(team)
    assert (step["button"], step["others"]) == (None, "Laat de anderen vragen schrijven")
    assert step["text"].startswith("Jouw vraag staat er.")


async def test_the_leaders_own_turn_comes_before_the_way_on(team: Team) -> None:
    await team.post("scene", way="lead")
    await until_step(team, "advice")
    seen = []
    step = await step_of(team)
    while step["name"] == "advice":
        seen.append((step["button"]["action_id"] if step["button"] else None, step["others"]))
        await follow(team, step)
        step = await step_of(team)
    assert seen == [
        # Everybody writes first, the leader too.
        (b.WRITE_ADVICE, "Laat de anderen adviseren"),
        (b.REVEAL, ""),
        (None, "Laat de anderen adviseren"),
        (b.TURN_DONE, ""),
        (b.NEXT, ""),
    ]
    said = [one["text"] for one in await team.person(BRAM).messages(CHANNEL, step["thread_ts"])]
    assert sum(text.count("Als ik in jouw schoenen") for text in said) == 4


async def test_others_of_a_step_that_has_passed_do_nothing(team: Team) -> None:
    await team.post("scene", way="lead")
    assert not (await team.post("guide/others", step="other_votes"))["done"]
    assert not (await team.post("guide/others", step="advice"))["done"]
    assert (await step_of(team))["name"] == "poll"


async def test_two_tabs_that_let_the_others_vote_do_so_once(team: Team) -> None:
    await team.post("scene", way="lead")
    while (step := await step_of(team))["name"] != "other_votes" or not step["others"]:
        await follow(team, step)
    calls = [team.post("guide/others", step="other_votes") for _ in range(2)]
    assert sorted([answer["done"] for answer in await asyncio.gather(*calls)]) == [False, True]
    assert (await step_of(team))["name"] == "accept"


async def test_a_way_begins_anew_when_something_was_done(demo: Running, team: Team) -> None:
    await team.post("scene", way="lead")
    assert demo.sandbox.scenes.is_used is False
    await follow(team, await step_of(team))
    await team.post("scene", way="begin")
    assert demo.sandbox.scenes.is_used is False
    assert await team.person(BRAM).views() == []
    assert (await step_of(team))["name"] == "invite"
    await team.post("scene", way="lead")
    assert (await step_of(team))["name"] == "poll"


async def test_two_tabs_that_choose_at_once_get_one_way(demo: Running, team: Team) -> None:
    await team.person(BRAM).command("stem", CHANNEL)
    calls = [team.http.post("/ui/scene", json={"way": way}) for way in ("lead", "begin")]
    answers = [response.json() for response in await asyncio.gather(*calls)]
    assert sorted(answer["ok"] for answer in answers) == [False, True]
    refused = next(answer for answer in answers if not answer["ok"])
    assert refused["message"] == "Er wordt al iets klaargezet. Nog een paar tellen."
    assert (await step_of(team))["name"] in ("poll", "invite")
