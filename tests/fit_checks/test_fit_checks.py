"""Who stayed away: known once a meeting is over, asked once, and told to nobody."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.app import all_handlers
from bot.attendance import service
from bot.attendance.records import Attendance
from bot.attendance.service import subjects
from bot.fit_checks import service as fit_checks
from bot.fit_checks.records import FitCheck
from bot.fit_checks.rules import FITS
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.jobs import queue
from bot.meetings import service as planning
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.records import Digest
from bot.slack import ids
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused
from tests.attendance.people import at, group_of, letters, plan, plan_of_series, says, sweep, the, until
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.remembered import remembered_days

FIRST, SECOND, THIRD = "2027-01-20", "2027-02-03", "2027-02-17"


async def three(store: Store, *, meets: str = "thread", **settings: Any) -> list[str]:
    """Three meetings of a group that writes in the thread, so that whoever is there is seen."""
    first = await store.transact(lambda tx: plan(tx, FIRST, meets=meets, **settings))
    return [first, *[await store.transact(plan_of_series, first, day) for day in (SECOND, THIRD)]]


async def hold(store: Store, clock: StillClock, meeting: str, there: Iterable[str]) -> None:
    """The meeting takes place, and half a day later it is known who was there."""
    day = await store.read(lambda tx: the(tx, meeting).day)
    await until(store, clock, at(day, 14))

    def session(tx: Tx) -> None:
        for user in there:
            service.record_attendance(tx, group_of(tx, meeting), user)
        service.on_session_opened(tx, group_of(tx, meeting), "s1")

    await store.transact(session)
    await until(store, clock, at(day, 23))
    clock.move(hours=12)
    await store.transact(sweep)


def came(tx: Tx, meeting: str) -> dict[str, bool | None]:
    return {
        one.user: one.came
        for one in tx.sql.scalars(select(Attendance).where(Attendance.meeting_id == meeting))
    }


def asked(said: list[str]) -> int:
    return sum("laatste twee bijeenkomsten" in one for one in said)


async def test_after_two_missed_meetings_somebody_is_asked_once(store: Store, clock: StillClock) -> None:
    meetings = await three(store)
    await store.transact(says, meetings[0], DAAN, "no")
    await hold(store, clock, meetings[0], (ANNA, BRAM, CHLOE))
    assert await store.read(came, meetings[0]) == {ANNA: True, BRAM: True, CHLOE: True, DAAN: False}
    assert asked(await store.read(letters, DAAN)) == 0
    await hold(store, clock, meetings[1], (ANNA, BRAM))
    assert asked(await store.read(letters, DAAN)) == 1
    assert asked(await store.read(letters, CHLOE)) == 0
    await hold(store, clock, meetings[2], (ANNA, BRAM))
    assert asked(await store.read(letters, DAAN)) == 1
    assert asked(await store.read(letters, CHLOE)) == 1


async def test_a_cancelled_meeting_and_one_that_was_not_held_count_too(
    store: Store, clock: StillClock
) -> None:
    meetings = await three(store)
    await hold(store, clock, meetings[0], (ANNA, BRAM))
    await store.transact(planning.cancel_meeting, meetings[1], ANNA)
    await store.transact(sweep)
    await until(store, clock, at(SECOND, 23))
    assert await store.read(_asked_about) == {}
    await until(store, clock, at("2027-02-04", 12))
    # Whoever was not at the first one either.
    assert await store.read(_asked_about) == {CHLOE: meetings[1], DAAN: meetings[1]}
    # Bram said that he would come to the third: he did not stay away.
    await store.transact(says, meetings[2], BRAM, "yes")
    await until(store, clock, at("2027-02-18", 12))
    assert await store.read(_asked_about) == {
        ANNA: meetings[2],
        CHLOE: meetings[1],
        DAAN: meetings[1],
    }
    # The numbers that everybody may see are of the meetings that were held.
    numbers = await store.read(lambda tx: service.attendance_numbers(tx, group_of(tx, meetings[0])))
    assert (numbers.members, numbers.came_last, numbers.missed_two) == (4, 2, 0)


def _asked_about(tx: Tx) -> dict[str, str]:
    return {one.user: one.meeting_id for one in tx.sql.scalars(select(FitCheck))}


async def test_whoever_joined_later_missed_nothing(store: Store, clock: StillClock) -> None:
    meetings = await three(store)
    await hold(store, clock, meetings[0], (ANNA, BRAM))
    await store.transact(lambda tx: groups.add_member(tx, group_of(tx, meetings[0]), "U0FLEUR"))
    await hold(store, clock, meetings[1], (ANNA, BRAM, CHLOE))
    assert "U0FLEUR" not in await store.read(came, meetings[0])
    assert asked(await store.read(letters, "U0FLEUR")) == 0
    assert asked(await store.read(letters, DAAN)) == 1


async def test_whoever_joined_while_it_went_on_has_not_missed_it(store: Store, clock: StillClock) -> None:
    meetings = await three(store)

    def join_and_open(tx: Tx) -> None:
        service.record_attendance(tx, group_of(tx, meetings[0]), ANNA)
        service.on_session_opened(tx, group_of(tx, meetings[0]), "s1")
        groups.add_member(tx, group_of(tx, meetings[0]), "U0FLEUR")

    clock.move_to(at(FIRST, 14, 10))
    await store.transact(join_and_open)
    clock.move(hours=13)
    await store.transact(sweep)
    assert "U0FLEUR" not in await store.read(came, meetings[0])
    assert await store.read(lambda tx: came(tx, meetings[0])[DAAN]) is False


async def test_in_one_room_whoever_said_yes_is_not_taken_for_absent(store: Store, clock: StillClock) -> None:
    meetings = await three(store, meets="room")
    for meeting in meetings[:2]:
        await store.transact(says, meeting, DAAN, "yes")
        await hold(store, clock, meeting, (ANNA, BRAM, CHLOE))
    assert await store.read(lambda tx: came(tx, meetings[1])[DAAN]) is None
    assert asked(await store.read(letters, DAAN)) == 0


async def fit_of_daan(store: Store, clock: StillClock, **settings: Any) -> str:
    async def misses_two() -> str:
        meetings = await three(store, **settings)
        for meeting in meetings[:2]:
            await hold(store, clock, meeting, (ANNA, BRAM, CHLOE))
        return await store.read(lambda tx: tx.sql.scalars(select(FitCheck.id)).one())

    return await remembered_days(store, clock, misses_two, "fit of daan", *settings.items())


async def test_the_answer_stays_with_whoever_gave_it(store: Store, clock: StillClock) -> None:
    fit = await fit_of_daan(store, clock)
    await store.transact(fit_checks.answer_fit_check, fit, DAAN, "time")
    assert "Niemand anders weet het" in (await store.read(letters, DAAN))[-1]
    await store.transact(sweep)
    for user in (ANNA, BRAM, CHLOE):
        assert not any("past niet" in one for one in await store.read(letters, user))
    numbers = await store.read(lambda tx: service.attendance_numbers(tx, _group(tx)))
    assert numbers.missed_two == 1
    assert "time" not in str(numbers)


async def test_the_group_contact_is_not_told_to_themselves(store: Store, clock: StillClock) -> None:
    fit = await fit_of_daan(store, clock, facilitation="fixed", facilitator=DAAN)
    await store.transact(fit_checks.share_fit_check, fit, DAAN, "rhythm", "", DAAN)
    assert "hoort het" not in (await store.read(letters, DAAN))[-1]


async def test_what_is_shared_goes_to_whoever_leads(store: Store, clock: StillClock) -> None:
    fit = await fit_of_daan(store, clock, facilitation="fixed", facilitator=CHLOE)
    await store.transact(fit_checks.share_fit_check, fit, DAAN, "rhythm", "Elke zes weken <is> genoeg", CHLOE)
    assert f"<@{CHLOE}> hoort het van mij" in (await store.read(letters, DAAN))[-1]
    # Later, without a name as well: who was told then may have handed the group over since.
    await store.transact(fit_checks.share_without_name, fit, DAAN, "rhythm")
    later = (await store.read(letters, DAAN))[-1]
    assert f"<@{CHLOE}>" not in later
    assert "Wat je eerder met je naam deelde, blijft gedeeld" in later
    await until(store, clock, at("2027-02-11", 14))
    told = [one for one in await store.read(letters, CHLOE) if "het ritme past niet meer" in one]
    assert len(told) == 1
    assert "&lt;is&gt;" in told[0]
    for user in (ANNA, BRAM):
        assert not any("ritme" in one for one in await store.read(letters, user))


async def test_stopping_leaves_the_group(store: Store, clock: StillClock) -> None:
    fit = await fit_of_daan(store, clock)
    await store.transact(fit_checks.answer_fit_check, fit, DAAN, "stop")
    assert await store.read(_is_in, DAAN)
    await store.transact(fit_checks.stop_fit_checks, fit, DAAN)
    assert not await store.read(_is_in, DAAN)
    assert "Je bent uit de groep" in (await store.read(letters, DAAN))[-1]


async def test_nobody_answers_for_another(store: Store, clock: StillClock) -> None:
    fit = await fit_of_daan(store, clock)
    for workspace, user in ((OURS, ANNA), (THEIRS, DAAN)):
        with pytest.raises(Refused):
            await store.transact(in_workspace(workspace, fit_checks.stop_fit_checks), fit, user)
    assert await store.read(_is_in, ANNA)


async def test_what_is_known_late_is_known_once(store: Store, clock: StillClock) -> None:
    fit = await fit_of_daan(store, clock)

    def again(tx: Tx) -> int:
        meeting = tx.sql.get_one(FitCheck, fit).meeting_id
        queue.schedule(tx, subjects.OVER, meeting, tx.now, {"meeting": meeting})
        sweep(tx)
        return len(tx.sql.scalars(select(FitCheck)).all())

    assert await store.transact(again) == 1


async def test_reasons_are_gone_when_the_meeting_is_over(store: Store, clock: StillClock) -> None:
    meetings = await three(store, facilitation="fixed", facilitator=ANNA)

    def why(tx: Tx) -> None:
        says(tx, meetings[0], DAAN, "no")
        start = subjects.start_of(the(tx, meetings[0]))
        service.give_reason(tx, meetings[0], start, DAAN, "no", "De tandarts")

    await store.transact(why)
    assert "De tandarts" in await store.read(_reasons)
    await hold(store, clock, meetings[0], (ANNA, BRAM))
    assert set(await store.read(_reasons)) == {""}


async def test_what_was_shared_goes_when_the_group_s_other_texts_go(store: Store, clock: StillClock) -> None:
    fit = await fit_of_daan(store, clock)
    await store.transact(fit_checks.share_fit_check, fit, DAAN, "time", "Donderdag niet", ANNA)

    def forget(tx: Tx, days: int) -> str:
        about = {"group": _group(tx).id, "before": (tx.now + timedelta(days=days)).isoformat()}
        queue.schedule(tx, "group.forget", _group(tx).id, tx.now, about)
        sweep(tx)
        return tx.sql.get_one(FitCheck, fit).line

    assert await store.transact(forget, -30) == "Donderdag niet"
    assert await store.transact(forget, 1) == ""


def _reasons(tx: Tx) -> list[str]:
    return list(tx.sql.scalars(select(Attendance.reason)))


def _group(tx: Tx) -> Group:
    return group_of(tx, tx.sql.scalars(select(Meeting.id)).first() or "")


def _is_in(tx: Tx, user: str) -> bool:
    return tx.sql.scalars(select(Member).where(Member.user == user)).one().left_at is None


async def test_who_left_and_came_back_is_not_asked_whether_the_group_fits(
    store: Store, clock: StillClock
) -> None:
    meetings = await three(store)
    await store.transact(nudges.mute_topics, DAAN, {"meetings"})
    for meeting in meetings[:2]:
        await hold(store, clock, meeting, (ANNA, BRAM, CHLOE))

    def leaves_and_returns(tx: Tx) -> None:
        groups.on_channel_leave(tx, _group(tx), DAAN)
        groups.on_channel_join(tx, _group(tx), DAAN)
        nudges.mute_topics(tx, DAAN, set())

    clock.move(minutes=1)
    await store.transact(leaves_and_returns)
    await store.transact(sweep)
    assert asked(await store.read(letters, DAAN)) == 0


async def everybody_missed_two(store: Store, clock: StillClock) -> dict[str, str]:
    """The fit check of each member of a group that stopped meeting."""

    async def miss_two() -> dict[str, str]:
        await three(store)
        await until(store, clock, at("2027-02-05", 12))
        return await store.read(lambda tx: {one.user: one.id for one in tx.sql.scalars(select(FitCheck))})

    return await remembered_days(store, clock, miss_two, "everybody missed two")


async def test_why_they_stay_away_is_asked_in_people_s_own_words(store: Store, clock: StillClock) -> None:
    await everybody_missed_two(store, clock)

    def buttons(tx: Tx) -> list[str]:
        [letter] = tx.sql.scalars(select(Digest).where(Digest.user == BRAM, Digest.sent_at > at(SECOND, 12)))
        [part] = letter.parts
        return [one["text"]["text"] for one in part["blocks"][-1]["elements"]]

    assert await store.read(buttons) == [
        "De tijd",
        "Het ritme",
        "Het duurt te lang",
        "Het levert me weinig op",
        "Ik zeg er niet wat ik denk",
        "Het past",
        "Ik stop",
    ]


def _told(said: list[str]) -> list[str]:
    return [one for one in said if "Meer dan één van jullie" in one]


async def test_a_reason_is_passed_on_without_names_once_two_share_it(store: Store, clock: StillClock) -> None:
    fits = await everybody_missed_two(store, clock)
    for user in (BRAM, CHLOE, DAAN):
        await store.transact(fit_checks.answer_fit_check, fits[user], user, "silent")
    await until(store, clock, at("2027-02-15", 12))
    assert _told(await store.read(letters, ANNA)) == []
    await store.transact(fit_checks.share_without_name, fits[BRAM], BRAM, "silent")
    await store.transact(fit_checks.share_without_name, fits[DAAN], DAAN, "long")
    await until(store, clock, at("2027-02-22", 12))
    assert _told(await store.read(letters, ANNA)) == []
    await store.transact(fit_checks.share_without_name, fits[CHLOE], CHLOE, "silent")
    await until(store, clock, at("2027-03-01", 12))
    [line] = _told(await store.read(letters, ANNA))
    assert (
        line
        == "Meer dan één van jullie laat over <#C0OOST> weten: je zegt er niet makkelijk wat je denkt. Wie, dat zeg ik niet."
    )
    for user in (BRAM, CHLOE, DAAN):
        assert _told(await store.read(letters, user)) == []
    # A third one alone tells nothing new.
    await store.transact(fit_checks.share_without_name, fits[DAAN], DAAN, "silent")
    await until(store, clock, at("2027-03-08", 12))
    assert len(_told(await store.read(letters, ANNA))) == 1


async def test_who_takes_a_reason_back_shares_nothing(store: Store, clock: StillClock) -> None:
    fits = await everybody_missed_two(store, clock)
    for user in (BRAM, CHLOE):
        await store.transact(fit_checks.share_without_name, fits[user], user, "long")
    await store.transact(fit_checks.answer_fit_check, fits[BRAM], BRAM, "fits")
    await until(store, clock, at("2027-02-22", 12))
    assert _told(await store.read(letters, ANNA)) == []


async def test_a_reason_is_kept_encrypted(store: Store, clock: StillClock) -> None:
    fits = await everybody_missed_two(store, clock)
    await store.transact(fit_checks.answer_fit_check, fits[BRAM], BRAM, "little")

    def stored(tx: Tx) -> tuple[str, str]:
        row = tx.sql.execute(text("SELECT answer, reason FROM fits WHERE id = :id"), {"id": fits[BRAM]}).one()
        return row.answer, row.reason

    answer, reason = await store.read(stored)
    assert answer == "reason"
    assert "little" not in reason


async def test_a_former_member_shares_nothing(store: Store, clock: StillClock) -> None:
    fits = await everybody_missed_two(store, clock)
    await store.transact(fit_checks.answer_fit_check, fits[BRAM], BRAM, "long")
    await store.transact(lambda tx: groups.leave_group(tx, _group(tx).id, BRAM))
    with pytest.raises(Refused):
        await store.transact(fit_checks.share_without_name, fits[BRAM], BRAM, "long")


def test_the_log_never_says_what_somebody_answered() -> None:
    actions = all_handlers().actions
    assert {actions[f"{ids.PRESENCE_FITS}.{one}"].logged_as for one in FITS} == {ids.PRESENCE_FITS}
