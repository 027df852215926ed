"""How one gets to every button and every form of groups, cases, polls, meetings, steps and Home."""

from datetime import timedelta

from sqlalchemy import delete, select

from bot.agreements import jobs as agreement_jobs
from bot.agreements import rules as agreement_rules
from bot.agreements import service as agreements
from bot.agreements import views as agreement_views
from bot.agreements.records import Agreed
from bot.cases import service as cases
from bot.cases import views as case_views
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseState
from bot.events import SessionEnded
from bot.followups import jobs as followup_jobs
from bot.followups import rules as followup_rules
from bot.followups import service as followups
from bot.followups import views as step_views
from bot.followups.rules import What
from bot.groups import service as groups
from bot.groups import views as group_views
from bot.groups.records import Group
from bot.jobs.queue import Job
from bot.nudges import service as nudges
from bot.nudges import views as nudge_views
from bot.nudges.records import Digest
from bot.polls import service as polls
from bot.polls import views as poll_views
from bot.polls.records import Poll
from bot.slack import ids
from bot.storage import Tx
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case
from tests.resilience.acts import RECIPES, TOMORROW, Act, Recipe, number_of, recipe, step

FLEUR = "U0FLEUR"

# Groups and Home


def group_of(tx: Tx) -> Group:
    return make_group(tx, ANNA, BRAM, CHLOE, DAAN)


RECIPES[ids.GROUP_SET_UP] = lambda tx: Act(ANNA, group_views.ChannelRef("C0OOST"))
RECIPES[ids.GROUP_SET_UP_FORM] = lambda tx: Act(
    ANNA,
    group_views.ChannelRef("C0OOST"),
    {"name": "Oost", "language": {"option": "nl"}, "meets": {"option": "video"}, "begin": {"option": "try"}},
    {"name": "Ons Oost", "language": {"option": "en"}, "meets": {"option": "room"}},
)
RECIPES[ids.GROUP_SETTINGS_FORM] = lambda tx: Act(
    ANNA,
    group_views.SettingsRef(group_of(tx).id, "hours"),
    {"zone": "Europe/Brussels", "days": ["1", "2"]},
    {"zone": "Europe/Berlin", "days": ["3"]},
)
RECIPES[ids.GROUP_KEEPING_FORM] = lambda tx: Act(ANNA, group_views.KeepingRef(group_of(tx).id, 92))
for _id in (ids.GROUP_OPEN, ids.GROUP_LEAVE, ids.MEETING_OPEN, ids.AGREEMENTS_OPEN, ids.CASE_WRITE):
    RECIPES[_id] = lambda tx: Act(ANNA, group_views.GroupRef(group_of(tx).id))
RECIPES[ids.GROUP_JOIN] = lambda tx: Act(FLEUR, group_views.GroupRef(group_of(tx).id))
RECIPES[ids.GROUP_REST] = lambda tx: Act(ANNA, group_views.GroupRef(group_of(tx).id))
RECIPES[ids.PRIVACY_ATTENDANCE_FORM] = lambda tx: Act(
    BRAM if group_of(tx).id else ANNA,
    fields={"years": {"option": "10"}},
    reworded={"years": {"option": "1"}},
)
for _id in (
    ids.PRIVACY_OPEN,
    ids.PRIVACY_FILE,
    ids.PRIVACY_ATTENDANCE,
    ids.PRIVACY_FORGET,
    ids.PRIVACY_FORGET_FORM,
):
    RECIPES[_id] = lambda tx: Act(BRAM if group_of(tx).id else ANNA)
RECIPES[ids.GROUP_SETTINGS] = lambda tx: Act(ANNA, group_views.SettingsRef(group_of(tx).id, "basics"))


@recipe(ids.INVITATION_DECLINE)
def invited(tx: Tx) -> Act:
    group = group_of(tx)
    groups.on_channel_join(tx, group, FLEUR)
    return Act(FLEUR, group_views.GroupRef(group.id))


