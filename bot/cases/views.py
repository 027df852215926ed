"""Cases as forms, lists and pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases import rules
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseState
from bot.delivery.message import Message
from bot.slack import blocks, codec, ids, limits
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, one_line

# Leaves room for a heading within a section.
PIECE = 2800


@dataclass(frozen=True)
class CaseForm:
    """Which case a form is about (a new one has its id already), and whether hints were given."""

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
class CaseRef:
    group: str
    case: str


@dataclass(frozen=True)
class CaseChoice:
    """An entry of a case's menu. `what`: "edit", "hand_in", "withdraw" or "show"."""

    case: str
    what: str


def help_name(t: Texts, kind: str) -> str:
    """The kind of help someone asks for, in words."""
    return {
        "ideas": t("ideas"),
        "questions": t("questions that make me think"),
        "experiences": t("experiences of others"),
        "mirror": t("a critical mirror"),
    }[kind]


def urgency_name(t: Texts, urgency: str) -> str:
    return {"now": t("it matters now"), "month": t("this month"), "can_wait": t("it can wait")}[urgency]


def closing_all(view: Block) -> Block:
    """Closing this view closes the list beneath it too, which would show stale data."""
    return {**view, "clear_on_close": True}


@dataclass(frozen=True)
class Hints:
    """Hints that are given once: a word that looks like a name, and a question about others."""

    name: str | None
    about_others: bool


def form(
    t: Texts,
    meta: CaseForm,
    draft: CaseDraft | None = None,
    *,
    state: CaseState = CaseState.DRAFT,
    hints: Hints | None = None,
    then: str | None = None,
) -> Block:
    """The form of a case: its four required fields. `then` is the earlier choice at the bottom."""
    kept = draft or CaseDraft("", "", "", "")
    opening = t(
        "Until your case is chosen the group sees only the title and the question. "
        "Leave out names of people and organisations."
    )
    parts = [blocks.context(opening), *_remarks(t, hints), *_four_fields(t, kept)]
    parts.append(blocks.field("next", t("And now"), _next_element(t, state, then)))
    return blocks.modal(
        t("Your case"), parts, submit=t("Go on"), close=t("Cancel"), callback_id=ids.CASE_FORM, meta=meta
    )


def _remarks(t: Texts, hints: Hints | None) -> list[Block]:
    """The hints, above the fields."""
    parts = []
    if hints and hints.name:
        parts.append(
            blocks.section(
                t(
                    "*{name}* in the title looks like a name. Change it if that is so; if not, just send it again.",
                    name=escape(hints.name),
                )
            )
        )
    if hints and hints.about_others:
        parts.append(
            blocks.section(
                t(
                    "Your question isn't about you yet. A question with *I* in it often gives more: how can I …? If it is good as it is, just send it again."
                )
            )
        )
    return parts


def _four_fields(t: Texts, kept: CaseDraft) -> list[Block]:
    return [
        blocks.field(
            "title",
            t("Title"),
            blocks.text_element(
                initial=kept.title,
                at_most=rules.TITLE_AT_MOST,
                placeholder=t("A colleague who goes her own way"),
                focus=True,
            ),
            hint=t("One sentence, without names."),
        ),
        blocks.field(
            "situation",
            t("Situation"),
            blocks.text_element(multiline=True, initial=kept.situation),
            hint=t("What happened, as a fact? Name people by their role."),
        ),
        blocks.field(
            "own_part",
            t("My part in it"),
            blocks.text_element(multiline=True, initial=kept.own_part),
            hint=t("What did you do, think, feel?"),
        ),
        blocks.field(
            "question",
            t("My question"),
            blocks.text_element(multiline=True, initial=kept.question, placeholder=t("How can I …?")),
            hint=t("An open question about yourself: how can I …?"),
        ),
    ]


def _next_element(t: Texts, state: CaseState, then: str | None) -> Block:
    more = blocks.option(t("Add something first (optional)"), "more")
    if state != CaseState.DRAFT:
        return blocks.radio_element(
            [blocks.option(t("Keep the changes"), "keep"), more], initial=then or "keep"
        )
    return blocks.radio_element(
        [blocks.option(t("Hand it in"), "hand_in"), more, blocks.option(t("Keep it as a draft"), "draft")],
        initial=then or "hand_in",
    )


def more_form(t: Texts, meta: CaseForm, draft: CaseDraft, state: CaseState) -> Block:
    """The form with the optional fields of a case."""
    kept = (
        t("Your case is kept as a draft. All of this is optional.")
        if state == CaseState.DRAFT
        else t("Your changes are kept. All of this is optional.")
    )
    parts = [
        blocks.context(kept),
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
            hint=t("In a word or two. Cases with the same theme can help several people."),
            optional=True,
        ),
    ]
    if state == CaseState.DRAFT:
        choices = [
            blocks.option(t("Hand it in"), "hand_in"),
            blocks.option(t("Keep it as a draft"), "draft"),
        ]
        # Another id than "next": Slack keeps a choice under the same id, also where it is no option any more.
        parts.append(blocks.field("finish", t("And now"), blocks.radio_element(choices, initial="hand_in")))
    return blocks.modal(
        t("Your case"), parts, submit=t("Done"), close=t("Close"), callback_id=ids.CASE_MORE_FORM, meta=meta
    )


