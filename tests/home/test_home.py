"""The Home tab: mine alone, and complete."""

import json

import pytest

from bot.followups import service as followups
from bot.groups import service as groups
from bot.home import service
from bot.storage import Store, Tx
from bot.texts import Refused
from sandbox.strict.blocks import check_view
from tests.conftest import OURS, due_items, make_group, outgoing
from tests.sessions.people import ANNA, BRAM, make_case


def fill(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    make_case(tx, group, ANNA, title="Een casus van Anna")
    make_case(tx, group, BRAM, state="draft", title="Een geheim concept van Bram")
    followups.keep(
        tx,
        group,
        "s1",
        ANNA,
        takeaway="t",
        step="Bellen met mijn collega",
        by=None,
        is_presenter=True,
        shared=False,
    )


async def test_it_shows_my_cases_and_steps_and_nobody_else_s(store: Store) -> None:
    await store.transact(fill)
    view = await store.transact(service.view, OURS, ANNA)
    check_view(view, home=True)
    shown = json.dumps(view, ensure_ascii=False)
    assert "Een casus van Anna" in shown
    assert "Bellen met mijn collega" in shown
    assert "geheim concept" not in shown
    theirs = json.dumps(await store.transact(service.view, OURS, BRAM), ensure_ascii=False)
    assert "Bellen met mijn collega" not in theirs
    assert "geheim concept" in theirs


async def test_an_empty_home_says_what_to_do_first(store: Store) -> None:
    view = await store.transact(service.view, OURS, "U0NIEUW")
    check_view(view, home=True)
    assert "/invite @Intervisie" in json.dumps(view, ensure_ascii=False)


async def test_many_cases_and_steps_stay_within_slack_s_limits(store: Store) -> None:
    def much(tx: Tx) -> None:
        for number in range(12):
            group = make_group(tx, ANNA, channel=f"C{number}")
            for n in range(8):
                make_case(tx, group, ANNA, title="x" * 150)
                followups.keep(
                    tx,
                    group,
                    f"s{number}{n}",
                    ANNA,
                    takeaway="t",
                    step="&" * 300,
                    by=None,
                    is_presenter=False,
                    shared=False,
                )

    await store.transact(much)
    check_view(await store.transact(service.view, OURS, ANNA), home=True)


async def test_my_language_is_mine(store: Store) -> None:
    await store.transact(fill)
    await store.transact(service.change_settings, OURS, ANNA, "en", ["nudges"], 8, 12)
    assert "My steps" in json.dumps(await store.transact(service.view, OURS, ANNA))


async def test_hours_without_time_are_refused_at_the_field(store: Store) -> None:
    with pytest.raises(Refused) as refused:
        await store.transact(service.change_settings, OURS, ANNA, "nl", [], 12, 9)
    assert refused.value.field == "to_hour"


async def test_only_whoever_has_opened_it_gets_it_anew(store: Store) -> None:
    def change(tx: Tx) -> None:
        for user in (ANNA, BRAM):
            groups.refresh_home(tx, OURS, user)

    await store.transact(fill)
    await store.transact(service.opened, OURS, ANNA)
    await store.transact(change)
    due = await store.read(lambda tx: due_items(tx, "home.refresh"))
    assert [row.subject for row in due] == [ANNA]


async def test_a_change_shows_at_once(store: Store) -> None:
    await store.transact(fill)
    await store.transact(service.publish, OURS, ANNA)
    await store.transact(service.publish, OURS, ANNA)
    assert len(await store.read(lambda tx: outgoing(tx, "home"))) == 1
