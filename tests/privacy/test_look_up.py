"""Messages of which a version before did not keep where they stand are looked up in Slack, page by page, and deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from bot.delivery.message import Answer
from bot.delivery.metadata import metadata_of
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.groups.service import retention
from bot.jobs.queue import Job
from bot.privacy import jobs as privacy_jobs
from bot.privacy import rules
from bot.privacy import service as privacy
from bot.privacy.service import searching
from bot.rounds.records import Contribution
from bot.sessions.records import Session
from bot.storage import Tx, belonging_to
from tests.conftest import due_items, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, CHLOE, deliver
from tests.privacy.people import HANDLERS, later, naming, standing, sweep_away
from tests.privacy.test_lost_places import of_before
from tests.privacy.test_messages_go import group_of

STAYS = "Van 1 sessie van lang geleden weet ik niet meer waar mijn berichten staan; die blijven dus."
REFUSED = (
    "Van 1 sessie van lang geleden heb ik mijn berichten gevonden, maar ik mocht ze van Slack niet allemaal"
)
WORDS = ("case", "phase/1/1/written/0", "summary")


def shown(session: Session, *names: str, cursor: str = "") -> dict[str, Any]:
    """A page as Slack gives it: messages of the session under their keys, each a second after the one before."""
    assert session.opened_at is not None
    begins = session.opened_at.timestamp()
    messages = [
        {"ts": f"{begins + number:.6f}", "text": "…", "metadata": metadata_of(f"session/{session.id}/{name}")}
        for number, name in enumerate(names)
    ]
    somebody = {"ts": f"{begins + 100:.6f}", "user": CHLOE, "text": "Ik dacht even mee"}
    return {"messages": [*messages, somebody], "response_metadata": {"next_cursor": cursor}}


def reading(tx: Tx) -> list[OutboxRow]:
    """The calls that wait for a page of messages."""
    tx.sql.flush()
    wanted = select(OutboxRow).where(
        OutboxRow.kind == "ask",
        OutboxRow.api_method.in_(("conversations.history", "conversations.replies")),
        OutboxRow.state == OutboxState.PENDING,
    )
    return list(tx.sql.scalars(wanted.options(undefer(OutboxRow.payload))))


def answer(tx: Tx, data: dict[str, Any] | None = None, error: str = "") -> dict[str, Any]:
    """Slack answers the one call that waits; returns what was asked."""
    [row] = reading(tx)
    payload = row.payload
    assert payload is not None
    assert row.background
    tx.sql.delete(row)
    tx.sql.flush()
    said = Answer(payload["subject"], data or {}, error, payload["about"])
    privacy_jobs.ANSWERS[payload["answer"]](tx, said)
    return {"method": payload["method"], **payload["arguments"]}


def look(tx: Tx) -> bool:
    """The job that says what stays runs once; whether there was one."""
    rows = due_items(tx, searching.LOOK_UP)
    for row in rows:
        job = Job(row.workspace, row.kind, row.subject, row.at, dict(row.data))
        tx.now = max(tx.now, row.at)
        tx.sql.delete(row)
        tx.sql.flush()
        searching.on_look_up(tx, job)
    return bool(rows)


def tell(tx: Tx) -> None:
    """The same, until it has nothing to wait for."""
    for _ in range(30):
        if not look(tx):
            return
    raise AssertionError("it is never over")


def refuse(tx: Tx, row: OutboxRow, code: str) -> None:
    row.state = OutboxState.SENDING
    row.state, row.error = OutboxState.FAILED, code
    tx.sql.flush()


def wrote_a_question(tx: Tx, session: Session, user: str) -> None:
    place = {"session_id": session.id, "phase_index": 1, "pass_no": 1}
    tx.sql.add(Contribution(user=user, what="question", **place, **belonging_to(tx.workspace)))
    tx.sql.flush()


def private(tx: Tx) -> list[str]:
    return texts_of(outgoing(tx, "direct"))


def of_session(tx: Tx, session: Session) -> set[str]:
    prefix = f"session/{session.id}/"
    return {key.removeprefix(prefix) for key in standing(tx) if key.startswith(prefix)}


def test_what_is_found_is_deleted_and_what_people_typed_keeps_its_thread(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    first = answer(tx, shown(session, "card"))
    second = answer(tx, shown(session, "card", *WORDS))
    assert (first["method"], second["method"]) == ("conversations.history", "conversations.replies")
    assert second["ts"] == shown(session, "card")["messages"][0]["ts"]
    deleted = {row.target_key for row in outgoing(tx, "delete")}
    assert deleted == {f"session/{session.id}/{name}" for name in WORDS}
    [emptied] = [row for row in outgoing(tx, "update") if row.target_key == f"session/{session.id}/card"]
    assert emptied.payload is not None
    assert reading(tx) == []
    assert of_session(tx, session) == {"card"}


def test_the_channel_is_read_around_the_session_only(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    call = answer(tx, shown(session, "card"))
    assert session.opened_at is not None
    assert session.ended_at is not None
    begins, ends = (datetime.fromtimestamp(float(call[name]), UTC) for name in ("oldest", "latest"))
    assert (session.opened_at - begins, ends - session.ended_at) == (
        rules.LOOK_UP_MARGIN,
        rules.LOOK_UP_MARGIN,
    )


def test_it_goes_on_page_after_page(tx: Tx) -> None:
    """Each call carries all that is known: a process that ends between two pages loses nothing."""
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    asks = [
        answer(tx, shown(session, cursor="a")),
        answer(tx, shown(session, "card")),
        answer(tx, shown(session, "card", "case", cursor="b")),
        answer(tx, shown(session, "card", "summary")),
    ]
    assert [one.get("cursor") for one in asks] == [None, "a", None, "b"]
    assert {row.target_key for row in outgoing(tx, "delete")} == {
        f"session/{session.id}/case",
        f"session/{session.id}/summary",
    }


def test_pages_that_never_end_are_left(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    for number in range(rules.LOOK_UP_PAGES):
        answer(tx, shown(session, cursor=f"page {number}"))
    assert reading(tx) == []
    tell(tx)
    assert STAYS in private(tx)[-1]


def test_a_cursor_that_comes_back_ends_it(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    answer(tx, shown(session, cursor="a"))
    answer(tx, shown(session, cursor="a"))
    assert reading(tx) == []


def test_the_receipt_says_that_they_are_looked_up_and_nothing_more_comes_when_all_went(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    [receipt] = [text for text in private(tx) if "Je gegevens zijn gewist" in text]
    assert "zoek ik ze op en wis ik wat ik vind" in receipt
    before = len(private(tx))
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", *WORDS))
    deliver(tx)
    tell(tx)
    assert len(private(tx)) == before


def test_without_the_right_to_read_they_stay_and_one_line_says_so(tx: Tx) -> None:
    of_before(tx)
    privacy.forget_person(tx, ANNA)
    answer(tx, error="missing_scope")
    assert reading(tx) == []
    tell(tx)
    assert [text for text in private(tx) if STAYS in text] == [private(tx)[-1]]


def test_a_thread_that_cannot_be_read_to_its_end_stays_and_what_was_found_goes(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", "case", cursor="a"))
    answer(tx, error="not_in_channel")
    assert {row.target_key for row in outgoing(tx, "delete")} == {f"session/{session.id}/case"}
    deliver(tx)
    tell(tx)
    assert STAYS in private(tx)[-1]


def test_a_deletion_that_slack_refuses_is_told(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", "case"))
    deletion = next(row for row in outgoing(tx, "delete") if row.target_key == f"session/{session.id}/case")
    told = len(private(tx))
    look(tx)
    assert len(private(tx)) == told, "Slack has not answered yet"
    refuse(tx, deletion, "is_archived")
    deliver(tx)
    tell(tx)
    assert REFUSED in private(tx)[-1]
    run_due(tx, HANDLERS)
    [row] = due_items(tx, privacy.SWEEP)
    privacy.on_sweep(tx, Job(row.workspace, row.kind, row.subject, row.at, dict(row.data)))
    edits = [row for row in outgoing(tx, "update") if row.target_key == f"privacy/{ANNA}/receipt"]
    assert edits == [], "the receipt counts what was known when it was written"


def test_a_call_that_slack_never_answered_counts_as_not_found(tx: Tx) -> None:
    of_before(tx)
    privacy.forget_person(tx, ANNA)
    [row] = reading(tx)
    refuse(tx, row, "no_answer")
    tell(tx)
    assert STAYS in private(tx)[-1]


def test_as_long_as_slack_may_answer_nothing_is_said(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    told = len(private(tx))
    look(tx)
    assert len(private(tx)) == told
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", *WORDS))
    deliver(tx)
    tell(tx)
    assert len(private(tx)) == told


def test_what_was_found_before_is_found_again_and_is_no_duplicate(tx: Tx) -> None:
    session = of_before(tx)
    wrote_a_question(tx, session, CHLOE)
    privacy.forget_person(tx, CHLOE)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", "case", cursor="a"))
    answer(tx, error="not_in_channel")
    assert outgoing(tx, "delete") == []
    assert privacy.forget_person(tx, ANNA).lost == 1
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", "case"))
    assert [row.target_key for row in outgoing(tx, "delete")] == [f"session/{session.id}/case"]


def test_of_who_thought_along_the_case_and_the_card_of_the_other_stay(tx: Tx) -> None:
    session = of_before(tx)
    wrote_a_question(tx, session, CHLOE)
    privacy.forget_person(tx, CHLOE)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", *WORDS))
    assert of_session(tx, session) == {"card", "case"}


def test_what_stays_of_the_others_goes_with_their_term(tx: Tx) -> None:
    """It counts from the day of the session, as for every message that was known all along."""
    session = of_before(tx)
    wrote_a_question(tx, session, CHLOE)
    privacy.forget_person(tx, CHLOE)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", "case"))
    found = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == f"session/{session.id}/case")).one()
    assert session.opened_at is not None
    assert abs(found.created_at - session.opened_at) < timedelta(minutes=1)
    assert found.holds_words


def test_a_message_that_stands_twice_goes_twice(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", "case", "case"))
    gone = [row.target_key or row.payload for row in outgoing(tx, "delete")]
    second = shown(session, "card", "case", "case")["messages"][2]["ts"]
    assert gone == [{"ts": second}, f"session/{session.id}/case"]


def test_messages_of_something_else_in_the_channel_are_left_alone(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    answer(tx, shown(session, "card"))
    page = shown(session, "card", "case")
    page["messages"].append({"ts": "1700000000.000100", "metadata": metadata_of("session/anders/case")})
    page["messages"].append({"ts": "1700000001.000100", "metadata": {"event_type": "x", "event_payload": {}}})
    answer(tx, page)
    assert {row.target_key for row in outgoing(tx, "delete")} == {f"session/{session.id}/case"}
    assert tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == "session/anders/case")).all() == []


def test_the_case_that_is_deleted_alone_is_looked_up_too(tx: Tx) -> None:
    session = of_before(tx)
    privacy.delete_treated_case(tx, ANNA, session.case_id)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", *WORDS))
    assert of_session(tx, session) == {"card"}
    tell(tx)
    assert not [text for text in private(tx) if STAYS in text]


def test_of_the_case_that_is_deleted_alone_one_line_says_what_stays(tx: Tx) -> None:
    session = of_before(tx)
    privacy.delete_treated_case(tx, ANNA, session.case_id)
    answer(tx, error="channel_not_found")
    tell(tx)
    assert STAYS in private(tx)[-1]


def test_a_group_that_is_forgotten_meanwhile_ends_it(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    group_id, page = session.group_id, shown(session, "card")
    privacy.forget_group(tx, group_id)
    answer(tx, page)
    assert reading(tx) == []


def test_forgotten_twice_is_looked_up_once(tx: Tx) -> None:
    of_before(tx)
    privacy.forget_person(tx, ANNA)
    privacy.forget_person(tx, ANNA)
    assert len(reading(tx)) == 1


def test_the_name_goes_when_the_look_up_is_over(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    later(tx, timedelta(minutes=5))
    # The rooms hear of the leaving: nothing else is waited for.
    run_due(tx, HANDLERS)
    job = Job(tx.workspace, privacy.SWEEP, ANNA, tx.now, {"user": ANNA, "sweep": 1})
    privacy.on_sweep(tx, job)
    assert "people.user" in naming(tx, ANNA)
    answer(tx, error="missing_scope")
    tell(tx)
    assert session.presenter == ANNA
    sweep_away(tx)
    assert naming(tx, ANNA) == {}


def test_the_operator_reads_it_in_the_log_and_nobody_in_slack(tx: Tx) -> None:
    of_before(tx)
    tx.sql.execute(delete(OutboxRow).where(OutboxRow.kind == "direct"))
    privacy.forget_person(tx, ANNA, quietly=True)
    answer(tx, error="missing_scope")
    tell(tx)
    assert private(tx) == []


def test_a_call_holds_no_word_and_no_title(tx: Tx) -> None:
    session = of_before(tx)
    privacy.forget_person(tx, ANNA)
    [row] = reading(tx)
    assert row.payload is not None
    assert set(row.payload["arguments"]) == {"channel", "limit", "include_all_metadata", "oldest", "latest"}
    assert row.payload["about"] == {
        "state": {
            "sessions": [session.id],
            "whole": [session.id],
            "read": [],
            "removes": True,
            "quietly": False,
        },
        "left": [session.id],
        "card": "",
        "cursor": "",
        "page": 0,
    }


def told_its_group(tx: Tx) -> Session:
    """A session of long ago, whose group hears now that the bot's messages go."""
    session = of_before(tx)
    group_of(tx).messages_go_since = None
    tx.sql.flush()
    groups.announce_messages_go(tx)
    later(tx, timedelta(days=3))
    run_due(tx, HANDLERS)
    return session


