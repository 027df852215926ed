"""Forms and small views of attendance."""

from bot.attendance.rules import REMINDERS, Rsvp
from bot.attendance.views.private import prompts
from bot.attendance.views.refs import AnswerRef
from bot.cases.views import CaseRef
from bot.groups.records import Group
from bot.groups.views import GroupRef
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts

REASON_AT_MOST = 200


def reason_form(t: Texts, ref: AnswerRef, meeting: Meeting, reason: str) -> Block:
    """The form for a reason. The RSVP itself is kept already."""
    text = {
        Rsvp.LATE: t("You come later to the meeting of {when}. The group sees that in the invitation."),
        Rsvp.NO: t("You are not at the meeting of {when}. The group sees that in the invitation."),
    }[Rsvp(ref.answer)].format(when=when(t, meeting))
    field = blocks.field(
        "reason",
        t("What the facilitator may know"),
        blocks.text_element(initial=reason, at_most=REASON_AT_MOST),
        hint=t("Only whoever leads this meeting now reads it, until it is over. You can leave it empty."),
        optional=True,
    )
    return blocks.modal(
        t("Good to know"),
        [blocks.section(text), field],
        submit=t("Send"),
        close=t("No reason"),
        callback_id=ids.PRESENCE_REASON_FORM,
        meta=ref,
    )


def prompts_window(t: Texts, group: str) -> Block:
    parts = [
        blocks.section(
            t("A case is something small that keeps coming back to you. Perhaps one of these helps:")
        )
    ]
    parts.append(blocks.section("\n".join(f"• {line}" for line in prompts(t))))
    parts.append(
        blocks.context(
            t(
                "Write down what comes up. As a draft only you see it, and you decide later whether to hand it in."
            )
        )
    )
    parts.append(
        blocks.actions(blocks.button(t("Write a draft"), ids.CASE_OPEN, CaseRef(group, ""), style="primary"))
    )
    return blocks.modal(t("Finding a case"), parts, close=t("Close"))


def reminders_form(t: Texts, group: Group) -> Block:
    """The form with the reminders of a group."""
    options = {
        "month": blocks.option(t("A month before"), "month", t("In private, to whoever has no case waiting")),
        "two_weeks": blocks.option(
            t("Two weeks before"), "two_weeks", t("In private, to whoever has not said whether they come")
        ),
        "day": blocks.option(
            t("A day before"), "day", t("In the channel, and in private to whoever has something to do")
        ),
        "hour": blocks.option(t("An hour before"), "hour", t("In the channel")),
    }
    field = blocks.field(
        "reminders",
        t("Reminders before a meeting"),
        blocks.checkboxes_element([options[kind] for kind in REMINDERS], initial=group.reminders.split()),
        hint=t("The invitation itself always comes, two weeks before."),
        optional=True,
    )
    return blocks.modal(
        t("Reminders"),
        [
            field,
            blocks.context(t("Everyone can stop private reminders for themselves, in the message itself.")),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.PRESENCE_REMINDERS_FORM,
        meta=GroupRef(group.id),
    )
