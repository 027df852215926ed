"""The guide: from what stands in the workspace to the next thing to do.

A step is not remembered but seen, so it holds whatever was pressed before it, in which tab, and after a reload. What
was undone steps back by itself.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sandbox.guide import buttons as b
from sandbox.guide.seen import Button, Seen
from sandbox.guide.texts import (
    ANY_FORM,
    ANY_WINDOW,
    FOLLOWS,
    FORM_TEXTS,
    GATHERING,
    OWN_TURN,
    REVEAL,
    REVEALED,
    SPOKEN,
    TURNS,
)
from sandbox.guide.texts import PHASES as WORDS
from sandbox.workspace.model import EMPTY_CHANNEL as EMPTY

# Whoever leads from the first step to the last. The others write the cases.
LEADER = "U0BRAM"
ENOUGH_CASES = 2
PHASES = (
    "presentation",
    "questions",
    "answers",
    "reworded",
    "analysis",
    "advice",
    "response",
    "harvest",
    "evaluation",
)
# Phases that some sessions have before these.
BEFORE = ("arrival", "look_back")
# Where a step stands on the way. Some are skipped: a group that has begun needs no invitation.
ORDER = (
    *("invite", "set_up", "join", "case", "other_cases", "poll", "vote", "other_votes", "accept"),
    *("start", "confirm", "here", "others_here", "begin", *PHASES, "done"),
)


@dataclass(frozen=True)
class Step:
    """What to do next, by whom and where."""

    name: str
    who: str
    text: str
    channel: str
    thread_ts: str = ""
    button: dict[str, Any] | None = None
    # What to type in the channel instead.
    command: str = ""
    # The label of the button that lets the others do their part; "" where they have none.
    others: str = ""
    # Whether a form of theirs is open, which the text speaks of.
    has_form: bool = False
    # Whether the way began with an empty channel.
    begins_empty: bool = False

    def shown(self) -> dict[str, Any]:
        """With its place on the way, which is shorter for a group that has begun."""
        way = ORDER if self.begins_empty else ORDER[ORDER.index("poll") :]
        # What comes before the case is no step of its own.
        name = PHASES[0] if self.name in BEFORE else self.name
        number = way.index(name) + 1 if name in way else 1
        return {**asdict(self), "number": number, "of": len(way)}


def next_step(seen: Seen) -> Step:
    found = _session(seen) or _before_the_group(seen) or _before_the_session(seen)
    step = replace(found, begins_empty=seen.channel == EMPTY)
    form = seen.form(step.who)
    if form is None:
        return step
    submit = (form.content.get("submit") or {}).get("text", "")
    text = FORM_TEXTS.get(form.content.get("callback_id", ""), ANY_FORM) if submit else ANY_WINDOW
    text = text.format(submit=submit, leader=seen.name(LEADER))
    return replace(step, text=text, button=None, command="", others="", has_form=True)


def _typed(seen: Seen, name: str, who: str, words: str, text: str) -> Step:
    command = f"/intervisie {words}".strip()
    return Step(name, who, text.format(command=command), seen.channel, command=command)


def _pressed(seen: Seen, name: str, who: str, button: Button, text: str, **more: Any) -> Step:
    return Step(
        name,
        who,
        text.format(label=button.label),
        button.message.channel,
        seen.thread,
        button=seen.shown(button),
        **more,
    )


def _before_the_group(seen: Seen) -> Step | None:
    if not seen.has_bot:
        text = "De bot is hier nog niet. Typ onderaan */invite @Intervisie* en druk op Enter."
        return Step("invite", LEADER, text, seen.channel, command="/invite @Intervisie")
    if seen.button(*b.GROUP_CARD) is None:
        offered = seen.button(b.SET_UP)
        if offered:
            who = offered.message.only_for or LEADER
            return _pressed(seen, "set_up", who, offered, "Druk op *{label}*.")
        text = "Typ */intervisie* en druk op Enter: de bot vertelt wie hij is."
        return _typed(seen, "set_up", LEADER, b.SET_UP_COMMAND, text)
    return _joining(seen) or _cases(seen)


def _joining(seen: Seen) -> Step | None:
    """In an empty channel, where nobody is a member by somebody else's press."""
    join = seen.button(b.JOIN)
    if seen.channel != EMPTY or join is None or join.label != b.JOIN_LABEL:
        return None
    # Whoever set the group up is in it by that.
    joined = seen.facts.who(b.JOIN, b.SET_UP_FORM)
    if LEADER not in joined:
        return _pressed(seen, "join", LEADER, join, "Niemand doet vanzelf mee. Druk op *{label}*.")
    if joined == {LEADER}:
        text = "Jij doet mee. Intervisie gaat met een groep."
        return Step("join", LEADER, text, seen.channel, others="Laat de anderen meedoen")
    return None


