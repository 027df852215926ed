"""Private messages: few, together, in working hours, and only while there is something to do."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.delivery.message import Answer
from bot.delivery.records import OutboxRow
from bot.groups import service as groups
from bot.groups.records import Person
from bot.nudges import rules, service
from bot.nudges.records import Letter, Nudge
from bot.nudges.service import Part
from bot.slack import blocks
from bot.storage import Store, Tx
from bot.texts import Refused, Texts
from bot.timing import due
from sandbox.strict.blocks import check_message
from tests.clock import StillClock
from tests.conftest import OURS, due_items, make_group, outgoing, run_due

ANNA, BRAM = "U0ANNA", "U0BRAM"


def say(tx: Tx, nudge: Nudge, t: Texts) -> Part | None:
    return Part(f"over {nudge.subject}") if nudge.data.get("something") else None


def say_again(tx: Tx, nudge: Nudge, t: Texts) -> Part | None:
    at = tx.now + timedelta(days=7)
    service.plan(tx, OURS, nudge.user, nudge.kind, nudge.subject, at, group=nudge.group_id)
    return Part(f"over {nudge.subject}")


def say_to_nobody(tx: Tx, nudge: Nudge, t: Texts) -> Part | None:
    raise Refused(lambda t: t("gone"))


HANDLER = service.deliver({"test": say, "step.again": say_again, "gone": say_to_nobody})
HANDLERS = {**service.DUE, service.DELIVER: HANDLER}
ASKING = {
    **service.DUE,
    service.DELIVER: service.deliver({"test": say}, service.ask),
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
    service.plan(tx, OURS, user, kind, subject, at, group=group, data=data, until=until)


def deliver(tx: Tx, user: str = ANNA) -> None:
    HANDLER(tx, due.Item(OURS, service.DELIVER, user, tx.now, {}))


def wakes(tx: Tx) -> None:
    run_due(tx, HANDLERS)


def asks(tx: Tx) -> None:
    run_due(tx, ASKING)


def letters(tx: Tx, user: str | None = None) -> list[str]:
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "direct").order_by(OutboxRow.id))
    return [row.payload["text"] for row in rows if row.payload and user in (None, row.user)]


def subjects(tx: Tx) -> list[str]:
    return sorted(tx.sql.scalars(select(Nudge.subject)))


async def test_what_falls_together_is_one_message(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap")
        plan(tx, group, "de casus", hours=2)
        plan(tx, group, "volgende week", hours=150)
        deliver(tx)
        assert letters(tx) == ["over de stap\n\nover de casus"]
        assert subjects(tx) == ["volgende week"]

    await store.transact(run)


async def test_three_groups_in_the_same_hour_are_one_message_in_the_order_of_planning(store: Store) -> None:
    def run(tx: Tx) -> None:
        for channel in ("C1", "C2", "C3"):
            group = make_group(tx, ANNA, channel=channel)
            plan(tx, group.id, f"<#{channel}>", lasts=30)
        deliver(tx)
        assert letters(tx) == ["over <#C1>\n\nover <#C2>\n\nover <#C3>"]
        [row] = outgoing(tx, "direct")
        assert row.payload is not None
        check_message(row.payload["blocks"])

    await store.transact(run)


async def test_nobody_hears_of_what_is_done_already_or_gone(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap", something=False)
        plan(tx, group, "de groep", kind="gone")
        plan(tx, group, "van een kamer die er niet meer is", kind="unknown")
        deliver(tx)
        assert letters(tx) == []
        assert subjects(tx) == []
        assert tx.sql.scalars(select(Letter)).all() == []

    await store.transact(run)


async def test_the_third_of_a_week_is_for_what_is_soon_and_the_fourth_waits(store: Store) -> None:
    def run(tx: Tx) -> None:
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
        at = due.moment_of(tx, OURS, service.DELIVER, ANNA)
        assert at is not None
        assert at >= tx.now + timedelta(days=7)

    await store.transact(run)


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


async def test_more_than_a_letter_holds_comes_with_the_next_one(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        for number in range(rules.PARTS + 2):
            plan(tx, group, f"{number:02}")
        deliver(tx)
        assert len(letters(tx)[0].split("\n\n")) == rules.PARTS
        deliver(tx)
        assert letters(tx)[1] == "over 08\n\nover 09"

    await store.transact(run)


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
        person = groups.person(tx, OURS, BRAM)
        person.zone = "Pacific/Auckland"
        for user in (ANNA, BRAM):
            plan(tx, group, "de stap", user=user)

    await store.transact(fill)
    # Thursday three in the afternoon in Amsterdam: Friday three at night in Auckland.
    await store.transact(wakes)
    assert len(await store.read(letters, ANNA)) == 1
    assert await store.read(letters, BRAM) == []
    at = await store.read(lambda tx: due.moment_of(tx, OURS, service.DELIVER, BRAM))
    assert at is not None
    assert at - rules.share_of_the_hour(BRAM) == datetime(2027, 1, 14, 20, 0, tzinfo=UTC)
    clock.move_to(at)
    await store.transact(wakes)
    assert len(await store.read(letters, BRAM)) == 1


async def test_working_days_are_a_person_s_own(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        groups.person(tx, OURS, ANNA).days = "12"
        plan(tx, group, "de stap")
        deliver(tx)
        assert letters(tx) == []
        at = due.moment_of(tx, OURS, service.DELIVER, ANNA)
        assert at is not None
        # Monday.
        assert at.date().isoformat() == "2027-01-18"

    await store.transact(run)


async def test_who_leaves_a_group_hears_nothing_of_it_any_more_and_the_others_do(
    store: Store, clock: StillClock
) -> None:
    def leave(tx: Tx) -> None:
        first, second = make_group(tx, ANNA, BRAM), make_group(tx, ANNA, channel="C2")
        for user, group in ((ANNA, first), (BRAM, first), (ANNA, second)):
            plan(tx, group.id, f"{user} {group.channel}", user=user, hours=1)
        groups.leave(tx, first, ANNA)
        wakes(tx)

    await store.transact(leave)
    clock.move(hours=1)
    await store.transact(wakes)
    assert sorted(await store.read(letters)) == ["over U0ANNA C2", "over U0BRAM C0OOST"]


async def test_a_group_whose_channel_is_gone_is_silent(store: Store) -> None:
    def run(tx: Tx) -> None:
        first, second = make_group(tx, ANNA), make_group(tx, ANNA, channel="C2")
        for group in (first, second):
            plan(tx, group.id, group.channel, hours=1)
        groups.channel_gone(tx, first, "archived")
        wakes(tx)
        assert subjects(tx) == ["C2"]

    await store.transact(run)


async def test_an_answer_takes_the_place_of_its_question(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap")
        plan(tx, group, "de casus", hours=1)
        deliver(tx)
        service.answered(tx, OURS, ANNA, "test", "de stap", Part("gedaan"))
        assert letters(tx) == ["gedaan\n\nover de casus"]
        assert _actions(tx) == ["nudges.later", "nudges.stop"]
        service.answered(tx, OURS, ANNA, "test", "de casus", Part("ook gedaan"))
        assert letters(tx) == ["gedaan\n\nook gedaan"]
        # Nothing is left to put off.
        assert _actions(tx) == []

    await store.transact(run)


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
    def long(tx: Tx, nudge: Nudge, t: Texts) -> Part:
        words = "&amp;" * 600
        button = blocks.button("Ja", "x.y")
        return Part(words, [blocks.section(words), blocks.section(words), blocks.actions(button)])

    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        for number in range(rules.PARTS):
            plan(tx, group, f"{number}", kind="long")
        service.deliver({"long": long})(tx, due.Item(OURS, service.DELIVER, ANNA, tx.now, {}))
        [row] = outgoing(tx, "direct")
        assert row.payload is not None
        check_message(row.payload["blocks"])
        assert len(row.payload["text"]) <= 4000

    await store.transact(run)


async def test_what_only_makes_sense_until_a_moment_is_not_brought_after_it(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "vandaag", lasts=2)
        plan(tx, group, "morgen", lasts=26)
        deliver(tx)
        plan(tx, group, "ooit")
        deliver(tx)
        assert [row.expires_at for row in outgoing(tx, "direct")] == [tx.now + timedelta(hours=26), None]

    await store.transact(run)


async def test_words_of_a_letter_are_not_readable_in_the_database(store: Store) -> None:
    def run(tx: Tx) -> None:
        plan(tx, make_group(tx, ANNA).id, "geheim")
        deliver(tx)
        tx.sql.flush()
        for table in ("letters", "outbox"):
            assert "geheim" not in str(tx.sql.execute(text(f"SELECT * FROM {table}")).all())

    await store.transact(run)


async def test_old_letters_are_forgotten_and_new_ones_are_not(store: Store, clock: StillClock) -> None:
    def fill(tx: Tx) -> None:
        plan(tx, make_group(tx, ANNA).id, "de stap")
        deliver(tx)

    def kept(tx: Tx) -> int:
        service.forget(tx)
        return len(tx.sql.scalars(select(Letter)).all())

    await store.transact(fill)
    clock.move(days=30)
    assert await store.transact(kept) == 1
    clock.move(days=31)
    assert await store.transact(kept) == 0


# Do not disturb, a holiday, absence, off


def slack_says(tx: Tx, dnd: dict[str, object], profile: dict[str, object], error: str = "") -> None:
    """Slack answers the two questions that wait in the outbox."""
    for name, data in (("nudges.dnd", dnd), ("nudges.status", {"user": {"profile": profile}})):
        [row] = outgoing(tx, "ask")
        assert row.payload is not None
        assert row.payload["answer"] == name
        tx.sql.delete(row)
        tx.sql.flush()
        service.ANSWERS[name](tx, OURS, Answer(ANNA, {} if error else data, error))


AT_EASE: dict[str, object] = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


def one_waits(tx: Tx) -> None:
    plan(tx, make_group(tx, ANNA).id, "de stap", lasts=24 * 6)
    asks(tx)
    assert letters(tx) == []


async def test_slack_is_asked_just_before_and_then_it_comes(store: Store) -> None:
    await store.transact(one_waits)
    await store.transact(slack_says, AT_EASE, {})
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap"]


async def test_nobody_is_asked_about_when_there_is_nothing_to_say(store: Store) -> None:
    def run(tx: Tx) -> None:
        plan(tx, make_group(tx, ANNA).id, "de stap", hours=1)
        asks(tx)
        assert outgoing(tx, "ask") == []

    await store.transact(run)


async def test_do_not_disturb_is_waited_for(store: Store, clock: StillClock) -> None:
    await store.transact(one_waits)
    now = clock.now().timestamp()
    busy: dict[str, object] = {
        "dnd_enabled": True,
        "next_dnd_start_ts": now - 60,
        "next_dnd_end_ts": now + 3600,
    }
    await store.transact(slack_says, busy, {})
    await store.transact(asks)
    assert await store.read(letters) == []
    clock.move(hours=1)
    await store.transact(asks)
    # What Slack said then is old by now.
    await store.transact(slack_says, AT_EASE, {})
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap"]


@pytest.mark.parametrize("emoji", [":palm_tree:", ":face_with_thermometer:"])
async def test_a_holiday_is_waited_for_and_what_passes_meanwhile_is_let_go(
    store: Store, clock: StillClock, emoji: str
) -> None:
    await store.transact(one_waits)
    until = int((clock.now() + timedelta(days=12)).timestamp())
    await store.transact(slack_says, AT_EASE, {"status_emoji": emoji, "status_expiration": until})
    await store.transact(asks)
    clock.move(days=12)
    await store.transact(asks)
    assert await store.read(letters) == []
    assert await store.read(subjects) == []
    assert await store.read(lambda tx: due_items(tx, service.DELIVER)) == []


async def test_when_slack_may_not_tell_it_comes_all_the_same(store: Store) -> None:
    await store.transact(one_waits)
    await store.transact(slack_says, {}, {}, "missing_scope")
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap"]


async def test_when_slack_does_not_answer_in_time_it_comes_all_the_same(
    store: Store, clock: StillClock
) -> None:
    await store.transact(one_waits)
    clock.move(minutes=9)
    await store.transact(asks)
    assert await store.read(letters) == []
    clock.move(minutes=1)
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap"]


async def test_whoever_is_away_hears_on_their_first_day_back_what_still_matters(
    store: Store, clock: StillClock
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        service.away(tx, OURS, ANNA, "2027-01-20")
        plan(tx, group, "de bijeenkomst", lasts=24)
        plan(tx, group, "de stap")
        wakes(tx)

    await store.transact(fill)
    clock.move_to(datetime(2027, 1, 20, 15, tzinfo=UTC))
    await store.transact(wakes)
    assert await store.read(letters) == []
    clock.move_to(datetime(2027, 1, 21, 9, tzinfo=UTC))
    await store.transact(wakes)
    assert await store.read(letters) == ["over de stap"]


async def test_away_without_a_day_lasts_until_they_say_that_they_are_back(
    store: Store, clock: StillClock
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        service.away(tx, OURS, ANNA, "")
        plan(tx, group, "de stap")
        wakes(tx)

    await store.transact(fill)
    clock.move(days=28)
    await store.transact(wakes)
    assert await store.read(letters) == []
    assert await store.read(service.is_away, OURS, ANNA) is not None
    await store.transact(service.back, OURS, ANNA)
    assert await store.read(service.is_away, OURS, ANNA) is None
    await store.transact(wakes)
    assert await store.read(letters) == ["over de stap"]


@pytest.mark.parametrize("day", ["2027-01-13", "2029-01-01"])
async def test_an_absence_ends_on_a_day_that_is_to_come(store: Store, day: str) -> None:
    with pytest.raises(Refused) as refused:
        await store.transact(service.away, OURS, ANNA, day)
    assert refused.value.field == "until"


async def test_who_has_turned_it_off_hears_nothing_and_nobody_asks_slack(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        tx.sql.scalars(select(Person).where(Person.user == ANNA)).one().nudges = False
        plan(tx, group, "de stap")
        plan(tx, group, "later", hours=240)
        asks(tx)
        assert (letters(tx), outgoing(tx, "ask")) == ([], [])
        # What is still to come stays: they may turn it on again.
        assert subjects(tx) == ["later"]

    await store.transact(run)
