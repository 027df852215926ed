"""What is asked of me now: only what I can still do something about, the soonest first."""

from datetime import UTC, date, datetime, timedelta

from bot.agreements import service as agreements
from bot.attendance import service as attendance
from bot.cases.rules import CaseState
from bot.followups import service as followups
from bot.followups.rules import PlannedStep, What
from bot.groups import service as groups
from bot.groups.records import Group
from bot.home import service
from bot.meetings import service as meetings
from bot.polls.records import Poll
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.slack.todos import Todo
from bot.storage import Store, Tx, in_workspace
from tests.attendance import people as presence_people
from tests.clock import StillClock
from tests.conftest import THEIRS, make_group
from tests.date_polls.people import opened, say
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case
from tests.polls.people import answers, case_of, open_one, votes

CASE = ["Casus schrijven", "Help me zoeken", "Deze keer niets"]


async def asks(store: Store, user: str) -> list[Todo]:
    return await store.read(service.todos_of, user)


def labels(ask: Todo) -> list[str]:
    return [one["text"]["text"] for one in ask.elements if one["type"] == "button"]


def start(tx: Tx) -> str:
    """Bram would like to begin with Anna's case."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    case = make_case(tx, group)
    return sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    ).id


async def test_a_presenter_is_asked_for_a_yes_and_nobody_else(store: Store) -> None:
    session = await store.transact(start)
    [ask] = await asks(store, ANNA)
    assert "<#C0OOST>" in ask.text
    assert labels(ask) == ["Ja", "Liever niet"]
    assert await asks(store, BRAM) == []
    await store.transact(sessions.decline_case, ANNA, SessionRef(session))
    assert await asks(store, ANNA) == []


async def test_a_vote_is_asked_until_it_is_given(store: Store, clock: StillClock) -> None:
    def vote(tx: Tx) -> None:
        poll = open_one(tx)
        votes(tx, poll, BRAM, anna=3)

    await store.transact(vote)
    [ask] = await asks(store, CHLOE)
    assert labels(ask) == ["Stem"]
    assert "<#C0OOST>" in ask.text
    assert await asks(store, BRAM) == []
    clock.move_to(datetime(2027, 1, 15, 15, tzinfo=UTC))
    assert await asks(store, CHLOE) == []


async def test_whoever_is_not_in_the_group_any_more_is_asked_nothing(store: Store) -> None:
    def leave(tx: Tx) -> None:
        poll = open_one(tx)
        groups.on_channel_leave(tx, groups.group_by_id(tx, poll.group_id), CHLOE)

    await store.transact(leave)
    assert await asks(store, CHLOE) == []


async def test_the_chosen_presenter_is_asked_until_the_answer(store: Store) -> None:
    def choose(tx: Tx) -> None:
        poll = open_one(tx)
        for user in (ANNA, BRAM, CHLOE, DAAN):
            votes(tx, poll, user, chloe=1)

    await store.transact(choose)
    [ask] = await asks(store, CHLOE)
    assert labels(ask) == ["Ja, ik breng hem in", "Liever niet"]
    assert await asks(store, ANNA) == []

    def agree(tx: Tx) -> None:
        answers(tx, the_poll(tx), CHLOE, yes=True)

    await store.transact(agree)
    assert await asks(store, CHLOE) == []


def the_poll(tx: Tx) -> Poll:
    return tx.sql.query(Poll).one()


async def test_the_newest_draft_of_each_group_is_asked_after(store: Store) -> None:
    def drafts(tx: Tx) -> None:
        for channel in ("C1", "C2"):
            group = make_group(tx, ANNA, channel=channel)
            make_case(tx, group, state=CaseState.DRAFT, title=f"Oud {channel}").created_at -= timedelta(
                days=3
            )
            make_case(tx, group, state=CaseState.DRAFT, title=f"Nieuw {channel}")

    await store.transact(drafts)
    found = await asks(store, ANNA)
    assert sorted(word for ask in found for word in ("Nieuw C1", "Nieuw C2", "Oud") if word in ask.text) == [
        "Nieuw C1",
        "Nieuw C2",
    ]


def keep_step(tx: Tx, by: str = "2027-01-14", *, presenter: bool = False) -> Group:
    group = make_group(tx, ANNA, BRAM)
    followups.keep_takeaway(
        tx,
        group,
        "s1",
        ANNA,
        what=What.RESPONSE if presenter else What.HARVEST,
        takeaway="t",
        steps=[PlannedStep("Bellen met mijn collega", date.fromisoformat(by), False)],
        is_presenter=presenter,
        shared=False,
    )
    return group


async def test_a_step_is_asked_after_from_its_day_on_until_it_is_answered(
    store: Store, clock: StillClock
) -> None:
    await store.transact(keep_step, "2027-01-15")
    assert await asks(store, ANNA) == []
    clock.move_to(datetime(2027, 1, 15, 0, 30, tzinfo=UTC))
    [ask] = await asks(store, ANNA)
    assert labels(ask) == ["Gedaan", "Deels", "Nog niet", "Hoeft niet meer"]

    def done(tx: Tx) -> None:
        [step] = followups.open_steps(tx, ANNA)
        followups.answer_step(tx, step.id, ANNA, "done")

    await store.transact(done)
    assert await asks(store, ANNA) == []


async def test_the_look_back_is_asked_two_days_before_and_until_it_is_written(
    store: Store, clock: StillClock
) -> None:
    def plan(tx: Tx) -> None:
        group = keep_step(tx, "2027-02-28", presenter=True)
        make_case(tx, group, ANNA)
        meetings.plan_meeting(tx, group.id, BRAM, "", "2027-01-28", "15:00", "")

    await store.transact(plan)
    clock.move_to(datetime(2027, 1, 25, 12, tzinfo=UTC))
    assert await asks(store, ANNA) == []
    clock.move_to(datetime(2027, 1, 26, 12, tzinfo=UTC))
    [ask] = await asks(store, ANNA)
    assert labels(ask) == ["Terugblik voorbereiden"]
    assert "Terugblik voorbereiden" not in str(await asks(store, BRAM))

    def write(tx: Tx) -> None:
        [step] = followups.open_steps(tx, ANNA)
        followups.prepare_look_back(tx, step.id, ANNA, "Het ging goed.", skip=False, share=None)

    await store.transact(write)
    assert await asks(store, ANNA) == []


async def test_a_case_is_asked_for_in_the_month_before_a_meeting_of_whoever_has_none(
    store: Store, clock: StillClock
) -> None:
    def plan(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM, CHLOE)
        make_case(tx, group, BRAM)
        make_case(tx, group, CHLOE, state=CaseState.TREATED)
        meetings.plan_meeting(tx, group.id, BRAM, "", "2027-03-11", "15:00", "")

    await store.transact(plan)
    assert await asks(store, ANNA) == []
    clock.move_to(datetime(2027, 2, 20, 12, tzinfo=UTC))
    assert [labels(ask) for ask in await asks(store, ANNA)] == [CASE]
    assert await asks(store, BRAM) == []
    assert [labels(ask) for ask in await asks(store, CHLOE)] == [CASE]
    clock.move_to(datetime(2027, 3, 11, 15, tzinfo=UTC))
    assert await asks(store, ANNA) == []


async def test_who_has_nothing_this_time_or_stays_away_is_not_asked_for_a_case(
    store: Store, clock: StillClock
) -> None:
    def plan(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, CHLOE)
        return meetings.plan_meeting(tx, group.id, BRAM, "", "2027-02-11", "15:00", "").id

    meeting = await store.transact(plan)
    clock.move_to(datetime(2027, 1, 29, 12, tzinfo=UTC))
    await store.transact(attendance.bring_nothing, meeting, ANNA)
    await store.transact(presence_people.says, meeting, BRAM, "no")
    assert await asks(store, ANNA) == []
    assert await asks(store, BRAM) == []
    assert [labels(ask) for ask in await asks(store, CHLOE)] == [CASE]


async def test_a_search_for_a_date_asks_whoever_has_not_answered(store: Store) -> None:
    search = await store.transact(opened)
    [ask] = await asks(store, CHLOE)
    assert labels(ask) == ["Wanneer kan ik?"]
    await store.transact(say, search, CHLOE, "yes", "no", "no")
    assert await asks(store, CHLOE) == []


async def test_a_group_that_rests_asks_nothing_before_a_meeting(store: Store, clock: StillClock) -> None:
    def plan(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        meetings.plan_meeting(tx, group.id, BRAM, "", "2027-02-11", "15:00", "")
        groups.pause_group(tx, group.id, BRAM)

    await store.transact(plan)
    clock.move_to(datetime(2027, 1, 29, 12, tzinfo=UTC))
    assert await asks(store, ANNA) == []


async def test_what_is_wanted_soonest_comes_first_and_a_draft_last(store: Store) -> None:
    def everything(tx: Tx) -> None:
        keep_step(tx)
        poll = open_one(tx, channel="C2")
        case_of(tx, ANNA)
        make_case(tx, groups.group_by_id(tx, poll.group_id), ANNA, state=CaseState.DRAFT)
        start_in_another(tx)

    def start_in_another(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM, channel="C3")
        case = make_case(tx, group)
        sessions.start_session(
            tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
        )

    await store.transact(everything)
    first = [labels(ask)[0] for ask in await asks(store, ANNA)]
    assert first == ["Gedaan", "Ja", "Stem", "Verder schrijven"]


async def test_another_workspace_asks_nothing_here(store: Store) -> None:
    def theirs(tx: Tx) -> None:
        group = make_group(tx.of(THEIRS), ANNA)
        make_case(tx, group, state=CaseState.DRAFT)

    await store.transact(theirs)
    assert await asks(store, ANNA) == []
    assert len(cases_of(await store.read(in_workspace(THEIRS, service.todos_of), ANNA))) == 1


def cases_of(found: list[Todo]) -> list[Todo]:
    return [ask for ask in found if labels(ask) == ["Verder schrijven"]]


async def test_a_presenter_is_asked_for_a_reflection_two_days_later_and_not_once_it_is_settled(
    store: Store, clock: StillClock
) -> None:
    def over(tx: Tx) -> None:
        followups.open_reflections(tx, make_group(tx, ANNA, BRAM), "s1", ANNA, [ANNA, BRAM])

    def decline(tx: Tx) -> None:
        [place] = followups.reflections_asked_for(tx, ANNA)
        followups.decline_reflection(tx, place.reflection.id, ANNA)

    await store.transact(over)
    assert await asks(store, ANNA) == []
    clock.move_to(datetime(2027, 1, 16, 15, tzinfo=UTC))
    assert [labels(ask) for ask in await asks(store, ANNA)] == [["Schrijf hem", "Deze keer niet"]]
    assert await asks(store, BRAM) == []
    await store.transact(decline)
    assert await asks(store, ANNA) == []


async def test_a_reflection_is_not_asked_for_forever(store: Store, clock: StillClock) -> None:
    await store.transact(lambda tx: followups.open_reflections(tx, make_group(tx, ANNA), "s1", ANNA, [ANNA]))
    clock.move_to(datetime(2027, 3, 1, 15, tzinfo=UTC))
    assert await asks(store, ANNA) == []


async def test_whether_one_comes_is_asked_from_the_invitation_until_it_is_said(
    store: Store, clock: StillClock
) -> None:
    def announced(tx: Tx) -> str:
        return presence_people.plan(tx, day="2027-01-21")

    meeting = await store.transact(announced)

    async def asked(user: str) -> list[Todo]:
        return [one for one in await asks(store, user) if labels(one)[0] == "Ik kom"]

    [ask] = await asked(BRAM)
    assert "<#C0OOST>" in ask.text

    def says(tx: Tx) -> None:
        found = presence_people.the(tx, meeting)
        attendance.answer_invitation(tx, meeting, int(found.starts_at.timestamp()), BRAM, "no")

    await store.transact(says)
    assert await asked(BRAM) == []
    assert len(await asked(CHLOE)) == 1
    clock.move_to(datetime(2027, 1, 21, 15, tzinfo=UTC))
    assert await asked(CHLOE) == []


async def test_the_agreements_are_asked_once_and_again_when_they_change(store: Store) -> None:
    def changed(tx: Tx) -> tuple[str, int]:
        group = make_group(tx, ANNA, BRAM)
        agreements.change_agreements(tx, group.id, ANNA, 1, "Wat hier gezegd wordt, blijft hier.")
        return group.id, agreements.current_version(tx, group)

    group, version = await store.transact(changed)
    assert await asks(store, ANNA) == []
    [ask] = await asks(store, BRAM)
    assert labels(ask) == ["Afspraken lezen"]
    await store.transact(agreements.agree, group, BRAM, version)
    assert await asks(store, BRAM) == []