def _cases(seen: Seen) -> Step | None:
    """In a group that began with its cases, or that has a poll or its result, these are there."""
    has_cases = seen.channel != EMPTY or seen.button(b.VOTE) or seen.facts.who(b.POLL_FORM)
    if has_cases or seen.facts.number("others.other_cases"):
        return None
    if not seen.facts.who(b.CASE_FORM):
        button = seen.button(b.WRITE_CASE)
        if button is None:
            return _typed(seen, "case", LEADER, b.CASE_COMMAND, "Lever een casus in: typ *{command}*.")
        joined = "De anderen doen nu ook mee. " if seen.facts.number("others.join") else ""
        return _pressed(seen, "case", LEADER, button, joined + "Lever een casus in: druk op *{label}*.")
    if len(seen.facts.who(b.CASE_FORM)) < ENOUGH_CASES:
        text = "Jouw casus wacht. Met die van de anderen erbij valt er iets te kiezen."
        return Step("other_cases", LEADER, text, seen.channel, others="Laat de anderen een casus inleveren")
    return None


def _before_the_session(seen: Seen) -> Step:
    asked = seen.private(b.CONFIRM)
    if asked:
        text = "De inbrenger zegt eerst privé ja: druk op *{label}*."
        return _pressed(seen, "confirm", asked[0], asked[1], text)
    asked = seen.private(b.ACCEPT)
    if asked:
        voted = seen.facts.who("others.other_votes", since=b.POLL_FORM)
        text = "De anderen stemden, en de groep koos." if voted else "De groep koos."
        text += " Wie inbrengt, wordt eerst privé gevraagd: druk op *{label}*."
        return _pressed(seen, "accept", asked[0], asked[1], text)
    vote = seen.button(b.VOTE)
    if vote:
        voted = seen.facts.who(b.BALLOT_FORM, since=b.POLL_FORM)
        if LEADER not in voted:
            return _pressed(seen, "vote", LEADER, vote, "Druk op *{label}*. Wie wat stemt, blijft geheim.")
        text = "Jij stemde. Als iedereen gestemd heeft, sluit de stemming."
        return Step("other_votes", LEADER, text, seen.channel, others="Laat de anderen stemmen")
    # The last "next" of a session closes it; a session that was stopped is begun again.
    if seen.facts.last(b.NEXT, b.STOP, b.ACCEPT, b.POLL_FORM) == b.NEXT:
        text = "Klaar: je leidde een sessie. De samenvatting staat in de thread, ieders stap in de eigen berichten."
        leader = seen.facts.last_user(b.NEXT)
        return Step("done", leader, text, seen.channel, seen.facts.last_message(b.BEGIN))
    if seen.facts.who(b.ACCEPT, since=b.POLL_FORM):
        start = seen.button(*b.START) if b.START else None
        if start:
            return _pressed(seen, "start", LEADER, start, "Jij gaat leiden. Druk op *{label}*.")
        text = "De uitslag staat er. Jij gaat leiden: typ *{command}*."
        return _typed(seen, "start", LEADER, b.START_COMMAND, text)
    handed_in = seen.facts.number("others.other_cases")
    text = "De anderen leverden ook een casus in." if handed_in else "Er wachten casussen."
    text += " Laat de groep kiezen: typ *{command}* en druk op Enter."
    return _typed(seen, "poll", LEADER, b.VOTE_COMMAND, text)


