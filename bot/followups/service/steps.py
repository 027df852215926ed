"""Use cases of takeaways and steps: keep, ask how a step went, answer, snooze and change it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.message import Message
from bot.followups import queries, rules, views
from bot.followups.records import Takeaway
from bot.followups.rules import MAX_STEPS, PlannedStep, StepState, What
from bot.followups.service import looking_back
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Refused, Texts


def keep_takeaway(
    tx: Tx,
    group: Group,
    session_id: str,
    user: str,
    *,
    what: What,
    takeaway: str,
    steps: Sequence[PlannedStep] = (),
    is_presenter: bool,
    shared: bool,
) -> Takeaway:
    """Keep a user's takeaway and steps from a session; the form sent again changes them. Plans the questions.

    `shared`: whether the group may read the takeaway. `is_presenter`: whether the next session looks back on it.
    """
    before = {one.place: one for one in queries.takeaways_of(tx, session_id, user, what)}
    planned = [one for one in steps if one.text][:MAX_STEPS]
    rows = []
    for place in range(max(1, len(planned))):
        kept = before.pop(place, None)
        if kept is None:
            kept = Takeaway(
                group_id=group.id,
                session_id=session_id,
                user=user,
                what=what,
                place=place,
                kept_at=tx.now,
                **belonging_to(group.workspace),
            )
            tx.sql.add(kept)
        kept.is_presenter = is_presenter
        _write(kept, takeaway if place == 0 else "", shared, planned[place] if planned else PlannedStep(""))
        rows.append(kept)
    for gone in before.values():
        nudges.cancel_nudges(tx, gone.id)
        tx.sql.delete(gone)
    if what == What.RESPONSE:
        # The response is what the next session looks back on, not the harvest of before.
        for harvest in queries.takeaways_of(tx, session_id, user, What.HARVEST):
            harvest.is_presenter = False
    tx.sql.flush()
    for kept in rows:
        _plan_question(tx, kept)
    if is_presenter:
        looking_back.plan_look_backs(tx, group)
    groups.refresh_home(tx, user)
    return rows[0]


def _write(kept: Takeaway, takeaway: str, shared: bool, step: PlannedStep) -> None:
    """Write the words of one row. Sharing holds for the words that came with the tick; the last form counts."""
    kept.takeaway, kept.step = takeaway, step.text
    kept.shared = (shared and bool(takeaway)) or step.shared
    kept.shared_takeaway = takeaway if shared and takeaway else None
    kept.shared_step = step.text if step.shared else None
    if step.by is not None:
        kept.by = step.by.isoformat()


def _plan_question(tx: Tx, kept: Takeaway) -> None:
    if kept.what == What.RESPONSE and not kept.step and kept.place == 0 and kept.state == StepState.OPEN:
        _plan_question_after_settling(tx, kept)
    else:
        nudges.cancel_nudge(tx, kept.user, queries.SETTLE_NUDGE, kept.id)
    if not kept.step or kept.state != StepState.OPEN:
        nudges.cancel_nudge(tx, kept.user, queries.STEP_NUDGE, kept.id)
        return
    person = groups.ensure_person(tx, kept.user)
    hours = (person.zone, person.from_hour, person.days)
    if kept.by:
        kept_on = kept.kept_at.astimezone(ZoneInfo(person.zone)).date()
        at = rules.ask_at(kept_on, kept.by, tx.now, *hours)
    else:
        kept.by = rules.day_to_ask("", tx.now, person.zone).isoformat()
        at = rules.nudge_at("", tx.now, *hours)
    nudges.plan_nudge(tx, kept.user, queries.STEP_NUDGE, kept.id, at, group=kept.group_id)


def _plan_question_after_settling(tx: Tx, kept: Takeaway) -> None:
    """A presenter let it settle: ask once, a week later."""
    person = groups.ensure_person(tx, kept.user)
    at = rules.nudge_at("", tx.now, person.zone, person.from_hour, person.days)
    nudges.plan_nudge(tx, kept.user, queries.SETTLE_NUDGE, kept.id, at, group=kept.group_id)


def compose_question_after_settling(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Ask a presenter who let it settle whether there is a step now. It is asked once."""
    kept = tx.sql.get(Takeaway, nudge.subject)
    if kept is None or kept.step or kept.state != StepState.OPEN:
        return None
    message = views.settled_question(t, kept, groups.group_by_id(tx, kept.group_id).channel)
    return DigestItem(message.text, message.blocks)


def leave_it_at_that(tx: Tx, step_id: str, user: str) -> None:
    """A presenter needs no step after all: nothing more is asked."""
    kept = queries.own_step(tx, step_id, user)
    if not kept.step:
        kept.state = StepState.IRRELEVANT
    message = views.left_at_that(groups.texts_of(tx, user))
    nudges.mark_answered(tx, user, queries.SETTLE_NUDGE, kept.id, DigestItem(message.text, message.blocks))


