"""Use cases of a closing poll: rank the cases, and ask their presenters until one accepts."""

from datetime import timedelta

from sqlalchemy import delete

from bot.cases import rules as case_rules
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.polls import queries, rules, views
from bot.polls.records import Ballot, Poll
from bot.polls.rules import PollState
from bot.storage import Tx
from bot.texts import Refused, mention

CLOSE = "poll.close"
COUNT = "poll.count"
ASK_AGAIN = "poll.ask_again"
# A presenter is reminded after this time, within their working hours; after as long again the next one is asked.
ANSWER_DEADLINE = timedelta(hours=24)


def require_open(poll: Poll) -> None:
    """Raises Refused for a poll that is closed."""
    if poll.state != PollState.OPEN:
        raise Refused(lambda t: t("This poll is closed. The result is in the channel."))


def drop_candidate(tx: Tx, poll: Poll, case_id: str, fate: str) -> None:
    """Drop a case from a poll: "declined" by its presenter, or "out"."""
    for candidate in queries.candidates_of(tx, poll):
        if candidate.case_id == case_id:
            candidate.fate = fate
    tx.sql.flush()


def close_poll_by_hand(tx: Tx, poll_id: str, user: str) -> None:
    """Close a poll by hand: its opener or the fixed facilitator may, and any member once the opener has left."""
    poll, group = queries.poll_for(tx, poll_id, user)
    require_open(poll)
    present = {member.user for member in groups.members(tx, group)}
    leaders = {poll.opened_by, group.facilitator if group.facilitation == "fixed" else poll.opened_by}
    if user not in leaders and poll.opened_by in present:
        who = mention(poll.opened_by)
        raise Refused(
            lambda t: t("{who} opened this poll and can close it. It also closes by itself.", who=who)
        )
    close_poll(tx, poll, group)


def close_poll(tx: Tx, poll: Poll, group: Group) -> None:
    """Close a poll: rank the cases, delete the votes, and ask the first presenter."""
    if poll.state != PollState.OPEN:
        return
    queue.cancel(tx, CLOSE, poll.id)
    queue.cancel(tx, COUNT, poll.id)
    # The last votes may not have been counted yet.
    ballots = queries.ballots_of(tx, poll)
    poll.voters = len(ballots)
    points = rules.points_by_case(ballot.points for ballot in ballots)
    ranked = rules.ranking(queries.ranking_entries(tx, group, points, queries.cases_to_vote_on(tx, poll.id)))
    by_case = {candidate.case_id: candidate for candidate in queries.candidates_of(tx, poll)}
    for rank, entry in enumerate(ranked, start=1):
        by_case[entry.case].rank, by_case[entry.case].points = rank, entry.points
    tx.sql.execute(delete(Ballot).where(Ballot.poll_id == poll.id))
    tx.sql.flush()
    ask_next_presenter(tx, poll, group)


def ask_next_presenter(tx: Tx, poll: Poll, group: Group) -> None:
    """Ask the presenter of the highest remaining case in private."""
    case = next(iter(queries.cases_by_rank(tx, poll)), None)
    if poll.state == PollState.CHOSEN:
        lapsed = views.result_lapsed(groups.texts_in(group))
        outbox.update(tx, queries.result_key(poll), lapsed)
    poll.state, poll.asked_case = (PollState.ASKING, case.id) if case else (PollState.EMPTY, None)
    announce_result(tx, poll, group)
    update_closed_poll(tx, poll, group)
    refresh_homes(tx, group)
    if case is None:
        return
    t = groups.texts_of(tx, case.presenter)
    groups.post_dm(
        tx,
        case.presenter,
        groups.discreet_in(t, group, views.asking(t, poll.id, case.id, case.title, group.channel)),
        key=queries.question_keys(poll, case.id)[0],
    )
    queue.schedule(tx, ASK_AGAIN, poll.id, tx.now + ANSWER_DEADLINE, {"case": case.id, "again": 0})


def answer_presenter(
    tx: Tx, poll_id: str, case_id: str, user: str, *, accepted: bool, announced: bool = False
) -> None:
    """Keep the presenter's answer: yes chooses the case, no asks the next presenter."""
    poll, group = queries.poll_for(tx, poll_id, user)
    case = cases.own_case_of_group(tx, group, case_id, user)
    if poll.asked_case == case.id and poll.state in (PollState.CHOSEN, PollState.DONE):
        return
    if poll.asked_case != case.id or poll.state != PollState.ASKING or case.state != CaseState.HANDED_IN:
        raise Refused(lambda t: t("This has been settled in the meantime. Thank you all the same."))
    t = groups.texts_of(tx, user)
    close_question(tx, poll, case, views.answered(t, group.channel, accepted=accepted))
    if accepted:
        cases.mark_chosen(tx, case)
        settle_choice(tx, poll, group, announced=announced)
    else:
        drop_candidate(tx, poll, case.id, "declined")
        ask_next_presenter(tx, poll, group)