@recipe(ids.GROUP_WAKE)
def resting(tx: Tx) -> Act:
    group = group_of(tx)
    groups.pause_group(tx, group.id, ANNA)
    return Act(ANNA, group_views.GroupRef(group.id))


# Agreements, and a first try


def not_agreed(tx: Tx) -> Group:
    """A group whose members have yet to agree."""
    group = group_of(tx)
    tx.sql.execute(delete(Agreed).where(Agreed.group_id == group.id))
    return group


RECIPES[ids.AGREEMENTS_FORM] = lambda tx: Act(ANNA, agreement_views.AgreementsRef(not_agreed(tx).id, 1))
RECIPES[ids.AGREEMENTS_CHANGE] = lambda tx: Act(ANNA, agreement_views.AgreementsRef(group_of(tx).id, 1))
RECIPES[ids.AGREEMENTS_CHANGE_FORM] = lambda tx: Act(
    ANNA,
    agreement_views.AgreementsRef(group_of(tx).id, 1),
    {"text": "Wat hier gezegd wordt, blijft hier."},
)


@recipe(ids.CASE_AGREE_FORM)
def agreeing_on_the_way(tx: Tx) -> Act:
    group = not_agreed(tx)
    case = make_case(tx, group, ANNA, state=CaseState.DRAFT)
    return Act(ANNA, case_views.AgreeRef(group.id, 1, case.id))


def tried(tx: Tx) -> Group:
    """A group that has tried it once, and whose members are asked in private."""
    group = group_of(tx)
    group.trial = "first"
    over = SessionEnded("x", group.id, 0, 1, "finished", held=True)
    agreement_jobs.JOBS[over.kind](tx, Job(tx.workspace, over.kind, over.subject, tx.now, over.data))
    return group


@recipe(ids.TRIAL_GO_ON, ids.TRIAL_STOP)
def counted(tx: Tx) -> Act:
    group = tried(tx)
    for user in (ANNA, BRAM, CHLOE, DAAN):
        agreements.answer_trial(tx, group.id, user, "yes")
    return Act(BRAM, group_views.GroupRef(group.id))


def giving(answer: str) -> Recipe:
    return lambda tx: Act(BRAM, agreement_views.TrialRef(tried(tx).id, answer))


for _answer in agreement_rules.TRIAL_ANSWERS:
    RECIPES[f"{ids.TRIAL_ANSWER}.{_answer}"] = giving(_answer)


@recipe(ids.NEWCOMER_TALK_FIRST)
def somebody_new(tx: Tx) -> Act:
    group = group_of(tx)
    groups.join_group(tx, group.id, FLEUR, {FLEUR})
    return Act(BRAM, agreement_views.NewcomerRef(group.id, FLEUR))


@recipe(ids.AGREEMENTS_SUGGESTION, ids.AGREEMENTS_NO_SUGGESTION)
def suggested(tx: Tx) -> Act:
    group = group_of(tx)
    group.suggestion_open, group.first_text = True, 1
    return Act(ANNA, agreement_views.AgreementsRef(group.id, 1))


RECIPES[ids.HOME_STATUS] = lambda tx: Act(ANNA, group_views.GroupRef(group_of(tx).id))


@recipe(
    ids.HOME_SETTINGS,
    ids.HOME_SETTINGS_FORM,
    ids.HOME_ASKS,
    ids.HOME_GROUPS,
    ids.HOME_CASES,
    ids.HOME_STEPS,
    ids.HOME_REFLECTIONS,
    ids.HOME_AWAY,
)
def at_home(tx: Tx) -> Act:
    group_of(tx)
    return Act(
        ANNA, None, {"language": {"option": "en"}, "choices": [], "days": ["1"], "from_hour": {"option": "8"}}
    )


# Cases

