"""Names: how Slack tells them, who is mentioned instead, and when they are forgotten."""

from typing import Any

import pytest

from bot.delivery.message import Answer
from bot.groups import rules, service
from bot.groups.records import Group, Person
from bot.groups.service import membership
from bot.storage import Store, Tx, belonging_to
from bot.texts import InChannel, name_of
from tests.conftest import OURS, THEIRS, make_group, outgoing
from tests.factories import ANNA, BRAM, CHLOE, DAAN


def profile(name: str, **more: Any) -> dict[str, Any]:
    return {"tz": "Europe/Amsterdam", "profile": {"display_name": name}, **more}


def name(tx: Tx, user: str) -> str | None:
    found = service.known_person(tx, user)
    assert found is not None
    return found.name


def said(tx: Tx, group_id: str, *users: str) -> list[str]:
    t = service.texts_in(service.group_by_id(tx, group_id))
    assert isinstance(t.readers, InChannel)
    return [name_of(t, user) for user in users]


def asked(tx: Tx) -> list[str]:
    return sorted(
        row.payload["subject"] for row in outgoing(tx) if row.api_method == "users.info" and row.payload
    )


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"profile": {"display_name": "Anna", "real_name": "Anna de Vries"}}, "Anna"),
        ({"profile": {"display_name": "", "real_name": "Anna de Vries"}}, "Anna de Vries"),
        ({"profile": {"display_name": " \n "}, "real_name": "Anna de Vries"}, "Anna de Vries"),
        ({"real_name": "Anna\n de\tVries\x00"}, "Anna de Vries"),
        ({"profile": {"display_name": "An\u202ena\u2067"}}, "Anna"),
        ({"profile": {"display_name": "A" * 100}}, "A" * 80),
        ({"profile": {"display_name": "سارا\u200cها"}}, "سارا\u200cها"),
        ({"profile": {"display_name": "Anna"}, "deleted": True}, None),
        ({}, None),
    ],
)
def test_a_name_is_the_one_that_slack_shows_on_one_line(told: dict[str, Any], shown: str | None) -> None:
    assert rules.display_name(told) == shown


async def test_slack_tells_a_name_at_the_first_meeting_by_an_answer_and_by_a_change(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(membership.on_profile, Answer(CHLOE, {"user": profile("Chloé")}))
    await store.transact(membership.on_profile, Answer(ANNA, {"user": profile("Anna")}))
    await store.transact(service.on_profile_changed, BRAM, profile("Bram"))
    assert await store.read(name, CHLOE) == "Chloé"
    assert await store.read(said, group_id, ANNA, BRAM) == ["Anna", "Bram"]

    await store.transact(service.on_profile_changed, BRAM, profile("Abraham"))
    assert await store.read(said, group_id, BRAM) == ["Abraham"]


async def test_two_of_one_name_are_mentioned_so_that_it_is_clear_who_is_meant(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group_id = make_group(tx, ANNA, BRAM, CHLOE).id
        for user, called in ((ANNA, "Anna"), (BRAM, "anna"), (CHLOE, "Chloé")):
            service.store_profile(tx, user, profile(called))
        return group_id

    group_id = await store.transact(prepare)
    assert await store.read(said, group_id, ANNA, BRAM, CHLOE) == [f"<@{ANNA}>", f"<@{BRAM}>", "Chloé"]


async def test_who_has_just_left_is_still_told_of_by_name(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM)
        service.store_profile(tx, BRAM, profile("Bram"))
        service.leave_group(tx, group.id, BRAM)
        return group.id

    assert await store.read(said, await store.transact(prepare), BRAM) == ["Bram"]


async def test_the_name_goes_with_the_account(store: Store) -> None:
    await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(service.store_profile, BRAM, profile("Bram"))
    await store.transact(service.on_profile_changed, BRAM, profile("Bram", deleted=True))
    assert await store.read(name, BRAM) is None


async def test_in_the_night_the_names_of_people_in_no_group_are_forgotten(store: Store) -> None:
    def prepare(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        for user, called in ((ANNA, "Anna"), (BRAM, "Bram"), (DAAN, "Daan")):
            service.store_profile(tx, user, profile(called))
        service.leave_group(tx, group.id, BRAM)
        # In the other workspace this Daan is a member.
        make_group(tx.of(THEIRS), DAAN)
        service.store_profile(tx.of(THEIRS), DAAN, profile("Daan"))

    await store.transact(prepare)
    await store.transact(service.refresh_names)
    assert [await store.read(name, user) for user in (ANNA, BRAM, DAAN)] == ["Anna", None, None]
    assert await store.read(lambda tx: name(tx.of(THEIRS), DAAN)) == "Daan"


async def test_a_name_that_is_not_known_is_asked_of_slack_and_mentioned_until_then(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, CHLOE)
        service.store_profile(tx, ANNA, profile("Anna"))
        service.store_profile(tx, CHLOE, profile("Chloé", is_bot=True))
        tx.sql.add(Person(user=DAAN, language="nl", zone="Europe/Amsterdam", **belonging_to(OURS)))
        return group.id

    group_id = await store.transact(prepare)
    await store.transact(service.refresh_names)
    assert await store.read(asked) == [BRAM]
    assert await store.read(said, group_id, BRAM) == [f"<@{BRAM}>"]


async def test_who_comes_back_after_their_name_was_forgotten_is_asked_for(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM)
        service.store_profile(tx, BRAM, profile("Bram"))
        service.leave_group(tx, group.id, BRAM)
        service.refresh_names(tx)
        return group.id

    group_id = await store.transact(prepare)
    before = await store.read(asked)
    await store.transact(lambda tx: service.add_member(tx, tx.sql.get_one(Group, group_id), BRAM))
    assert (await store.read(asked)).count(BRAM) == before.count(BRAM) + 1
