"""The fictional cases of the story."""

from typing import Any

CASES: dict[str, dict[str, Any]] = {
    "anna": {
        "title": "Een collega die haar eigen weg gaat",
        "situation": "Een collega in ons team neemt de afspraken over de planning niet over. Ze regelt haar eigen route en "
        "vertelt het achteraf. De anderen mopperen bij de koffie; in het overleg zegt niemand iets.",
        "own_part": "Ik heb het twee keer tussen neus en lippen genoemd. Daarna liet ik het zitten, en nu vermijd ik haar.",
        "question": "Hoe kan ik dit gesprek openen zonder dat zij dichtklapt?",
        "theme": "Grenzen stellen",
        "urgency": "now",
    },
    "daan": {
        "title": "Te vaak ja zeggen",
        "situation": "Als er een gat in het rooster valt, kijken ze naar mij. Ik neem de dienst over, ook als mijn eigen week "
        "al vol zit. Thuis merken ze dat ik er met mijn hoofd niet bij ben.",
        "own_part": "Ik zeg ja voordat ik heb nagedacht, en ben daarna boos op mezelf.",
        "question": "Wat helpt mij om rustig nee te zeggen op het moment zelf?",
        "theme": "Grenzen stellen",
        "urgency": "month",
    },
    "esra": {
        "title": "Een overleg dat nergens heen gaat",
        "situation": "Ons wekelijkse casusoverleg loopt elke keer uit en eindigt zonder besluit. Twee mensen komen al niet "
        "meer, en de sfeer wordt lauw.",
        "own_part": "Ik zit voor. Ik vind het lastig om iemand af te kappen die iets moeilijks vertelt.",
        "question": "Hoe kan ik het overleg leiden zodat er ruimte is én iets uitkomt?",
        "theme": "",
        "urgency": "can_wait",
    },
}
