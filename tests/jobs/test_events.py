"""Events between rooms: written as processes of other versions read them, and read as those write them."""

import json
from dataclasses import is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import events
from bot.app import due_handlers
from bot.events import (
    CaseChanged,
    CaseChosen,
    CaseWithdrawn,
    ChannelLost,
    Event,
    GroupPaused,
    GroupPurged,
    GroupResumed,
    GroupSetUp,
    HomeOutdated,
    LeaderAsked,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MessageLost,
    MessagesWillGo,
    NewcomerAnnounced,
    NextMeetingSet,
    PhaseBegan,
    PhaseEnded,
    SelectionClosed,
    SessionChanged,
    SessionEnded,
    SessionOpened,
    SessionProgressed,
)
from bot.jobs import queue
from bot.jobs.runner import JobRunner
from bot.storage import Store, Tx, Workspace
from tests.clock import StillClock
from tests.conftest import OURS, due_items

KINDS: list[type[Any]] = [
    one
    for one in vars(events).values()
    if isinstance(one, type) and is_dataclass(one) and isinstance(getattr(one, "kind", None), str)
]
LONG_KEY = "meeting/0123456789abcdef/planned/" + "9" * 120

# What each one is in the table: kind, subject, ordering_key and data, as they have been since there are such rows.
ROWS: list[tuple[Event, str, str, str | None, dict[str, Any]]] = [
    (MemberJoined("g1", "U0ANNA"), "member.joined", "g1/U0ANNA", None, {"group": "g1", "user": "U0ANNA"}),
    (LeaderAsked("g1", "U0ANNA"), "leader.asked", "g1/U0ANNA", None, {"group": "g1", "user": "U0ANNA"}),
    (MemberInvited("g1", "U0ANNA"), "member.invited", "g1/U0ANNA", None, {"group": "g1", "user": "U0ANNA"}),
    (
        NewcomerAnnounced("g1", "U0ANNA"),
        "member.announced",
        "g1/U0ANNA",
        None,
        {"group": "g1", "user": "U0ANNA"},
    ),
    (GroupSetUp("g1"), "group.set_up", "g1", None, {"group": "g1"}),
    (SessionProgressed("s1"), "session.progressed", "s1", None, {"session": "s1"}),
    (SessionOpened("s1", "g1"), "session.opened", "s1", None, {"session": "s1", "group": "g1"}),
    (MemberLeft("g1", "U0ANNA"), "member.left", "g1/U0ANNA", None, {"group": "g1", "user": "U0ANNA"}),
    (GroupPaused("g1"), "group.rests", "g1", None, {"group": "g1"}),
    (GroupResumed("g1"), "group.wakes", "g1", None, {"group": "g1"}),
    (
        GroupPurged("g1", datetime(2027, 1, 14, 2, 30, 5, 123456, tzinfo=UTC)),
        "group.forget",
        "g1",
        None,
        {"group": "g1", "before": "2027-01-14T02:30:05.123456+00:00"},
    ),
    (MessagesWillGo("g1"), "group.messages_will_go", "g1", None, {"group": "g1"}),
    (ChannelLost("g1", "archived"), "channel.gone", "g1", None, {"group": "g1", "reason": "archived"}),
    (HomeOutdated("U0ANNA"), "home.refresh", "U0ANNA", None, {}),
    (MessageLost("poll/p1", told=True), "message.gone", "poll/p1", None, {"key": "poll/p1", "told": True}),
    (
        MessageLost(LONG_KEY, told=False),
        "message.gone",
        LONG_KEY[:120],
        None,
        {"key": LONG_KEY, "told": False},
    ),
    (CaseChanged("c1"), "case.changed", "c1", None, {"case": "c1"}),
    (CaseChosen("c1"), "case.chosen", "c1", None, {"case": "c1"}),
    (CaseWithdrawn("c1"), "case.withdrawn", "c1", None, {"case": "c1"}),
    (
        MeetingPlanned("m1", "g1", 1, alone=False),
        "meeting.planned",
        "m1",
        None,
        {"meeting": "m1", "group": "g1", "version": 1, "alone": False},
    ),
    (
        MeetingMoved("m1", "g1", 2, alone=True),
        "meeting.moved",
        "m1",
        None,
        {"meeting": "m1", "group": "g1", "version": 2, "alone": True},
    ),
    (
        MeetingCancelled("m1", "g1", 2, alone=True),
        "meeting.cancelled",
        "m1",
        None,
        {"meeting": "m1", "group": "g1", "version": 2, "alone": True},
    ),
    (
        NextMeetingSet("m1", "g1", 1800000000.0),
        "followup.before_meeting",
        "m1",
        None,
        {"group": "g1", "starts_at": 1800000000.0},
    ),
    (
        PhaseBegan("s1", 2, 1),
        "session.phase.began",
        "session/s1/2/1",
        "session/s1",
        {"session": "s1", "number": 2, "round": 1},
    ),
    (
        SessionChanged("s1", "U0BRAM"),
        "session.changed",
        "session/s1/U0BRAM",
        "session/s1",
        {"session": "s1", "led_before": "U0BRAM"},
    ),
    (
        PhaseEnded("s1", 1, 1),
        "session.phase.ended",
        "session/s1/1/1",
        "session/s1",
        {"session": "s1", "number": 1, "round": 1},
    ),
    (SelectionClosed("s1"), "selection.closed", "selection/s1", None, {"selection": "s1"}),
    (
        SessionEnded("s1", "g1", 7, 1, "finished", held=True),
        "session.over",
        "session/s1",
        "session/s1",
        {"session": "s1", "group": "g1", "number": 7, "round": 1, "how": "finished", "held": True},
    ),
]
AS_STORED = pytest.mark.parametrize(
    ("event", "kind", "subject", "ordering_key", "data"),
    ROWS,
    ids=[f"{row[1]}-{n}" for n, row in enumerate(ROWS)],
)