STORY = {
    "title": "Te vaak ja zeggen",
    "situation": "Een collega vraagt me elke week iets erbij, en ik zeg altijd ja.",
    "own_part": "Ik wil graag aardig gevonden worden.",
    "question": "Hoe kan ik nee zeggen zonder me schuldig te voelen?",
}
REWORDED = {**STORY, "title": "Vaker nee zeggen"}
MORE = {"tried": "Uitstellen", "hope": "Rust", "theme": "grenzen", "urgency": {"option": "now"}}


def a_case(tx: Tx, state: CaseState = CaseState.HANDED_IN) -> Case:
    return make_case(tx, group_of(tx), ANNA, state=state)


def of_case(tx: Tx) -> case_views.CaseRef:
    case = a_case(tx)
    return case_views.CaseRef(case.group_id, case.id)


RECIPES[ids.CASE_OPEN] = lambda tx: Act(ANNA, of_case(tx))
RECIPES[ids.CASE_LIST] = lambda tx: Act(ANNA, of_case(tx))
RECIPES[ids.CASE_GO_ON] = lambda tx: Act(ANNA, of_case(tx))
RECIPES[ids.CASE_WITHDRAW_FORM] = lambda tx: Act(ANNA, of_case(tx))
RECIPES[ids.CASE_MENU] = lambda tx: Act(
    ANNA, case_views.CaseChoice(a_case(tx, CaseState.DRAFT).id, "hand_in")
)


@recipe(ids.CASE_DELETE_FORM)
def deleting_a_draft(tx: Tx) -> Act:
    case = a_case(tx, CaseState.DRAFT)
    return Act(ANNA, case_views.CaseRef(case.group_id, case.id))


@recipe(ids.PRIVACY_CASE)
def choosing_a_treated_case(tx: Tx) -> Act:
    case = a_case(tx, CaseState.TREATED)
    return Act(ANNA, case_views.CaseRef(case.group_id, case.id))


RECIPES[ids.PRIVACY_CASE_STAYS] = lambda tx: Act(ANNA, of_case(tx))
RECIPES[ids.PRIVACY_CASE_GOES] = lambda tx: Act(ANNA, of_case(tx))


@recipe(ids.PRIVACY_CASE_FORM)
def deleting_a_treated_case(tx: Tx) -> Act:
    return Act(ANNA, fields={"case": {"option": a_case(tx, CaseState.TREATED).id}})


@recipe(ids.CASE_KEEP, ids.CASE_KIND)
def keeping_a_form(tx: Tx) -> Act:
    carries = case_views.CaseForm(group_of(tx).id, number_of(tx.workspace), 0)
    return Act(ANNA, carries, STORY, in_form=True)


@recipe(ids.CASE_FORM)
def writing_a_case(tx: Tx) -> Act:
    # A form carries the number of its case from its opening on.
    number = number_of(tx.workspace)
    then = {"next": {"option": "hand_in"}}
    carries = case_views.CaseForm(group_of(tx).id, number, 1)
    return Act(ANNA, carries, {**STORY, **then}, {**REWORDED, **then})


@recipe(ids.CASE_MORE_FORM)
def writing_more(tx: Tx) -> Act:
    group = group_of(tx)
    number = number_of(tx.workspace)
    cases.save_draft(
        tx,
        group.id,
        ANNA,
        number,
        CaseDraft(STORY["title"], STORY["situation"], STORY["own_part"], STORY["question"]),
        then="more",
    )
    then = {"finish": {"option": "hand_in"}}
    carries = case_views.CaseForm(group.id, number, 1)
    return Act(ANNA, carries, {**MORE, **then}, {**MORE, **then, "hope": "Ruimte"})


# Polls


def poll(tx: Tx, *, closed: bool = False, number: int = 3) -> Poll:
    """Anna, Chloé and Daan have a case each, and Bram has opened a poll over them."""
    group = group_of(tx)
    for place, user in enumerate((ANNA, CHLOE, DAAN)[:number]):
        make_case(tx, group, user, title=f"Casus {place}").handed_in_at = tx.now - timedelta(days=9 - place)
    opened = polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))
    if closed:
        polls.close_poll_by_hand(tx, opened.id, BRAM)
    return opened


