"""Use cases of voting in a date poll: say which dates suit."""

from collections.abc import Mapping

from bot.date_polls import queries, rules, views
from bot.date_polls.records import DatePoll, DateVote
from bot.date_polls.service import messages
from bot.nudges import service as nudges
from bot.slack.blocks import Block
from bot.storage import Tx, belonging_to
from bot.texts import Texts

# A form has at most six fields, each with three choices.
VOTES_PER_FORM = 5


def date_vote_form(tx: Tx, search_id: str, user: str, t: Texts, first: int = 0) -> Block:
    """The form for the dates from `first` on, with this user's votes. Raises Refused once the date poll is over."""
    search, group = queries.date_poll_for(tx, search_id, user)
    queries.require_state(search, *queries.GOING_ON)
    slots = [(slot.id, slot.starts_at) for slot in queries.slots_of(tx, search)]
    said = {slot: answer for slot, who, answer in queries.votes_of(tx, search) if who == user}
    here = slots[first : first + VOTES_PER_FORM]
    more = first + VOTES_PER_FORM < len(slots)
    return views.mark_form(t, views.MarkRef(search.id, first), group.zone, here, said, more=more)


def vote_on_dates(
    tx: Tx, search_id: str, user: str, answers: Mapping[str, str | None], first: int
) -> int | None:
    """Keep a user's votes; later ones replace them. Returns where the next form begins, None after the last."""
    search, group = queries.date_poll_for(tx, search_id, user)
    queries.require_state(search, *queries.GOING_ON)
    slots = [slot.id for slot in queries.slots_of(tx, search)]
    for slot in slots:
        answer = answers.get(slot)
        if answer in rules.DATE_ANSWERS:
            _keep_vote(tx, search, slot, user, answer)
    tx.sql.flush()
    messages.update_date_poll(tx, search, group)
    seen = queries.standing_of(tx, search, group)
    if views.has_answered(seen, user):
        nudges.cancel_nudge(tx, user, messages.ASK, search.id)
    messages.choose_if_complete(tx, search, group, seen)
    following = first + VOTES_PER_FORM
    return following if following < len(slots) else None


def accept_own_dates(tx: Tx, search: DatePoll) -> None:
    """Vote yes for the asker on every date that they proposed; they can change it."""
    for slot in queries.slots_of(tx, search):
        _keep_vote(tx, search, slot.id, search.asked_by, "yes")
    tx.sql.flush()


def _keep_vote(tx: Tx, search: DatePoll, slot: str, user: str, answer: str) -> None:
    held = queries.vote_on_slot(tx, slot, user)
    if held is None:
        held = DateVote(search_id=search.id, slot_id=slot, user=user, **belonging_to(search.workspace))
        tx.sql.add(held)
    held.answer = answer
