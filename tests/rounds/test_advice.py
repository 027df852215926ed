"""Advice goes round: one after the other, nobody twice, nobody forgotten, whatever happens in between."""

from datetime import timedelta

import pytest

from bot.groups import service as groups
from bot.rounds import queries
from bot.rounds.service import advice, phases, progress, written
from bot.rounds.views import thread
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.slack import ids
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import outgoing
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    buttons_of,
    control,
    deliver,
    go_on,
    keys,
    posted,
    stands,
    text_of,
)
from tests.rounds.people import (
    ADVICE,
    ANALYSIS,
    console,
    in_thread,
    move_on,
    privately,
    ref,
    says,
    session_at,
    speaks,
    sweep,
    turn_of,
    turn_ref,
    turns_at,
)


def turn_keys(tx: Tx) -> list[str]:
    return keys(tx, "session/%/turn/%")


def open_turns(tx: Tx) -> list[str]:
    """The messages that call somebody to a turn: the first call stands in the prompt."""
    found = []
    for row in outgoing(tx, "post"):
        payload = stands(tx, row)
        if payload is not None and ids.ROUNDS_NEXT_TURN in str(payload["blocks"]):
            found.append(str(row.key))
    return found


def leave(tx: Tx, session: Session, user: str) -> None:
    groups.on_channel_leave(tx, sessions.group_of(tx, session), user)
    sweep(tx)


def test_each_has_one_turn_and_only_the_present_one_has_buttons(tx: Tx) -> None:
    session = turns_at(tx)
    order = []
    for n in range(3):
        user = turn_of(tx, session)
        assert user is not None
        assert len(open_turns(tx)) == 1
        order.append(user)
        speaks(tx, user, f"1.{n}")
    assert sorted(order) == [BRAM, CHLOE, DAAN]
    assert order[-1] == BRAM
    assert turn_of(tx, session) is None
    assert open_turns(tx) == []
    assert "Dat waren alle adviezen." in in_thread(tx)
    assert "zo meteen ben jij." in in_thread(tx)
    assert "wat zou jij doen?" not in in_thread(tx)


def test_the_turn_waits_for_whose_it_is(tx: Tx) -> None:
    session = turns_at(tx)
    first = turn_of(tx, session)
    for n, user in enumerate({ANNA, BRAM, CHLOE, DAAN} - {str(first)}):
        speaks(tx, user, f"1.{n}")
    assert turn_of(tx, session) == first


def test_a_redelivered_message_does_not_use_up_a_turn(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS)
    speaks(tx, DAAN, "1.1")
    move_on(tx, session)
    progress.end_activity(tx, sessions.scene_of(tx, session))
    speaks(tx, CHLOE, "1.2")
    assert turn_of(tx, session) == DAAN
    speaks(tx, DAAN, "1.1")
    assert turn_of(tx, session) == DAAN


def test_advice_from_the_form_is_posted_once_and_ahead_of_a_turn_is_fine(tx: Tx) -> None:
    session = turns_at(tx)
    advice.write_advice(tx, ref(session), BRAM, "Als ik in jouw schoenen stond <!here>")
    assert in_thread(tx).count("Als ik in jouw schoenen stond &lt;!here&gt;") == 1
    with pytest.raises(Refused) as refused:
        advice.write_advice(tx, ref(session), BRAM, "Nog een keer")
    assert refused.value.field == "advice"
    assert turn_of(tx, session) == CHLOE
    advice.write_advice(tx, ref(session), CHLOE, "Eerst ademhalen")
    speaks(tx, DAAN, "1.1")
    # Bram has had his say already.
    assert turn_of(tx, session) is None


def test_passing_works_on_and_before_ones_turn_and_a_double_click_passes_nobody_else(
    tx: Tx,
) -> None:
    session = turns_at(tx)
    advice.pass_turn(tx, ref(session), BRAM)
    advice.pass_turn(tx, ref(session), CHLOE)
    assert turn_of(tx, session) == DAAN
    for user in (CHLOE, BRAM, ANNA):
        with pytest.raises(Refused):
            advice.pass_turn(tx, ref(session), user)
    assert turn_of(tx, session) == DAAN
    advice.pass_turn(tx, ref(session), DAAN)
    assert turn_of(tx, session) is None


def test_who_passes_before_their_turn_and_presses_again_hears_that_they_passed(tx: Tx) -> None:
    session = turns_at(tx)
    # It is Chloé's turn: the thread shows only that she passes.
    assert advice.pass_turn(tx, ref(session), CHLOE) is True
    assert advice.pass_turn(tx, ref(session), BRAM) is False
    assert turn_of(tx, session) == DAAN
    for user in (CHLOE, BRAM):
        with pytest.raises(Refused) as refused:
            advice.pass_turn(tx, ref(session), user)
        assert refused.value.say(for_language("nl")) == "Je hebt al gepast. Luisteren is ook meedoen."


