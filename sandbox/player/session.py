"""The session itself, from the welcome to the summary."""

from sandbox.player.stage import CHANNEL, Stage


async def opens(stage: Stage) -> None:
    await stage.caption("Bram start de sessie en leidt haar.", stage.bram, channel=CHANNEL)
    await stage.press(stage.bram, "Begin de sessie")
    await stage.form(stage.bram, facilitator=stage.bram.user, pace="wait")
    stage.thread = await stage.newest_session()
    await stage.expect("one card in the channel", stage.daan, "Incidentmethode, 60 minuten")
    await stage.expect("the facilitator gets a first sentence", stage.bram, "Jij leidt", place=stage.bram.dm)
    await stage.caption("Wie is er? Eén knop.", stage.anna, channel=CHANNEL, thread_ts=stage.thread)
    for who in stage.everyone:
        # Who starts the session is there.
        if who is not stage.bram:
            await stage.press(who, "Ik ben er", thread=stage.thread)
    await stage.caption("Alleen de gespreksleider bedient de klok.", stage.daan, channel=CHANNEL)
    await stage.press(stage.daan, "Beginnen")
    await stage.expect("somebody else gets a kind answer", stage.daan, "Wil je het overnemen?")
    await stage.press(stage.bram, "Beginnen")


async def presentation(stage: Stage) -> None:
    await stage.caption(
        "Inbreng: Anna vertelt, niemand onderbreekt.", stage.anna, channel=CHANNEL, thread_ts=stage.thread
    )
    await stage.expect("the presentation begins", stage.daan, "*Inbreng.*", thread=stage.thread)
    await stage.expect(
        "the case stands in the thread", stage.daan, "mopperen bij de koffie", thread=stage.thread
    )
    await stage.expect_not("and not in the channel", stage.daan, "mopperen bij de koffie")
    await stage.in_thread(
        stage.anna, "Ik merk dat ik er al weken mee rondloop. Gisteren liep ik een blokje om haar heen."
    )
    await stage.minutes(7.2)
    await stage.expect("a warning before the end", stage.daan, "tijd om af te ronden", thread=stage.thread)
    await stage.caption(
        "Even stil: iedereen mag op Pauze drukken. De resterende tijd blijft precies staan.",
        stage.esra,
        channel=CHANNEL,
    )
    await stage.press(stage.esra, "Pauze")
    await stage.minutes(11)
    await stage.expect("the clock stands still", stage.daan, "De klok staat stil")
    await stage.press(stage.bram, "Verder")
    await stage.minutes(2)
    await stage.expect(
        "a clear word at the end", stage.daan, "De tijd voor *Inbreng* is om", thread=stage.thread
    )
    await stage.press(stage.bram, "Door naar Vragen", place=stage.bram.dm)


