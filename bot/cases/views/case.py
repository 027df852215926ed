"""Cases as lists and pages, and what is asked and answered about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases import rules
from bot.cases.records import Case
from bot.cases.rules import CaseKind, CaseState
from bot.delivery.message import Message
from bot.groups.views import case_button, choose_button
from bot.slack import blocks, codec, ids, limits
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, one_line

# Leaves room for a heading within a section.
PIECE = 2800


@dataclass(frozen=True)
class CaseRef:
    group: str
    case: str


@dataclass(frozen=True)
class CaseChoice:
    """An entry of a case's menu. `what`: "edit", "hand_in", "withdraw", "delete" or "show"."""

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


def title_of(t: Texts, case: Case) -> str:
    """A case's title. A draft may have none yet: then its first words, for its writer alone."""
    words = case.title or case.question or case.situation or case.own_part
    return one_line(words, rules.TITLE_AT_MOST if case.title else 60) or t("No title yet")


def subject_line(t: Texts, kind: str, question: str) -> str:
    """The line below a title, as plain text: the question, or that it went well. Empty without a question."""
    return t("Something that went well") if kind == CaseKind.WENT_WELL else one_line(question, 600)


def title_and_subject(t: Texts, title: str, kind: str, question: str) -> str:
    """A waiting case as the group sees it."""
    return "\n".join(filter(None, [f"*{escape(title)}*", escape(subject_line(t, kind, question))]))


def closing_all(view: Block) -> Block:
    """Closing this view closes the list beneath it too, which would show stale data."""
    return {**view, "clear_on_close": True}


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
    if case.kind == CaseKind.WENT_WELL:
        return Message(
            t(
                "Your case is ready. The group sees only its title, until it is chosen. "
                "If it isn't this time, it stays for the next."
            )
        )
    return Message(
        t(
            "Your case is ready. The group sees only its title and question, until it is chosen. "
            "If it isn't this time, it stays for the next."
        )
    )


MINE_SHOWN = 20
WAITING_SHOWN = 30


def lists(t: Texts, group_id: str, mine: Sequence[Case], backlog: Sequence[Case]) -> Block:
    """My cases with what I can do with each, and the group's backlog."""
    parts = [blocks.header(t("My cases"))]
    for case in mine[:MINE_SHOWN]:
        parts.append(
            blocks.section(
                f"*{escape(title_of(t, case))}*\n{kind_and_state(t, case)}",
                accessory=blocks.overflow(_menu(t, case), ids.CASE_MENU),
            )
        )
    if not mine:
        parts.append(blocks.section(t("You have no cases yet."), accessory=case_button(t, group_id)))
    parts += [blocks.divider(), blocks.header(t("Waiting in the group"))]
    parts += [
        blocks.section(title_and_subject(t, case.title, case.kind, case.question))
        for case in backlog[:WAITING_SHOWN]
    ]
    if not backlog:
        parts.append(blocks.section(t("No case is waiting. The first one may be yours.")))
    else:
        parts.append(blocks.actions(choose_button(t, group_id)))
    if len(mine) > MINE_SHOWN or len(backlog) > WAITING_SHOWN:
        parts.append(blocks.context(t("Only the first ones are shown.")))
    return blocks.modal(t("Cases"), parts, close=t("Close"), meta=CaseRef(group_id, ""))


def ask_to_go_on(t: Texts, case: Case, place: str) -> Todo:
    """The to-do of a draft."""
    text = t(
        "You have a draft for {channel}: *{title}*. Only you see it, until you hand it in.",
        channel=channel(place),
        title=escape(title_of(t, case)),
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


def kind_and_state(t: Texts, case: Case) -> str:
    """Where a case stands; before it, that it went well."""
    state = state_name(t, case)
    if case.kind != CaseKind.WENT_WELL:
        return state
    return f"{t('Something that went well')}, {state[0].lower()}{state[1:]}"


def _menu(t: Texts, case: Case) -> list[Block]:
    choices = [("show", t("Read"))]
    if rules.may_edit(case.state):
        choices.append(("edit", t("Edit")))
    if case.state == CaseState.DRAFT:
        choices.append(("hand_in", t("Hand in")))
    if rules.may_withdraw(case.state):
        choices.append(("withdraw", t("Withdraw")))
    if rules.may_delete(case.state) or case.state == CaseState.TREATED:
        choices.append(("delete", t("Delete")))
    return [blocks.option(text, codec.dump(CaseChoice(case.id, what))) for what, text in choices]


def reading(t: Texts, case: Case) -> Block:
    """A case as its own presenter reads it."""
    return blocks.modal(
        t("Your case"),
        [blocks.section(f"*{escape(title_of(t, case))}*"), *case_blocks(t, case)],
        close=t("Close"),
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
                    title=escape(title_of(t, case)),
                )
            ),
        ],
        submit=t("Withdraw"),
        close=t("Keep it"),
        callback_id=ids.CASE_WITHDRAW_FORM,
        meta=meta,
    )