def test_the_presenter_who_presses_pass_hears_that_listening_is_enough(tx: Tx) -> None:
    session = turns_at(tx)
    with pytest.raises(Refused) as refused:
        advice.pass_turn(tx, ref(session), ANNA)
    # Not "you have had yours": the presenter never has a turn here.
    assert "gehad" not in refused.value.say(for_language("nl"))


def test_two_presses_of_next_skip_nobody(tx: Tx) -> None:
    session = turns_at(tx)
    assert len(open_turns(tx)) == 1
    here = turn_ref(tx, session)
    advice.next_turn(tx, here, BRAM)
    with pytest.raises(Refused):
        advice.next_turn(tx, here, BRAM)
    assert turn_of(tx, session) == DAAN


def test_only_the_facilitator_gives_the_next_one_the_floor(tx: Tx) -> None:
    session = turns_at(tx)
    with pytest.raises(Refused):
        advice.next_turn(tx, turn_ref(tx, session), DAAN)
    assert turn_of(tx, session) == CHLOE


@pytest.mark.parametrize("paused", [False, True])
def test_when_the_one_whose_turn_it_is_leaves_the_next_is_named(tx: Tx, paused: bool) -> None:
    session = turns_at(tx)
    if paused:
        sessions.pause(tx, DAAN, control(tx, session.id))
    leave(tx, session, CHLOE)
    assert turn_of(tx, session) == DAAN
    assert len(turn_keys(tx)) == 2
    assert len(open_turns(tx)) == 1
    assert f"<@{DAAN}>, " in in_thread(tx)


def test_when_all_others_leave_the_round_is_complete(tx: Tx) -> None:
    session = turns_at(tx)
    for user in (DAAN, CHLOE, BRAM):
        leave(tx, session, user)
    assert turn_of(tx, session) is None
    assert open_turns(tx) == []


def test_the_end_of_the_phase_closes_the_turn_and_going_back_begins_a_new_round(tx: Tx) -> None:
    session = turns_at(tx)
    old, old_turn = ref(session), turn_ref(tx, session)
    speaks(tx, CHLOE, "1.1")
    move_on(tx, session)
    assert open_turns(tx) == []
    with pytest.raises(Refused):
        advice.pass_turn(tx, old, DAAN)
    with pytest.raises(Refused):
        advice.next_turn(tx, old_turn, BRAM)
    sessions.previous_phase(tx, BRAM, control(tx, session.id))
    sweep(tx)
    assert turn_of(tx, session) is None
    progress.end_activity(tx, sessions.scene_of(tx, session))
    assert turn_of(tx, session) == CHLOE
    assert len(open_turns(tx)) == 1
    with pytest.raises(Refused):
        advice.write_advice(tx, old, CHLOE, "Te laat")


def test_someone_who_comes_in_during_the_round_gets_a_turn_too(tx: Tx) -> None:
    session = turns_at(tx)
    groups.add_member(tx, sessions.group_of(tx, session), "U0EVA")
    sessions.mark_present(tx, sessions.scene_of(tx, session), "U0EVA")
    for n, user in enumerate((CHLOE, DAAN, BRAM)):
        speaks(tx, user, f"1.{n}")
    assert turn_of(tx, session) == "U0EVA"


def test_no_advice_through_a_value_changed_to_another_phase(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS)
    with pytest.raises(Refused):
        advice.write_advice(tx, ref(session), CHLOE, "Nu al")
    with pytest.raises(Refused):
        advice.pass_turn(tx, ref(session), CHLOE)
    assert "Nu al" not in in_thread(tx)


def test_a_complete_round_lets_the_session_go_on_by_itself(tx: Tx) -> None:
    session = turns_at(tx, auto_advance=True)
    for n, user in enumerate((CHLOE, DAAN, BRAM)):
        speaks(tx, user, f"1.{n}")
    assert session.phase_index == ADVICE + 1
    sweep(tx)
    assert ids.ROUNDS_RESPOND in buttons_of(tx, f"phase/{session.phase_index}/{session.pass_no}/prompt")
    assert privately(tx, ANNA) is not None
    go_on(tx, session.id)