def asking(tx: Tx) -> poll_views.AskRef:
    closed = poll(tx, closed=True)
    assert closed.asked_case is not None
    return poll_views.AskRef(closed.id, closed.asked_case)


RECIPES[ids.POLL_OPEN] = lambda tx: Act(CHLOE, group_views.GroupRef(poll(tx).group_id))
RECIPES[ids.POLL_VOTE] = lambda tx: Act(CHLOE, poll_views.PollRef(poll(tx).id))
RECIPES[ids.POLL_CLOSE] = lambda tx: Act(BRAM, poll_views.PollRef(poll(tx).id))
RECIPES[ids.POLL_ACCEPT] = lambda tx: Act(ANNA, asking(tx))
RECIPES[ids.POLL_DECLINE] = lambda tx: Act(ANNA, asking(tx))


@recipe(ids.POLL_TAKE)
def taking_the_only_one(tx: Tx) -> Act:
    group = group_of(tx)
    make_case(tx, group, ANNA)
    return Act(BRAM, poll_views.GroupRef(group.id))


@recipe(ids.POLL_OPEN_FORM)
def opening_a_poll(tx: Tx) -> Act:
    group = group_of(tx)
    for user in (ANNA, CHLOE):
        make_case(tx, group, user)
    typed = {"day": {"day": TOMORROW}, "hour": {"hour": "12:00"}}
    return Act(BRAM, poll_views.GroupRef(group.id), typed, {**typed, "hour": {"hour": "13:00"}})


@recipe(ids.POLL_BALLOT_FORM)
def the_last_ballot(tx: Tx) -> Act:
    opened = poll(tx)
    found, _ = polls.ballot_of(tx, opened.id, BRAM)
    for user in (ANNA, CHLOE, DAAN):
        polls.give_votes(tx, opened.id, user, {found[0].id: 2, found[1].id: 1})
    ballot = {case.id: {"option": "1"} for case in found}
    return Act(BRAM, poll_views.PollRef(opened.id), ballot)


# Steps


def asked_about(tx: Tx) -> str:
    """A step that we have asked about."""
    kept = step(tx, group_of(tx), ANNA, is_presenter=True)
    nudges.plan_nudge(tx, ANNA, followups.STEP_NUDGE, kept.id, tx.now, group=kept.group_id)
    nudges.digest_job(followup_jobs.DIGESTS)(tx, Job(tx.workspace, nudges.DELIVER, ANNA, tx.now, {}))
    return kept.id


def answering(how: str) -> Recipe:
    return lambda tx: Act(ANNA, step_views.StepAnswer(asked_about(tx), how))


for _how in followup_rules.STEP_ANSWERS:
    RECIPES[f"{ids.STEP_ANSWER}.{_how}"] = answering(_how)
RECIPES[ids.STEP_SNOOZE] = lambda tx: Act(
    ANNA, step_views.Snooze(asked_about(tx), followup_rules.SNOOZE_DAYS[0])
)


@recipe(ids.STEP_NONE)
def settled(tx: Tx) -> Act:
    """Anna had not named a step, and is asked a week later."""
    kept = followups.keep_takeaway(
        tx,
        group_of(tx),
        number_of(tx.workspace),
        ANNA,
        what=What.RESPONSE,
        takeaway="Ik mag nee zeggen",
        steps=[],
        is_presenter=True,
        shared=False,
    )
    return Act(ANNA, step_views.StepRef(kept.id))


