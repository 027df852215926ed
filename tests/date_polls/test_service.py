"""Finding a date together: who proposes, who answers, who chooses, and what happens by itself."""

from datetime import UTC, datetime

import pytest

from bot.app import DIGESTS
from bot.date_polls import jobs, queries, service
from bot.date_polls.records import DatePoll, DateSlot
from bot.date_polls.rules import DatePollState
from bot.date_polls.views import SlotsRef
from bot.events import GroupPurged
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.jobs.queue import Handler
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, make_group, outgoing, run_due
from tests.date_polls.people import DAYS, drafted, in_channel, marks, opened, say, slot_on, state
from tests.factories import ANNA, BRAM, CHLOE

DUTCH = for_language("nl")
KINDS = {kind: compose for kinds in DIGESTS for kind, compose in kinds.items()}
HANDLERS: dict[str, Handler] = {**jobs.JOBS, nudges.DELIVER: nudges.digest_job(KINDS)}
CLOSED = datetime(2027, 1, 20, 16, 0, 1, tzinfo=UTC)


def letters(tx: Tx) -> list[tuple[str | None, str]]:
    return [(row.user, row.payload["text"]) for row in outgoing(tx, "direct") if row.payload]


def leave(tx: Tx, search: str, user: str) -> None:
    groups.on_channel_leave(tx, groups.group_by_id(tx, tx.sql.get_one(DatePoll, search).group_id), user)
    run_due(tx, HANDLERS)


async def test_the_channel_sees_counts_and_who_has_not_answered(store: Store) -> None:
    search = await store.transact(opened)
    assert "Nog geen antwoorden" in await store.read(in_channel, search)
    await store.transact(say, search, ANNA, "yes", "no", "maybe")
    shown = await store.read(in_channel, search)
    # Whoever proposes them can come then.
    assert ": 2 ja\\n" in shown
    assert ": 1 ja, 1 nee\\n" in shown
    assert ": 1 ja, 1 als het moet" in shown
    assert f"Nog niet geantwoord: <@{CHLOE}>" in shown
    assert f"<@{ANNA}>" not in shown
    await store.transact(say, search, ANNA, "no", "no", "no")
    assert await store.read(marks) == 6
    assert ": 1 ja, 1 nee" in await store.read(in_channel, search)


async def test_when_all_have_answered_whoever_asked_is_told_what_suits_best(store: Store) -> None:
    search = await store.transact(opened)
    await store.transact(say, search, ANNA, "yes", "yes", "no")
    await store.transact(say, search, BRAM, "yes", "yes", "yes")
    assert await store.transact(run_due, HANDLERS) == 0
    await store.transact(say, search, CHLOE, "no", "maybe", "yes")
    await store.transact(run_due, HANDLERS)
    [(user, told)] = await store.read(letters)
    assert user == BRAM
    assert "4 februari" in told
    assert "2 ja, 1 als het moet)" in told


async def test_it_closes_by_itself_and_shows_the_best(store: Store, clock: StillClock) -> None:
    search = await store.transact(opened)
    await store.transact(say, search, ANNA, "no", "yes", "maybe")
    clock.move_to(CLOSED)
    await store.transact(run_due, HANDLERS)
    assert await store.read(state, search) == "closed"
    shown = await store.read(in_channel, search)
    assert "Deze data schikken het best" in shown
    assert shown.index("4 februari") < shown.index("11 februari") < shown.index("28 januari")
    # Whoever is late still counts, until a date is chosen.
    await store.transact(say, search, CHLOE, "yes", "no", "yes")
    shown = await store.read(in_channel, search)
    assert shown.index("11 februari") < shown.index("4 februari")


async def test_when_nobody_chooses_for_three_days_anybody_can(store: Store, clock: StillClock) -> None:
    search = await store.transact(opened)
    slot = await store.read(slot_on, search, DAYS[1])
    clock.move_to(CLOSED)
    await store.transact(run_due, HANDLERS)
    with pytest.raises(Refused):
        await store.transact(service.choose_date, search, ANNA, slot, "V1")
    # Three days after Wednesday is a Saturday: it waits for Monday morning.
    clock.move(days=3)
    await store.transact(run_due, HANDLERS)
    assert "Iedereen kan er nu een kiezen" not in await store.read(in_channel, search)
    clock.move(days=2)
    await store.transact(run_due, HANDLERS)
    assert "Iedereen kan er nu een kiezen" in await store.read(in_channel, search)
    await store.transact(service.choose_date, search, ANNA, slot, "V1")
    assert await store.read(state, search) == "chosen"


