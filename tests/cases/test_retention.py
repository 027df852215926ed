"""What a group keeps no longer: the words go, that somebody had a turn stays."""

from dataclasses import replace
from datetime import timedelta

from bot.cases import jobs, service
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import make_group, run_due
from tests.factories import ANNA, BRAM, make_case

WORDS = ("title", "situation", "own_part", "question", "tried", "hope", "theme")


def words(tx: Tx, case_id: str) -> str:
    case = tx.sql.get_one(Case, case_id)
    return "".join(getattr(case, name) for name in WORDS)


def group_of(tx: Tx) -> Group:
    return groups.group_of_channel(tx, "C0OOST")


def five(tx: Tx) -> dict[str, str]:
    """A case in every state, and one of another group."""
    group = make_group(tx, ANNA, BRAM)
    waiting = (CaseState.DRAFT, CaseState.HANDED_IN, CaseState.CHOSEN)
    found: dict[str, str] = {state: make_case(tx, group, state=state).id for state in waiting}
    treated, withdrawn = make_case(tx, group, state=CaseState.CHOSEN), make_case(tx, group)
    service.mark_treated(tx, treated)
    service.withdraw(tx, withdrawn.id, ANNA)
    other = make_case(tx, make_group(tx, ANNA, channel="C0WEST"), state=CaseState.CHOSEN)
    service.mark_treated(tx, other)
    return {**found, "treated": treated.id, "withdrawn": withdrawn.id, "other": other.id, "group": group.id}


def forget(tx: Tx, group_id: str, days: int) -> None:
    about = {"group": group_id, "before": (tx.now - timedelta(days=days)).isoformat()}
    queue.schedule(tx, "group.forget", group_id, tx.now, about)
    run_due(tx, jobs.JOBS)


async def test_only_what_is_over_for_longer_than_that_loses_its_words(
    store: Store, clock: StillClock
) -> None:
    made = await store.transact(five)
    clock.move(days=100)
    await store.transact(forget, made["group"], 101)
    assert await store.read(words, made["treated"]) != ""
    await store.transact(forget, made["group"], 99)
    for state in ("treated", "withdrawn"):
        assert await store.read(words, made[state]) == ""
    for state in ("draft", "handed_in", "chosen", "other"):
        assert await store.read(words, made[state]) != ""


async def test_a_turn_counts_for_good_and_the_list_shows_no_empty_case(
    store: Store, clock: StillClock
) -> None:
    def look(tx: Tx) -> tuple[dict[str, int], list[str]]:
        group = groups.group_by_id(tx, made["group"])
        mine = service.cases_of(tx, ANNA, group)
        return service.treated_counts(tx, group), sorted(case.state for case in mine)

    made = await store.transact(five)
    clock.move(days=100)
    await store.transact(forget, made["group"], 99)
    assert await store.read(look) == ({ANNA: 1}, ["chosen", "draft", "handed_in"])


async def test_a_draft_goes_when_nobody_wrote_in_it_for_the_term(store: Store, clock: StillClock) -> None:
    def write(tx: Tx, title: str) -> None:
        case = tx.sql.get_one(Case, made["draft"])
        draft = replace(service.draft_of(case), title=title)
        service.keep_typed(tx, made["group"], ANNA, case.id, draft)

    made = await store.transact(five)
    await store.transact(write, "Vaker ja")
    clock.move(days=60)
    await store.transact(write, "Nog vaker ja")
    clock.move(days=40)
    await store.transact(forget, made["group"], 99)
    assert "Nog vaker ja" in await store.read(words, made["draft"])
    clock.move(days=60)
    await store.transact(forget, made["group"], 99)
    assert await store.read(words, made["draft"]) == ""
    assert await store.read(lambda tx: service.newest_draft(tx, group_of(tx), ANNA)) is None
