"""The message of a search that Slack refused, or that somebody deleted by hand, is said as it is now."""

from bot.date_polls import jobs, service
from bot.date_polls.records import DatePoll
from bot.delivery import lost_messages
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.storage import Tx
from tests.conftest import run_due
from tests.date_polls.people import opened, say
from tests.factories import BRAM, CHLOE, deliver


def message(tx: Tx, search: str) -> OutboxRow:
    tx.sql.flush()
    return tx.sql.query(OutboxRow).filter(OutboxRow.key == f"dates/{search}").populate_existing().one()


def test_a_question_that_was_refused_comes_with_the_channel(tx: Tx) -> None:
    search = opened(tx)
    row = message(tx, search)
    row.state = OutboxState.SENDING
    row.state, row.payload, row.error, row.claim_count = OutboxState.FAILED, None, "is_archived", 1
    tx.sql.flush()
    group = groups.group_by_id(tx, tx.sql.get_one(DatePoll, search).group_id)
    groups.mark_unreachable(tx, group, "archived")
    say(tx, search, CHLOE, "yes", "no", "no")
    groups.mark_reachable(tx, group)
    run_due(tx, jobs.JOBS)
    assert message(tx, search).state == OutboxState.PENDING


def test_deleted_by_hand_it_comes_back_while_the_search_goes_on(tx: Tx) -> None:
    search = opened(tx)
    deliver(tx)
    lost_messages.on_message_deleted(tx, "C0OOST", str(message(tx, search).ts))
    run_due(tx, jobs.JOBS)
    assert message(tx, search).state == OutboxState.PENDING
    deliver(tx)
    service.cancel_date_poll(tx, search, BRAM)
    deliver(tx)
    lost_messages.on_message_deleted(tx, "C0OOST", str(message(tx, search).ts))
    run_due(tx, jobs.JOBS)
    assert message(tx, search).state == OutboxState.LOST