def saved(t: Texts, case: Case) -> Message:
    """The answer to a sent form."""
    if case.state == CaseState.DRAFT:
        return Message(
            t("Your case is kept as a draft. Only you see it. You find it with /intervisie cases.")
        )
    if case.state == CaseState.CHOSEN:
        return Message(
            t("Your changes are kept. Your case has been chosen; the group hears it in the session.")
        )
    return Message(
        t(
            "Your case is ready. The group sees only its title and question, until it is chosen. "
            "If it isn't this time, it stays for the next."
        )
    )


def lists(t: Texts, group_id: str, mine: Sequence[Case], backlog: Sequence[Case]) -> Block:
    """My cases with what I can do with each, and the group's backlog."""
    parts = [blocks.header(t("My cases"))]
    for case in mine[:20]:
        parts.append(
            blocks.section(
                f"*{escape(case.title)}*\n{state_name(t, case)}",
                accessory=blocks.overflow(_menu(t, case), ids.CASE_MENU),
            )
        )
    if not mine:
        parts.append(blocks.section(t("You have no cases yet. Type /intervisie case to write one.")))
    parts += [blocks.divider(), blocks.header(t("Waiting in the group"))]
    parts += [
        blocks.section(f"*{escape(case.title)}*\n{escape(one_line(case.question, 600))}")
        for case in backlog[:30]
    ]
    if not backlog:
        parts.append(blocks.section(t("No case is waiting. The first one may be yours.")))
    if len(mine) > 20 or len(backlog) > 30:
        parts.append(blocks.context(t("Only the first ones are shown.")))
    return blocks.modal(t("Cases"), parts, close=t("Close"), meta=CaseRef(group_id, ""))


def ask_to_go_on(t: Texts, case: Case, place: str) -> Todo:
    """The to-do of a draft."""
    text = t(
        "You have a draft for {channel}: *{title}*. Only you see it, until you hand it in.",
        channel=channel(place),
        title=escape(case.title),
    )
    return Todo(text, [blocks.button(t("Go on with it"), ids.CASE_OPEN, CaseRef(case.group_id, case.id))])


def state_name(t: Texts, case: Case) -> str:
    return {
        CaseState.DRAFT: t("Draft, only you see it"),
        CaseState.HANDED_IN: t("Waiting to be chosen"),
        CaseState.CHOSEN: t("Chosen for the next session"),
        CaseState.IN_SESSION: t("In the session now"),
        CaseState.TREATED: t("Treated"),
        CaseState.WITHDRAWN: t("Withdrawn"),
    }[case.state]


def _menu(t: Texts, case: Case) -> list[Block]:
    choices = [("show", t("Read"))]
    if rules.may_edit(case.state):
        choices.append(("edit", t("Edit")))
    if case.state == CaseState.DRAFT:
        choices.append(("hand_in", t("Hand in")))
    if rules.may_withdraw(case.state):
        choices.append(("withdraw", t("Withdraw")))
    return [blocks.option(text, codec.dump(CaseChoice(case.id, what))) for what, text in choices]


def reading(t: Texts, case: Case) -> Block:
    """A case as its own presenter reads it."""
    return blocks.modal(
        t("Your case"), [blocks.section(f"*{escape(case.title)}*"), *case_blocks(t, case)], close=t("Close")
    )


def withdrawing(t: Texts, case: Case, meta: CaseRef) -> Block:
    """Asks before a case is withdrawn."""
    return blocks.modal(
        t("Withdraw"),
        [
            blocks.section(
                t(
                    "Do you want to withdraw *{title}*? It disappears from the group's list. "
                    "You need not explain it to anyone.",
                    title=escape(case.title),
                )
            ),
        ],
        submit=t("Withdraw"),
        close=t("Keep it"),
        callback_id=ids.CASE_WITHDRAW_FORM,
        meta=meta,
    )


def case_blocks(t: Texts, case: Case) -> list[Block]:
    """The whole case: for its presenter, and for the session's thread once it is its turn."""
    parts = [(t("Situation"), case.situation), (t("My part in it"), case.own_part)]
    if case.tried:
        parts.append((t("What I have tried already"), case.tried))
    if case.hope:
        parts.append((t("What I hope for"), case.hope))
    shown = []
    for name, text in parts:
        first, *others = _pieces(text) or [""]
        pieces = [f"*{name}*\n{first}", *others]
        shown += [blocks.section(piece, expand=True) for piece in pieces]
    first, *others = _pieces(one_line(case.question, limits.INPUT_TEXT)) or [""]
    shown.append(blocks.section(f"*{t('My question')}*\n*{first}*", expand=True))
    shown += [blocks.section(f"*{piece}*", expand=True) for piece in others]
    if case.help:
        wanted = ", ".join(help_name(t, kind) for kind in case.help)
        shown.append(blocks.context(t("Help I would like: {wanted}", wanted=wanted)))
    return shown


def case_text(t: Texts, case: Case) -> str:
    """The whole case as plain text, for screen readers."""
    return "\n".join(
        [
            f"{t('Situation')}: {escape(case.situation)}",
            f"{t('My part in it')}: {escape(case.own_part)}",
            f"{t('My question')}: {escape(case.question)}",
        ]
    )[:3900]


def _pieces(text: str) -> list[str]:
    """Escaped, in pieces that fit in a section each: escaping can make a text five times as long."""
    pieces = []
    rest = text.strip()
    while rest:
        size = len(rest)
        while (long := len(escape(rest[:size]))) > PIECE:
            size = min(size - 1, size * PIECE // long)
        if size < len(rest):
            gap = max(rest.rfind("\n", 0, size), rest.rfind(" ", 0, size))
            size = gap + 1 if gap > size // 2 else size
        pieces.append(escape(rest[:size].strip()))
        rest = rest[size:].lstrip()
    return pieces
