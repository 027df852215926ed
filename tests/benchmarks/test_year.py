"""The year of the benchmarks: its people are seated as it says, and each of its checks can fail."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benchmarks import year
from benchmarks import year_scene as scene
from benchmarks.rows import Row
from benchmarks.year import Told
from bot.storage import Workspace

MONDAY = datetime(2027, 2, 1, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OURS = Workspace("T0YEAR0000")


def asked(at: datetime, said: datetime, until: datetime | None = None) -> scene.Asked:
    return scene.Asked(OURS, "U0YEAR0000", scene.STEP, "step", at, until, said)


def figure(told: Told, what: str) -> Row:
    return next(row for row in year.rows(1, told, 10, 1.0) if what in row.what)


def test_six_different_people_in_each_group_and_nobody_in_more_than_three() -> None:
    world = scene.world(120, year.START)
    assert {len(set(circle.users)) for circle in world.circles} == {6}
    seats = Counter((circle.workspace, user) for circle in world.circles for user in circle.users)
    assert set(seats.values()) == {1, 2, 3}


def test_groups_meet_on_working_days_and_at_the_same_hour_all_year() -> None:
    world = scene.world(40, year.START)
    for circle in world.circles:
        begins = [scene.next_at(circle, held).astimezone(ZoneInfo(scene.ZONE)) for held in range(9)]
        assert {at.hour for at in begins} == {begins[0].hour}
        assert all(at.weekday() < 5 for at in begins)


def test_a_year_without_fault_meets_every_aim() -> None:
    told = Told(
        asked=[asked(MONDAY, MONDAY + HOUR, MONDAY + DAY)],
        private={("T", "U"): [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 7 * DAY]},
        posted=[(MONDAY, MONDAY, MONDAY + DAY)],
    )
    assert {row.met for row in year.rows(1, told, 10, 1.0)} == {True, None}


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (Told(asked=[asked(MONDAY, MONDAY + DAY, MONDAY + DAY)]), "too late"),
        (Told(posted=[(MONDAY, MONDAY + HOUR, MONDAY + HOUR)]), "too late"),
        (
            Told(asked=[asked(MONDAY, MONDAY + 2 * DAY)], private={("T0YEAR0000", "U0YEAR0000"): []}),
            "working day",
        ),
        (Told(posted=[(MONDAY, MONDAY + HOUR, MONDAY + DAY)]), "ten minutes late"),
        (Told(in_vain=1), "done it or put it off"),
        (Told(private={("T", "U"): [MONDAY + n * HOUR for n in range(4)]}), "seven days"),
        (
            Told(private={("T", f"U{n}"): [MONDAY] * 4 for n in range(10)}),
            "p99",
        ),
    ],
)
def test_each_check_can_fail(told: Told, what: str) -> None:
    assert figure(told, what).met is False


def test_what_waited_for_the_three_a_week_is_not_late() -> None:
    one = asked(MONDAY, MONDAY + 2 * DAY)
    sent = [MONDAY - 5 * DAY, MONDAY - 4 * DAY]
    told = Told(asked=[one], private={("T0YEAR0000", "U0YEAR0000"): sent})
    assert figure(told, "working day").met is True


def test_friday_s_question_may_come_on_monday() -> None:
    friday = datetime(2027, 2, 5, 15, tzinfo=UTC)
    monday = Told(
        asked=[asked(friday, datetime(2027, 2, 8, 9, tzinfo=UTC))], private={("T0YEAR0000", "U0YEAR0000"): []}
    )
    assert figure(monday, "working day").met is True


def test_whoever_has_done_it_or_put_it_off_should_not_hear_of_it() -> None:
    world = scene.world(1, year.START)
    about = (scene.STEP, "step")
    assert not scene.superfluous(world, asked(MONDAY, MONDAY))
    world.done[about] = MONDAY - HOUR
    assert scene.superfluous(world, asked(MONDAY, MONDAY))
    assert not scene.superfluous(world, asked(MONDAY, MONDAY - DAY))
    world.done.clear()
    world.put_off[about] = (MONDAY - DAY, MONDAY + DAY)
    assert scene.superfluous(world, asked(MONDAY, MONDAY))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_group_s_first_weeks_are_lived_and_overheard(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(year, "YEAR", timedelta(weeks=8))
    told = asyncio.run(year.lived(database_url, scene.world(1, year.START)))
    kinds: Any = Counter(one.kind for one in told.asked)
    assert kinds[scene.STEP] >= 1
    assert kinds[scene.REFLECTION] == 2
    assert kinds[scene.LOOK_BACK] == 1
    assert told.posted
    assert told.in_vain == 0
    assert figure(told, "too late").met is True