def read_back(event: Event) -> Event:
    """What another process makes of the row, by way of JSON."""
    stored = json.loads(json.dumps(event.data))
    return type(event).of(queue.Job(OURS, event.kind, event.subject, datetime.now(UTC), stored))


@AS_STORED
async def test_it_is_written_as_other_versions_read_it(
    store: Store, event: Event, kind: str, subject: str, ordering_key: str | None, data: dict[str, Any]
) -> None:
    def look(tx: Tx) -> None:
        [row] = due_items(tx)
        assert (row.kind, row.subject, row.ordering_key, dict(row.data)) == (
            kind,
            subject,
            ordering_key,
            data,
        )
        assert row.at == tx.now

    await store.transact(events.publish, event)
    await store.read(look)


@AS_STORED
def test_it_is_read_as_other_versions_write_it(
    event: Event, kind: str, subject: str, ordering_key: str | None, data: dict[str, Any]
) -> None:
    """Also when a newer one says more."""
    for stored in (data, {**data, "more": [1]}):
        assert type(event).of(queue.Job(OURS, kind, subject, datetime.now(UTC), stored)) == event


def test_of_a_meeting_told_before_there_were_series_it_alone_was_meant() -> None:
    older = {"meeting": "m1", "group": "g1", "version": 3}
    item = queue.Job(OURS, "meeting.moved", "m1", datetime.now(UTC), older)
    assert MeetingMoved.of(item) == MeetingMoved("m1", "g1", 3, alone=True)


@pytest.mark.parametrize(
    ("event", "before"),
    [
        (PhaseBegan("s1", 2, 1), "session.phase_began"),
        (PhaseEnded("s1", 1, 1), "session.phase_ended"),
        (SessionEnded("s1", "g1", 7, 1, "finished", held=True), "session.ended"),
    ],
)
async def test_of_a_session_of_before_it_has_the_kind_that_older_versions_know(
    store: Store, event: Event, before: str
) -> None:
    def publish(tx: Tx) -> None:
        events.publish(tx, event, as_before=True)

    await store.transact(publish)
    assert await store.read(lambda tx: [row.kind for row in due_items(tx)]) == [before]
    assert set(events.on(type(event), lambda tx, told: None)) == {event.kind, before}


def test_of_a_session_of_which_it_was_not_said_nothing_came() -> None:
    item = queue.Job(OURS, "session.ended", "session/s1", datetime.now(UTC), {"session": "s1", "group": "g1"})
    assert not SessionEnded.of(item).held