async def test_who_was_asked_in_private_reads_there_how_it_ended(store: Store, clock: StillClock) -> None:
    search = await store.transact(opened)
    for minute in (1, 40):
        clock.move_to(datetime(2027, 1, 20, 8, minute, tzinfo=UTC))
        await store.transact(run_due, HANDLERS)
    assert {user for user, _ in await store.read(letters)} == {ANNA, CHLOE}
    slot = await store.read(slot_on, search, DAYS[1])
    await store.transact(service.choose_date, search, BRAM, slot, "V1")
    assert all("De datum is gevonden" in told for _, told in await store.read(letters))


async def test_the_chosen_date_is_planned_as_usual(store: Store) -> None:
    search = await store.transact(opened)
    slot = await store.read(slot_on, search, DAYS[1])
    for _ in range(2):
        await store.transact(service.choose_date, search, BRAM, slot, "V1")
    [meeting] = await store.read(lambda tx: meetings.upcoming_meetings(tx, tx.sql.query(Group).one()))
    assert (meeting.day, meeting.hour, meeting.place) == (DAYS[1], "15:00", "Kamer 2")
    shown = await store.read(in_channel, search)
    assert "De datum is gevonden" in shown
    assert "actions" not in shown
    other = await store.read(slot_on, search, DAYS[2])
    with pytest.raises(Refused):
        await store.transact(service.choose_date, search, BRAM, other, "V2")


async def test_only_whoever_asked_or_the_facilitator_chooses(store: Store) -> None:
    search = await store.transact(opened)
    slot = await store.read(slot_on, search, DAYS[0])
    with pytest.raises(Refused) as refused:
        await store.transact(service.choose_date, search, ANNA, slot, "V1")
    assert f"<@{BRAM}>" in refused.value.say(DUTCH)
    with pytest.raises(Refused):
        await store.transact(service.cancel_date_poll, search, ANNA)

    def led_by_anna(tx: Tx) -> None:
        group = tx.sql.query(Group).one()
        group.facilitation, group.facilitator = "fixed", ANNA

    await store.transact(led_by_anna)
    await store.transact(service.choose_date, search, ANNA, slot, "V1")
    assert await store.read(state, search) == "chosen"


async def test_who_leaves_counts_no_more_and_nobody_has_to_wait_for_them(store: Store) -> None:
    search = await store.transact(opened)
    await store.transact(say, search, ANNA, "no", "no", "no")
    await store.transact(say, search, BRAM, "yes", "yes", "yes")
    await store.transact(leave, search, ANNA)
    assert " nee" not in await store.read(in_channel, search)
    assert await store.read(letters) == []
    await store.transact(leave, search, CHLOE)
    [(user, _)] = await store.read(letters)
    assert user == BRAM


async def test_when_whoever_asked_has_left_any_member_chooses(store: Store) -> None:
    search = await store.transact(opened)
    await store.transact(leave, search, BRAM)
    slot = await store.read(slot_on, search, DAYS[0])
    await store.transact(service.choose_date, search, CHLOE, slot, "V1")
    assert await store.read(state, search) == "chosen"


async def test_the_day_before_it_closes_those_are_asked_who_have_not_answered(
    store: Store, clock: StillClock
) -> None:
    search = await store.transact(opened)
    await store.transact(say, search, ANNA, "yes", "yes", "yes")
    # The same window once more, with another place: Anna still has answered.
    await store.transact(service.open_date_poll, search, BRAM, "2027-01-20", "Kamer 3", "V0ASK")
    # Everyone has their own minute of the first half hour.
    for minute in (1, 40):
        clock.move_to(datetime(2027, 1, 20, 8, minute, tzinfo=UTC))
        await store.transact(run_due, HANDLERS)
    assert {user for user, _ in await store.read(letters)} == {CHLOE}
    assert all("<#C0OOST>" in told for _, told in await store.read(letters))


async def test_dates_that_pass_end_the_search(store: Store, clock: StillClock) -> None:
    search = await store.transact(opened)
    clock.move_to(datetime(2027, 2, 11, 14, 0, 1, tzinfo=UTC))
    await store.transact(run_due, HANDLERS)
    assert await store.read(state, search) == "over"
    assert "voorbij" in await store.read(in_channel, search)