def test_each_call_is_a_message_of_its_own_and_the_prompt_says_what_is_on(tx: Tx) -> None:
    session = turns_at(tx)
    prompt = f"phase/{ADVICE}/1/prompt"
    # The prompt stands there already, and an edit notifies nobody.
    assert f"<@{CHLOE}>, wat zou jij doen?" in text_of(tx, f"phase/{ADVICE}/1/turn/0")
    assert "Na jou nog 2." in text_of(tx, f"phase/{ADVICE}/1/turn/0")
    assert "Om de beurt" in text_of(tx, prompt)
    assert ids.ROUNDS_NEXT_TURN not in buttons_of(tx, prompt)
    deliver(tx)
    speaks(tx, CHLOE, "1900000001.1")
    assert f"<@{DAAN}>, wat zou jij doen?" in text_of(tx, f"phase/{ADVICE}/1/turn/1")
    assert "Na jou nog één." in text_of(tx, f"phase/{ADVICE}/1/turn/1")
    assert session.phase_index == ADVICE


def test_whoever_wrote_first_is_asked_to_add_to_it_and_not_to_write_it_again(tx: Tx) -> None:
    session = session_at(tx, ADVICE)
    advice.write_advice(tx, ref(session), CHLOE, "Bel op vaste tijden.")
    progress.end_activity(tx, sessions.scene_of(tx, session))
    calls = {}
    for number in range(3):
        where = f"phase/{ADVICE}/1/turn/{number}"
        calls[text_of(tx, where).split(",")[0]] = (text_of(tx, where), buttons_of(tx, where))
        advice.next_turn(tx, turn_ref(tx, session), BRAM)
    text, buttons = calls[f"<@{CHLOE}>"]
    assert "Wat je schreef staat hierboven. Vul het hier aan, of pas." in text
    # The form would refuse a second advice.
    assert ids.ROUNDS_WRITE_ADVICE not in buttons
    text, buttons = calls[f"<@{DAAN}>"]
    assert "schrijf het in het formulier" in text
    assert ids.ROUNDS_WRITE_ADVICE in buttons


def test_a_call_is_taken_away_when_its_turn_is_over(tx: Tx) -> None:
    session = turns_at(tx)
    advice.pass_turn(tx, ref(session), CHLOE)
    deliver(tx)
    speaks(tx, DAAN, "1900000001.1")
    deliver(tx)
    called = posted(tx, f"phase/{ADVICE}/1/turn/1")
    assert called is not None
    assert (called.state, called.error) == ("dropped", "deleted")
    assert turn_of(tx, session) == BRAM


@pytest.mark.parametrize("how", ["passes", "speaks"])
def test_one_word_says_that_everybody_has_advised_below_the_last_advice(tx: Tx, how: str) -> None:
    session = turns_at(tx)
    speaks(tx, CHLOE, "1900000001.1")
    speaks(tx, DAAN, "1900000001.2")
    deliver(tx)
    if how == "passes":
        advice.pass_turn(tx, ref(session), BRAM)
    else:
        speaks(tx, BRAM, "1900000001.3")
    assert in_thread(tx).count("Dat waren alle adviezen.") == 1
    assert "Iedereen is klaar" not in in_thread(tx)
    # The last call says so itself, unless somebody's words stand below it.
    assert (posted(tx, f"phase/{ADVICE}/1/advised") is None) == (how == "passes")
    assert "Dat was iedereen." in console(tx)


def test_a_round_that_an_older_version_began_goes_on(tx: Tx) -> None:
    """There the first call was a message of its own."""
    session = turns_at(tx)
    scene = sessions.scene_of(tx, session)
    going = queries.current_advice_round(tx, session)
    assert going is not None
    message = thread.turn_prompt(scene.t, turn_ref(tx, session), CHLOE, 2)
    sessions.post_in_thread(tx, scene, message, f"phase/{ADVICE}/1/turn/0")
    deliver(tx)
    sessions.refresh_prompt(tx, scene)
    assert open_turns(tx) == [sessions.thread_key(session, f"phase/{ADVICE}/1/turn/0")]
    advice.next_turn(tx, turn_ref(tx, session), BRAM)
    deliver(tx)
    assert open_turns(tx) == [sessions.thread_key(session, f"phase/{ADVICE}/1/turn/1")]
    assert turn_of(tx, session) == DAAN


def test_a_turn_is_not_over_at_its_first_line(tx: Tx) -> None:
    session = turns_at(tx)
    says(tx, CHLOE, "1.1")
    tx.now += timedelta(seconds=50)
    says(tx, CHLOE, "1.2")
    tx.now += timedelta(seconds=50)
    sweep(tx)
    assert turn_of(tx, session) == CHLOE
    tx.now += timedelta(seconds=10)
    sweep(tx)
    assert turn_of(tx, session) == DAAN


def test_a_pause_keeps_the_turn(tx: Tx) -> None:
    session = turns_at(tx)
    says(tx, CHLOE, "1.1")
    sessions.pause(tx, DAAN, control(tx, session.id))
    tx.now += timedelta(minutes=3)
    sweep(tx)
    assert turn_of(tx, session) == CHLOE


