"""The Home tab: mine alone, and complete."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from bot.cases.rules import CaseState
from bot.followups import service as followups
from bot.followups.rules import PlannedStep, What
from bot.groups import service as groups
from bot.groups.records import Group
from bot.home import service, views
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.polls import service as polls
from bot.slack import ids
from bot.slack.limits import BLOCKS_PER_VIEW
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from sandbox.strict.blocks import check_view
from tests.conftest import Queries, due_items, make_group, outgoing
from tests.factories import ANNA, BRAM, make_case


def _settings(tx: Tx, /, **changes: Any) -> None:
    kept = {"language": "nl", "choices": [], "days": ["1"], "from_hour": 9, "to_hour": 17}
    service.change_settings(tx, ANNA, **{**kept, **changes})


def _field(view: dict[str, Any], name: str) -> dict[str, Any]:
    return next(block["element"] for block in view["blocks"] if block.get("block_id") == name)


def _step(tx: Tx, group: Group, session: str, *, step: str, by: str) -> None:
    followups.keep_takeaway(
        tx,
        group,
        session,
        ANNA,
        what=What.HARVEST,
        takeaway="t",
        steps=[PlannedStep(step, date.fromisoformat(by), False)],
        is_presenter=False,
        shared=False,
    )


def fill(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    make_case(tx, group, ANNA, title="Een casus van Anna")
    make_case(tx, group, BRAM, state=CaseState.DRAFT, title="Een geheim concept van Bram")
    followups.keep_takeaway(
        tx,
        group,
        "s1",
        ANNA,
        what=What.RESPONSE,
        takeaway="t",
        steps=[PlannedStep("Bellen met mijn collega", None, False)],
        is_presenter=True,
        shared=False,
    )


async def test_it_shows_my_cases_and_steps_and_nobody_else_s(store: Store) -> None:
    await store.transact(fill)
    view = await store.transact(service.home_view, ANNA)
    check_view(view, home=True)
    shown = json.dumps(view, ensure_ascii=False)
    assert "Een casus van Anna" in shown
    assert "Bellen met mijn collega" in shown
    assert "geheim concept" not in shown
    theirs = json.dumps(await store.transact(service.home_view, BRAM), ensure_ascii=False)
    assert "Bellen met mijn collega" not in theirs
    assert "geheim concept" in theirs


async def test_an_empty_home_says_what_to_do_first(store: Store) -> None:
    view = await store.transact(service.home_view, "U0NIEUW")
    check_view(view, home=True)
    assert "/invite @Intervisie" in json.dumps(view, ensure_ascii=False)


@pytest.mark.parametrize(
    ("language", "nothing", "nothing_else"),
    [
        ("nl", "Er staat niets open.", "Verder staat er niets open."),
        ("en", "Nothing is open.", "Nothing else is open."),
    ],
)
async def test_nothing_else_is_open_only_beneath_something_that_is(
    store: Store, language: str, nothing: str, nothing_else: str
) -> None:
    def begin(tx: Tx) -> Group:
        group = make_group(tx, ANNA, BRAM)
        groups.choose_language(tx, groups.ensure_person(tx, ANNA), language)
        return group

    group = await store.transact(begin)
    view = json.dumps(await store.transact(service.home_view, ANNA), ensure_ascii=False)
    assert nothing in view
    assert nothing_else not in view
    await store.transact(_step, group, "s1", step="Bellen", by="2027-01-14")
    view = json.dumps(await store.transact(service.home_view, ANNA), ensure_ascii=False)
    assert nothing not in view
    assert nothing_else in view


async def test_whoever_is_away_sees_that_first_and_the_way_back(store: Store) -> None:
    await store.transact(fill)
    await store.transact(nudges.go_away, ANNA, "2027-02-01")
    first = (await store.transact(service.home_view, ANNA))["blocks"][0]
    assert "afwezig tot en met maandag 1 februari" in first["text"]["text"]
    assert first["accessory"]["action_id"] == ids.NUDGES_BACK
    await store.transact(nudges.come_back, ANNA)
    view = await store.transact(service.home_view, ANNA)
    assert ids.NUDGES_BACK not in json.dumps(view)


async def test_twelve_groups_with_everything_in_them_stay_within_slack_s_limits(store: Store) -> None:
    def much(tx: Tx) -> None:
        for number in range(14):
            group = make_group(tx, ANNA, channel=f"C{number}")
            meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-20", "15:00", "")
            for n in range(8):
                make_case(
                    tx, group, ANNA, title="x" * 150, state=CaseState.DRAFT if n == 7 else CaseState.HANDED_IN
                )
                _step(tx, group, f"s{number}{n}", step="&" * 300, by="2027-01-04" if n % 2 else "2027-03-01")
            polls.open_poll(tx, group.id, ANNA, tx.now + timedelta(days=3))

    await store.transact(much)
    view = await store.transact(service.home_view, ANNA)
    check_view(view, home=True)
    # Nothing was cut off: it ends as it should.
    assert len(view["blocks"]) < BLOCKS_PER_VIEW - 20
    assert view["blocks"][-1]["type"] == "context"
    assert json.dumps(view).count(ids.HOME_GROUPS) == 1
    asks = await store.read(service.todos_of, ANNA)
    check_view(views.all_asks(for_language("nl"), asks))
    check_view(views.all_groups(for_language("nl"), await store.read(service.groups_of, ANNA)))
    found, channels = await store.read(lambda tx: service.cases_of(tx, ANNA, at_most=90))
    check_view(views.all_cases(for_language("nl"), found, channels))
    assert len(found) == 90


async def test_what_is_asked_stands_once_and_not_again_among_my_steps(store: Store) -> None:
    def steps(tx: Tx) -> None:
        group = make_group(tx, ANNA)
        _step(tx, group, "s1", step="Vandaag bellen", by="2027-01-14")
        _step(tx, group, "s2", step="Later schrijven", by="2027-01-29")

    await store.transact(steps)
    view = json.dumps(await store.transact(service.home_view, ANNA), ensure_ascii=False)
    assert view.count("Vandaag bellen") == 1
    assert view.index("Vandaag bellen") < view.index("Mijn groepen") < view.index("Later schrijven")


async def test_a_case_of_a_group_that_i_left_is_not_offered(store: Store) -> None:
    def left(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        make_case(tx, group, ANNA, title="Van vroeger")
        groups.on_channel_leave(tx, group, ANNA)

    await store.transact(left)
    assert "Van vroeger" not in json.dumps(await store.transact(service.home_view, ANNA))


async def test_my_language_is_mine(store: Store) -> None:
    await store.transact(fill)
    await store.transact(_settings, language="en")
    assert "My steps" in json.dumps(await store.transact(service.home_view, ANNA))


async def test_hours_without_time_are_refused_at_the_field(store: Store) -> None:
    with pytest.raises(Refused) as refused:
        await store.transact(_settings, from_hour=12, to_hour=9)
    assert refused.value.field == "to_hour"


async def test_a_week_without_a_working_day_is_refused_at_the_field(store: Store) -> None:
    with pytest.raises(Refused) as refused:
        await store.transact(_settings, days=[])
    assert refused.value.field == "days"


async def test_my_working_days_are_kept_in_the_order_of_the_week(store: Store) -> None:
    await store.transact(_settings, days=["5", "1", "3", "9"])
    assert await store.read(lambda tx: groups.ensure_person(tx, ANNA).days) == "135"
    form = await store.read(service.settings_form, ANNA)
    check_view(form)
    assert [one["text"]["text"] for one in _field(form, "days")["initial_options"]] == [
        "maandag",
        "woensdag",
        "vrijdag",
    ]


async def test_only_whoever_has_opened_it_gets_it_anew(store: Store) -> None:
    def change(tx: Tx) -> None:
        for user in (ANNA, BRAM):
            groups.refresh_home(tx, user)

    await store.transact(fill)
    await store.transact(service.on_home_opened, ANNA)
    await store.transact(change)
    due = await store.read(lambda tx: due_items(tx, "home.refresh"))
    assert [row.subject for row in due] == [ANNA]


async def test_a_change_shows_at_once(store: Store) -> None:
    await store.transact(fill)
    await store.transact(service.publish_home, ANNA)
    await store.transact(service.publish_home, ANNA)
    assert len(await store.read(lambda tx: outgoing(tx, "home"))) == 1


async def test_my_reflections_have_a_shelf_and_the_rest_is_behind_a_button(store: Store) -> None:
    def sessions_over(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        for number in range(5):
            followups.open_reflections(tx, group, f"s{number}", BRAM, [ANNA, BRAM])

    await store.transact(sessions_over)
    view = await store.transact(service.home_view, ANNA)
    check_view(view, home=True)
    shown = json.dumps(view, ensure_ascii=False)
    assert shown.count("nog niet geschreven") == 3
    assert ids.HOME_REFLECTIONS in shown


async def test_the_settings_say_whether_slack_has_named_the_zone(store: Store) -> None:
    await store.transact(lambda tx: groups.store_profile(tx, ANNA, {}).id)
    assert "niet verteld; ik ga uit van Europe/Amsterdam" in str(
        await store.read(service.settings_form, ANNA)
    )
    await store.transact(lambda tx: groups.store_profile(tx, ANNA, {"tz": "Europe/London"}).id)
    form = await store.read(service.settings_form, ANNA)
    check_view(form)
    assert "Je tijdzone is Europe/London; die krijg ik van Slack." in str(form)


async def test_home_says_fifteen_statements_and_seven_more_for_another_group(
    store: Store, queries: Queries
) -> None:
    def look(tx: Tx) -> None:
        service.home_view(tx, ANNA)

    await store.transact(fill)
    with_one = await queries.of(look)
    assert len(with_one) <= 15, with_one
    await store.transact(lambda tx: make_group(tx, ANNA, BRAM, channel="C0WEST") and None)
    assert len(await queries.of(look)) <= len(with_one) + 7
