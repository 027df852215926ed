"""Until when the group has: asked where a session begins."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.meetings import rules as dates
from bot.meetings import service as meetings
from bot.sessions import service
from bot.sessions.service.start_form import start_form_of_group
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, make_case

NL = for_language("nl")
MINUTE = timedelta(minutes=1)


def start(tx: Tx, until: str) -> datetime | None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    case = make_case(tx, group)
    session = service.start_session(
        tx,
        group.id,
        ANNA,
        case_id=case.id,
        method="incident",
        facilitator=BRAM,
        auto_advance=False,
        until=until,
    )
    return session.ends_by


def local(tx: Tx, later: timedelta) -> str:
    return dates.local_of(tx.now + later, "Europe/Amsterdam")[1]


def test_the_end_time_is_kept_with_the_session(tx: Tx) -> None:
    found = start(tx, local(tx, 65 * MINUTE))
    assert found is not None
    assert timedelta(0) <= tx.now + 65 * MINUTE - found < MINUTE


def test_nobody_has_to_say_it(tx: Tx) -> None:
    assert start(tx, "") is None


@pytest.mark.parametrize("later", [-30 * MINUTE, 5 * MINUTE])
def test_an_end_that_has_passed_or_comes_at_once_is_refused_at_its_field(tx: Tx, later: timedelta) -> None:
    with pytest.raises(Refused) as refused:
        start(tx, local(tx, later))
    assert refused.value.field == "until"


# The form proposes it as it is typed back: at 23:30 in winter, and in the night in which an hour comes twice.
@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2027-01-14T22:30+00:00", "2027-01-14T23:45+00:00"),
        ("2027-10-30T23:40+00:00", "2027-10-31T00:40+00:00"),
        ("2027-03-28T00:30+00:00", "2027-03-28T01:30+00:00"),
    ],
)
def test_an_end_after_midnight_is_kept_also_where_the_clocks_change(tx: Tx, now: str, ends: str) -> None:
    tonight = replace(tx, now=datetime.fromisoformat(now))
    at = datetime.fromisoformat(ends)
    assert start(tonight, dates.local_of(at, "Europe/Amsterdam")[1]) == at


def test_what_is_no_time_is_refused_too(tx: Tx) -> None:
    with pytest.raises(Refused):
        start(tx, "straks")


def test_the_form_proposes_as_long_as_the_method_takes(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    make_case(tx, group)
    form = start_form_of_group(tx, group.id, BRAM)
    proposed = [local(tx, (form.minutes[0] + more) * MINUTE) for more in range(6)]
    assert form.until in proposed
    assert int(form.until[-2:]) % 5 == 0


def test_the_form_proposes_the_end_of_a_meeting_that_is_on(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    make_case(tx, group)
    day, hour = dates.local_of(tx.now + 2 * MINUTE, group.zone)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", day, hour, "", confirmed=True, minutes=120)
    assert start_form_of_group(tx, group.id, BRAM).until == dates.local_of(meeting.ends_at, group.zone)[1]
