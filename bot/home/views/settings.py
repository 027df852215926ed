"""One's own settings: how the bot speaks to somebody, in every group."""

from bot.delivery.message import Message
from bot.groups.records import Person
from bot.groups.rules import HOUR_CHOICES
from bot.nudges.rules import TOPICS
from bot.nudges.views import topic_options
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, weekday_name

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}


def settings_form(t: Texts, person: Person, language: str, silenced: set[str]) -> Block:
    hours = [blocks.option(f"{hour:02}:00", str(hour)) for hour in HOUR_CHOICES]
    choices = [
        blocks.option(t("Write to me in private, outside of sessions"), "nudges"),
        blocks.option(t("During a session: ask me kindly when I have not been heard"), "session_nudges"),
    ]
    ticked = [
        name for name, on in (("nudges", person.nudges), ("session_nudges", person.session_nudges)) if on
    ]
    return blocks.modal(
        t("My settings"),
        [
            blocks.field(
                "language",
                t("Language of private messages"),
                blocks.select_element(
                    [blocks.option(name, code) for code, name in LANGUAGE_NAMES.items()],
                    initial=language,
                ),
            ),
            blocks.field(
                "choices",
                t("Private messages"),
                blocks.checkboxes_element(choices, initial=ticked),
                optional=True,
            ),
            blocks.field(
                "topics",
                t("Messages I want to get"),
                blocks.checkboxes_element(
                    topic_options(t), initial=[topic for topic in TOPICS if topic not in silenced]
                ),
                hint=t(
                    "At most three messages a week, apart from what belongs to a session that is going on."
                ),
                optional=True,
            ),
            blocks.field(
                "days",
                t("My working days"),
                blocks.checkboxes_element(
                    [blocks.option(weekday_name(t, day), str(day)) for day in range(1, 8)],
                    initial=list(person.days),
                ),
            ),
            blocks.field(
                "from_hour",
                t("On those days from"),
                blocks.select_element(hours, initial=str(person.from_hour)),
                hint=t("Your time zone is {zone}; Slack tells me.", zone=person.zone)
                if person.zone_known
                else t("Slack has not told me your time zone; I go by {zone}.", zone=person.zone),
            ),
            blocks.field("to_hour", t("Until"), blocks.select_element(hours, initial=str(person.to_hour))),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.HOME_SETTINGS_FORM,
    )


def saved(t: Texts) -> Message:
    return Message(t("Your settings are kept."))