async def test_a_draft_that_nobody_comes_back_to_goes(store: Store, clock: StillClock) -> None:
    await store.transact(drafted)
    clock.move(days=1, seconds=1)
    await store.transact(run_due, HANDLERS)
    assert await store.read(lambda tx: (tx.sql.query(DatePoll).count(), tx.sql.query(DateSlot).count())) == (
        0,
        0,
    )


async def test_a_search_that_is_stopped_plans_nothing(store: Store) -> None:
    search = await store.transact(opened)
    for _ in range(2):
        await store.transact(service.cancel_date_poll, search, BRAM)
    assert "gestopt" in await store.read(in_channel, search)
    assert await store.read(lambda tx: meetings.upcoming_meetings(tx, tx.sql.query(Group).one())) == []


@pytest.mark.parametrize(
    ("second", "word"),
    [("2027-01-13", "voorbij"), ("2030-01-01", "twee jaar"), (DAYS[0], "twee keer")],
)
async def test_a_date_that_cannot_be_is_refused_at_its_field(store: Store, second: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        await store.transact(drafted, DAYS[0], second)
    assert refused.value.field == "day2"
    assert word in refused.value.say(DUTCH)


def test_dates_are_added_and_changed_by_their_number(tx: Tx) -> None:
    search = drafted(tx)
    ref = SlotsRef(search.group_id, search.id, 4)
    more = {4: ("2027-01-21", "09:00"), 5: (None, "15:00")}
    service.propose_dates(tx, BRAM, ref, more, "V2")
    service.propose_dates(tx, BRAM, ref, {2: ("2027-02-05", "15:00"), 3: (None, None)}, "V3")
    assert [slot.day for slot in queries.slots_of(tx, search)] == ["2027-01-21", "2027-01-28", "2027-02-05"]


async def test_one_date_is_no_search_and_a_second_search_waits(store: Store) -> None:
    search = await store.transact(lambda tx: drafted(tx, DAYS[0]).id)
    with pytest.raises(Refused) as refused:
        await store.transact(service.open_date_poll, search, BRAM, "2027-01-20", "", "V1")
    assert "minstens twee" in refused.value.say(DUTCH)

    def again(tx: Tx) -> None:
        group = tx.sql.query(Group).one().id
        whole = drafted(tx, *DAYS, group=group)
        service.open_date_poll(tx, whole.id, BRAM, "2027-01-20", "", "V1")
        service.new_date_poll_form(tx, group, ANNA, DUTCH)

    with pytest.raises(Refused) as refused:
        await store.transact(again)
    assert "zoekt al een datum" in refused.value.say(DUTCH)


async def test_two_drafts_asked_at_once_are_one_search(store: Store) -> None:
    def race(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM).id
        wanted = {number: (day, "15:00") for number, day in enumerate(DAYS, start=1)}
        drafts = [
            service.propose_dates(tx, user, SlotsRef(group, "", 1), wanted, form).id
            for user, form in ((ANNA, "V1"), (BRAM, "V2"))
        ]
        service.open_date_poll(tx, drafts[0], ANNA, "2027-01-20", "", "V1")
        service.open_date_poll(tx, drafts[1], BRAM, "2027-01-20", "", "V2")

    with pytest.raises(Refused):
        await store.transact(race)


async def test_each_reads_the_dates_in_their_own_zone_beside_the_groups(store: Store) -> None:
    search = await store.transact(opened)

    def labels(tx: Tx) -> list[str]:
        groups.ensure_person(tx, CHLOE).zone = "Pacific/Auckland"
        form = service.date_vote_form(tx, search, CHLOE, groups.texts_of(tx, CHLOE))
        return [block["label"]["text"] for block in form["blocks"] if block["type"] == "input"]

    said = "donderdag 28 januari om 15:00 (bij jou vrijdag 29 januari om 03:00)"
    assert (await store.transact(labels))[0] == said


async def test_outsiders_see_and_change_nothing(store: Store) -> None:
    search = await store.transact(opened)
    for workspace, user in ((THEIRS, ANNA), (OURS, "U0STRANGER")):
        with pytest.raises(Refused):
            await store.transact(in_workspace(workspace, service.date_vote_form), search, user, DUTCH)
        with pytest.raises(Refused):
            await store.transact(in_workspace(workspace, service.vote_on_dates), search, user, {}, 0)
        with pytest.raises(Refused):
            await store.transact(in_workspace(workspace, service.cancel_date_poll), search, user)


async def test_where_they_meant_to_meet_is_forgotten_with_the_other_texts(
    store: Store, clock: StillClock
) -> None:
    search = await store.transact(opened)

    def forget(tx: Tx) -> str:
        found = tx.sql.get_one(DatePoll, search)
        about = {"group": found.group_id, "before": "2027-06-01T00:00:00+00:00"}
        queue.schedule(tx, GroupPurged.kind, found.group_id, tx.now, about)
        run_due(tx, {GroupPurged.kind: jobs.JOBS[GroupPurged.kind]})
        tx.sql.refresh(found)
        return found.place

    await store.transact(lambda tx: setattr(tx.sql.get_one(DatePoll, search), "place", "Kamer 2"))
    assert await store.transact(forget) == "Kamer 2"
    await store.transact(leave_open_too_long, search)
    clock.move_to(datetime(2027, 7, 1, tzinfo=UTC))
    assert await store.transact(forget) == ""


def leave_open_too_long(tx: Tx, search: str) -> None:
    tx.sql.get_one(DatePoll, search).state = DatePollState.OVER


async def test_who_proposes_a_day_off_reads_that_before_the_group_is_asked(store: Store) -> None:
    def look(tx: Tx, *days: str) -> str:
        return str(service.date_check_form(tx, drafted(tx, *days), DUTCH))

    assert "vrije dag" not in await store.transact(look)

    def days_off(tx: Tx) -> str:
        group = tx.sql.query(Group).one().id
        search = drafted(tx, "2027-01-30", "2027-04-27", group=group)
        return str(service.date_check_form(tx, search, DUTCH))

    seen = await store.transact(days_off)
    assert "Op zaterdag 30 januari 2027 werkt de groep niet." in seen
    assert "Op dinsdag 27 april 2027 is het Koningsdag, een vrije dag." in seen


async def test_the_moment_that_was_answered_for_is_planned_also_in_another_zone(store: Store) -> None:
    search = await store.transact(opened)

    def choose(tx: Tx) -> bool:
        group = tx.sql.query(Group).one()
        group.zone = "Europe/Lisbon"
        slot = tx.sql.get_one(DateSlot, slot_on(tx, search, DAYS[0]))
        service.choose_date(tx, search, BRAM, slot.id, "V1")
        [meeting] = meetings.upcoming_meetings(tx, group)
        return meeting.starts_at == slot.starts_at

    assert await store.transact(choose)


async def test_a_group_that_rests_is_not_asked_for_a_date(store: Store, clock: StillClock) -> None:
    await store.transact(opened)

    def rests(tx: Tx) -> None:
        group = tx.sql.query(Group).one()
        groups.pause_group(tx, group.id, ANNA)

    await store.transact(rests)
    clock.move_to(datetime(2027, 1, 20, 9, tzinfo=UTC))
    await store.transact(run_due, HANDLERS)
    assert await store.read(lambda tx: outgoing(tx, "direct")) == []


async def test_a_search_says_that_somebody_planned_a_meeting_meanwhile(
    store: Store, clock: StillClock
) -> None:
    search = await store.transact(opened)
    clock.move(hours=1)

    def plans(tx: Tx) -> None:
        group = tx.sql.query(Group).one()
        meetings.plan_meeting(tx, group.id, CHLOE, "", "2027-03-04", "15:00", "")

    await store.transact(plans)
    await store.transact(run_due, HANDLERS)
    shown = await store.read(in_channel, search)
    assert "Intussen is er een bijeenkomst gepland: " in shown
    assert "4 maart" in shown


async def test_who_leaves_and_comes_back_in_time_is_asked_as_anybody(store: Store, clock: StillClock) -> None:
    search = await store.transact(opened)
    await store.transact(say, search, BRAM, "yes", "yes", "yes")
    await store.transact(leave, search, ANNA)

    def back(tx: Tx) -> None:
        groups.on_channel_join(tx, groups.group_by_id(tx, tx.sql.get_one(DatePoll, search).group_id), ANNA)

    await store.transact(back)
    for minute in (1, 40):
        clock.move_to(datetime(2027, 1, 20, 8, minute, tzinfo=UTC))
        await store.transact(run_due, HANDLERS)
    assert {user for user, _ in await store.read(letters)} == {ANNA, CHLOE}
