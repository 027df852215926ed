"""Private messages: few, together, in working hours, and only while there is something to do."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.delivery.records import OutboxRow
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.nudges import jobs, rules, service, views
from bot.nudges.records import Digest, Nudge
from bot.nudges.service import DigestItem
from bot.slack import blocks
from bot.storage import Store, Tx
from bot.texts import Refused, Texts, for_language
from sandbox.strict.blocks import check_message
from tests.clock import StillClock
from tests.conftest import OURS, make_group, outgoing, run_due

ANNA, BRAM = "U0ANNA", "U0BRAM"


def say(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    return DigestItem(f"over {nudge.subject}") if nudge.data.get("something") else None


def say_again(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    at = tx.now + timedelta(days=7)
    service.plan_nudge(tx, nudge.user, nudge.kind, nudge.subject, at, group=nudge.group_id)
    return DigestItem(f"over {nudge.subject}")


def say_to_nobody(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    raise Refused(lambda t: t("gone"))


HANDLER = service.digest_job({"test": say, "step.again": say_again, "gone": say_to_nobody})
HANDLERS = {**jobs.JOBS, service.DELIVER: HANDLER}
ASKING = {
    **jobs.JOBS,
    service.DELIVER: service.digest_job({"test": say}, service.ask_slack),
}


def plan(
    tx: Tx,
    group: str,
    subject: str,
    hours: float = 0,
    *,
    something: bool = True,
    user: str = ANNA,
    kind: str = "test",
    lasts: float | None = None,
) -> None:
    at = tx.now + timedelta(hours=hours)
    until = None if lasts is None else at + timedelta(hours=lasts)
    data = {"something": something}
    service.plan_nudge(tx, user, kind, subject, at, group=group, data=data, until=until)


def deliver(tx: Tx, user: str = ANNA) -> None:
    HANDLER(tx, queue.Job(OURS, service.DELIVER, user, tx.now, {}))


def wakes(tx: Tx) -> None:
    run_due(tx, HANDLERS)


def asks(tx: Tx) -> None:
    run_due(tx, ASKING)


FOUR = ["Morgen", "Over drie dagen", "Over een week", "Een andere dag"]


def letters(tx: Tx, user: str | None = None) -> list[str]:
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "direct").order_by(OutboxRow.id))
    return [row.payload["text"] for row in rows if row.payload and user in (None, row.user)]


def subjects(tx: Tx) -> list[str]:
    return sorted(tx.sql.scalars(select(Nudge.subject)))


def test_what_falls_together_is_one_message(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    plan(tx, group, "de stap")
    plan(tx, group, "de casus", hours=2)
    plan(tx, group, "volgende week", hours=150)
    deliver(tx)
    assert letters(tx) == ["over de stap\n\nover de casus"]
    assert subjects(tx) == ["volgende week"]


@pytest.mark.parametrize(
    ("hours", "offered"), [(30, ["Morgen", "Een andere dag"]), (20, ["Een andere dag"]), (24 * 30, FOUR)]
)
def test_later_offers_no_day_on_which_it_has_passed(tx: Tx, hours: int, offered: list[str]) -> None:
    plan(tx, make_group(tx, ANNA).id, "de bijeenkomst", lasts=hours)
    deliver(tx)
    [row] = outgoing(tx, "direct")
    assert row.payload is not None
    [menu] = [
        element
        for block in row.payload["blocks"]
        for element in block.get("elements", [])
        if element["type"] == "static_select"
    ]
    assert [option["text"]["text"] for option in menu["options"]] == offered


def test_three_groups_in_the_same_hour_are_one_message_in_the_order_of_planning(tx: Tx) -> None:
    for channel in ("C1", "C2", "C3"):
        group = make_group(tx, ANNA, channel=channel)
        plan(tx, group.id, f"<#{channel}>", lasts=30)
    deliver(tx)
    assert letters(tx) == ["over <#C1>\n\nover <#C2>\n\nover <#C3>"]
    [row] = outgoing(tx, "direct")
    assert row.payload is not None
    check_message(row.payload["blocks"])


def test_nobody_hears_of_what_is_done_already_or_gone(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    plan(tx, group, "de stap", something=False)
    plan(tx, group, "de groep", kind="gone")
    deliver(tx)
    assert letters(tx) == []
    assert subjects(tx) == []
    assert tx.sql.scalars(select(Digest)).all() == []


async def test_what_only_a_newer_process_can_say_waits_for_it(store: Store, clock: StillClock) -> None:
    def older(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap")
        plan(tx, group, "iets nieuws", kind="new", lasts=3)
        plan(tx, group, "iets anders nieuws", kind="new", hours=50)
        wakes(tx)
        assert letters(tx) == ["over de stap"]
        assert subjects(tx) == ["iets anders nieuws", "iets nieuws"]
        # Whoever comes by then may be the newer one; until then nobody is kept busy.
        again = queue.scheduled_time(tx, service.DELIVER, ANNA)
        assert again == tx.now + rules.FOR_ANOTHER_VERSION

    def newer(tx: Tx) -> None:
        both = {"test": say, "new": say}
        run_due(tx, {**jobs.JOBS, service.DELIVER: service.digest_job(both)})
        assert letters(tx)[1:] == ["over iets nieuws"]
        assert subjects(tx) == ["iets anders nieuws"]

    await store.transact(older)
    clock.move(seconds=rules.FOR_ANOTHER_VERSION.total_seconds())
    await store.transact(newer)


def test_what_a_newer_process_says_later_is_looked_at_then(tx: Tx) -> None:
    plan(tx, make_group(tx, ANNA).id, "iets nieuws", kind="new", hours=2)
    deliver(tx)
    assert queue.scheduled_time(tx, service.DELIVER, ANNA) == tx.now + timedelta(hours=2)


def test_the_third_of_a_week_is_for_what_is_soon_and_the_fourth_waits(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    for number in range(3):
        plan(tx, group, f"{number}")
        deliver(tx)
    assert len(letters(tx)) == 2
    plan(tx, group, "morgen", lasts=24)
    deliver(tx)
    assert letters(tx)[2] == "over 2\n\nover morgen"
    plan(tx, group, "ook morgen", lasts=24)
    plan(tx, group, "ooit")
    deliver(tx)
    assert len(letters(tx)) == 3
    at = queue.scheduled_time(tx, service.DELIVER, ANNA)
    assert at is not None
    assert at >= tx.now + timedelta(days=7)


async def test_what_has_passed_is_let_go_and_what_waited_comes(store: Store, clock: StillClock) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        for number in range(3):
            plan(tx, group, f"{number}", lasts=10)
            deliver(tx)
        plan(tx, group, "morgen", lasts=24)
        plan(tx, group, "ooit")

    await store.transact(fill)
    clock.move(days=7, minutes=1)
    await store.transact(wakes)
    assert (await store.read(letters))[3:] == ["over ooit"]
    assert await store.read(subjects) == []


async def test_a_question_may_plan_the_next_one_while_it_is_asked(store: Store, clock: StillClock) -> None:
    def fill(tx: Tx) -> None:
        plan(tx, make_group(tx, ANNA).id, "de stap", kind="step.again")

    await store.transact(fill)
    await store.transact(wakes)
    clock.move(days=6)
    await store.transact(wakes)
    assert len(await store.read(letters)) == 1
    clock.move(days=1)
    await store.transact(wakes)
    assert len(await store.read(letters)) == 2


def test_more_than_a_letter_holds_comes_with_the_next_one(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    for number in range(rules.MAX_ITEMS + 2):
        plan(tx, group, f"{number:02}")
    deliver(tx)
    assert len(letters(tx)[0].split("\n\n")) == rules.MAX_ITEMS
    deliver(tx)
    assert letters(tx)[1] == "over 08\n\nover 09"


async def test_a_planned_nudge_moves_and_whoever_moved_it_earlier_wins(
    store: Store, clock: StillClock
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap", hours=240)
        plan(tx, group, "de stap", hours=24)
        plan(tx, group, "de casus", hours=400)

    await store.transact(fill)
    clock.move(days=1, hours=1)
    await store.transact(wakes)
    assert await store.read(letters) == ["over de stap"]


async def test_in_auckland_it_is_morning_there_and_not_in_amsterdam(store: Store, clock: StillClock) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM).id
        person = groups.ensure_person(tx, BRAM)
        person.zone = "Pacific/Auckland"
        for user in (ANNA, BRAM):
            plan(tx, group, "de stap", user=user)

    await store.transact(fill)
    # Thursday three in the afternoon in Amsterdam: Friday three at night in Auckland.
    await store.transact(wakes)
    assert len(await store.read(letters, ANNA)) == 1
    assert await store.read(letters, BRAM) == []
    at = await store.read(lambda tx: queue.scheduled_time(tx, service.DELIVER, BRAM))
    assert at is not None
    assert at - rules.share_of_the_hour(BRAM) == datetime(2027, 1, 14, 20, 0, tzinfo=UTC)
    clock.move_to(at)
    await store.transact(wakes)
    assert len(await store.read(letters, BRAM)) == 1


def test_working_days_are_a_person_s_own(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    groups.ensure_person(tx, ANNA).days = "12"
    plan(tx, group, "de stap")
    deliver(tx)
    assert letters(tx) == []
    at = queue.scheduled_time(tx, service.DELIVER, ANNA)
    assert at is not None
    # Monday.
    assert at.date().isoformat() == "2027-01-18"


async def test_who_is_out_of_a_group_hears_nothing_of_it_and_the_others_do(
    store: Store, clock: StillClock
) -> None:
    def leave(tx: Tx) -> None:
        first, second = make_group(tx, ANNA, BRAM), make_group(tx, ANNA, channel="C2")
        for user, group in ((ANNA, first), (BRAM, first), (ANNA, second)):
            plan(tx, group.id, f"{user} {group.channel}", user=user, hours=1)
        groups.on_channel_leave(tx, first, ANNA)
        wakes(tx)

    await store.transact(leave)
    clock.move(hours=1)
    await store.transact(wakes)
    assert sorted(await store.read(letters)) == ["over U0ANNA C2", "over U0BRAM C0OOST"]


@pytest.mark.parametrize("reason", ["archived", "deleted"])
async def test_a_group_whose_channel_is_gone_is_silent_and_goes_on_when_it_comes_back(
    store: Store, clock: StillClock, reason: str
) -> None:
    def away(tx: Tx) -> str:
        first, second = make_group(tx, ANNA), make_group(tx, ANNA, channel="C2")
        for group in (first, second):
            plan(tx, group.id, group.channel, hours=1)
        groups.mark_unreachable(tx, first, reason)
        wakes(tx)
        return first.id

    first = await store.transact(away)
    clock.move(hours=1)
    await store.transact(wakes)
    assert await store.read(letters) == ["over C2"]

    def back(tx: Tx) -> None:
        groups.mark_reachable(tx, tx.sql.get_one(Group, first))
        wakes(tx)

    await store.transact(back)
    said = await store.read(letters)
    # Of a deleted channel nothing comes back.
    assert ("over C0OOST" in said) == (reason == "archived")


def test_an_answer_takes_the_place_of_its_question(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    plan(tx, group, "de stap")
    plan(tx, group, "de casus", hours=1)
    deliver(tx)
    service.mark_answered(tx, ANNA, "test", "de stap", DigestItem("gedaan"))
    assert letters(tx) == ["gedaan\n\nover de casus"]
    assert _actions(tx) == ["nudges.later", "nudges.stop"]
    service.mark_answered(tx, ANNA, "test", "de casus", DigestItem("ook gedaan"))
    assert letters(tx) == ["gedaan\n\nook gedaan"]
    # Nothing is left to put off.
    assert _actions(tx) == []


def _actions(tx: Tx) -> list[str]:
    [row] = outgoing(tx, "direct")
    tx.sql.refresh(row)
    assert row.payload is not None
    return [
        element["action_id"]
        for block in row.payload["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def test_long_words_stay_within_slack_s_limits(store: Store) -> None:
    def long(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem:
        words = "&amp;" * 600
        button = blocks.button("Ja", "x.y")
        return DigestItem(words, [blocks.section(words), blocks.section(words), blocks.actions(button)])

    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        for number in range(rules.MAX_ITEMS):
            plan(tx, group, f"{number}", kind="long")
        service.digest_job({"long": long})(tx, queue.Job(OURS, service.DELIVER, ANNA, tx.now, {}))
        [row] = outgoing(tx, "direct")
        assert row.payload is not None
        check_message(row.payload["blocks"])
        assert len(row.payload["text"]) <= 4000

    await store.transact(run)


def test_what_only_makes_sense_until_a_moment_is_not_brought_after_it(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    plan(tx, group, "vandaag", lasts=2)
    plan(tx, group, "morgen", lasts=26)
    deliver(tx)
    plan(tx, group, "ooit")
    deliver(tx)
    assert [row.expires_at for row in outgoing(tx, "direct")] == [tx.now + timedelta(hours=26), None]


def test_words_of_a_letter_are_not_readable_in_the_database(tx: Tx) -> None:
    plan(tx, make_group(tx, ANNA).id, "geheim")
    deliver(tx)
    tx.sql.flush()
    for table in ("letters", "outbox"):
        assert "geheim" not in str(tx.sql.execute(text(f"SELECT * FROM {table}")).all())


async def test_old_letters_are_forgotten_and_new_ones_are_not(store: Store, clock: StillClock) -> None:
    def fill(tx: Tx) -> None:
        plan(tx, make_group(tx, ANNA).id, "de stap")
        deliver(tx)

    def kept(tx: Tx) -> int:
        service.purge_old(tx)
        return len(tx.sql.scalars(select(Digest)).all())

    await store.transact(fill)
    clock.move(days=30)
    assert await store.transact(kept) == 1
    clock.move(days=31)
    assert await store.transact(kept) == 0


def test_two_items_that_end_in_the_same_words_are_said_once() -> None:
    def item(text: str, *, answered: bool) -> dict[str, object]:
        return {"text": text, "blocks": [], "until": None, "answered": answered}

    over, still = "De bijeenkomst is voorbij.", "Hoe is het gegaan?"
    sent = Digest(id="d" * 16, user=ANNA, sent_at=datetime(2027, 1, 14, 14, tzinfo=UTC), note="")
    sent.parts = [item(over, answered=True), item(still, answered=False), item(over, answered=True)]
    shown = views.letter(for_language("nl"), sent)
    assert shown.text == f"{over}\n\n{still}"
    assert str(shown.blocks).count(over) == 1
    # What is still asked stands there for each.
    sent.parts = [item(still, answered=False), item(still, answered=False)]
    assert str(views.letter(for_language("nl"), sent).blocks).count(still) == 2
