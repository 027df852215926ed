"""The guide's words: what to do in a form and in each phase of a session."""

from dataclasses import dataclass

from sandbox.guide import buttons as b

FORM_TEXTS = {
    b.SET_UP_FORM: "Kies hoe jullie bij elkaar komen: hier *Schriftelijk, in de thread*. Laat de rest staan, en druk onderaan op *{submit}*.",
    b.AGREE_FORM: "Lees wat de groep heeft afgesproken, en druk op *{submit}*.",
    b.CASE_FORM: "Schrijf iets wat je echt bezighoudt, of verzin het. Druk dan op *{submit}*.",
    b.MORE_FORM: "Dit mag, en hoeft niet. Druk op *{submit}*.",
    b.POLL_FORM: "Het voorstel is goed. Druk op *{submit}*.",
    b.BALLOT_FORM: "Verdeel je stemmen, en druk op *{submit}*.",
    b.START_FORM: "Kies bij *Wie leidt het gesprek?* {leader}, en druk op *{submit}*.",
    b.QUESTION_FORM: "Schrijf één open vraag aan de inbrenger, en druk op *{submit}*.",
    b.RATE_FORM: "Kies bij elke vraag een woord, en druk op *{submit}*. Overslaan mag.",
    b.ADVICE_FORM: "Schrijf wat jij zou doen, en druk op *{submit}*.",
    b.HARVEST_FORM: "Schrijf één inzicht over jezelf, en druk op *{submit}*. De rest mag.",
    b.EVALUATION_FORM: "Kies drie cijfers, en druk op *{submit}*. De zin mag.",
}
ANY_FORM = "Vul in wat je wilt, en druk op *{submit}*. Sluiten mag ook: dan gaan we een stap terug."
ANY_WINDOW = "Lees het, en sluit het venster."


@dataclass(frozen=True)
class PhaseWords:
    """One phase: what happens, and what the others did once they have played their part."""

    text: str
    # The label of the button that lets the others do their part.
    others: str
    played: str
    # The leader's own button in the thread, the form that it opens, and the words that point to it.
    button: str = ""
    form: str = ""
    own: str = ""


PHASES = {
    # Before the case: the guide has nothing to play there.
    "arrival": PhaseWords("Ieder komt aan, met één zin.", "", ""),
    "look_back": PhaseWords(
        "Terug naar de vorige casus: wie hem inbracht, vertelt hoe het sindsdien ging.", "", ""
    ),
    "presentation": PhaseWords(
        "De inbrenger vertelt; niemand onderbreekt.", "Laat de inbrenger vertellen", "De inbrenger vertelde."
    ),
    "questions": PhaseWords(
        "Jouw vraag staat er. Nu de anderen nog.",
        "Laat de anderen vragen schrijven",
        "De anderen schreven hun vragen.",
        b.WRITE_QUESTION,
        b.QUESTION_FORM,
        "Ieder schrijft eerst zelf een vraag. Druk in de thread op *{label}*, of laat de anderen beginnen.",
    ),
    "answers": PhaseWords(
        "De inbrenger geeft elke vraag een woord, en antwoordt.",
        "Laat de inbrenger antwoorden",
        "De inbrenger begon bij de warme vraag.",
    ),
    "reworded": PhaseWords(
        "Is dit nog de vraag? De inbrenger zegt hem zoals hij nu is.",
        "Laat de inbrenger kiezen",
        "Het is nog dezelfde vraag.",
    ),
    "analysis": PhaseWords(
        "De groep denkt hardop, de inbrenger luistert.",
        "Laat de anderen meedenken",
        "De anderen dachten hardop, in de thread.",
    ),
    "advice": PhaseWords(
        "Jouw advies is geschreven. Nu de anderen nog.",
        "Laat de anderen adviseren",
        "De beurten zijn geweest.",
        b.WRITE_ADVICE,
        b.ADVICE_FORM,
        "Ieder schrijft eerst zelf. Druk in de thread op *{label}*, of laat de anderen beginnen.",
    ),
    "response": PhaseWords(
        "De inbrenger kiest wat bruikbaar is, en een stap.",
        "Laat de inbrenger kiezen",
        "De inbrenger koos een inzicht en een stap.",
    ),
    "harvest": PhaseWords(
        "Jouw inzicht staat er. Nu de anderen nog.",
        "Laat de anderen hun inzicht geven",
        "De anderen gaven hun inzicht.",
        b.HARVEST,
        b.HARVEST_FORM,
        "Ieder neemt één inzicht mee. Druk in de thread op *{label}*, of laat de anderen beginnen.",
    ),
    "evaluation": PhaseWords(
        "Jouw cijfers staan er. Nu de anderen nog.",
        "Laat de anderen cijfers geven",
        "De anderen gaven hun cijfers.",
        b.EVALUATE,
        b.EVALUATION_FORM,
        "Geef drie cijfers over het gesprek, en één zin. Druk in de thread op *{label}*.",
    ),
}
# What the prompts of these phases are called, in either language of a group.
TITLES = {
    "arrival": ("Aankomen", "Arrival"),
    "look_back": ("Terugblik", "Look-back"),
    "presentation": ("Inbreng", "Presentation"),
    "questions": ("Vragen", "Questions"),
    "answers": ("Antwoorden", "Answers"),
    "reworded": ("Je vraag", "Your question"),
    "analysis": ("Analyse", "Analysis"),
    "advice": ("Advies", "Advice"),
    "response": ("Reactie", "Response"),
    "harvest": ("Oogst", "Harvest"),
    "evaluation": ("Evaluatie", "Evaluation"),
}
GATHERING = (
    "Vink met *Wie is er*, in jouw bericht van de bot, aan wie er zijn. "
    "Druk dan op de kaart in het kanaal op *{label}*."
)
# Where people speak the thread has nothing to press.
SPOKEN = "Jullie praten met elkaar. Wat de groep doet, en wat jij zegt, staat in jouw bericht van de bot."
REVEALED = "De vragen staan in de thread."
OWN_TURN = "Jij bent aan de beurt: zeg het in de thread, en druk dan op *{label}*."
TURNS = "De adviezen staan er. Nu om de beurt, eerst de anderen."
REVEAL = " Laat ze nu zien: druk in de thread op *{label}*."
FOLLOWS = " Is het genoeg, druk dan in jouw bericht van de bot op *{label}*."