def _session(seen: Seen) -> Step | None:
    controls = seen.controls
    if controls is None:
        return None
    leader = seen.leader or seen.facts.last_named(b.START_FORM) or LEADER
    if controls.action_id in (b.BEGIN, b.BEGIN_ANYWAY):
        return _welcome(seen, controls, leader)
    if controls.action_id == b.RESUME:
        return _pressed(
            seen, phase_of(seen), leader, controls, "De klok staat stil. Ga verder met *{label}*."
        )
    step = seen.next_step
    return None if step is None else _phase(seen, step, leader)


def _welcome(seen: Seen, begin: Button, leader: str) -> Step:
    here = seen.in_thread(b.HERE)
    present = seen.present(here) if here else set()
    if here and leader not in present:
        text = "De sessie loopt in een thread. Zeg daar dat je er bent: *{label}*."
        return _pressed(seen, "here", leader, here, text)
    if here and len(present) < len(seen.people):
        text = "Jij bent er. Wacht op de anderen, of begin vast met *{label}* in het kanaal."
        others = "Laat de anderen er ook zijn"
        return _pressed(seen, "others_here", leader, begin, text, others=others)
    # Where people speak nobody presses that they are there: whoever leads ticks them.
    text = "Iedereen is er. Druk op de kaart in het kanaal op *{label}*." if here else GATHERING
    return _pressed(seen, "begin", leader, begin, text)


def _phase(seen: Seen, next_step: Button, leader: str) -> Step:
    """First what somebody does in the thread, then the button in the private message to whoever leads."""
    phase = phase_of(seen)
    words = WORDS[phase]
    if seen.in_thread(b.HERE) is None and phase not in BEFORE:
        return _pressed(seen, phase, leader, next_step, SPOKEN + FOLLOWS)
    if phase == "advice" and seen.turn == leader and (done := seen.in_thread(b.TURN_DONE)):
        return _pressed(seen, phase, leader, done, OWN_TURN)
    if phase == "advice" and seen.turn:
        return Step(phase, leader, TURNS, seen.channel, seen.thread, others=words.others)
    has_played = _has_played(seen, phase, leader)
    others = "" if has_played else words.others
    own = _own_button(seen, phase, leader)
    if own and not has_played:
        return _pressed(seen, phase, leader, own, words.own, others=others)
    if words.button and not has_played:
        return Step(phase, leader, words.text, seen.channel, seen.thread, others=others)
    reveal = seen.in_thread(b.REVEAL)
    if reveal:
        return _pressed(seen, phase, leader, reveal, words.played + REVEAL)
    said = words.played if has_played else words.text
    said = REVEALED if phase == "questions" else said
    return _pressed(seen, phase, leader, next_step, said + FOLLOWS, others=others)


def _has_played(seen: Seen, phase: str, leader: str) -> bool:
    """Whether the others did their part, by the guide's button or each by their own hand."""
    if phase in ("questions", "advice") and seen.in_thread(b.REVEAL) is None:
        return True
    wrote = seen.facts.who(WORDS[phase].form, since=b.BEGIN) if WORDS[phase].form else set()
    return bool(seen.facts.who(f"others.{phase}", since=b.BEGIN)) or wrote | {leader} >= set(seen.people)


def _own_button(seen: Seen, phase: str, leader: str) -> Button | None:
    """The leader's own part, as long as it is open."""
    words = WORDS[phase]
    is_open = words.form and leader not in seen.facts.who(words.form, since=b.BEGIN)
    return seen.in_thread(words.button) if is_open else None


def phase_of(seen: Seen) -> str:
    """The phase that is on; the first one that the guide plays while no prompt stands there."""
    return seen.phase or PHASES[0]
