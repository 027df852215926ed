"""One's own settings: how the bot speaks to somebody, in every group."""

from babel.dates import get_day_names

from bot.delivery.message import Message
from bot.groups.records import Person
from bot.slack import blocks, ids
from bot.texts import Texts

Block = blocks.Block
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}


def settings_form(t: Texts, person: Person) -> Block:
    hours = [blocks.option(f"{hour:02}:00", str(hour)) for hour in range(24)]
    choices = [
        blocks.option(t("Ask me about my steps and cases"), "nudges"),
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
                    initial=person.language,
                ),
            ),
            blocks.field(
                "choices",
                t("Private messages"),
                blocks.checkboxes_element(choices, initial=ticked),
                optional=True,
            ),
            blocks.field(
                "days",
                t("My working days"),
                blocks.checkboxes_element(_days(t), initial=list(person.days)),
            ),
            blocks.field(
                "from_hour",
                t("On working days from"),
                blocks.select_element(hours, initial=str(person.from_hour)),
                hint=t("Your time zone is {zone}; Slack tells me.", zone=person.zone),
            ),
            blocks.field("to_hour", t("Until"), blocks.select_element(hours, initial=str(person.to_hour))),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.HOME_SETTINGS_FORM,
    )


def _days(t: Texts) -> list[Block]:
    """Monday to Sunday, as "1" to "7"."""
    names = get_day_names("wide", locale="nl_NL" if t.language == "nl" else "en_GB")
    return [blocks.option(names[day], str(day + 1)) for day in range(7)]


def saved(t: Texts) -> Message:
    return Message(t("Your settings are kept."))
