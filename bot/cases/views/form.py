"""The form of a case: the first one with what every case has, and the optional second one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cases import rules
from bot.cases.rules import CaseDraft, CaseKind, CaseState, Remark
from bot.cases.views.case import CaseRef, help_name, urgency_name
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, escape

_AGREE_FIRST = "agree_first"
# The field under which a remark stands.
_FIELD_OF = {
    Remark.NO_TITLE: "title",
    Remark.NAME_IN_TITLE: "title",
    Remark.THIN_SITUATION: "situation",
    Remark.THIN_OWN_PART: "own_part",
}


@dataclass(frozen=True)
class CaseForm:
    """Which case a form is about (a new one has its id already), and whether it was remarked on."""

    group: str
    case: str
    warned: int


@dataclass(frozen=True)
class AgreeRef:
    """The agreements as somebody reads them on the way: to a new case when `case` is empty, or to handing in a draft."""

    group: str
    version: int
    case: str


@dataclass(frozen=True)
class Offer:
    """The offer to go on with what was typed before: a draft by its title, or changes to this case when that is empty."""

    ref: CaseRef
    title: str


def form(
    t: Texts,
    meta: CaseForm,
    draft: CaseDraft | None = None,
    *,
    state: CaseState = CaseState.DRAFT,
    remarks: Sequence[Remark] = (),
    then: str | None = None,
    offer: Offer | None = None,
    kept: str | None = None,
    agreed: bool = True,
) -> Block:
    """The form of a case. `then` is the earlier choice at the bottom; `kept` says that the fields were just kept.

    No field is required, so that Slack sends whatever stands there.
    """
    typed = draft or CaseDraft("", "", "", "")
    # A case without a title is refused, so nothing here may say that it can be sent as it is.
    lacks_title = Remark.NO_TITLE in remarks
    needed = t("Only a title is needed; the rest may stay empty.")
    parts = [blocks.context(f"{_opening(t, typed.kind)} {needed}")]
    if not agreed:
        first = t("It goes to the group only once you agree with its agreements; I'll ask that after this.")
        parts.append({**blocks.context(first), "block_id": _AGREE_FIRST})
    if offer:
        parts.append(_offer(t, offer))
    if remarks:
        parts.append(blocks.section(_summary(t, remarks)))
    parts.append(_kind_switch(t, meta, typed.kind))
    for field in _fields(t, typed):
        parts.append(field)
        parts += [
            blocks.context(_remark(t, remark, typed))
            for remark in remarks
            if _FIELD_OF.get(remark, "question") == field["block_id"]
        ]
        if field["block_id"] == "own_part":
            parts += _keep_button(t, meta, kept)
    parts.append(blocks.field("next", t("And now"), _next_element(t, state, then)))
    return blocks.modal(
        t("Your case"),
        parts,
        submit=t("Send it all the same") if remarks and not lacks_title else t("Go on"),
        close=t("Cancel"),
        callback_id=ids.CASE_FORM,
        meta=meta,
    )


def says_agreed(view: dict[str, Any] | None) -> bool:
    """Whether an open form says nothing of agreements that are still to come: drawn again, it says the same."""
    return all(block.get("block_id") != _AGREE_FIRST for block in (view or {}).get("blocks") or [])


def _opening(t: Texts, kind: str) -> str:
    if kind == CaseKind.WENT_WELL:
        return t(
            "Until your case is chosen the group sees only the title. "
            "Leave out names of people and organisations."
        )
    return t(
        "Until your case is chosen the group sees only the title and the question. "
        "Leave out names of people and organisations."
    )


def _offer(t: Texts, offer: Offer) -> Block:
    text = (
        t("You have typed something before: *{title}*.", title=escape(offer.title))
        if offer.title
        else t("You have changed something before without sending it.")
    )
    button = blocks.button(t("Go on with what you typed"), ids.CASE_GO_ON, offer.ref)
    return blocks.section(text, accessory=button)


def _summary(t: Texts, remarks: Sequence[Remark]) -> str:
    if Remark.NO_TITLE in remarks:
        return t.n(
            "I noticed {n} thing; it stands below its field. A title is needed; the rest may stay as it is. "
            "What you typed is kept.",
            "I noticed {n} things; each stands below its field. A title is needed; the rest may stay as it is. "
            "What you typed is kept.",
            len(remarks),
        )
    return t.n(
        "I noticed {n} thing; it stands below its field. It is your case: change it, or just send it again. "
        "What you typed is kept.",
        "I noticed {n} things; each stands below its field. It is your case: change it, or just send it again. "
        "What you typed is kept.",
        len(remarks),
    )


def _remark(t: Texts, remark: Remark, draft: CaseDraft) -> str:
    match remark:
        case Remark.NO_TITLE:
            return t("Give it a title: that is what the group chooses by.")
        case Remark.NAME_IN_TITLE:
            name = escape(rules.name_in(draft.title) or "")
            return t("*{name}* looks like a name. Change it if that is so.", name=name)
        case Remark.THIN_SITUATION:
            return t("A little more helps the others: what happened, where, and who played which role?")
        case Remark.THIN_OWN_PART:
            return t("Write in a sentence what you did, thought or felt yourself.")
        case Remark.NO_QUESTION:
            return t("There is no question yet. What would you like to ask the group?")
        case Remark.SHORT_QUESTION:
            return t("A little more, please. For example: how can I …?")
        case Remark.NOT_A_QUESTION:
            return t("This is not a question yet. Try: how can I …?")
        case Remark.CLOSED_QUESTION:
            return t(
                "This can be answered with yes or no. An open question often gives more: how can I …? what …? "
                "If this is what you want to know, leave it."
            )
        case Remark.ABOUT_OTHERS:
            return t(
                "Your question isn't about you yet. A question with *I* in it often gives more: how can I …?"
            )


def _kind_switch(t: Texts, meta: CaseForm, kind: str) -> Block:
    if kind == CaseKind.WENT_WELL:
        text, label = t("This is something that went well. It needs no question."), t("A question after all")
    else:
        text, label = t("Something that went well is a case too."), t("Something that went well")
    return blocks.section(text, accessory=blocks.button(label, ids.CASE_KIND, meta))


def _keep_button(t: Texts, meta: CaseForm, kept: str | None) -> list[Block]:
    """Slack keeps nothing of a form that is closed, so a long text can be kept halfway."""
    button = blocks.actions(blocks.button(t("Keep the draft"), ids.CASE_KEEP, meta))
    return [button, blocks.context(kept)] if kept else [button]


def _fields(t: Texts, typed: CaseDraft) -> list[Block]:
    went_well = typed.kind == CaseKind.WENT_WELL
    fields = [
        blocks.field(
            "title",
            t("Title"),
            blocks.text_element(
                initial=typed.title,
                at_most=rules.TITLE_AT_MOST,
                placeholder=t("A talk that went better than I thought")
                if went_well
                else t("A colleague who goes her own way"),
                # Not when the form is drawn again: that would take its writer away from the field.
                focus=typed.is_empty,
            ),
            hint=t("One sentence, without names."),
            optional=True,
        ),
        blocks.field(
            "situation",
            t("Situation"),
            blocks.text_element(multiline=True, initial=typed.situation),
            hint=t("What happened, as a fact? Name people by their role."),
            optional=True,
        ),
        blocks.field(
            "own_part",
            t("What worked, and what did you do?") if went_well else t("My part in it"),
            blocks.text_element(multiline=True, initial=typed.own_part),
            hint=t("What did you do, think, feel?"),
            optional=True,
        ),
    ]
    if went_well:
        return fields
    return [
        *fields,
        blocks.field(
            "question",
            t("My question"),
            blocks.text_element(multiline=True, initial=typed.question, placeholder=t("How can I …?")),
            hint=t("An open question about yourself: how can I …? Or a choice that you cannot make."),
            optional=True,
        ),
    ]


def _next_element(t: Texts, state: CaseState, then: str | None) -> Block:
    more = blocks.option(t("Add something first"), "more")
    if state != CaseState.DRAFT:
        return blocks.radio_element(
            [blocks.option(t("Keep the changes"), "keep"), more], initial=then or "keep"
        )
    return blocks.radio_element(
        [
            blocks.option(t("Hand it in"), "hand_in"),
            more,
            blocks.option(t("Leave it a draft for now"), "draft"),
        ],
        initial=then or "hand_in",
    )


def more_form(t: Texts, meta: CaseForm, draft: CaseDraft, state: CaseState) -> Block:
    """The form with the optional fields of a case."""
    kept = (
        t("Your case is kept as a draft. All of this is optional.")
        if state == CaseState.DRAFT
        else t("Your changes are kept. All of this is optional.")
    )
    parts = [blocks.context(kept)]
    if draft.kind != CaseKind.WENT_WELL:
        parts += _help_fields(t, draft)
    parts += [
        blocks.field(
            "hope",
            t("What I hope for"),
            blocks.text_element(multiline=True, initial=draft.hope),
            hint=t("When will you be glad that you brought this in?"),
            optional=True,
        ),
        blocks.field(
            "urgency",
            t("How urgent is it"),
            blocks.select_element(
                [blocks.option(urgency_name(t, urgency), urgency) for urgency in rules.URGENCY],
                initial=draft.urgency,
            ),
        ),
        blocks.field(
            "theme",
            t("Theme"),
            blocks.text_element(initial=draft.theme, at_most=60, placeholder=t("Setting limits")),
            hint=t(
                "In a word or two. If others have the same on their minds, one case helps more of you. "
                "The group sees this word once your case is chosen."
            ),
            optional=True,
        ),
    ]
    if state == CaseState.DRAFT:
        choices = [
            blocks.option(t("Hand it in"), "hand_in"),
            blocks.option(t("Leave it a draft for now"), "draft"),
        ]
        # Another id than "next": Slack keeps a choice under the same id, also where it is no option any more.
        parts.append(blocks.field("finish", t("And now"), blocks.radio_element(choices, initial="hand_in")))
    return blocks.modal(
        t("Your case"), parts, submit=t("Done"), close=t("Close"), callback_id=ids.CASE_MORE_FORM, meta=meta
    )


def _help_fields(t: Texts, draft: CaseDraft) -> list[Block]:
    return [
        blocks.field(
            "tried",
            t("What I have tried already"),
            blocks.text_element(multiline=True, initial=draft.tried),
            optional=True,
        ),
        blocks.field(
            "help",
            t("The help I would like"),
            blocks.checkboxes_element(
                [blocks.option(help_name(t, kind), kind) for kind in rules.HELP], initial=draft.help
            ),
            optional=True,
        ),
    ]