def compose_step_question(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Ask about a step, and plan the next question. A step that is done or irrelevant is not asked about again."""
    kept = tx.sql.get(Takeaway, nudge.subject)
    if kept is None or kept.state != StepState.OPEN or not kept.step:
        return None
    person = groups.ensure_person(tx, kept.user)
    channel = groups.group_by_id(tx, kept.group_id).channel
    before = groups.today_of(tx, kept.user).isoformat() < kept.by
    if not before and not nudge.data.get("later"):
        kept.asked += 1
    if before or kept.asked < rules.ASKED_AT_MOST:
        by = kept.by if before else ""
        again = rules.nudge_at(by, tx.now, person.zone, person.from_hour, person.days)
        nudges.plan_nudge(tx, kept.user, queries.STEP_NUDGE, kept.id, again, group=kept.group_id)
    message = views.question(t, kept, channel, first=before, again=kept.asked == rules.ASKED_AT_MOST)
    return DigestItem(message.text, message.blocks)


def answer_step(tx: Tx, step_id: str, user: str, how: str) -> Takeaway:
    """Keep the answer how a step went; a later answer replaces it.

    Before the chosen day "partly" and "not yet" leave the step open: it is asked about again after that day.
    """
    kept = queries.own_step(tx, step_id, user)
    if how not in rules.STEP_ANSWERS:
        raise Refused(lambda t: t("I don't know this answer. Type /intervisie steps for the list."))
    waits = how in (StepState.PARTLY, StepState.NOT_YET) and groups.today_of(tx, user).isoformat() < kept.by
    kept.state = StepState.OPEN if waits else StepState(how)
    if waits:
        person = groups.ensure_person(tx, user)
        at = rules.nudge_at(kept.by, tx.now, person.zone, person.from_hour, person.days)
        _ask_again_at(tx, kept, at)
    else:
        channel = groups.group_by_id(tx, kept.group_id).channel
        message = views.answered(groups.texts_of(tx, user), kept, channel)
        _replace_question(tx, kept, message)
    groups.refresh_home(tx, user)
    return kept


def snooze_step(tx: Tx, step_id: str, user: str, days: int) -> Takeaway:
    """Ask about a step again in some days."""
    kept = queries.own_step(tx, step_id, user)
    if days not in rules.SNOOZE_DAYS:
        raise Refused(lambda t: t("I don't know this answer. Type /intervisie steps for the list."))
    person = groups.ensure_person(tx, user)
    day = groups.today_of(tx, user) + timedelta(days=days)
    at = rules.snoozed_until(day, tx.now, person.zone, person.from_hour, person.days)
    _reopen_step(tx, kept, day.isoformat(), at)
    return kept


def change_step(tx: Tx, step_id: str, user: str, step: str, by: str | None) -> Takeaway:
    """Change one's own step and its day; the step is open again."""
    kept = queries.own_step(tx, step_id, user)
    if not step:
        raise Refused(lambda t: t("Write in a sentence what you are going to do."), "step")
    if not by or by < groups.today_of(tx, user).isoformat():
        raise Refused(lambda t: t("Choose a day that is still to come."), "by")
    if not kept.step:
        changed = views.step_after_all(groups.texts_of(tx, user), step, by)
        item = DigestItem(changed.text, changed.blocks)
        nudges.mark_answered(tx, user, queries.SETTLE_NUDGE, kept.id, item)
    kept.step = step
    # The user chose this day, so the question a week after the session is left out.
    person = groups.ensure_person(tx, user)
    _reopen_step(tx, kept, by, rules.nudge_at(by, tx.now, person.zone, person.from_hour, person.days))
    if queries.is_sharing_open(kept):
        looking_back.plan_look_backs(tx, groups.group_by_id(tx, kept.group_id))
    return kept


def _reopen_step(tx: Tx, kept: Takeaway, by: str, ask_at: datetime) -> None:
    """Reopen a step with another day, and ask about it then."""
    kept.by, kept.state, kept.asked = by, StepState.OPEN, 0
    _ask_again_at(tx, kept, ask_at)
    groups.refresh_home(tx, kept.user)


def _ask_again_at(tx: Tx, kept: Takeaway, at: datetime) -> None:
    """Plan the next question about an open step. The one that was sent loses its buttons, and says when."""
    day = at.astimezone(ZoneInfo(groups.ensure_person(tx, kept.user).zone)).date().isoformat()
    channel = groups.group_by_id(tx, kept.group_id).channel
    _replace_question(tx, kept, views.snoozed(groups.texts_of(tx, kept.user), kept, day, channel))
    nudges.plan_nudge(tx, kept.user, queries.STEP_NUDGE, kept.id, at, group=kept.group_id)


def _replace_question(tx: Tx, kept: Takeaway, message: Message) -> None:
    item = DigestItem(message.text, message.blocks)
    nudges.mark_answered(tx, kept.user, queries.STEP_NUDGE, kept.id, item)