def deleting(t: Texts, case: Case, meta: CaseRef) -> Block:
    """Asks before the words of a case are deleted."""
    return blocks.modal(
        t("Delete"),
        [
            blocks.section(
                t(
                    "Do you want to delete *{title}*? Its words are gone then, also for you. Nobody is told.",
                    title=escape(title_of(t, case)),
                )
            ),
        ],
        submit=t("Delete"),
        close=t("Keep it"),
        callback_id=ids.CASE_DELETE_FORM,
        meta=meta,
    )


def deleting_treated(t: Texts, treated: Sequence[Case], chosen: str) -> Block:
    """Asks before the words of a treated case are deleted, and says what stays. `chosen`: the id of one of them, or empty."""
    listed = [one for one in treated if one.id == chosen] or treated
    return blocks.modal(
        t("Delete a case"),
        [
            blocks.field(
                "case",
                t("Which case?"),
                blocks.select_element(
                    [blocks.option(title_of(t, case), case.id) for case in listed],
                    initial=chosen or None,
                ),
            ),
            blocks.section(
                t(
                    "*This goes at once:* the words of your case, how you put your question in the session, and my messages of that "
                    "session in the channel, with the questions, the advice and what was shared. Above the thread an empty line stays."
                )
            ),
            blocks.section(
                t(
                    "*This stays:* what others wrote about it, until the group's term is over: in their own notes and steps, and in what "
                    "each got from me in private. Your takeaways, steps and reflection stay yours. What people typed "
                    "in Slack is not mine to delete."
                )
            ),
            blocks.context(t("There is no way back. Nobody is told.")),
        ],
        submit=t("Delete"),
        close=t("Keep it"),
        callback_id=ids.PRIVACY_CASE_FORM,
    )


def case_blocks(t: Texts, case: Case) -> list[Block]:
    """The whole case: for its presenter, and for the session's thread once it is its turn."""
    shown = []
    for name, text in _parts(t, case):
        first, *others = _pieces(text)
        shown += [blocks.section(piece, expand=True) for piece in (f"*{name}*\n{first}", *others)]
    if case.kind == CaseKind.WENT_WELL:
        return shown
    first, *others = _pieces(one_line(case.question, limits.INPUT_TEXT)) or [t("No question yet.")]
    shown.append(blocks.section(f"*{t('My question')}*\n*{first}*", expand=True))
    shown += [blocks.section(f"*{piece}*", expand=True) for piece in others]
    if case.help:
        wanted = ", ".join(help_name(t, kind) for kind in case.help)
        shown.append(blocks.context(t("Help I would like: {wanted}", wanted=wanted)))
    return shown


def _parts(t: Texts, case: Case) -> list[tuple[str, str]]:
    """The written fields of a case, apart from its question."""
    named = [
        (t("Situation"), case.situation),
        (own_part_name(t, case.kind), case.own_part),
        (t("What I have tried already"), case.tried),
        (t("What I hope for"), case.hope),
    ]
    return [(name, text) for name, text in named if text and text.strip()]


def own_part_name(t: Texts, kind: str) -> str:
    return t("What worked, and what I did") if kind == CaseKind.WENT_WELL else t("My part in it")


def case_text(t: Texts, case: Case) -> str:
    """The whole case as plain text, for screen readers."""
    lines = [f"{name}: {escape(text)}" for name, text in _parts(t, case)[:2]]
    if case.question and case.kind != CaseKind.WENT_WELL:
        lines.append(f"{t('My question')}: {escape(case.question)}")
    return "\n".join(lines or [escape(case.title)])[:3900]


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
