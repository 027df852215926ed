"""A session's life: what people do, time, crashes and restarts, in any order; and what holds all the same.

`LONG_LIFE=1` looks for much longer, and each time elsewhere.
"""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.sessions import service
from bot.sessions.rules import State
from tests.factories import ANNA, BRAM
from tests.sessions import invariants
from tests.sessions.actions import EVERY_ACTION, WHOEVER_MAY, Actions
from tests.sessions.simulation import ESRA, EVERYONE, Life

LONG = bool(os.environ.get("LONG_LIFE"))
SETTINGS = settings(
    max_examples=400 if LONG else 8,
    stateful_step_count=60 if LONG else 30,
    derandomize=not LONG,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

WHO = st.sampled_from((*(WHOEVER_MAY,) * 6, *EVERYONE, ESRA))
# How many changes ago the button was drawn that is pressed: mostly none.
AGE = st.sampled_from((0, 0, 0, 0, 0, 0, 0, 1, 2, 5))
SELDOM = st.sampled_from((False, False, False, True))
MOSTLY = st.sampled_from((True, True, True, False))
N = st.integers(0, 7)
ACTIONS = st.lists(st.tuples(st.sampled_from(EVERY_ACTION), WHO, AGE, SELDOM, N), min_size=1, max_size=6)
SPAN = st.one_of(
    st.floats(0.1, 90).map(lambda n: timedelta(seconds=n)),
    st.integers(1, 30).map(lambda n: timedelta(minutes=n)),
    st.integers(30, 200).map(lambda n: timedelta(minutes=n)),
)
TROUBLE = st.tuples(
    st.sampled_from(("chat.postMessage", "chat.update", "chat.postEphemeral", "*")),
    st.sampled_from(("ratelimited", "500", "drop_before", "drop_after")),
    st.integers(1, 3),
)
# How often, in proportion, each of these happens.
EVENTS = [
    *("time_passes",) * 6,
    *("it_comes_to_rest",) * 2,
    *("the_process_is_going_to_die",) * 3,
    *("another_process_begins",) * 2,
    "a_press_breaks_off",
]


class Sessions(RuleBasedStateMachine):
    """One group and its sessions, one after the other."""

    people: Actions | None = None

    @initialize(auto_advance=st.booleans(), reads_thread=MOSTLY, agreed=MOSTLY, phases=st.integers(-1, 6))
    def a_group(self, auto_advance: bool, reads_thread: bool, agreed: bool, phases: int) -> None:
        self.people = Actions(Life(auto_advance=auto_advance, reads_thread=reads_thread))
        self.life.start(ANNA, BRAM, BRAM, agreed=agreed)
        self.group.look()
        if phases >= 0:
            self.group.all_begin(WHOEVER_MAY, 0, False, phases)

    @property
    def group(self) -> Actions:
        assert self.people is not None
        return self.people

    @property
    def life(self) -> Life:
        return self.group.life

    @invariant()
    def what_always_holds(self) -> None:
        if self.people is not None:
            invariants.at_every_moment(self.life)
            self.group.look()

    @rule(actions=ACTIONS)
    def people_do_something(self, actions: list[tuple[str, str, int, bool, int]]) -> None:
        for action, who, age, twice, n in actions:
            getattr(self.group, action)(who, age, twice, n)
            self.what_always_holds()

    @rule(what=st.sampled_from(EVENTS), span=SPAN, n=st.integers(0, 11), trouble=st.none() | TROUBLE)
    def something_happens(
        self, what: str, span: timedelta, n: int, trouble: tuple[str, str, int] | None
    ) -> None:
        if trouble is not None:
            method, kind, times = trouble
            self.life.workspace.faults.add(method=method, kind=kind, times=times)
        getattr(self, f"_{what}")(span, n)

    def _time_passes(self, span: timedelta, n: int) -> None:
        """Now and then the database is away, or Slack is: what is late is done later."""
        self.life.clock.move_to(self.life.clock.now() + span)
        if n % 4:
            self._something_falls_due()
        if n % 3:
            self.life.send()

    def _something_falls_due(self) -> None:
        before = self.group.session
        self.life.handle_due()
        after = self.group.session
        assert after.phase_index >= before.phase_index
        assert after.pass_no == before.pass_no

    def _it_comes_to_rest(self, span: timedelta, n: int) -> None:
        self.life.settle()
        invariants.at_rest(self.life)

    def _the_process_is_going_to_die(self, span: timedelta, n: int) -> None:
        """In so many steps: before or after a commit, or a call to Slack."""
        self.life.fate.dies_at.add(len(self.life.fate.steps) + 1 + n)
        if span < timedelta(minutes=2):
            self._time_passes(span, 1)

    def _another_process_begins(self, span: timedelta, n: int) -> None:
        """Where the one before stopped, perhaps hours ago; the group is asked what to do about that."""
        self.life.restart(span if n % 3 else timedelta(0))
        if n % 2:
            self.life.handle_due()

    def _a_press_breaks_off(self, span: timedelta, n: int) -> None:
        use_case = (service.pause, service.extend, service.next_phase, service.previous_phase, service.begin)[
            n % 5
        ]
        self.life.breaks_off(use_case, self.group.user(WHOEVER_MAY), self.group.control(0))

    # The end

    def teardown(self) -> None:
        if self.people is None:
            return
        try:
            self._everybody_goes_home()
        finally:
            self.life.end()

    def _everybody_goes_home(self) -> None:
        """Nobody does anything any more: it closes by itself, and is then silent for ever."""
        self.life.fate.dies_at.clear()
        self.life.workspace.faults.clear()
        self.life.settle()
        invariants.at_rest(self.life)
        self.life.live_on(days=2)
        session = self.group.session
        assert session.state == State.ENDED, f"{session.state} for ever"
        for days in (0, 30):
            self.life.live_on(days=days)
            invariants.at_rest(self.life)
            self.group.is_over(session)


TestLife = pytest.mark.long(Sessions.TestCase)
TestLife.settings = SETTINGS