async def questions(stage: Stage) -> None:
    await stage.caption(
        "Vragen: eerst schrijft ieder voor zich.", stage.bram, channel=CHANNEL, thread_ts=stage.thread
    )
    asked = {
        "bram": "Wat maakt dat je het in het overleg niet noemt?",
        "chloe": "What would you like to be different a month from now?",
        "daan": "Wanneer ging het wel goed tussen jullie?",
    }
    for name, text in asked.items():
        who = getattr(stage, name)
        label = "Schrijf je vraag"
        await who.click(label, channel=CHANNEL, thread_ts=stage.thread)
        await stage.form(who, first=text)
    await stage.expect("how many have written", stage.anna, "3 van de 5", thread=stage.thread)
    await stage.expect_not(
        "nothing is shown yet", stage.anna, "Wanneer ging het wel goed", thread=stage.thread
    )
    await stage.caption(
        "Esra schrijft een advies, vermomd als vraag. De bot wijst erop, vriendelijk.",
        stage.esra,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.esra.click("Schrijf je vraag", channel=CHANNEL, thread_ts=stage.thread)
    await stage.esra.fill(first="Heb je er wel eens aan gedacht om haar gewoon uit te nodigen?")
    await stage.breathe()
    await stage.esra.submit()
    stage.expected.append(
        ("advice as a question is noticed", "lijkt al een advies" in await stage.esra.read_modal())
    )
    await stage.form(stage.esra, keep="note")
    await stage.esra.click("Schrijf je vraag", channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(stage.esra, first="Wat hoop je dat zij zegt?")
    await stage.minutes(4.2)
    await stage.caption(
        "Na vier minuten schrijven verschijnen de vragen tegelijk.",
        stage.anna,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.expect(
        "the questions appear together", stage.anna, "1. Wat maakt dat je het", thread=stage.thread
    )
    await stage.expect("all of them", stage.anna, "4. Wat hoop je dat zij zegt", thread=stage.thread)
    await stage.press(stage.bram, "Door naar Antwoorden", place=stage.bram.dm)


async def answers(stage: Stage) -> None:
    await stage.caption(
        "Antwoorden: Anna geeft elke vraag een woord. Warm is waar ze over na moet denken.",
        stage.anna,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.anna.click("Geef elke vraag een woord", channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(stage.anna, rating1="2", rating2="0", rating3="1", rating4="2")
    await stage.expect(
        "the warm ones stand first, with the word behind each",
        stage.daan,
        "· *warm*",
        thread=stage.thread,
    )
    await stage.expect("the first one is on", stage.daan, "*Nu vraag 1:*", thread=stage.thread)
    await _the_silent_one(stage)
    await stage.in_thread(
        stage.anna, "1: ik ben bang dat het tussen ons kapot gaat. Dat zeg ik nu voor het eerst hardop."
    )
    await stage.press(stage.anna, "Volgende vraag", thread=stage.thread)
    await stage.expect("the leader sees how many are left", stage.bram, "1 van de 4", place=stage.bram.dm)
    await stage.press(stage.bram, "Door naar Je vraag", place=stage.bram.dm)
    await stage.press(stage.bram, "Door naar Je vraag", place=stage.bram.dm)


async def reworded(stage: Stage) -> None:
    await stage.caption(
        "Je vraag: is dit nog de vraag? Anna zegt hem zoals hij nu is.",
        stage.anna,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.anna.click("Nee, hij is nu …", channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(
        stage.anna, question="Hoe zeg ik haar dat ik haar mis?", help=["mirror"], returns=["returns"]
    )
    await stage.expect(
        "the question before and now", stage.daan, "*Nu is het:* Hoe zeg ik haar", thread=stage.thread
    )
    await stage.press(stage.bram, "Door naar Analyse", place=stage.bram.dm)


async def _the_silent_one(stage: Stage) -> None:
    """Whoever is not heard is asked once, in private; then she speaks."""
    await stage.caption(
        "Fleur is nog stil. Na een poos krijgt zij één keer een zacht woord.",
        stage.fleur,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.minutes(6.2)
    await stage.expect(
        "the silent one is asked privately", stage.fleur, "nog niet gehoord", thread=stage.thread
    )
    await stage.expect_not("nobody else sees that", stage.anna, "We hebben jou", thread=stage.thread)
    await stage.expect(
        "the facilitator sees who has spoken",
        stage.bram,
        "Nog niets van <@U0FLEUR>",
        place=stage.bram.dm,
    )
    await stage.in_thread(stage.fleur, "Wat is er voor haar lastig aan de planning?")


async def analysis(stage: Stage) -> None:
    await stage.caption(
        "Analyse: de groep denkt hardop, Anna luistert.", stage.bram, channel=CHANNEL, thread_ts=stage.thread
    )
    await stage.in_thread(stage.daan, "Ik hoor dat ze de collega ook mist.")
    await stage.in_thread(stage.chloe, "There is more at stake than the planning, I think.")
    await stage.caption(
        "Anna reageert te vroeg, en krijgt een vriendelijk woord dat alleen zij ziet.",
        stage.anna,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.in_thread(stage.anna, "Ja maar, ik heb het echt wel geprobeerd.")
    await stage.expect(
        "the presenter is reminded kindly", stage.anna, "Nu luister je even", thread=stage.thread
    )
    await stage.expect_not("and only she sees it", stage.daan, "Nu luister je even", thread=stage.thread)
    await stage.anna.click("Schrijf een notitie", channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(stage.anna, note="Ik mis haar. Dat mag ik ook zeggen.")
    await stage.press(stage.bram, "Door naar Advies", place=stage.bram.dm)


async def advice(stage: Stage) -> None:
    await stage.caption(
        "Advies: eerst schrijft ieder, en alles verschijnt tegelijk.",
        stage.bram,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.expect(
        "what Anna asked for", stage.daan, "vroeg om een kritische spiegel", thread=stage.thread
    )
    order = [stage.chloe, stage.daan, stage.esra, stage.fleur, stage.bram]
    words = {
        stage.chloe: "If this were my case, I would tell her what you told us: that you miss her.",
        stage.daan: "Als dit mijn casus was, zou ik haar vragen wat zij nodig heeft.",
        stage.esra: "Als dit mijn casus was, zou ik haar uitnodigen, zonder agenda.",
        stage.fleur: "Als dit mijn casus was, zou ik klein beginnen: samen een kop koffie.",
    }
    for who, text in words.items():
        await who.click("Mijn advies", channel=CHANNEL, thread_ts=stage.thread)
        if who is stage.esra:
            noted = "uit te nodigen" in await who.read_modal()
            stage.expected.append(("the note comes back in the advice round", noted))
        await stage.form(who, advice=text)
    await stage.expect_not("nothing is shown yet", stage.anna, "kop koffie.", thread=stage.thread)
    await stage.press(stage.bram, "Ik ben klaar", thread=stage.thread)
    await stage.expect("all of it appears together", stage.anna, "samen een kop koffie", thread=stage.thread)
    await stage.caption(
        "Dan om de beurt. Een beurt is om als het even stil blijft, en passen mag.",
        stage.chloe,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.expect("the bot names whose turn it is", stage.anna, "wat zou jij doen?", thread=stage.thread)
    for who in order:
        if who is stage.chloe:
            await stage.in_thread(who, "Even denken.")
            await stage.in_thread(who, "You already said it to us. That took courage.")
            await stage.minutes(1.1)
        elif who is stage.bram:
            await stage.press(who, "Pas", thread=stage.thread)
        else:
            await stage.press(who, "Klaar", thread=stage.thread)
    await stage.expect("everyone has had a turn", stage.anna, "Dat waren alle adviezen", thread=stage.thread)
    await stage.press(stage.bram, "Door naar Reactie", place=stage.bram.dm)


async def response_and_harvest(stage: Stage, by: str) -> None:
    await stage.caption(
        "Reactie: wat neemt Anna mee, en wat is haar eerste stap?",
        stage.anna,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    await stage.anna.click("Wat ik meeneem", channel=CHANNEL, thread_ts=stage.thread)
    await stage.form(
        stage.anna,
        takeaway="Het gaat niet om de planning. Ik mis het contact, en dat mag ik zeggen.",
        step="Haar uitnodigen voor een kop koffie, zonder agenda",
        by=by,
        share=["takeaway", "0"],
    )
    await stage.expect("the thread hears what she shares", stage.daan, "zonder agenda", thread=stage.thread)
    await stage.press(stage.bram, "Door naar Oogst", place=stage.bram.dm)
    await stage.caption(
        "Oogst: ieder één inzicht. Delen mag, hoeft niet.",
        stage.daan,
        channel=CHANNEL,
        thread_ts=stage.thread,
    )
    harvest = {
        "daan": (
            "Ik ga zelf ook moeilijke gesprekken uit de weg.",
            "Mijn collega bellen over het rooster",
            ["share"],
        ),
        "esra": (
            "Nieuwsgierig zijn helpt meer dan overtuigen.",
            "In het overleg eerst vragen wat iemand nodig heeft",
            [],
        ),
        "fleur": ("Tempo is ook iets om over te praten.", "", []),
        "bram": ("Stilte laten vallen werkt.", "", ["share"]),
    }
    for name, (takeaway, step, share) in harvest.items():
        who = getattr(stage, name)
        await who.click("Mijn inzicht", channel=CHANNEL, thread_ts=stage.thread)
        await stage.form(who, takeaway=takeaway, step=step, share=share)
    await stage.expect(
        "what is shared stands in the thread", stage.anna, "moeilijke gesprekken", thread=stage.thread
    )
    await stage.expect_not("what is not stays private", stage.anna, "Nieuwsgierig zijn", thread=stage.thread)
    await stage.press(stage.bram, "Door naar Evaluatie", place=stage.bram.dm)


async def evaluation_and_end(stage: Stage) -> None:
    await stage.caption(
        "Evaluatie: drie cijfers en een zin.", stage.chloe, channel=CHANNEL, thread_ts=stage.thread
    )
    marks = {
        "anna": ("5", "4", "4"),
        "daan": ("4", "5", "4"),
        "esra": ("4", "4", "3"),
        "chloe": ("5", "5", "4"),
    }
    for name, (use, safety, method) in marks.items():
        who = getattr(stage, name)
        await who.click("Geef je cijfers", channel=CHANNEL, thread_ts=stage.thread)
        line = "Fijn dat er tijd was voor de vragen." if name == "daan" else ""
        await stage.form(who, use=use, safety=safety, method=method, line=line)
    await stage.press(stage.bram, "Sessie afronden", place=stage.bram.dm)
    await stage.caption(
        "De samenvatting, zonder een woord van de casus.", stage.daan, channel=CHANNEL, thread_ts=stage.thread
    )
    await stage.expect("a summary in the thread", stage.daan, "In het kort", thread=stage.thread)
    await stage.expect(
        "averages from four answers on", stage.daan, "‘Ik had er iets aan’ 4,5", thread=stage.thread
    )
    await stage.expect("the card is a closed record", stage.daan, "Deze sessie is afgesloten")
    await stage.expect(
        "each gets their own step", stage.esra, "eerst vragen wat iemand nodig heeft", place=stage.esra.dm
    )
    await stage.expect_not(
        "and nobody else's", stage.daan, "eerst vragen wat iemand nodig heeft", place=stage.daan.dm
    )
