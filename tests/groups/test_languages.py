"""In which language the bot speaks to somebody, and that nothing overrules their own choice."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.delivery import outbox
from bot.delivery.message import Answer, Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups import service
from bot.groups.records import Group, Person
from bot.groups.service import membership
from bot.slack.requests import UserLocale
from bot.storage import Store, Tx
from bot.texts import use_default_language
from tests.clock import StillClock
from tests.conftest import make_group, outgoing, texts_of
from tests.factories import ANNA, BRAM

AMSTERDAM, LONDON = "Europe/Amsterdam", "Europe/London"
HINT_IN_DUTCH = "Liever in het Nederlands? Druk op mijn tab Home op *My settings*."
HINT_IN_ENGLISH = "Rather in English? On my Home tab, press *Mijn instellingen*."


@pytest.fixture(params=["nl", "en"])
def default(request: pytest.FixtureRequest) -> str:
    use_default_language(request.param)
    return str(request.param)


@pytest.fixture
def in_english() -> None:
    """DEFAULT_LANGUAGE=en, so that Dutch is found and not only left over."""
    use_default_language("en")


def meet(tx: Tx, user: str = ANNA, locale: str = "en-US", zone: str = AMSTERDAM) -> Person:
    return service.store_profile(tx, user, {"tz": zone, "locale": locale})


def reads(tx: Tx, user: str = ANNA) -> str:
    return service.texts_of(tx, user).language


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("zone", [AMSTERDAM, "Europe/Brussels", "America/Paramaribo"])
def test_slack_in_english_where_people_speak_dutch_is_dutch(tx: Tx, zone: str) -> None:
    meet(tx, zone=zone)
    assert reads(tx) == "nl"


def test_somebody_in_london_without_a_group_reads_the_default(tx: Tx, default: str) -> None:
    meet(tx, locale="en-GB", zone=LONDON)
    assert reads(tx) == default


def test_somebody_of_whom_slack_has_not_told_reads_the_default(tx: Tx, default: str) -> None:
    person = service.ensure_person(tx, ANNA)
    # The zone of the row is Amsterdam by default, which tells nothing.
    assert (person.zone, person.locale) == (AMSTERDAM, None)
    assert reads(tx) == default


def test_a_zone_that_this_machine_does_not_know_tells_no_language(tx: Tx, default: str) -> None:
    meet(tx, zone="Mars/Olympus")
    assert reads(tx) == default


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_language_of_the_group_goes_before_locale_and_zone(tx: Tx, language: str) -> None:
    group = make_group(tx, BRAM, language=language)
    meet(tx, zone=AMSTERDAM if language == "en" else LONDON)
    service.add_member(tx, group, ANNA)
    assert reads(tx) == language


async def test_of_several_groups_the_first_that_somebody_joined_and_is_in_decides(
    store: Store, clock: StillClock
) -> None:
    def join(tx: Tx, channel: str, language: str) -> str:
        group = make_group(tx, BRAM, channel=channel, language=language)
        service.add_member(tx, group, ANNA)
        return group.id

    await store.transact(lambda tx: meet(tx).id)
    english = await store.transact(join, "C0EEN", "en")
    clock.move(days=1)
    await store.transact(join, "C0TWEE", "nl")
    assert await store.read(reads) == "en"
    await store.transact(service.leave_group, english, ANNA)
    assert await store.read(reads) == "nl"
    clock.move(days=1)
    # Whoever comes back has joined later than the other group.
    await store.transact(service.join_group, english, ANNA, {ANNA})
    assert await store.read(reads) == "nl"


def test_the_group_joined_earlier_decides_also_when_it_was_made_later(tx: Tx) -> None:
    meet(tx)
    older, younger = (
        make_group(tx, BRAM, channel="C0EEN"),
        make_group(tx, BRAM, channel="C0TWEE", language="en"),
    )
    older.created_at = tx.now - timedelta(days=9)
    for group, days in ((older, 1), (younger, 2)):
        service.add_member(tx, group, ANNA)
        found = service.member(tx, group, ANNA)
        assert found is not None
        found.since = tx.now - timedelta(days=days)
    tx.sql.flush()
    tx.sql.expire_all()
    assert reads(tx) == "en"


async def test_a_group_that_changes_its_language_changes_its_members_letters(store: Store) -> None:
    def change(tx: Tx, group_id: str) -> str:
        # Read before the change, and once more after it in the same transaction.
        assert reads(tx) == "nl"
        service.change_basics(
            tx,
            group_id,
            ANNA,
            name="",
            language="en",
            meets="room",
            minimum=4,
            hierarchy=None,
        )
        return reads(tx)

    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    assert await store.transact(change, group_id) == "en"
    assert await store.read(reads, BRAM) == "en"


@pytest.mark.parametrize("chosen", ["nl", "en"])
async def test_nothing_overrules_a_choice(store: Store, chosen: str) -> None:
    other = "en" if chosen == "nl" else "nl"
    await store.transact(lambda tx: service.choose_language(tx, meet(tx, zone=LONDON), chosen))
    await store.transact(service.on_profile_changed, ANNA, {"tz": AMSTERDAM, "locale": "en-GB"})
    profile = {"tz": AMSTERDAM, "locale": "nl-NL"}
    await store.transact(membership.on_profile, Answer(ANNA, {"user": profile}))
    await store.transact(lambda tx: make_group(tx, ANNA, language=other).id)
    assert await store.read(reads) == chosen


@pytest.mark.usefixtures("in_english")
async def test_whoever_moves_without_a_choice_is_followed(store: Store) -> None:
    await store.transact(lambda tx: meet(tx, locale="en-GB", zone=LONDON).id)
    assert await store.read(reads) == "en"
    await store.transact(service.on_profile_changed, ANNA, {"tz": AMSTERDAM, "locale": "en-US"})
    assert await store.read(reads) == "nl"
    await store.transact(service.on_profile_changed, ANNA, {"tz": "Europe/Berlin", "locale": "de-DE"})
    assert await store.read(reads) == "en"
    await store.transact(service.on_profile_changed, ANNA, {"tz": "Europe/Berlin", "locale": "nl-NL"})
    assert await store.read(reads) == "nl"
    # A change that says nothing of a locale leaves it.
    await store.transact(service.on_profile_changed, ANNA, {"tz": LONDON})
    assert await store.read(reads) == "nl"


def test_the_dispatcher_asks_slack_only_while_nothing_else_tells_the_language(tx: Tx) -> None:
    people = service.People()
    assert people.known(tx, ANNA) is None
    service.ensure_person(tx, ANNA)
    # The row has only defaults: they do not pass for what Slack told.
    assert people.known(tx, ANNA) is None
    service.store_profile(tx, ANNA, {"tz": LONDON, "locale": "en-GB"})
    assert people.known(tx, ANNA) == UserLocale("nl", LONDON)
    service.choose_language(tx, service.ensure_person(tx, BRAM), "en")
    assert people.known(tx, BRAM) == UserLocale("en", AMSTERDAM, zone_known=False)


def test_slack_is_asked_once_while_the_call_waits_and_again_without_an_answer(tx: Tx) -> None:
    people = service.People()
    people.ask(tx, ANNA)
    people.ask(tx, ANNA)
    people.ask(tx, BRAM)
    waiting = outgoing(tx)
    assert [row.api_method for row in waiting] == ["users.info", "users.info"]
    for state in (OutboxState.SENDING, OutboxState.FAILED):
        waiting[0].state = state
        tx.sql.flush()
    people.ask(tx, ANNA)
    assert len([row for row in outgoing(tx) if row.state == OutboxState.PENDING]) == 2


def test_somebody_of_another_organisation_is_told_of_without_a_locale(tx: Tx) -> None:
    service.store_profile(tx, ANNA, {"tz": LONDON, "team_id": "T0ELDERS"})
    assert service.People().known(tx, ANNA) == UserLocale("nl", LONDON)


@pytest.mark.usefixtures("in_english")
def test_three_hundred_groups_at_once_need_no_answer_of_slack(tx: Tx) -> None:
    people = service.People()
    for number in range(300):
        language = "nl" if number % 2 else "en"
        group = service.set_up(
            tx, f"C{number}", f"U{number}A", {f"U{number}A"}, language=language, zone=AMSTERDAM
        )
        service.add_member(tx, group, f"U{number}B")
        for user in (f"U{number}A", f"U{number}B"):
            known = people.known(tx, user)
            assert known is not None
            assert (known.language, reads(tx, user)) == (language, language)


# The first private message


def newcomer(tx: Tx, language: str = "nl") -> Group:
    """A group of which Anna has had no private message yet."""
    group = make_group(tx, ANNA, BRAM, language=language)
    tx.sql.scalars(select(Person).where(Person.user == ANNA)).one().language_hint = None
    tx.sql.flush()
    return group


def hints(tx: Tx) -> list[str]:
    """The last line of each private message, and of each edit, if it is a language hint."""
    found = []
    for row in outgoing(tx):
        assert row.payload is not None
        last = row.payload["blocks"][-1] if row.payload.get("blocks") else {}
        text = last["elements"][0]["text"] if last.get("type") == "context" else ""
        found.append(text if text in (HINT_IN_DUTCH, HINT_IN_ENGLISH) else "")
    return found


@pytest.mark.parametrize(("language", "hint"), [("nl", HINT_IN_ENGLISH), ("en", HINT_IN_DUTCH)])
def test_the_first_private_message_says_once_how_to_change_the_language(
    tx: Tx, language: str, hint: str
) -> None:
    newcomer(tx, language)
    service.post_dm(tx, ANNA, Message("Voor jou"), key="one")
    service.post_dm(tx, ANNA, Message("Voor jou"), key="two")
    service.post_dm(tx, BRAM, Message("Voor jou"), key="three")
    assert hints(tx) == [hint, "", ""]
    # The text that a notification shows has no such line.
    assert texts_of(outgoing(tx)) == ["Voor jou"] * 3


def test_the_line_stays_when_the_message_is_edited(tx: Tx) -> None:
    newcomer(tx)
    service.post_dm(tx, ANNA, Message("Doe je mee?"), key="one")
    service.post_dm(tx, ANNA, Message("Nog iets"), key="two")
    tx.sql.execute(delete(OutboxRow).where(OutboxRow.key.is_(None)))
    for key in ("one", "two"):
        service.update_dm(tx, ANNA, key, Message("Beantwoord"))
    assert texts_of(outgoing(tx)) == ["Beantwoord"] * 2
    assert hints(tx) == [HINT_IN_ENGLISH, ""]


def test_a_message_that_stands_there_already_takes_no_line_away_from_the_next(tx: Tx) -> None:
    newcomer(tx)
    # Posted by a version that knew no hints.
    outbox.post_dm(tx, ANNA, Message("Van vroeger"), key="one")
    service.post_dm(tx, ANNA, Message("Van vroeger"), key="one")
    service.post_dm(tx, ANNA, Message("Nieuw"), key="two")
    assert hints(tx) == ["", HINT_IN_ENGLISH]


async def test_of_two_first_messages_at_once_one_has_the_line(store: Store) -> None:
    await store.transact(lambda tx: newcomer(tx).id)

    def late(tx: Tx) -> None:
        # Read before the other message was committed.
        person = service.ensure_person(tx, ANNA)
        tx.sql.execute(
            Person.__table__.update().values(language_hint="another"),  # type: ignore[attr-defined]
            execution_options={"synchronize_session": False},
        )
        assert person.language_hint is None
        service.post_dm(tx, ANNA, Message("Voor jou"), key="one")
        assert hints(tx) == [""]

    await store.transact(late)