def settle_choice(
    tx: Tx, poll: Poll, group: Group, *, state: PollState = PollState.CHOSEN, announced: bool = False
) -> None:
    """Settle the poll on the asked case. `state` is DONE when its session has opened already.

    `announced`: the message of the poll itself is new, and tells the result.
    """
    shown = closed_poll_message(tx, poll, group) if poll.state == PollState.CHOSEN else None
    poll.state = state
    if not announced:
        announce_result(tx, poll, group)
    update_closed_poll(tx, poll, group, shown=shown)
    refresh_homes(tx, group)


def announce_result(tx: Tx, poll: Poll, group: Group) -> None:
    """Tell the channel the result in a message of its own, once: an edit of the poll notifies nobody."""
    if poll.state in (PollState.CHOSEN, PollState.EMPTY):
        message = groups.discreet_in(groups.texts_in(group), group, _result_message(tx, poll, group))
        outbox.post(tx, group.channel, message, key=queries.result_key(poll))


def _result_message(tx: Tx, poll: Poll, group: Group) -> Message:
    t = groups.texts_in(group)
    if poll.asked_case is None:
        return views.nobody_notice(t, group.id)
    title = cases.case_of_group(tx, group, poll.asked_case).title
    if poll.state == PollState.DONE:
        return views.result_settled(t, title)
    return views.result_notice(t, group.id, title, has_day=_has_day(tx, group))


def close_question(tx: Tx, poll: Poll, case: Case, message: Message) -> None:
    """Close the question to a presenter: its messages lose their buttons, and the reminder is cancelled."""
    queue.cancel(tx, ASK_AGAIN, poll.id)
    for key in queries.question_keys(poll, case.id):
        groups.update_dm(tx, case.presenter, key, message)


def update_closed_poll(tx: Tx, poll: Poll, group: Group, *, shown: Message | None = None) -> None:
    """Edit the messages of a closed poll to what holds now. `shown`: the poll's own message, as it stands."""
    message = closed_poll_message(tx, poll, group)
    if message != shown:
        outbox.update(tx, queries.poll_key(poll.id), message)
    if poll.state != PollState.ASKING:
        outbox.update(tx, queries.result_key(poll), _result_message(tx, poll, group))


def update_next_steps(tx: Tx, poll: Poll, group: Group) -> None:
    """Edit the one message with the buttons of the next step, after the group got or lost its day."""
    if _has_the_buttons(tx, poll):
        outbox.update(tx, queries.poll_key(poll.id), closed_poll_message(tx, poll, group))
    else:
        outbox.update(tx, queries.result_key(poll), _result_message(tx, poll, group))


def closed_poll_message(tx: Tx, poll: Poll, group: Group) -> Message:
    """The message of a closed poll. It names no case before its presenter agrees: a refusal stays private."""
    t = groups.texts_in(group)
    if poll.state == PollState.EMPTY or poll.asked_case is None:
        return views.nobody_post(t)
    taking_part = queries.candidates_of(tx, poll)
    if poll.state == PollState.ASKING:
        return views.asking_post(t, poll.voters, len(taking_part))
    found = {case.id: case for case in queries.cases_of(tx, poll)}
    points = {candidate.case_id: candidate.points for candidate in taking_part}
    ordered = [one.case_id for one in taking_part if one.rank > 0 and one.fate != "out"]
    places = {
        entry.case: entry
        for entry in queries.ranking_entries(tx, group, points, [found[one] for one in ordered])
    }
    is_first = ordered[0] == poll.asked_case
    second = places[ordered[1]] if len(ordered) > 1 else None
    others = [
        case
        for case in found.values()
        if case.id != poll.asked_case and case.state in (CaseState.HANDED_IN, CaseState.CHOSEN)
    ]
    return views.result_post(
        t,
        views.Result(
            chosen=found[poll.asked_case],
            points=points[poll.asked_case],
            # No reason when a higher case was declined: it would give that refusal away.
            reason=rules.reason(places[ordered[0]], second) if is_first else "",
            second=found[second.case] if second else None,
            voters=poll.voters,
            others=others,
            same_theme=case_rules.same_theme_count(
                found[poll.asked_case].theme, [case.theme for case in others]
            ),
        ),
        views.after_choice(t, group.id, has_day=_has_day(tx, group)) if _has_the_buttons(tx, poll) else (),
    )


def _has_the_buttons(tx: Tx, poll: Poll) -> bool:
    """Whether the poll's own message has the buttons of the next step: it does when no other one told the result."""
    return poll.state == PollState.CHOSEN and not outbox.is_live(tx, queries.result_key(poll))


def _has_day(tx: Tx, group: Group) -> bool:
    """Whether a meeting is planned: the result then says nothing of finding a day."""
    return meetings.next_meeting(tx, group) is not None


def refresh_homes(tx: Tx, group: Group) -> None:
    """Refresh the Home tabs of all members."""
    for member in groups.members(tx, group):
        groups.refresh_home(tx, member.user)
