"""What people do in a session's life, each action by somebody, with a button of some age, perhaps twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.followups.rules import PlannedStep
from bot.methods.extensions import EXTENSIONS
from bot.rounds import rules
from bot.rounds.service import (
    advice,
    evaluation,
    participation,
    phases,
    progress,
    questions,
    rewording,
    takeaways,
)
from bot.rounds.views.refs import DiscussedRef, StepRef, TurnRef
from bot.sessions import service
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.views import ControlRef, PhaseRef, SessionRef, TakeOverRef
from tests.sessions import invariants
from tests.sessions.simulation import EVERYONE, Life

# Stands for whoever may: mostly the facilitator, in their own phase the presenter.
WHOEVER_MAY = "whoever may"
# What the card offers in each state, and what people do in each kind of phase.
CONTROLS = {
    "gathering": ("begin",),
    "running": ("pause", "extend", "on", "back", "on", "pause"),
    "paused": ("resume", "extend", "on", "back", "resume"),
    "waiting": ("on", "extend", "back", "on"),
}
BRINGS = {
    "look_back": ("speech",),
    "presentation": ("speech", "done"),
    "questions": ("question", "question", "question", "done", "all_done", "reveal"),
    "answers": ("rating", "step", "speech", "next_question", "question", "done", "all_done"),
    "reworded": ("rewording", "same_question", "speech"),
    "analysis": ("done", "speech", "all_done"),
    "advice": ("advice", "reveal", "pass", "speech", "next_turn", "done", "advice", "next_turn", "step"),
    "response": ("response", "response", "speech"),
    "harvest": ("insight", "insight", "all_insights"),
    "evaluation": ("marks", "marks", "all_marks"),
}
ALL_CONTROLS = ("begin", "pause", "resume", "extend", "on", "back")
ALL_BRINGS = tuple(sorted({way for ways in BRINGS.values() for way in ways}))


class Actions:
    """The people of one group. An action is a method (who, age, twice, n); `n` chooses among what can be done."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.drawn: list[ControlRef] = []
        self.words = 0
        self.were_there: set[str] = set()
        self.said: dict[str, list[Any]] = {}

    @property
    def session(self) -> Session:
        found = self.life.session()
        assert found is not None
        return found

    def look(self) -> None:
        """After everything that happens: the newest buttons, and whom what was written down is for."""
        life, session = self.life, self.session
        ref = ControlRef(session.id, session.phase_index, session.pass_no, session.version)
        if not self.drawn or self.drawn[-1] != ref:
            self.drawn.append(ref)
        invariants.new_messages(life, session, life.newly_written(), self.were_there)
        self.were_there = invariants.present(life, session)

    def is_over(self, session: Session) -> None:
        """From the first time on that everything has been said, the thread stays as it is."""
        invariants.over(self.life, session)
        if session.opened_at is not None:
            said = invariants.thread_of(self.life, session)
            assert self.said.setdefault(session.id, said) == said, "a session that is over has spoken"

    def user(self, who: str) -> str:
        """Somebody, or whoever facilitates; without a facilitator anyone tries."""
        return (self.session.facilitator or EVERYONE[-1]) if who == WHOEVER_MAY else who

    def control(self, age: int) -> ControlRef:
        """What a button carries that was drawn so many changes ago."""
        return self.drawn[max(0, len(self.drawn) - 1 - age)]

    def phase(self, age: int) -> PhaseRef:
        ref = self.control(age)
        return PhaseRef(ref.session, ref.number, ref.round)

    def text(self, text: str) -> str:
        """A text that stands nowhere else."""
        self.words += 1
        return f"{text} ({self.words:04})"

    # Coming and going

    def here(self, who: str, age: int, twice: bool, n: int) -> None:
        self.life.press(service.check_in, self.user(who), SessionRef(self.session.id), twice=twice)

    def all_begin(self, who: str, age: int, twice: bool, n: int) -> None:
        """Everybody is there, and it begins, as far as phase `n`; there it goes on from."""
        if self.session.state not in (State.ASKED, State.GATHERING):
            return
        if self.session.state == State.ASKED:
            self.life.press(
                service.confirm_case, self.session.presenter, SessionRef(self.session.id), twice=True
            )
        for user in EVERYONE:
            self.life.press(service.check_in, user, SessionRef(self.session.id))
        for number in range(n + 1):
            self.look()
            step = service.next_phase if number else service.begin
            self.life.press(step, self.user(WHOEVER_MAY), self.control(0), twice=number % 3 == 0)
            self.life.handle_due()

    def leave_or_join(self, who: str, age: int, twice: bool, n: int) -> None:
        user = EVERYONE[n % len(EVERYONE)]
        (self.life.leave if age or twice else self.life.join)(user)

    def take_over(self, who: str, age: int, twice: bool, n: int) -> None:
        instead_of = (self.session.facilitator or "") if age == 0 else EVERYONE[n % len(EVERYONE)]
        user = EVERYONE[n % len(EVERYONE)] if who == WHOEVER_MAY else who
        self.life.press(service.take_over, user, TakeOverRef(self.session.id, instead_of), twice=twice)

    def answer_whether_it_may(self, who: str, age: int, twice: bool, n: int) -> None:
        use_case = (service.confirm_case, service.decline_case, service.withdraw_request)[n % 3]
        user = self.session.presenter if who == WHOEVER_MAY else who
        self.life.press(use_case, user, SessionRef(self.session.id), twice=True)

    # The clock

    def press(self, who: str, age: int, twice: bool, n: int) -> None:
        """A control that the card shows."""
        shown = CONTROLS.get(self.session.state, ())
        if shown:
            getattr(self, f"_{shown[n % len(shown)]}")(self.user(who), age, twice)

    def press_another(self, who: str, age: int, twice: bool, n: int) -> None:
        """A control that the card showed before, perhaps."""
        getattr(self, f"_{ALL_CONTROLS[n % len(ALL_CONTROLS)]}")(self.user(who), age, twice)

    def _begin(self, user: str, age: int, twice: bool) -> None:
        use_case = service.begin_anyway if twice else service.begin
        self.life.press(use_case, user, self.control(age), twice=twice)

    def _pause(self, user: str, age: int, twice: bool) -> None:
        before, now = self.session, self.life.clock.now()
        if self.life.press(service.pause, user, self.control(age), twice=twice) and before.ends_at:
            assert self.session.remaining == max(before.ends_at - now, timedelta(0))

    def _resume(self, user: str, age: int, twice: bool) -> None:
        before, now = self.session, self.life.clock.now()
        done = self.life.press(service.resume, user, self.control(age), twice=twice)
        if done and before.remaining is not None:
            assert self.session.ends_at == now + before.remaining

    def _extend(self, user: str, age: int, twice: bool) -> None:
        before, now = self.session, self.life.clock.now()
        if not self.life.press(service.extend, user, self.control(age), twice=twice):
            return
        more = EXTENSIONS[before.phase_extensions]
        if before.remaining is not None:
            assert self.session.remaining == before.remaining + more
        else:
            assert self.session.ends_at == max(before.ends_at or now, now) + more

    def _on(self, user: str, age: int, twice: bool) -> None:
        self.life.press(service.next_phase, user, self.control(age), twice=twice)

    def _back(self, user: str, age: int, twice: bool) -> None:
        before = self.session
        if self.life.press(service.previous_phase, user, self.control(age), twice=twice):
            assert (self.session.phase_index, self.session.pass_no) == (
                before.phase_index - 1,
                before.pass_no + 1,
            )

    def choose_after_absence(self, who: str, age: int, twice: bool, n: int) -> None:
        """The bot was away, and the facilitator says what to do about it."""
        session, now = self.session, self.life.clock.now()
        found = invariants.absence_of(self.life, session)
        if found is None:
            return
        assert session.state == State.PAUSED
        assert session.remaining is not None
        ref = ControlRef(session.id, found.phase_index, found.pass_no, found.version)
        use_case = service.give_back if n % 2 else service.keep_to_plan
        if not self.life.press(use_case, self.user(who), ref, twice=twice):
            return
        after = self.session
        assert invariants.absence_of(self.life, after) is None
        if n % 2:
            assert after.ends_at == now + session.remaining
        elif found.meant > now:
            assert after.ends_at == found.meant
        else:
            assert after.phase_index == session.phase_index + 1 or after.state == State.ENDED

    def still_going(self, who: str, age: int, twice: bool, n: int) -> None:
        self.life.press(service.confirm_still_going, self.user(who), self.control(age), twice=True)

    def skip_look_back(self, who: str, age: int, twice: bool, n: int) -> None:
        self.life.press(service.skip_look_back, self.user(who), self.phase(age), twice=True)

    def stop(self, who: str, age: int, twice: bool, n: int) -> None:
        """Seldom, or few would come far."""
        if n == 0:
            self.life.press(service.stop, self.user(who), SessionRef(self.session.id), twice=True)

    def another_session(self, who: str, age: int, twice: bool, n: int) -> None:
        """With the next case; refused while one is on."""
        session = self.session
        if session.state == State.ENDED:
            self.life.settle()
            invariants.at_rest(self.life)
            self.is_over(session)
        presenter, facilitator = EVERYONE[n % 4], EVERYONE[(n // 4 + 1 + n) % 4]
        self.life.start(presenter, facilitator, facilitator, agreed=not twice)
        if self.session.id != session.id:
            self.look()
            self.all_begin(who, age, twice, n)

    # What people bring

    def bring(self, who: str, age: int, twice: bool, n: int) -> None:
        """What the phase asks for."""
        ways = BRINGS[service.phase_of(self.session, self.session.phase_index).key]
        self._bring(ways[n % len(ways)], who, age, twice)

    def bring_another(self, who: str, age: int, twice: bool, n: int) -> None:
        """What another phase asks for."""
        self._bring(ALL_BRINGS[(n * 5 + age) % len(ALL_BRINGS)], who, age, twice)

    def _bring(self, way: str, who: str, age: int, twice: bool) -> None:
        act = self.life.act_twice if twice else self.life.act
        if way.startswith("all_"):
            action = getattr(self, f"_{way.removeprefix('all_').rstrip('s')}".replace("_mark", "_marks"))
            for user in EVERYONE:
                action(act, user, self.phase(age))
        else:
            getattr(self, f"_{way}")(act, who, self.phase(age))

    def _question(self, act: "Act", who: str, ref: PhaseRef) -> None:
        texts = [self.text("Wat maakt het lastig") + "?" for _ in range(1 + self.words % 2)]
        keep_advice, form = self.words % 5 == 0, f"V{self.words}"
        act(questions.write_question, ref, self.user(who), texts, keep_advice=keep_advice, form=form)

    def _reveal(self, act: "Act", who: str, ref: PhaseRef) -> None:
        act(questions.reveal_now, ref, self.user(WHOEVER_MAY))

    def _rating(self, act: "Act", who: str, ref: PhaseRef) -> None:
        user = self.session.presenter if who == WHOEVER_MAY else who
        act(questions.rate_questions, ref, user, {1: self.words % 3, 2: rules.WARM})

    def _step(self, act: "Act", who: str, ref: PhaseRef) -> None:
        step = StepRef(ref.session, ref.number, ref.round, self.words % 2)
        act(progress.step_on, step, self.user(who))

    def _next_question(self, act: "Act", who: str, ref: PhaseRef) -> None:
        place = 1 + self.words % 3
        here = DiscussedRef(ref.session, ref.number, ref.round, place)
        act(questions.next_question, here, self.user(who))

    def _rewording(self, act: "Act", who: str, ref: PhaseRef) -> None:
        user = self.session.presenter if who == WHOEVER_MAY else who
        words, returns = self.text("Wat wil ik zelf"), self.words % 2 == 0
        act(rewording.reword_question, ref, user, words, ["mirror"], returns=returns)

    def _same_question(self, act: "Act", who: str, ref: PhaseRef) -> None:
        act(rewording.keep_question, ref, self.session.presenter if who == WHOEVER_MAY else who)

    def _done(self, act: "Act", who: str, ref: PhaseRef) -> None:
        act(phases.mark_done, ref, self.user(who))

    def _next_turn(self, act: "Act", who: str, ref: PhaseRef) -> None:
        turn = TurnRef(ref.session, ref.number, ref.round, self.life.turn()[0])
        act(advice.next_turn, turn, self.user(who))

    def _pass(self, act: "Act", who: str, ref: PhaseRef) -> None:
        act(advice.pass_turn, ref, self._whose_turn(who))

    def _advice(self, act: "Act", who: str, ref: PhaseRef) -> None:
        act(advice.write_advice, ref, self._whose_turn(who), self.text("Ik zou het vragen"))

    def _speech(self, act: "Act", who: str, ref: PhaseRef) -> None:
        self.life.speak(self._whose_turn(who), self.life.workspace.clock.ts())

    def _whose_turn(self, who: str) -> str:
        return self.life.turn()[1] or self.user(who) if who == WHOEVER_MAY else who

    def _response(self, act: "Act", who: str, ref: PhaseRef) -> None:
        user = self.session.presenter if who == WHOEVER_MAY else who
        takeaway, step = self.text("Ik neem mee"), self.text("Morgen bel ik")
        shared = self.words % 4 == 0
        act(takeaways.give_response, ref, user, takeaway, [PlannedStep(step, None, shared)], shared=shared)

    def _insight(self, act: "Act", who: str, ref: PhaseRef) -> None:
        if self.session.began_at is None:
            return
        step = self.text("Ik ga luisteren") if self.words % 3 else ""
        takeaway, shared = self.text("Inzicht"), self.words % 2 == 0
        act(
            takeaways.keep_harvest,
            SessionRef(ref.session),
            self.user(who),
            takeaway,
            step,
            None,
            shared=shared,
        )
        # What somebody writes down afterwards may stand in the thread, where they choose so.
        self.said.pop(ref.session, None)

    def _marks(self, act: "Act", who: str, ref: PhaseRef) -> None:
        if self.session.began_at is not None:
            session = SessionRef(ref.session)
            act(evaluation.evaluate_session, session, self.user(who), (4, 5, 3), self.text("Fijn"))

    def rather_not_be_asked(self, who: str, age: int, twice: bool, n: int) -> None:
        if n == 0:
            self.life.act(participation.disable_session_nudges, self.user(who))


Act = Callable[..., bool]
# How often, in proportion, each is done.
WEIGHTS = {
    Actions.press: 7,
    Actions.bring: 12,
    Actions.press_another: 1,
    Actions.bring_another: 2,
    Actions.here: 1,
    Actions.all_begin: 3,
    Actions.leave_or_join: 2,
    Actions.take_over: 1,
    Actions.answer_whether_it_may: 1,
    Actions.choose_after_absence: 2,
    Actions.still_going: 1,
    Actions.skip_look_back: 1,
    Actions.stop: 2,
    Actions.another_session: 2,
    Actions.rather_not_be_asked: 1,
}
EVERY_ACTION = [action.__name__ for action, weight in WEIGHTS.items() for _ in range(weight)]