RECIPES[ids.STEP_EDIT] = lambda tx: Act(ANNA, step_views.StepRef(asked_about(tx)))
RECIPES[ids.STEP_LOOK_BACK] = lambda tx: Act(ANNA, step_views.StepRef(asked_about(tx)))
RECIPES[f"{ids.STEP_SHARE}.yes"] = lambda tx: Act(
    ANNA, step_views.ShareStep(asked_about(tx), followup_rules.fingerprint("Bellen"))
)
RECIPES[f"{ids.STEP_SHARE}.no"] = lambda tx: Act(ANNA, step_views.ShareStep(asked_about(tx), ""))
RECIPES[ids.STEP_FORM] = lambda tx: Act(
    ANNA,
    step_views.StepRef(asked_about(tx)),
    {"step": "Langsgaan", "by": {"day": "2027-02-01"}},
    {"step": "Schrijven", "by": {"day": "2027-02-02"}},
)
RECIPES[ids.STEP_LOOK_BACK_FORM] = lambda tx: Act(
    ANNA,
    step_views.StepRef(asked_about(tx)),
    {"told": "Het ging goed", "skip": []},
    {"told": "Het ging beter", "skip": []},
)


# Letters


def a_letter(tx: Tx) -> str:
    asked_about(tx)
    return tx.sql.scalars(select(Digest.id).where(Digest.of(tx.workspace))).one()


def of_letter(tx: Tx) -> nudge_views.LetterRef:
    return nudge_views.LetterRef(a_letter(tx))


RECIPES[ids.NUDGES_LATER] = lambda tx: Act(ANNA, nudge_views.Later(a_letter(tx), 3))
RECIPES[ids.NUDGES_LATER_FORM] = lambda tx: Act(
    ANNA, of_letter(tx), {"day": {"day": "2027-02-01"}}, {"day": {"day": "2027-02-02"}}
)
RECIPES[ids.NUDGES_STOP] = lambda tx: Act(ANNA, of_letter(tx))
RECIPES[ids.NUDGES_STOP_FORM] = lambda tx: Act(
    ANNA, of_letter(tx), {"topic": {"option": "steps"}}, {"topic": {"option": "all"}}
)


@recipe(ids.NUDGES_RESUME)
def after_stopping(tx: Tx) -> Act:
    nudges.stop_topic(tx, ANNA, "steps")
    return Act(ANNA, nudge_views.TopicRef("steps"))


@recipe(ids.NUDGES_BACK)
def when_away(tx: Tx) -> Act:
    nudges.go_away(tx, ANNA, "2027-02-01")
    return Act(ANNA)


RECIPES[ids.NUDGES_AWAY_FORM] = lambda tx: Act(
    ANNA, None, {"until": {"day": "2027-02-01"}}, {"until": {"day": "2027-02-02"}}
)

# Reflections

REFLECTED = {"brought_in": "Een gesprek", "seen": "Dat ik wacht", "doing": "Bellen", "needed": "Stilte"}


def place(tx: Tx, *, written: bool = False) -> step_views.ReflectionRef:
    """The place for Anna's reflection on a session that she presented in."""
    followups.open_reflections(tx, group_of(tx), number_of(tx.workspace), ANNA, [ANNA, BRAM])
    [found] = followups.reflections_of(tx, ANNA)
    if written:
        words = followups.Written(**REFLECTED)
        followups.write_reflection(tx, found.reflection.id, ANNA, words)
    return step_views.ReflectionRef(found.reflection.id)


RECIPES[ids.REFLECTION_WRITE] = lambda tx: Act(ANNA, place(tx))
RECIPES[ids.REFLECTION_NOT_NOW] = lambda tx: Act(ANNA, place(tx))
RECIPES[ids.REFLECTION_EXPORT] = lambda tx: Act(ANNA, place(tx, written=True))
RECIPES[ids.REFLECTION_DELETE] = lambda tx: Act(ANNA, place(tx, written=True))
RECIPES[ids.REFLECTION_FORM] = lambda tx: Act(
    ANNA, place(tx), REFLECTED, {**REFLECTED, "seen": "Dat ik niet hoef te wachten"}
)
