"""Before the session: the group, the cases, the poll."""

from sandbox.people import Someone
from sandbox.player.cases import CASES
from sandbox.player.stage import CHANNEL, Stage

# The button that joins, whichever language it is in.
GROUP_JOIN = "group.join"


async def seed(stage: Stage) -> None:
    """The scene as the demo opens: a group with three cases waiting, and Chloé who reads English."""
    await _read_english(stage, stage.chloe)
    await stage.anna.command("", CHANNEL)
    await stage.press(stage.anna, "Groep beginnen")
    await stage.form(stage.anna, meets="thread")
    await stage.expect("the channel is asked who takes part", stage.fleur, "Wie doet mee?")
    for who in stage.everyone:
        if who is not stage.anna:
            await who.press(GROUP_JOIN, channel=CHANNEL)
    await stage.rest()
    await stage.expect("everybody joined by their own press", stage.anna, "Tot nu toe: Anna, Bram")
    for name in CASES:
        await hand_in(stage, getattr(stage, name), CASES[name])
    await stage.expect("the group's card stands in the channel", stage.fleur, "Wie ziet wat")


async def _read_english(stage: Stage, who: Someone) -> None:
    """Somebody chooses English on their Home tab: Slack's own language says nothing of theirs."""
    await who.open_home()
    await stage.rest()
    await who.click_in_view("Mijn instellingen", home=True)
    await stage.form(who, language="English")


async def hand_in(stage: Stage, who: Someone, case: dict[str, str]) -> None:
    """Somebody writes a case, with the optional things in the second form."""
    await who.command("casus", CHANNEL)
    await agree(stage, who)
    first = {key: case[key] for key in ("title", "situation", "own_part", "question")}
    await who.fill(**first, next="more")
    await stage.breathe()
    await who.submit()
    await stage.form(who, theme=case["theme"], urgency=case["urgency"])


async def agree(stage: Stage, who: Someone) -> None:
    """Before their first case everyone is asked whether they agree with the group's agreements."""
    if (await who.modal()).get("callback_id") == "case.agree_form":
        await stage.breathe()
        await who.submit()


async def a_case_is_written(stage: Stage) -> None:
    await stage.caption(
        "Voor haar eerste casus leest Fleur wat de groep heeft afgesproken.", stage.fleur, channel=CHANNEL
    )
    await stage.fleur.command("casus", CHANNEL)
    asked = "Wat hier gezegd wordt, blijft hier" in await stage.fleur.read_modal()
    stage.expected.append(("before a first case the agreements are read", asked))
    await agree(stage, stage.fleur)
    await stage.caption(
        "Dan schrijft ze haar casus. De bot denkt mee, en houdt haar niet tegen.",
        stage.fleur,
        channel=CHANNEL,
    )
    await stage.fleur.fill(
        title="Werken met Karin",
        situation="Een collega en ik maken samen een plan voor een wijkproject. Zij werkt snel en beslist veel alleen.",
        own_part="Ik houd me in en doe daarna mijn deel op mijn eigen manier.",
        question="Moet ik er iets van zeggen?",
    )
    await stage.breathe()
    await stage.fleur.submit()
    read = await stage.fleur.read_modal()
    stage.expected.append(("a name in the title is pointed out", "lijkt op een naam" in read))
    stage.expected.append(("and so is a yes-or-no question, at once", "Hierop past ja of nee" in read))
    await stage.breathe()
    await stage.form(
        stage.fleur,
        title="Samenwerken met iemand die sneller gaat",
        question="Hoe kan ik mijn tempo en mijn ideeën inbrengen?",
    )


async def the_group_chooses(stage: Stage) -> None:
    await stage.caption("Bram opent de stemming.", stage.bram, channel=CHANNEL)
    await stage.bram.command("stem", CHANNEL)
    await stage.form(stage.bram)
    await stage.expect("the poll stands in the channel", stage.anna, "Welke casus doen we?")
    ballots = {
        "anna": [("Te vaak ja zeggen", 1), ("Een collega die haar eigen weg gaat", 2)],
        "bram": [("Een collega die haar eigen weg gaat", 3)],
        "chloe": [("Te vaak ja zeggen", 2), ("Een overleg dat nergens heen gaat", 1)],
        "daan": [("Een collega die haar eigen weg gaat", 1), ("Te vaak ja zeggen", 2)],
        "esra": [("Een collega die haar eigen weg gaat", 1), ("Samenwerken met iemand die sneller gaat", 2)],
    }
    for name, votes in ballots.items():
        await vote(stage, getattr(stage, name), votes)
    await stage.expect("the channel sees only how many have voted", stage.fleur, "5 van de 6 hebben gestemd")
    await stage.caption(
        "Wie wat stemde, blijft geheim. Als iedereen gestemd heeft, sluit de stemming.",
        stage.fleur,
        channel=CHANNEL,
    )
    await vote(stage, stage.fleur, [("Te vaak ja zeggen", 1), ("Een collega die haar eigen weg gaat", 1)])
    await stage.caption("De inbrenger krijgt eerst privé de vraag.", stage.anna, channel=stage.anna.dm)
    await stage.press(stage.anna, "Ja, ik breng hem in", place=stage.anna.dm)
    await stage.expect(
        "the presenter has agreed", stage.anna, "Jouw casus komt de volgende sessie", place=stage.anna.dm
    )
    await stage.expect(
        "the result names the case", stage.anna, "De keuze valt op Een collega die haar eigen weg gaat"
    )
    await stage.expect("shared themes are named", stage.anna, "2 casussen gaan over grenzen stellen")


async def vote(stage: Stage, who: Someone, votes: list[tuple[str, int]]) -> None:
    await who.click("Stem", channel=CHANNEL)
    view = await who.modal()
    blocks = {
        block["label"]["text"]: block["block_id"] for block in view["blocks"] if block["type"] == "input"
    }
    await stage.form(who, **{blocks[title]: str(points) for title, points in votes})
