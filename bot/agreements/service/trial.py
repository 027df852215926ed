"""Trial: a group tries it once first. Then each member answers in private, and the group decides."""

from sqlalchemy import delete

from bot.agreements import queries, rules, views
from bot.agreements.records import TrialAnswer
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Refused, Texts

# The nudge that asks a member, and the job that counts after a week.
ASK_MEMBER, COUNT = "group.trial", "trial.count"


def ask_members(tx: Tx, group: Group) -> None:
    """The try is over: asks each member in private, and tells the channel so. Twice is as good as once."""
    if group.trial != "first":
        return
    group.trial = "asking"
    _drop_answers(tx, group)
    for found in groups.participants_of(tx, group):
        tx.sql.add(
            TrialAnswer(group_id=group.id, user=found.user, asked_at=tx.now, **belonging_to(group.workspace))
        )
        nudges.plan_nudge(tx, found.user, ASK_MEMBER, group.id, tx.now, group=group.id)
        groups.refresh_home(tx, found.user)
    key = f"group/{group.id}/trial/{int(tx.now.timestamp())}"
    outbox.post(tx, group.channel, views.members_are_asked(groups.texts_in(group)), key=key)
    groups.update_card(tx, group)
    _schedule_count(tx, group)


def compose_question(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    group = groups.group_by_id(tx, nudge.group_id)
    if not is_asked(tx, group, nudge.user):
        return None
    return DigestItem(*views.ask_member(t, group.id, group.channel))


def is_asked(tx: Tx, group: Group, user: str) -> bool:
    """Whether a member is asked whether they go on, and has not answered."""
    return group.trial == "asking" and any(
        row.user == user and row.answer is None for row in queries.trial_answers(tx, group)
    )


def answer_trial(tx: Tx, group_id: str, user: str, answer: str) -> Group:
    """Keeps a private answer; the last one counts. Raises Refused once the answers were counted."""
    group = groups.group_for_participant(tx, group_id, user)
    # Locked: of two people who answer at once, the second is counted too.
    groups.lock_group(tx, group)
    if answer not in rules.TRIAL_ANSWERS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    row = next((row for row in queries.trial_answers(tx, group) if row.user == user), None)
    if group.trial != "asking" or row is None:
        raise Refused(
            lambda t: t("The answers have been counted. What you think, you can still say in the channel.")
        )
    row.answer = answer
    tx.sql.flush()
    _replace_question(tx, group, user, answer)
    count_when_complete(tx, group)
    return group


def count_when_complete(tx: Tx, group: Group) -> None:
    """Lets the group decide when every member who was asked has answered."""
    found = queries.trial_answers(tx, group)
    if (
        group.trial == "asking"
        and group.rests_since is None
        and found
        and all(row.answer is not None for row in found)
    ):
        _let_decide(tx, group)


def on_week_over(tx: Tx, job: queue.Job) -> None:
    """Lets the group decide, whoever has answered."""
    group = groups.group_by_id(tx, job.subject)
    groups.lock_group(tx, group)
    if group.trial != "asking" or group.rests_since is not None:
        # A group that rests ends its trial by going on.
        _drop_answers(tx, group)
    elif group.unreachable is not None:
        _schedule_count(tx, group)
    else:
        _let_decide(tx, group)


def continue_group(tx: Tx, group_id: str, user: str) -> bool:
    """Ends the trial: the group goes on. Twice is as good as once: then it returns False."""
    group = groups.group_for_participant(tx, group_id, user)
    groups.lock_group(tx, group)
    _require_counted(group)
    is_new = bool(group.trial) or group.rests_since is not None
    group.trial = ""
    groups.resume_group(tx, group_id, user)
    groups.update_card(tx, group)
    outbox.update(tx, _key(group), views.goes_on(groups.texts_in(group), group.id))
    return is_new


def stop_group(tx: Tx, group_id: str, user: str) -> bool:
    """Ends the trial: the group rests, and can go on at any time. Returns False for one that rested already.

    Raises Refused when another chose to go on.
    """
    group = groups.group_for_participant(tx, group_id, user)
    groups.lock_group(tx, group)
    _require_counted(group)
    if not group.trial:
        raise Refused(
            lambda t: t("The group goes on: somebody else has just chosen so. Talk about it together.")
        )
    is_new = group.rests_since is None
    groups.pause_group(tx, group_id, user)
    outbox.update(tx, _key(group), views.stops(groups.texts_in(group), group.id))
    return is_new


def _require_counted(group: Group) -> None:
    if group.trial == "asking":
        raise Refused(lambda t: t("I'm still asking everyone in private. After that you can decide here."))


def _let_decide(tx: Tx, group: Group) -> None:
    """Counts the answers once, posts the decision, and forgets who said what."""
    found = queries.trial_answers(tx, group)
    answers = [row.answer for row in found if row.answer is not None]
    group.trial = "asked"
    queue.cancel(tx, COUNT, group.id)
    t = groups.texts_in(group)
    everyone = len(answers) == len(found)
    message = views.asks_to_go_on(t, group.id, rules.trial_numbers(answers), everyone=everyone)
    outbox.post(tx, group.channel, message, key=_key(group))
    for row in found:
        if row.answer is None:
            _replace_question(tx, group, row.user, None)
    _drop_answers(tx, group)


def _replace_question(tx: Tx, group: Group, user: str, answer: str | None) -> None:
    text = views.member_answered(groups.texts_of(tx, user), group.channel, answer)
    nudges.mark_answered(tx, user, ASK_MEMBER, group.id, DigestItem(text))
    groups.refresh_home(tx, user)


def _schedule_count(tx: Tx, group: Group) -> None:
    at = group.working_hours.next_open(tx.now + rules.ANSWERS_AWAITED)
    queue.schedule(tx, COUNT, group.id, at, {"group": group.id})


def _drop_answers(tx: Tx, group: Group) -> None:
    tx.sql.execute(delete(TrialAnswer).where(TrialAnswer.group_id == group.id))


def _key(group: Group) -> str:
    return f"group/{group.id}/go_on"
