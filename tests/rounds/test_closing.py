"""Response, harvest, evaluation and summary: what is shared is what people chose to share, and not a word more."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from bot.followups import service as followups
from bot.followups.queries import SETTLE_NUDGE
from bot.followups.rules import PlannedStep
from bot.groups import service as groups
from bot.nudges import service as nudges
from bot.rounds import queries
from bot.rounds.service import advice, evaluation, progress, questions, takeaways
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.views import PhaseRef, SessionRef
from bot.storage import Tx
from bot.texts import Refused
from tests.conftest import OURS, THEIRS, make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, keys, load, open_session, posted, text_of
from tests.rounds.people import (
    ADVICE,
    EVALUATION,
    HARVEST,
    PRESENTATION,
    QUESTIONS,
    RESPONSE,
    finish,
    in_thread,
    move_on,
    privately,
    ref,
    says,
    session_at,
    sweep,
)

TOMORROW = date(2027, 1, 15)


def respond(
    tx: Tx, session: Session, *, shared: bool, takeaway: str = "Ik mag nee zeggen", step: str = "Bellen"
) -> None:
    steps = [PlannedStep(step, TOMORROW, shared)]
    takeaways.give_response(tx, ref(session), ANNA, takeaway, steps, shared=shared)


def next_time(tx: Tx, session: Session) -> list[followups.LookBack]:
    """What the next meeting looks back on."""
    return followups.next_look_backs(tx, sessions.group_of(tx, session), tx.now + timedelta(days=30))


def harvest(tx: Tx, session: Session, user: str, takeaway: str, *, shared: bool, step: str = "") -> None:
    takeaways.keep_harvest(tx, SessionRef(session.id), user, takeaway, step, TOMORROW, shared=shared)


def mark(tx: Tx, session: Session, user: str, *marks: int, line: str = "", form: str = "") -> None:
    use, safety, method = marks or (4, 4, 4)
    evaluation.evaluate_session(tx, SessionRef(session.id), user, (use, safety, method), line, form)


def test_the_presenters_answer_stays_private_without_a_tick(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    respond(tx, session, shared=False)
    finish(tx, session)
    assert "Ik mag nee zeggen" not in in_thread(tx)
    assert "Bellen" not in in_thread(tx)
    assert any("Ik mag nee zeggen" in said and "Bellen" in said for said in privately(tx, ANNA))
    [found] = next_time(tx, session)
    assert found.steps == []


def test_a_tick_shares_and_taking_it_back_takes_it_back_everywhere(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    respond(tx, session, shared=True)
    assert "Ik mag nee zeggen" in in_thread(tx)
    respond(tx, session, shared=False)
    finish(tx, session)
    assert "Ik mag nee zeggen" not in in_thread(tx)
    [found] = next_time(tx, session)
    assert found.steps == []


def test_a_private_harvest_is_not_shared_by_an_earlier_tick_of_the_presenter(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    respond(tx, session, shared=True)
    move_on(tx, session)
    harvest(tx, session, ANNA, "Ik ben bang voor mijn baas", shared=False)
    finish(tx, session)
    assert "bang voor mijn baas" not in in_thread(tx)


def test_a_harvest_that_changes_nothing_keeps_what_the_presenter_shared(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    respond(tx, session, shared=True)
    move_on(tx, session)
    harvest(tx, session, ANNA, "Ik mag nee zeggen", shared=False, step="Bellen")
    finish(tx, session)
    [found] = next_time(tx, session)
    assert found.steps == ["Bellen"]


def test_a_harvest_taken_back_disappears_from_thread_and_summary(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    harvest(tx, session, CHLOE, "Ik zeg ook te vaak ja", shared=True)
    assert "Ik zeg ook te vaak ja" in in_thread(tx)
    harvest(tx, session, CHLOE, "Mijn huwelijk lijkt hierop", shared=False)
    finish(tx, session)
    assert "Ik zeg ook te vaak ja" not in in_thread(tx)
    assert "Mijn huwelijk lijkt hierop" not in in_thread(tx)


def test_a_harvest_sent_twice_is_shown_once_with_the_latest_words(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    harvest(tx, session, CHLOE, "Eerste woorden", shared=True)
    harvest(tx, session, CHLOE, "Tweede <!channel> woorden", shared=True)
    assert "Eerste woorden" not in in_thread(tx)
    assert in_thread(tx).count("Tweede &lt;!channel&gt; woorden") == 1


def test_after_the_session_a_harvest_is_still_kept_and_shared_when_ticked(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    finish(tx, session)
    harvest(tx, session, CHLOE, "Alsnog iets", shared=False, step="Opschrijven")
    assert "Alsnog iets" not in in_thread(tx)
    assert [kept.step for kept in followups.open_steps(tx, CHLOE)] == ["Opschrijven"]
    harvest(tx, session, DAAN, "Dit mag iedereen weten", shared=True)
    assert "Dit mag iedereen weten" in in_thread(tx)


@pytest.mark.parametrize(
    ("takeaway", "step", "by", "field"),
    [
        ("", "Bellen", TOMORROW, "takeaway"),
        ("Iets", "Bellen", date(2027, 1, 13), "by"),
    ],
)
def test_a_response_is_checked_at_its_field_and_nothing_is_kept(
    tx: Tx, takeaway: str, step: str, by: date, field: str
) -> None:
    session = session_at(tx, RESPONSE)
    with pytest.raises(Refused) as refused:
        takeaways.give_response(tx, ref(session), ANNA, takeaway, [PlannedStep(step, by, True)], shared=True)
    assert refused.value.field == field
    assert followups.takeaways_of_session(tx, session.id) == []


def respond_by(tx: Tx, session: Session, by: date | None) -> None:
    takeaways.give_response(tx, ref(session), ANNA, "Iets", [PlannedStep("Bellen", by)], shared=False)


def test_three_steps_keep_their_order_their_days_and_what_is_shared_of_them(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    days = [date(2027, 1, 15), date(2027, 3, 31), date(2027, 2, 1)]
    steps = [
        PlannedStep("Bellen", days[0], True),
        PlannedStep("Praten", days[1]),
        PlannedStep("Kiezen", days[2], True),
    ]
    takeaways.give_response(tx, ref(session), ANNA, "Iets", steps, shared=False)
    assert [(one.step, one.by) for one in takeaways.response_of(tx, session, ANNA)] == [
        ("Bellen", "2027-01-15"),
        ("Praten", "2027-03-31"),
        ("Kiezen", "2027-02-01"),
    ]
    assert "Bellen" in in_thread(tx)
    assert "Praten" not in in_thread(tx)
    [found] = next_time(tx, session)
    assert found.steps == ["Bellen", "Kiezen"]
    assert all(followups.step_question_day(tx, one) for one in followups.open_steps(tx, ANNA))


def test_a_step_that_is_taken_out_of_the_form_is_asked_about_no_more(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    both = [PlannedStep("Bellen", TOMORROW), PlannedStep("Praten", TOMORROW)]
    takeaways.give_response(tx, ref(session), ANNA, "Iets", both, shared=False)
    takeaways.give_response(tx, ref(session), ANNA, "Iets", both[1:], shared=False)
    assert [one.step for one in followups.open_steps(tx, ANNA)] == ["Praten"]


def test_the_presenters_harvest_leaves_the_response_as_it_was(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    respond(tx, session, shared=True)
    move_on(tx, session)
    harvest(tx, session, ANNA, "Ik herken mijn vader", shared=False, step="Opschrijven")
    [kept] = takeaways.response_of(tx, session, ANNA)
    assert (kept.takeaway, kept.step, kept.shared_step) == ("Ik mag nee zeggen", "Bellen", "Bellen")
    assert {one.step for one in followups.open_steps(tx, ANNA)} == {"Bellen", "Opschrijven"}
    [found] = next_time(tx, session)
    assert found.steps == ["Bellen"]


def test_a_response_without_a_step_may_settle_and_never_ends_the_phase(tx: Tx) -> None:
    session = session_at(tx, RESPONSE, auto_advance=True)
    takeaways.give_response(tx, ref(session), ANNA, "Iets", [], shared=False)
    sweep(tx)
    assert load(tx, session.id).phase_index == RESPONSE
    [kept] = takeaways.response_of(tx, session, ANNA)
    assert followups.open_steps(tx, ANNA) == []
    at = nudges.nudge_planned_at(tx, ANNA, SETTLE_NUDGE, kept.id)
    assert at is not None
    assert at.date() == date(2027, 1, 21)


def test_today_and_no_day_at_all_are_fine(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    respond_by(tx, session, date(2027, 1, 14))
    respond_by(tx, session, None)
    # The fourteenth is a Thursday.
    assert [kept.by for kept in followups.takeaways_of_session(tx, session.id)] == [
        date(2027, 1, 15).isoformat()
    ]


def test_only_the_presenter_responds_and_only_members_of_this_group_harvest_and_mark(
    tx: Tx,
) -> None:
    session = session_at(tx, RESPONSE)
    make_group(tx.of(THEIRS), "U0EVE")
    make_group(tx, "U0FEM", channel="C0WEST")
    with pytest.raises(Refused):
        takeaways.require_presenter_to_respond(tx, ref(session), CHLOE)
    with pytest.raises(Refused):
        takeaways.give_response(tx, ref(session), CHLOE, "Iets", [], shared=True)
    with pytest.raises(Refused):
        takeaways.give_response(tx, PhaseRef(session.id, HARVEST, 1), ANNA, "Iets", [], shared=True)
    for workspace, user in [(OURS, "U0FEM"), (THEIRS, "U0EVE"), (THEIRS, CHLOE)]:
        with pytest.raises(Refused):
            takeaways.keep_harvest(
                tx.of(workspace), SessionRef(session.id), user, "Iets", "", TOMORROW, shared=True
            )
        with pytest.raises(Refused):
            evaluation.evaluate_session(tx.of(workspace), SessionRef(session.id), user, (5, 5, 5), "")


def test_no_response_through_a_value_changed_to_another_phase(tx: Tx) -> None:
    session = session_at(tx, PRESENTATION)
    with pytest.raises(Refused):
        respond(tx, session, shared=True)


def test_once_the_session_is_over_nobody_s_marks_have_a_name(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user in (ANNA, BRAM, CHLOE, DAAN):
        mark(tx, session, user, 5, 1, 3)
    finish(tx, session)
    names = {one.user for one in queries.evaluations_of(tx, session)}
    assert len(names) == 4
    assert not names & {ANNA, BRAM, CHLOE, DAAN}
    # What a process of the version before still wrote with a name loses it at night.
    for one in queries.evaluations_of(tx, session)[:1]:
        one.user = ANNA
    tx.sql.flush()
    evaluation.forget_who_marked_before(tx)
    tx.sql.expire_all()
    assert ANNA not in {one.user for one in queries.evaluations_of(tx, session)}


def test_averages_and_lines_appear_from_four_answers_on_and_without_names(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user, value in ((ANNA, 5), (BRAM, 4), (CHLOE, 4), (DAAN, 2)):
        mark(tx, session, user, value, 5, 1, line=f"Woorden van {user[2:]}")
    finish(tx, session)
    summary = text_of(tx, "summary")
    assert "‘Ik had er iets aan’ 4,0" in summary
    assert "5,0" in summary
    assert "1,0" in summary
    for user in (ANNA, BRAM, CHLOE, DAAN):
        (line,) = [line for line in summary.splitlines() if f"Woorden van {user[2:]}" in line]
        assert "<@" not in line


def test_three_answers_are_too_few_to_show_anything(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user in (ANNA, BRAM, CHLOE, CHLOE):
        mark(tx, session, user, 1, 1, 1, line="Dit was ik")
    finish(tx, session)
    summary = text_of(tx, "summary")
    assert "Dit was ik" not in summary
    assert "1,0" not in summary
    assert "vier" in summary


@pytest.mark.parametrize("marks", [(0, 3, 3), (3, 6, 3), (3, 3, -1)])
def test_marks_outside_one_to_five_are_refused(tx: Tx, marks: tuple[int, int, int]) -> None:
    session = session_at(tx, EVALUATION)
    with pytest.raises(Refused):
        mark(tx, session, CHLOE, *marks)


def test_marks_given_in_another_phase_do_not_end_that_phase(tx: Tx) -> None:
    session = session_at(tx, HARVEST, auto_advance=True)
    for user in (ANNA, BRAM, CHLOE, DAAN):
        mark(tx, session, user)
    assert session.phase_index == HARVEST


def test_when_everyone_has_harvested_it_goes_on_and_marks_of_all_end_the_session(tx: Tx) -> None:
    session = session_at(tx, HARVEST, auto_advance=True)
    for user in (ANNA, BRAM, CHLOE, CHLOE):
        harvest(tx, session, user, "Iets", shared=False)
    assert session.phase_index == HARVEST
    harvest(tx, session, DAAN, "Iets", shared=False)
    assert session.phase_index == EVALUATION
    for user in (ANNA, BRAM, CHLOE, DAAN):
        mark(tx, session, user, form=f"V{user}")
    assert session.state == State.ENDED
    # The same form once more, because its answer got lost.
    mark(tx, session, DAAN, form=f"V{DAAN}")
    with pytest.raises(Refused):
        mark(tx, session, DAAN, 1, 1, 1)


def test_where_people_speak_no_form_ends_a_phase(tx: Tx) -> None:
    session = session_at(tx, HARVEST, auto_advance=True, meets="room")
    for user in (ANNA, BRAM, CHLOE, DAAN):
        harvest(tx, session, user, "Iets", shared=False)
    assert session.phase_index == HARVEST
    move_on(tx, session)
    for user in (ANNA, BRAM, CHLOE, DAAN):
        mark(tx, session, user)
    assert (session.phase_index, session.state) == (EVALUATION, State.RUNNING)


def test_the_summary_has_no_word_of_the_case_and_comes_once(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    finish(tx, session)
    summary = text_of(tx, "summary")
    for words in ("aardig gevonden", "schuldig", "elke week"):
        assert words not in summary
    for user in (ANNA, BRAM, CHLOE, DAAN):
        assert f"<@{user}>" in summary
        # Everybody is thanked in the thread, so nobody is thanked in private as well.
        assert not any("Dank" in row for row in privately(tx, user))
    assert in_thread(tx).count("Dank je wel") == 1


def test_the_summary_thanks_names_who_thought_along_and_counts_nothing(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    questions.write_question(tx, ref(session), CHLOE, ["Wat wil jij?", "Wie helpt jou?"])
    while session.phase_index < ADVICE:
        move_on(tx, session)
    says(tx, CHLOE, "1.1")
    advice.write_advice(tx, ref(session), DAAN, "Wacht even")
    progress.end_activity(tx, sessions.scene_of(tx, session))
    advice.pass_turn(tx, ref(session), BRAM)
    sessions.stop(tx, BRAM, SessionRef(session.id))
    sweep(tx)
    summary = text_of(tx, "summary")
    assert summary.startswith("De sessie stopt hier. Dank je wel, ")
    assert f"<@{BRAM}>, <@{CHLOE}> en <@{DAAN}> dachten mee met <@{ANNA}>." in summary
    assert not re.search(r"\d (vragen|mensen)", summary)
    assert posted(tx, "closing") is None
    assert "Wat wil jij?" not in summary
    assert "Wacht even" not in summary


def test_a_talkative_group_loses_nothing_of_its_summary(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    crowd = [f"U0{n:03}" for n in range(12)]
    for user in crowd:
        groups.add_member(tx, sessions.group_of(tx, session), user)
        harvest(tx, session, user, f"{user} " + "&" * 390, shared=True)
        mark(tx, session, user, 4, 4, 4)
    finish(tx, session)
    row = posted(tx, "summary")
    assert row is not None
    assert row.payload is not None
    shown = "\n".join(block["text"]["text"] for block in row.payload["blocks"] if "text" in block)
    for user in crowd:
        assert f"{user} &amp;" in shown
    assert "4,0" in shown
    assert all(len(block["text"]["text"]) <= 3000 for block in row.payload["blocks"] if "text" in block)


def test_the_private_message_names_the_day_on_which_we_really_ask(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    # A Saturday: the question comes on Monday.
    takeaways.keep_harvest(
        tx, SessionRef(session.id), CHLOE, "Iets", "Bellen", date(2027, 1, 16), shared=False
    )
    takeaways.keep_harvest(
        tx, SessionRef(session.id), DAAN, "Iets", "Bellen", date(2027, 1, 16), shared=False
    )
    groups.ensure_person(tx, DAAN).nudges = False
    finish(tx, session)
    assert "maandag 18 januari" in text_of(tx, f"own/{CHLOE}")
    # Nothing is promised to who has switched nudges off.
    assert "januari" not in text_of(tx, f"own/{DAAN}")
    assert "Bellen" in text_of(tx, f"own/{DAAN}")


def test_a_session_that_never_began_has_no_summary(tx: Tx) -> None:
    session_id = open_session(tx)
    sessions.stop(tx, BRAM, SessionRef(session_id))
    sweep(tx)
    assert load(tx, session_id).state == State.ENDED
    assert keys(tx, "%/summary") == []


def test_who_has_left_the_group_gets_no_private_message_about_it(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    groups.on_channel_leave(tx, sessions.group_of(tx, session), DAAN)
    sweep(tx)
    finish(tx, session)
    assert keys(tx, "%/own/%") == [f"session/{session.id}/own/{user}" for user in (ANNA, BRAM, CHLOE)]


def test_confidential_words_are_not_in_the_database_as_plain_text(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    harvest(tx, session, CHLOE, "geheimwoord", shared=True, step="geheimstap")
    mark(tx, session, CHLOE, line="geheimregel")
    tx.sql.flush()
    for table in ("keepsakes", "evaluations", "outbox"):
        rows = str(tx.sql.execute(text(f"SELECT * FROM {table}")).all())
        assert "geheim" not in rows


def test_a_tick_for_an_insight_is_no_tick_for_the_step_that_was_kept_private(tx: Tx) -> None:
    session = session_at(tx, RESPONSE)
    respond(tx, session, shared=False)
    move_on(tx, session)
    harvest(tx, session, ANNA, "Dit mag iedereen weten", shared=True)
    finish(tx, session)
    assert "Dit mag iedereen weten" in text_of(tx, "summary")
    [found] = next_time(tx, session)
    assert found.steps == []


def test_a_step_changed_during_the_session_is_not_shared_by_sending_the_same_insight(
    tx: Tx,
) -> None:
    session = session_at(tx, RESPONSE)
    respond(tx, session, shared=True)
    [kept] = takeaways.response_of(tx, session, ANNA)
    followups.change_step(tx, kept.id, ANNA, "Iets wat niemand weet", "2027-01-20")
    move_on(tx, session)
    harvest(tx, session, ANNA, "Ik mag nee zeggen", shared=False, step="Iets wat niemand weet")
    [found] = next_time(tx, session)
    assert found.steps == []
