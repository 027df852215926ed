"""How long somebody's attendance at sessions is kept: a part of the page, and the form to choose it."""

from collections.abc import Mapping

from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts


def section(t: Texts, years: int, lines: str) -> Block:
    """The part of the page: the term, the latest attendances, and the button to choose another term."""
    said = (
        t(
            "*Sessions that you attended.* I keep them {years}, for a register that asks.",
            years=_years(t, years),
        )
        if years
        else t("*Sessions that you attended.* You chose that I keep none of them.")
    )
    return blocks.section(said + lines, accessory=blocks.button(t("How long"), ids.PRIVACY_ATTENDANCE))


def attendance_form(t: Texts, years: int, going: Mapping[int, int]) -> Block:
    """The form. Each choice says how many of the sessions that are kept now would go."""
    options = [
        blocks.option(
            _years(t, choice) if choice else t("Not at all"),
            str(choice),
            t.n(
                "{n} session that I keep now goes tonight",
                "{n} sessions that I keep now go tonight",
                number,
            )
            if number
            else None,
        )
        for choice, number in going.items()
    ]
    return blocks.modal(
        t("Your attendance"),
        [
            blocks.section(
                t(
                    "Of each session I keep that you were there: the day, from when to when, how you met, by which method, and "
                    "whether you led or brought the case in. A professional register may ask for it. How long is up to you."
                )
            ),
            blocks.field(
                "years",
                t("How long do I keep it?"),
                blocks.radio_element(options, initial=str(years)),
            ),
            blocks.context(
                t(
                    "It counts for all your groups, also for earlier sessions. Gone is gone: if you may still need your attendance, "
                    "send yourself the file first."
                )
            ),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.PRIVACY_ATTENDANCE_FORM,
    )


def attendance_chosen(t: Texts, years: int, going: int) -> Block:
    """Says what was chosen, and what goes by it."""
    said = [
        t("From now on I keep your attendance {years}.", years=_years(t, years))
        if years
        else t("From now on I keep no attendance of you.")
    ]
    said.append(
        t.n("{n} earlier session goes tonight.", "{n} earlier sessions go tonight.", going)
        if going
        else t("Nothing that I keep now is older than that.")
        if years
        else t("I kept none of earlier sessions either.")
    )
    window = blocks.modal(t("Your attendance"), [blocks.section(text) for text in said], close=t("Close"))
    # The page beneath would show the term of before.
    return {**window, "clear_on_close": True}


def _years(t: Texts, years: int) -> str:
    return t.n("{n} year", "{n} years", years)