ids = st.text("0123456789abcdef", min_size=16, max_size=16)
users = st.from_regex(r"[UW][A-Z0-9]{2,10}", fullmatch=True)
moments = st.datetimes(timezones=st.just(UTC))
numbers = st.integers(0, 10_000)
of_meeting = (ids, ids, numbers, st.booleans())
FIELDS: dict[type[Any], tuple[st.SearchStrategy[Any], ...]] = {
    MemberJoined: (ids, users),
    LeaderAsked: (ids, users),
    MemberInvited: (ids, users),
    MemberLeft: (ids, users),
    NewcomerAnnounced: (ids, users),
    GroupSetUp: (ids,),
    SessionOpened: (ids, ids),
    SelectionClosed: (ids,),
    SessionProgressed: (ids,),
    GroupPaused: (ids,),
    GroupResumed: (ids,),
    GroupPurged: (ids, moments),
    MessagesWillGo: (ids,),
    ChannelLost: (ids, st.sampled_from(["archived", "deleted", "not_in_channel"])),
    HomeOutdated: (users,),
    MessageLost: (st.text(max_size=160), st.booleans()),
    CaseChanged: (ids,),
    CaseChosen: (ids,),
    CaseWithdrawn: (ids,),
    MeetingPlanned: of_meeting,
    MeetingMoved: of_meeting,
    MeetingCancelled: of_meeting,
    NextMeetingSet: (ids, ids, st.floats(0, 4e9)),
    SessionChanged: (ids, st.sampled_from(["", "U0BRAM"])),
    PhaseBegan: (ids, numbers, numbers),
    PhaseEnded: (ids, numbers, numbers),
    SessionEnded: (
        ids,
        ids,
        numbers,
        numbers,
        st.sampled_from(["finished", "stopped", "unattended", "away"]),
        st.booleans(),
    ),
}


@given(st.one_of([st.builds(kind, *fields) for kind, fields in FIELDS.items()]))
def test_what_is_read_is_what_was_written(event: Event) -> None:
    assert read_back(event) == event
    # Columns have an end (timing/records.py).
    assert len(event.kind) <= 60
    assert len(event.subject) <= 120
    assert len(event.ordering_key or "") <= 120


def test_every_event_is_written_down_here_has_a_kind_of_its_own_and_is_heard() -> None:
    kinds = {one.kind for one in KINDS}
    assert len(KINDS) == len(kinds) == 27
    assert {row[1] for row in ROWS} == kinds
    assert set(FIELDS) == set(KINDS)
    assert kinds <= set(due_handlers())


async def test_a_handler_gets_the_event_and_another_process_s_kinds_wait(
    store: Store, clock: StillClock
) -> None:
    heard: list[tuple[Workspace, MemberLeft]] = []

    def on_member_left(tx: Tx, event: MemberLeft) -> None:
        heard.append((tx.workspace, event))

    def tell(tx: Tx) -> None:
        events.publish(tx, MemberLeft("g1", "U0ANNA"))
        events.publish(tx, GroupPaused("g1"))
        queue.schedule(tx, "newer.kind", "g1", tx.now, {"unknown": 1})

    await store.transact(tell)
    await JobRunner(store, events.on(MemberLeft, on_member_left)).run()
    assert heard == [(OURS, MemberLeft("g1", "U0ANNA"))]
    left = await store.read(lambda tx: {row.kind for row in due_items(tx)})
    assert left == {"group.rests", "newer.kind"}


async def test_it_is_told_once_not_before_its_moment_and_can_be_taken_back(
    store: Store, clock: StillClock
) -> None:
    later = clock.now().replace(year=clock.now().year + 1)

    def tell(tx: Tx) -> None:
        events.publish(tx, NextMeetingSet("m1", "g1", 1.0))
        events.publish(tx, NextMeetingSet("m1", "g1", 2.0), later)
        events.publish(tx, NextMeetingSet("m2", "g1", 3.0))
        events.retract(tx, NextMeetingSet, "m2")

    await store.transact(tell)
    [row] = await store.read(due_items)
    assert (row.subject, row.at, row.data["starts_at"]) == ("m1", later, 2.0)
