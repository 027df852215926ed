"""A group's settings: each theme, what cannot be, and what is asked twice."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import claims
from bot.groups import jobs, rules, service, views
from bot.groups.records import Group
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from bot.working_time.hours import WorkingHours
from tests.clock import START, StillClock
from tests.conftest import due_items, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver

NL = for_language("nl")
BASICS = {
    "name": "",
    "language": "nl",
    "meets": "video",
    "minimum": 4,
    "maximum": 8,
    "hierarchy": None,
}
HOURS = {"zone": "Europe/Amsterdam", "days": "12345", "from_hour": 9, "to_hour": 17}
LEADING = {"facilitation": "claim", "facilitator": None, "choices": ["reads"], "method": "incident"}
CHANGES: dict[str, tuple[Any, dict[str, Any]]] = {
    "basics": (service.change_basics, BASICS),
    "hours": (service.change_hours, HOURS),
    "leading": (service.change_leading, LEADING),
}


def grouped(tx: Tx) -> str:
    return make_group(tx, ANNA, BRAM, CHLOE, DAAN).id


async def change(store: Store, group_id: str, theme: str, user: str = ANNA, **other: Any) -> Group:
    use_case, values = CHANGES[theme]
    changed: Group = await store.transact(use_case, group_id, user, **{**values, **other})
    return changed


@pytest.mark.parametrize(
    ("theme", "other", "field"),
    [
        ("hours", {"zone": "Mars/Olympus"}, "zone"),
        ("hours", {"days": ""}, "days"),
        ("hours", {"from_hour": 17, "to_hour": 9}, "to_hour"),
        ("leading", {"facilitation": "fixed"}, "facilitator"),
        ("leading", {"facilitation": "fixed", "facilitator": "U0VREEMD"}, "facilitator"),
        ("leading", {"method": "unheard of"}, "method"),
        ("basics", {"minimum": 7, "maximum": 6}, "maximum"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    store: Store, theme: str, other: dict[str, Any], field: str
) -> None:
    group_id = await store.transact(grouped)
    with pytest.raises(Refused) as refused:
        await change(store, group_id, theme, **other)
    assert refused.value.field == field


@pytest.mark.parametrize("theme", CHANGES)
async def test_only_a_member_changes_them(store: Store, theme: str) -> None:
    group_id = await store.transact(grouped)
    with pytest.raises(service.NotMember):
        await change(store, group_id, theme, "U0VREEMD")


@pytest.mark.parametrize("member", [True, False])
async def test_behind_the_button_of_the_card_stands_how_things_are(store: Store, member: bool) -> None:
    def begin(tx: Tx) -> str:
        made = service.set_up(tx, "C0OOST", ANNA, {ANNA}, language="nl", zone="Europe/Amsterdam", name="Oost")
        service.add_member(tx, made, BRAM)
        return made.id

    group_id = await store.transact(begin)
    await change(store, group_id, "basics", meets="thread", name="Ons <b>Oost</b>")
    await change(store, group_id, "hours", days="246", from_hour=8, to_hour=12)
    await change(store, group_id, "leading", facilitation="fixed", facilitator=BRAM)
    [card, _] = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert "Ons &lt;b&gt;Oost&lt;/b&gt;" in card
    assert "achter De groep" in card

    def behind(tx: Tx) -> str:
        group = service.group_by_id(tx, group_id)
        window = views.group_overview(NL, group, [ANNA, BRAM]) if member else views.outsider_view(NL, group)
        return json.dumps(window, ensure_ascii=False)

    shown = await store.read(behind)
    for said in (
        "schriftelijk, in de thread",
        "dinsdag, donderdag en zaterdag, van 8:00 tot 12:00",
        f"<@{BRAM}> leidt de sessies",
        "Na een jaar wis ik de teksten",
        "Fasen wachten",
    ):
        assert said in shown


async def test_keeping_shorter_is_asked_twice_and_keeping_longer_is_not(store: Store) -> None:
    async def keep(days: int | None, *, sure: bool = False) -> tuple[bool, int | None]:
        done = await store.transact(service.change_retention, group_id, ANNA, days=days, sure=sure)
        return done, await store.read(lambda tx: tx.sql.get_one(Group, group_id).retention_days)

    group_id = await store.transact(grouped)
    await store.transact(lambda tx: setattr(tx.sql.get_one(Group, group_id), "retention_days", 365))
    assert await keep(92) == (False, 365)
    # It begins in a week.
    assert await keep(92, sure=True) == (True, 365)
    planned = await store.read(lambda tx: tx.sql.get_one(Group, group_id).next_retention_days)
    assert planned == 92
    assert await keep(730) == (True, 730)
    assert await keep(None) == (True, None)
    with pytest.raises(Refused):
        await keep(1, sure=True)


async def test_what_is_old_is_looked_at_each_night_until_everything_is_kept(
    store: Store, clock: StillClock
) -> None:
    async def nights() -> list[datetime]:
        return await store.read(lambda tx: [row.at for row in due_items(tx, "group.tidy")])

    group_id = await store.transact(grouped)
    await store.transact(service.change_retention, group_id, ANNA, days=365, sure=True)
    [first] = await nights()
    clock.move(seconds=(first - clock.now()).total_seconds())
    await store.transact(run_due, {"group.tidy": jobs.JOBS["group.tidy"]})
    assert await nights() == [first + timedelta(days=1)]
    # So far everything was kept, so the new term is shorter, and begins in a week.
    assert await store.read(lambda tx: due_items(tx, "group.forget")) == []
    for _ in range(7):
        clock.move(days=1)
        await store.transact(run_due, {"group.tidy": jobs.JOBS["group.tidy"]})
    [told] = await store.read(lambda tx: due_items(tx, "group.forget"))
    assert datetime.fromisoformat(told.data["before"]) == first + timedelta(days=7) - timedelta(days=365)
    await store.transact(service.change_retention, group_id, ANNA, days=None, sure=False)
    assert await nights() == []


def test_whoever_always_led_and_leaves_leads_no_longer(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, facilitation="fixed", facilitator=BRAM)
    service.leave_group(tx, group.id, BRAM)
    assert (group.facilitation, group.facilitator) == ("claim", None)


async def test_a_group_that_rests_is_told_to_the_rooms_above_once_and_wakes(store: Store) -> None:
    group_id = await store.transact(grouped)
    for _ in range(2):
        await store.transact(service.pause_group, group_id, ANNA)
    assert await store.read(lambda tx: service.is_at_rest(tx.sql.get_one(Group, group_id)))
    assert len(await store.read(lambda tx: due_items(tx, "group.rests"))) == 1
    await store.transact(service.resume_group, group_id, BRAM)
    assert not await store.read(lambda tx: service.is_at_rest(tx.sql.get_one(Group, group_id)))


def test_another_id_of_the_channel_changes_nothing_for_the_group(tx: Tx) -> None:
    made = service.set_up(tx, "C0OOST", ANNA, {ANNA}, language="nl", zone="Europe/Amsterdam")
    service.rename_channel(tx, "C0OOST", "C0GEDEELD")
    found = service.group_of_channel(tx, "C0GEDEELD")
    tx.sql.expire_all()
    assert found.id == made.id
    assert (found.channel, {row.channel for row in outgoing(tx, "post")}) == ("C0GEDEELD", {"C0GEDEELD"})


def test_a_channel_that_has_a_group_keeps_its_own(tx: Tx) -> None:
    one, other = make_group(tx, ANNA), make_group(tx, BRAM, channel="C0WEST")
    service.rename_channel(tx, "C0OOST", "C0WEST")
    assert (one.channel, other.channel) == ("C0OOST", "C0WEST")


def test_every_form_has_at_most_six_fields() -> None:
    group = Group(
        id="0" * 16, channel="C0OOST", language="nl", zone="Europe/Amsterdam", facilitation="claim",
        auto_advance=False, reads_thread=True, meets="room", method="incident", minimum=4, maximum=8, from_hour=9,
        to_hour=17, days="12345", retention_days=400, set_up_by=ANNA,
    )  # fmt: skip
    forms = [views.settings_form(NL, group, theme) for theme in views.THEMES]
    for form in [views.set_up_form(NL, "C0OOST", "nl"), *forms]:
        assert 1 <= len([block for block in form["blocks"] if block["type"] == "input"]) <= 6


@pytest.mark.parametrize(
    ("maximum", "members", "said"),
    [
        (8, 3, "Met zo weinig mensen"),
        (8, 4, ""),
        (8, 8, ""),
        (8, 9, "Met meer dan 8"),
        (12, 9, ""),
        (12, 13, "Met meer dan 12"),
        (4, 5, "Met meer dan 4"),
    ],
)
def test_the_advice_on_size_goes_by_the_group_s_own_largest_number(
    maximum: int, members: int, said: str
) -> None:
    found = views.advice(NL, Group(hierarchy=None, minimum=2, maximum=maximum), members)
    assert [line.startswith(said) for line in found] == ([True] if said else [])
    if said:
        assert f"4 tot {maximum} mensen werkt het best" in found[0] or maximum == 4


@pytest.mark.parametrize(
    ("language", "small", "below"),
    [
        ("nl", "Met zo weinig mensen", "Jullie komen bij elkaar met minstens 4"),
        ("en", "With so few people", "You meet with at least 4"),
    ],
)
async def test_a_group_is_told_that_it_is_small_after_two_days(
    store: Store, clock: StillClock, language: str, small: str, below: str
) -> None:
    def window(tx: Tx) -> str:
        shown = service.overview(tx, for_language(language), service.group_by_id(tx, group_id), ANNA)
        return json.dumps(shown, ensure_ascii=False)

    group_id = await store.transact(lambda tx: make_group(tx, ANNA, minimum=4, hierarchy=True).id)
    for hours, is_told in ((0, False), (47, False), (1, True)):
        clock.move(hours=hours)
        shown = await store.read(window)
        assert [words in shown for words in (small, below)] == [is_told, is_told]
        # What does not change by itself is said at once.
        assert ("beslist over het werk" in shown) or ("decides about another" in shown)


async def test_the_largest_number_is_a_setting_of_four_to_twelve(store: Store) -> None:
    async def largest() -> int:
        return await store.read(lambda tx: tx.sql.get_one(Group, group_id).maximum)

    group_id = await store.transact(grouped)
    assert await largest() == 8
    for chosen, kept in ((12, 12), (40, 12), (1, 4), (None, 4)):
        await change(store, group_id, "basics", maximum=chosen)
        assert await largest() == kept


async def test_the_question_who_takes_part_follows_the_largest_number(store: Store) -> None:
    def begin(tx: Tx) -> str:
        return service.set_up(tx, "C0OOST", ANNA, {ANNA}, language="nl", zone="Europe/Amsterdam").id

    group_id = await store.transact(begin)
    await change(store, group_id, "basics", maximum=6)
    [_, asked] = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert "4 tot 6 mensen werkt het best" in asked


def test_hierarchy_gets_advice() -> None:
    assert "beslist over het werk" in " ".join(
        views.advice(NL, Group(hierarchy=True, minimum=4, maximum=8), 5)
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("12345", "maandag tot en met vrijdag"),
        ("1", "maandag"),
        ("67", "zaterdag en zondag"),
        ("124", "maandag, dinsdag en donderdag"),
    ],
)
def test_days_in_words(days: str, said: str) -> None:
    assert views.days_in_words(NL, days) == said


hours = st.tuples(st.integers(0, 22), st.integers(1, 23)).filter(lambda pair: pair[0] < pair[1])
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
zones = st.sampled_from(["Europe/Amsterdam", "America/New_York", "Pacific/Auckland", "UTC"])


@given(moments, zones, hours, st.text("C0123456789ABCDEF", min_size=9, max_size=11))
def test_the_night_comes_within_a_day_and_outside_the_hours_in_which_we_write(
    now: datetime, zone: str, between: tuple[int, int], channel: str
) -> None:
    at = rules.next_purge(channel, zone, *between, now)
    assert now < at <= now + timedelta(hours=26)
    if between[0] >= 5:
        assert 2 <= at.astimezone(ZoneInfo(zone)).hour <= 5


@given(moments, zones, hours, st.sets(st.sampled_from("1234567"), min_size=1))
def test_the_working_days_of_a_group_are_its_own(
    at: datetime, zone: str, between: tuple[int, int], days: set[str]
) -> None:
    found = WorkingHours(zone, *between, "".join(days)).next_open(at)
    local = found.astimezone(ZoneInfo(zone))
    assert found >= at.astimezone(UTC)
    assert str(local.isoweekday()) in days


def test_a_group_smaller_than_its_own_minimum_reads_what_that_means() -> None:
    [said] = views.advice(NL, Group(hierarchy=None, minimum=6, maximum=8), 5)
    assert "met minstens 6" in said
    assert views.advice(NL, Group(hierarchy=None, minimum=6, maximum=8), 6) == []


async def test_the_card_follows_a_group_of_years_old(store: Store, clock: StillClock) -> None:
    def begin(tx: Tx) -> str:
        return service.set_up(tx, "C0OOST", ANNA, {ANNA}, language="nl", zone="Europe/Amsterdam").id

    group_id = await store.transact(begin)
    await store.transact(deliver)
    clock.move(days=800)
    await store.transact(claims.purge_done)
    await change(store, group_id, "basics", meets="thread")
    assert [row.target_key for row in await store.read(lambda tx: outgoing(tx, "update"))] == [
        f"group/{group_id}/card"
    ]
