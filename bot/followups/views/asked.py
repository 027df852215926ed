"""To-dos on the Home tab: the same questions as in a digest."""

from datetime import datetime

from bot.followups.records import Reflection, Takeaway
from bot.followups.views.look_back import Told, look_back_question
from bot.followups.views.reflections import reflection_question
from bot.followups.views.steps import answer_blocks, question
from bot.slack.todos import Todo
from bot.texts import Texts


def ask_how_it_went(t: Texts, step: Takeaway, place: str, day: datetime) -> Todo:
    """The question about a step whose day has come."""
    text = question(t, step, place).text
    return Todo(text, answer_blocks(t, step)[0]["elements"], day)


def ask_for_look_back(t: Texts, about: Told, place: str, meeting: datetime) -> Todo:
    message = look_back_question(t, about, place)
    return Todo(message.text, message.blocks[1]["elements"], meeting)


def ask_for_reflection(t: Texts, reflection: Reflection, place: str, day: str) -> Todo:
    """The question for a reflection. It has no deadline, since nobody waits for it."""
    message = reflection_question(t, reflection, place, day)
    return Todo(message.text, message.blocks[1]["elements"])
