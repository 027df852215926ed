"""The same questions as in a letter, as a line of the Home tab."""

from datetime import datetime

from bot.followups.records import Keepsake, Reflection
from bot.followups.views.look_back import Told, look_back_question
from bot.followups.views.reflections import reflection_question
from bot.followups.views.steps import answer_blocks, question
from bot.slack.asks import Ask
from bot.texts import Texts


def ask_how_it_went(t: Texts, step: Keepsake, place: str, day: datetime) -> Ask:
    """A step whose day has come."""
    text = question(t, step, place).text
    return Ask(text, answer_blocks(t, step)[0]["elements"], day)


def ask_for_look_back(t: Texts, about: Told, place: str, meeting: datetime) -> Ask:
    message = look_back_question(t, about, place)
    return Ask(message.text, message.blocks[1]["elements"], meeting)


def ask_for_reflection(t: Texts, reflection: Reflection, place: str, day: str) -> Ask:
    """It can wait: nobody else does."""
    message = reflection_question(t, reflection, place, day)
    return Ask(message.text, message.blocks[1]["elements"])
