"""A search for a date among people with several clocks: one list for the channel, and forms for each."""

from bot.date_polls import service
from bot.date_polls.views import SlotsRef
from bot.storage import Store, Tx
from sandbox.strict.blocks import check_view
from tests.conftest import make_group
from tests.date_polls.people import DAYS, drafted, in_channel, opened, say
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.zones import spread_out, texts_for

HALF_OF_IT = "donderdag 28 januari om 15:00"


def opened_far_apart(tx: Tx) -> str:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    spread_out(tx)
    search = drafted(tx, group=group.id)
    service.open_date_poll(tx, search.id, BRAM, "2027-01-20", "Kamer 2", "V0ASK")
    return search.id


async def test_the_channel_reads_one_list_with_a_token_beside_each_date(store: Store) -> None:
    search = await store.transact(opened_far_apart)
    said = await store.read(in_channel, search)
    assert f"• *{HALF_OF_IT} (bij jou: <!date^" in said
    assert "tot woensdag 20 januari om 17:00 (bij jou: <!date^" in said


async def test_a_group_with_one_clock_reads_plain_dates(store: Store) -> None:
    search = await store.transact(opened)
    said = await store.read(in_channel, search)
    assert f"• *{HALF_OF_IT}*" in said
    assert "<!date" not in said


async def test_in_the_forms_everyone_reads_their_own_time_beside_the_groups(store: Store) -> None:
    search = await store.transact(opened_far_apart)

    def vote_form(tx: Tx, user: str) -> str:
        form = service.date_vote_form(tx, search, user, texts_for(user))
        check_view(form)
        return str(form)

    daan = await store.read(vote_form, DAAN)
    assert f"{HALF_OF_IT} (bij jou vrijdag 29 januari om 03:00)" in daan
    bram = await store.read(vote_form, BRAM)
    assert f"{HALF_OF_IT} (bij jou 11:00)" in bram
    anna = await store.read(vote_form, ANNA)
    assert HALF_OF_IT in anna
    assert "bij jou" not in anna
    assert "<!date" not in daan + bram + anna


async def test_choosing_shows_the_same_dates(store: Store) -> None:
    search = await store.transact(opened_far_apart)
    await store.transact(say, search, ANNA, "yes", "no", "no")

    def choose(tx: Tx) -> str:
        form = service.date_choice_form(tx, search, BRAM, texts_for(BRAM))
        check_view(form)
        return str(form)

    assert f"{HALF_OF_IT} (bij jou 11:00)" in await store.read(choose)


def test_what_somebody_proposes_is_shown_by_both_clocks(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    spread_out(tx)
    wanted = {number: (day, "15:00") for number, day in enumerate(DAYS, start=1)}
    draft = service.propose_dates(tx, BRAM, SlotsRef(group.id, "", 1), wanted, "V0DRAFT")
    assert f"• {HALF_OF_IT} (bij jou 11:00)" in str(service.date_check_form(tx, draft, texts_for(BRAM)))
