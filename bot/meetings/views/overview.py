"""The overview of planned meetings: /intervisie plan shows it once there is one."""

from bot.groups.views import GroupRef
from bot.meetings.records import Meeting, Series
from bot.meetings.views.refs import MeetingRef, MenuRef, PlanRef, RhythmRef
from bot.meetings.views.words import rhythm_words, when
from bot.slack import blocks, codec, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, place_in


def overview(
    t: Texts, group: str, in_channel: str, ahead: list[Meeting], series: Series | None, known: int
) -> Block:
    parts: list[Block] = [blocks.section(t("What is planned for {group}.", group=channel(in_channel)))]
    for meeting in ahead:
        parts.append(_line(t, meeting, series))
    if series is not None:
        words = rhythm_words(t, series.rule)
        parts.append(
            blocks.context(
                t("The group meets {rhythm} at {hour}; more dates follow.", rhythm=words, hour=series.hour)
            )
        )
    parts.append(ways(t, group, ahead, series, one=PlanRef(group, "", known)))
    return blocks.modal(t("Meetings"), parts, close=t("Close"))


def ways(
    t: Texts, group: str, ahead: list[Meeting], series: Series | None, *, one: PlanRef | None = None
) -> Block:
    """The buttons that lead to a date. `one`: adds the button for a single date."""
    buttons = [blocks.button(t("One date"), ids.MEETING_NEW, one)] if one else []
    rhythm = t("Change the rhythm") if series else t("A fixed rhythm")
    ref = RhythmRef(group, series.id if series else "", "")
    buttons += [
        blocks.button(rhythm, ids.MEETING_RHYTHM, ref),
        blocks.button(t("Find a date together"), ids.DATES_NEW, GroupRef(group)),
    ]
    if ahead:
        buttons.append(blocks.button(t("In my calendar"), ids.CALENDAR_OPEN, MeetingRef(ahead[0].id)))
    return blocks.actions(*buttons)


def _line(t: Texts, meeting: Meeting, series: Series | None) -> Block:
    text = f"*{when(t, meeting)}*"
    if meeting.place:
        text += "\n" + place_in(meeting.place)
    choices = [("move", t("Move it")), ("cancel", t("Cancel it"))]
    if series is not None and meeting.series_id == series.id:
        choices += [("change", t("Another rhythm from here on")), ("end", t("End the rhythm here"))]
    menu = [blocks.option(words, codec.dump(MenuRef(what, meeting.id))) for what, words in choices]
    return blocks.section(text, accessory=blocks.overflow(menu, ids.MEETING_MENU))