def test_whose_turn_it_is_may_end_it_and_nobody_else(tx: Tx) -> None:
    session = turns_at(tx)
    here = turn_ref(tx, session)
    with pytest.raises(Refused):
        advice.finish_turn(tx, here, DAAN)
    advice.finish_turn(tx, here, CHLOE)
    assert turn_of(tx, session) == DAAN
    with pytest.raises(Refused):
        advice.finish_turn(tx, here, DAAN)


def test_all_write_first_and_all_of_it_appears_at_once_with_names(tx: Tx) -> None:
    session = session_at(tx, ADVICE)
    for user in (CHLOE, DAAN):
        advice.write_advice(tx, ref(session), user, f"Ik zou bellen, zegt {user}", "V1")
    assert "Ik zou bellen" not in in_thread(tx)
    sweep(tx)
    assert "2 van de 3 hebben geschreven." in text_of(tx, f"phase/{ADVICE}/1/prompt")
    # The same form again: other words, and still nobody sees them.
    advice.write_advice(tx, ref(session), DAAN, "Ik zou wachten", "V1")
    advice.write_advice(tx, ref(session), BRAM, "Ik zou <!here> vragen", "V2")
    shown = text_of(tx, f"phase/{ADVICE}/1/questions/0")
    for words in (f"Ik zou bellen, zegt {CHLOE}", "Ik zou wachten", "Ik zou &lt;!here&gt; vragen"):
        assert shown.count(words) == 1
    assert f"zegt {DAAN}" not in shown
    for user in (BRAM, CHLOE, DAAN):
        assert f"*<@{user}>*" in shown
    # Each still has a turn, and may say more.
    assert turn_of(tx, session) == CHLOE
    # Sent once more after it has appeared, the form edits what stands there.
    advice.write_advice(tx, ref(session), BRAM, "Ik zou niets vragen", "V2")
    assert "Ik zou niets vragen" in text_of(tx, f"phase/{ADVICE}/1/questions/0")


def test_the_order_is_drawn(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_at(tx, ADVICE)
    drawn: list[int] = []
    monkeypatch.setattr(written.random.SystemRandom, "shuffle", lambda _, some: drawn.append(len(some)))
    for user in (CHLOE, DAAN, BRAM):
        advice.write_advice(tx, ref(session), user, f"Raad van {user}")
    assert drawn == [3]


def test_the_writing_of_advice_has_its_own_part_of_the_minutes(tx: Tx) -> None:
    session = session_at(tx, ADVICE)
    advice.write_advice(tx, ref(session), CHLOE, "Ik zou bellen")
    tx.now += timedelta(minutes=2)
    sweep(tx)
    assert "Ik zou bellen" not in in_thread(tx)
    tx.now += timedelta(minutes=1)
    sweep(tx)
    assert "Ik zou bellen" in in_thread(tx)
    assert turn_of(tx, session) == CHLOE
    # Who has not written has a turn, and the form.
    advice.next_turn(tx, turn_ref(tx, session), BRAM)
    advice.write_advice(tx, ref(session), DAAN, "Ik zou wachten")
    assert "Ik zou wachten" in in_thread(tx)
    assert turn_of(tx, session) == BRAM


def test_whoever_goes_on_sees_first_what_was_written(tx: Tx) -> None:
    session = session_at(tx, ADVICE)
    advice.write_advice(tx, ref(session), CHLOE, "Ik zou bellen")
    move_on(tx, session)
    assert session.phase_index == ADVICE
    assert "Ik zou bellen" in in_thread(tx)
    move_on(tx, session)
    assert session.phase_index == ADVICE + 1


def test_when_nobody_has_anything_to_write_the_turns_begin(tx: Tx) -> None:
    session = session_at(tx, ADVICE)
    for user in (BRAM, CHLOE, DAAN):
        phases.mark_done(tx, ref(session), user)
    assert turn_of(tx, session) == CHLOE
    # They were done with the writing, not with the phase.
    assert "Dat was iedereen" not in text_of(tx, f"phase/{ADVICE}/1/prompt")


def test_the_help_that_was_asked_for_opens_the_prompt(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS)
    sessions.scene_of(tx, session).case.help = ["mirror"]
    tx.sql.flush()
    move_on(tx, session)
    prompt = f"phase/{ADVICE}/1/prompt"
    assert f"<@{ANNA}> vroeg om een kritische spiegel." in text_of(tx, prompt)
    progress.end_activity(tx, sessions.scene_of(tx, session))
    assert f"<@{ANNA}> vroeg om een kritische spiegel." in text_of(tx, prompt)