def test_a_group_that_hears_that_messages_go_has_its_old_ones_looked_up(tx: Tx) -> None:
    session = told_its_group(tx)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", *WORDS))
    assert outgoing(tx, "delete") == []
    assert of_session(tx, session) == {"card", *WORDS}
    assert privacy.forget_person(tx, ANNA).lost == 0
    assert of_session(tx, session) == {"card"}


def test_what_was_looked_up_goes_with_the_term_of_its_group(tx: Tx) -> None:
    session = told_its_group(tx)
    answer(tx, shown(session, "card"))
    answer(tx, shown(session, "card", *WORDS))
    group = group_of(tx)
    group.retention_days = 365
    for passed, left in ((360, {"card", *WORDS}), (10, {"card"})):
        later(tx, timedelta(days=passed))
        retention.on_purge(tx, Job(group.workspace, retention.PURGE, group.id, tx.now, {}))
        assert of_session(tx, session) == left


def test_nobody_is_told_of_what_a_group_has_no_right_to_read(tx: Tx) -> None:
    session = told_its_group(tx)
    before = len(private(tx))
    answer(tx, error="missing_scope")
    tell(tx)
    assert len(private(tx)) == before
    assert reading(tx) == []
    # Whoever is forgotten later is looked up again: the right may have been given meanwhile.
    assert privacy.forget_person(tx, ANNA).lost == 1
    answer(tx, shown(session, "card"))


def test_a_group_without_old_sessions_has_nothing_looked_up(tx: Tx) -> None:
    make_group(tx, ANNA, CHLOE, messages_go_since=None)
    groups.announce_messages_go(tx)
    later(tx, timedelta(days=3))
    run_due(tx, HANDLERS)
    assert reading(tx) == []
