"""A meeting of people with several clocks: what the channel reads of it, and what each reads in private."""

import pytest

from bot.attendance import views
from bot.attendance.service import invitation
from bot.groups import service as groups
from bot.storage import Store, Tx
from tests.attendance.people import (
    DAY,
    EVERYONE,
    at,
    group_of,
    in_channel,
    invitation_message,
    letters,
    move,
    plan,
    plan_again,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.conftest import make_group, outgoing
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver
from tests.zones import spread_out

# Three in the afternoon in Amsterdam, on the day of the meeting.
STAMP = int(at(DAY, 14).timestamp())
TOKEN = f"<!date^{STAMP}^{{date_num}} {{time}}|"


def plan_far_apart(tx: Tx, language: str = "nl") -> str:
    group = make_group(tx, *EVERYONE, language=language)
    spread_out(tx)
    return plan_again(tx, groups.group_by_id(tx, group.id), DAY)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nl",
            f"*donderdag 25 februari om 15:00 (bij jou: {TOKEN}donderdag 25 februari om 14:00 UTC>)*",
        ),
        (
            "en",
            f"*Thursday 25 February at 15:00 (for you: {TOKEN}Thursday 25 February at 14:00 UTC>)*",
        ),
    ],
)
async def test_the_channel_reads_its_own_clock_and_a_token_beside_it(
    store: Store, language: str, said: str
) -> None:
    await store.transact(plan_far_apart, language)
    assert said in (await store.read(in_channel))[0]


async def test_a_channel_with_one_clock_reads_no_token(store: Store) -> None:
    await store.transact(plan)
    assert "*donderdag 25 februari om 15:00*" in (await store.read(in_channel))[0]
    assert "<!date" not in str(await store.read(lambda tx: [row.payload for row in outgoing(tx)]))


async def test_the_former_date_in_brackets_has_nothing_beside_it(store: Store) -> None:
    meeting = await store.transact(plan_far_apart)
    await store.transact(deliver)
    await store.transact(move, meeting, "2027-02-26")
    now = (await store.read(in_channel))[-1]
    assert "verplaatst" in now or "verzet" in now
    assert "(was donderdag 25 februari om 15:00)" in now
    assert "*vrijdag 26 februari om 15:00 (bij jou: <!date^" in now


@pytest.mark.parametrize(
    ("language", "theirs"),
    [
        (
            "nl",
            {
                ANNA: "donderdag 25 februari om 15:00",
                BRAM: "donderdag 25 februari om 15:00 (bij jou 11:00)",
                CHLOE: "donderdag 25 februari om 15:00 (bij jou 14:00)",
                DAAN: "donderdag 25 februari om 15:00 (bij jou vrijdag 26 februari om 03:00)",
            },
        ),
        (
            "en",
            {
                ANNA: "Thursday 25 February at 15:00",
                BRAM: "Thursday 25 February at 15:00 (for you 11:00)",
                CHLOE: "Thursday 25 February at 15:00 (for you 14:00)",
                DAAN: "Thursday 25 February at 15:00 (for you Friday 26 February at 03:00)",
            },
        ),
    ],
)
async def test_everyone_reads_their_own_time_in_private(
    store: Store, clock: StillClock, language: str, theirs: dict[str, str]
) -> None:
    await store.transact(plan_far_apart, language)
    await until(store, clock, at(DAY, 12))
    for user, said in theirs.items():
        got = "\n".join(await store.read(letters, user))
        assert said in got
        assert "<!date" not in got
    assert "(bij jou" not in "\n".join(await store.read(letters, ANNA))


async def test_a_day_that_passes_changes_no_message(store: Store, clock: StillClock) -> None:
    """A message stands for weeks: it names a weekday and a date, and never says tomorrow."""
    meeting = await store.transact(plan_far_apart)
    await until(store, clock, at("2027-02-12", 12))
    await store.transact(deliver)
    before = await store.read(invitation_message, meeting)

    def again(tx: Tx) -> str:
        group = group_of(tx, meeting)
        shown = invitation.invitation_view(tx, group, the(tx, meeting))
        return views.invitation(groups.texts_in(group), shown).text

    said = await store.read(again)
    assert said == before["text"]
    clock.move(days=1)
    await store.transact(sweep)
    assert await store.read(lambda tx: outgoing(tx, "update")) == []
    assert await store.read(again) == said
