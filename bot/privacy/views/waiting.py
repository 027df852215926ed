"""Texts about a case that has waited for long: the question whether it stays, and the word that it is gone."""

from datetime import datetime

from bot.cases.records import Case
from bot.cases.views import CaseRef, title_of
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, day_in, escape


def does_it_stay(t: Texts, case: Case, place: str, until: datetime, zone: str) -> tuple[str, list[Block]]:
    """The question to its writer, with both answers."""
    text = t(
        "Your case *{title}* has waited in {channel} for more than a year. Does it stay? If I hear nothing, I delete it on {day}.",
        title=escape(title_of(t, case)),
        channel=channel(place),
        day=day_in(until, zone, t),
    )
    ref = CaseRef(case.group_id, case.id)
    sure = blocks.confirm(
        t("Delete"),
        t("Its words are gone then, also for you. Nobody is told."),
        t("Delete"),
        t("Keep it"),
        danger=True,
    )
    press = blocks.actions(
        blocks.button(t("It stays"), ids.PRIVACY_CASE_STAYS, ref),
        blocks.button(t("Delete"), ids.PRIVACY_CASE_GOES, ref, confirm=sure),
    )
    return text, [blocks.section(text), press]


def stays(t: Texts, case: Case) -> str:
    return t("Your case *{title}* stays. I ask again after a year.", title=escape(title_of(t, case)))


def gone(t: Texts) -> str:
    return t("Your case that waited is deleted.")


def went_unanswered(t: Texts, place: str) -> str:
    return t(
        "A case of yours waited in {channel} for more than a year, and I heard nothing about it. I deleted it. A new one is welcome "
        "at any time: /intervisie case.",
        channel=channel(place),
    )
