"""A process that dies at any step of a session, one step after the other: what comes of the session is the same.

`EVERY_CRASH=1` tries every step; otherwise it is a choice of them. Most processes that follow die soon, too.
"""

import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cases.rules import CaseState
from bot.slack import ids
from bot.storage import Tx
from sandbox.people import Someone
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case
from tests.leaders.people import PETRA, led_group
from tests.resilience.crashing import Place

pytestmark = pytest.mark.long

EVERY = bool(os.environ.get("EVERY_CRASH"))
# How many deaths are tried in the short run: at steps spread over the whole session.
TRIED = 5
TRIED_OF_A_CHOICE = 3
# The process that follows dies after so many steps of its own: in the middle of putting things right.
AGAIN_AFTER = (0, 3, 9)
CHANNEL = "C0OOST"
EVERYONE = (ANNA, BRAM, CHLOE, DAAN)


def a_group_with_a_case(tx: Tx) -> None:
    make_case(tx, make_group(tx, *EVERYONE), state=CaseState.CHOSEN)


async def a_session(place: Place) -> None:
    """Gathering, a phase that ends by its time, the activities of the others, a pause, a stop; and what is written afterwards."""
    anna, bram, chloe, daan = (place.person(user) for user in EVERYONE)
    await bram.command("start", CHANNEL)
    await bram.fill(facilitator=BRAM, pace="wait")
    await send_form(place, bram)
    thread = await card(bram)
    for person in (anna, bram, chloe, daan):
        await press(place, person, "Ik ben er", thread)
    await press(place, bram, "Beginnen")
    await place.rest(timedelta(minutes=11))
    await lead_on(place, bram, "Door naar Vragen")
    await press(place, chloe, "Schrijf je vraag", thread)
    await chloe.fill(first="Wat maakt het lastig?")
    await send_form(place, chloe)
    await daan.say("Dat herken ik.", CHANNEL, thread)
    await press(place, daan, "Ik ben klaar", thread)
    await press(place, anna, "Pauze")
    await press(place, bram, "Verder")
    await press(place, bram, "Bediening")
    await bram.click_in_view("Twee minuten erbij")
    await bram.close_all()
    await place.rest()
    # His being done is what the questions waited for.
    await press(place, bram, "Ik ben klaar", thread)
    await lead_on(place, bram, "Door naar Antwoorden")
    await press(place, anna, "Geef elke vraag een woord", thread)
    await anna.fill(rating1="2")
    await send_form(place, anna)
    # Bram has not been heard by then, and is asked.
    await place.rest(timedelta(minutes=7))
    await press(place, anna, "Volgende vraag", thread)
    await lead_on(place, bram, "Door naar Je vraag")
    await press(place, anna, "Nee, hij is nu …", thread)
    await anna.fill(question="Wat wil ik zelf?")
    await send_form(place, anna)
    for phase in ("Analyse", "Advies"):
        await lead_on(place, bram, f"Door naar {phase}")
    await press(place, chloe, "Mijn advies", thread)
    await chloe.fill(advice="Ik zou het zeggen")
    await send_form(place, chloe)
    # The time for writing is over, and somebody says a word in the first turn.
    await place.rest(timedelta(minutes=4))
    await chloe.say("Even denken.", CHANNEL, thread)
    await place.rest(timedelta(minutes=2))
    await bram.click("Meer", channel=bram.dm)
    await bram.click_in_view("Parkeren")
    await bram.fill(line="Het rooster")
    await send_form(place, bram)
    await press(place, bram, "Stoppen")
    await press(place, bram, "Nu stoppen")
    await bram.click("Eén ding voor de volgende keer", channel=bram.dm)
    await bram.fill(line="Meer stilte")
    await send_form(place, bram)
    await chloe.click("Opschrijven", channel=chloe.dm)
    await chloe.fill(takeaway="Eerst vragen", step="Morgen bel ik haar")
    await send_form(place, chloe)
    await place.later(days=4)


def a_group_without_a_case(tx: Tx) -> None:
    make_group(tx, *EVERYONE)


async def a_choice(place: Place) -> None:
    """A start without a case, a line of one's own and one that is typed, a pause, a vote by one who leaves, a no, a yes, and the session."""
    anna, bram, chloe, daan = (place.person(user) for user in EVERYONE)
    await bram.command("start", CHANNEL)
    await press(place, bram, "Kies samen, nu")
    await bram.fill(facilitator=BRAM, pace="wait", meets="room")
    await send_form(place, bram)
    for person in (anna, chloe, daan):
        await press(place, person, "Ik ben er")
    await press(place, bram, "Beginnen")
    # The time is up, and whoever leads is told so.
    await place.rest(timedelta(minutes=4))
    await press(place, bram, "Door naar Wat ligt er?")
    [card_of_choice] = [one for one in await bram.messages(CHANNEL) if "kiezen samen" in one["text"]]
    thread = str(card_of_choice["ts"])
    await press(place, anna, "Ik heb iets", thread)
    await anna.fill(title="Te vaak ja", question="Hoe zeg ik nee?")
    await send_form(place, anna)
    await place.rest(timedelta(minutes=1))
    await bram.click("Typ een regel voor iemand", channel=bram.dm)
    await bram.fill(who=CHLOE, title="Een lege agenda", question="Wat doe ik dan?")
    await send_form(place, bram)
    await chloe.click("Ja, op de lijst", channel=chloe.dm)
    await place.rest()
    await press(place, bram, "Door naar Kies samen")
    await press(place, daan, "Pauze")
    await place.rest(timedelta(minutes=11))
    await press(place, bram, "Verder")
    await press(place, bram, "Twee minuten erbij")
    await press(place, daan, "Dit speelt bij mij ook", thread)
    await press(place, bram, "Laat stemmen")
    # The first button of a vote is that of the case that waits longest.
    for person in (anna, daan):
        await press(place, person, "Mijn stem", thread)
    await place.rest(timedelta(minutes=3))
    await anna.click("Liever niet", channel=anna.dm)
    await place.rest()
    await press(place, bram, "Hardop gekozen: deze")
    form = await bram.modal()
    [menu] = [block["element"] for block in form["blocks"] if block["block_id"] == "case"]
    await bram.fill(case=menu["options"][0]["value"])
    await send_form(place, bram)
    await chloe.click("Ja, ik breng hem in", channel=chloe.dm)
    await place.rest()
    await press(place, bram, "Beginnen")


def a_leader_reads_along(tx: Tx) -> None:
    """Fleur has led as often as the group wanted, and has read along once."""
    make_case(tx, led_group(tx, led=5, read_along=1), state=CaseState.CHOSEN)


async def a_goodbye(place: Place) -> None:
    """A session that a member leads while Fleur reads along, in which time runs out; her line, the question, and the goodbye."""
    _anna, bram, chloe, daan = (place.person(user) for user in EVERYONE)
    fleur = place.person(PETRA)
    await bram.command("start", CHANNEL)
    await bram.fill(facilitator=BRAM, pace="wait", meets="room", until="16:15")
    await send_form(place, bram)
    await bram.click("Wie is er", channel=bram.dm)
    await bram.fill(here=[*EVERYONE, PETRA])
    await send_form(place, bram)
    await press(place, bram, "Beginnen")
    for phase in ("Inbreng", "Vragen"):
        await lead_on(place, bram, f"Door naar {phase}")
    await press(place, fleur, "Pauze")
    await place.rest(timedelta(minutes=31))
    await press(place, bram, "Verder")
    await bram.press(ids.SESSIONS_KEEP_END, channel=bram.dm)
    await place.rest()
    for phase in ("Antwoorden", "Je vraag", "Analyse"):
        await lead_on(place, bram, f"Door naar {phase}")
    await press(place, bram, "Stoppen")
    await press(place, bram, "Nu stoppen")
    await fleur.click("Schrijf een regel", channel=fleur.dm)
    await fleur.fill(line="Je gaf iedereen de tijd.")
    await send_form(place, fleur)
    await press(place, chloe, "Wij gaan alleen verder")
    await press(place, daan, "Afscheid")


async def press(place: Place, who: Someone, label: str, thread: str | None = None) -> None:
    await who.click(label, channel=CHANNEL, thread_ts=thread)
    await place.rest()


async def lead_on(place: Place, who: Someone, label: str) -> None:
    await who.click(label, channel=who.dm)
    await place.rest()


async def send_form(place: Place, who: Someone) -> None:
    assert await who.submit() == {}
    await who.close_all()
    await place.rest()


async def card(person: Someone) -> str:
    [found] = [one for one in await person.messages(CHANNEL) if "Intervisie:" in one["text"]]
    return str(found["ts"])


@dataclass
class Outcome:
    """What came of a session, without what may differ: ids and times."""

    steps: list[str]
    posts: dict[str, Any]
    whispers: Any
    pressed_again: set[str]
    in_hand: Any
    kept: dict[str, Any]
    waiting: list[Any]
    refused: list[Any]


# What people did and what is still to come, as the tables hold it.
KEPT = {
    "sessions": "state, ended_how, number, activity, round, version",
    "session_participants": '"user", left_at',
    "cases": "state",
    "questions": '"user", number, round, item, place, rating, discussed',
    "rewordings": "returns",
    "contributions": '"user", number, round, what',
    "reminded": '"user", number, round, what',
    "phase_times": "number, round",
    "session_attendances": '"user", role, meets',
    "parked_lines": '"user"',
    "next_time_lines": '"user"',
    "keepsakes": '"user", "by", state, asked, shared',
    "reflections": '"user", is_presenter, state',
    "nudges": '"user", kind',
    "due": "kind",
}


# The same, of a choice.
CHOSEN = {
    "selections": "state, outcome, version, facilitator",
    "selection_participants": '"user"',
    "selection_cases": "fate",
    "selection_marks": '"user"',
    "sessions": "presenter, facilitator, state",
    "session_participants": '"user", left_at',
    "cases": "presenter, state",
    "due": "kind",
}
# The same, of a leader from outside.
LED = {
    "members": '"user", role, left_at is not null',
    "sessions": "presenter, facilitator, state, ended_how, number, version",
    "session_participants": '"user", left_at is not null',
    "groups": "facilitation, facilitator",
    "cases": "state",
    "due": "kind",
}
Before = Callable[[Tx], None]
Play = Callable[[Place], Awaitable[None]]


async def outcome(
    folder: Path,
    dies_at: Iterable[int],
    before: Before = a_group_with_a_case,
    play: Play = a_session,
    kept: dict[str, str] = KEPT,
) -> Outcome:
    place = Place(folder, before, dies_at)
    with pytest.MonkeyPatch.context() as patch:
        place.instead_of_the_network(patch)
        async with place:
            await play(place)
            return Outcome(
                place.fate.steps,
                place.posts(),
                place.whispers(),
                place.pressed_again,
                place.in_hand,
                {table: place.rows(table, columns) for table, columns in kept.items()},
                [
                    row
                    for row in place.rows("outbox", 'state, kind, "key"')
                    if row[0] not in ("sent", "dropped")
                ],
                place.slack.refused,
            )


# What a second press of a button is answered, when the first one counted.
ANSWERS_TO_ANOTHER_PRESS = {"Je staat er al bij.", "Dat staat al zo; er is niets veranderd."}
# A message that the dead one had deleted, and had not noted so, is asked for once more.
REFUSED_AFTER_A_DEATH = {("chat.delete", "message_not_found")}


def check(found: Outcome, meant: Outcome, where: str) -> None:
    """The same as without a death. A whisper that the dead one had in its hands may be missing; none comes twice.

    Whoever had to press again may hear that their first press counted.
    """
    assert found.posts == meant.posts, where
    assert found.kept == meant.kept, where
    assert found.waiting == [], where
    assert set(found.refused) <= REFUSED_AFTER_A_DEATH, where
    more = found.whispers - meant.whispers
    assert {text for _, text in more} <= ANSWERS_TO_ANOTHER_PRESS, where
    assert {user for user, _ in more} <= found.pressed_again, where
    assert max(more.values(), default=0) <= 1, where
    missing = meant.whispers - found.whispers
    assert len(list(missing.elements())) <= found.in_hand.total(), where
    assert {user for user, _ in missing} <= set(found.in_hand), where


async def test_whichever_step_is_the_last_of_a_process_the_session_comes_to_the_same(tmp_path: Path) -> None:
    meant = await outcome(tmp_path / "whole", ())
    assert meant.whispers
    assert "letter/U0CHLOE/*" in meant.posts
    assert len(meant.steps) > 200
    await die_at_each(tmp_path, meant, TRIED)


async def test_whichever_step_is_the_last_of_a_process_the_group_chooses_the_same(tmp_path: Path) -> None:
    how: dict[str, Any] = {"before": a_group_without_a_case, "play": a_choice, "kept": CHOSEN}
    meant = await outcome(tmp_path / "whole", (), **how)
    assert meant.kept["sessions"] == [("U0CHLOE", "U0BRAM", "running")]
    assert meant.kept["selection_marks"] == []
    await die_at_each(tmp_path, meant, TRIED_OF_A_CHOICE, **how)


async def test_whichever_step_is_the_last_of_a_process_the_leader_takes_leave_the_same(
    tmp_path: Path,
) -> None:
    how: dict[str, Any] = {"before": a_leader_reads_along, "play": a_goodbye, "kept": LED}
    meant = await outcome(tmp_path / "whole", (), **how)
    assert (PETRA, "leader") not in [(user, role) for user, role, left in meant.kept["members"] if not left]
    assert [key for key in meant.posts if "/goodbye/" in key] != []
    await die_at_each(tmp_path, meant, TRIED_OF_A_CHOICE, **how)


async def die_at_each(tmp_path: Path, meant: Outcome, at_most: int, **how: Any) -> None:
    """Let a process die at steps that are spread over the whole, or at every step."""
    assert meant.refused == []
    steps = len(meant.steps)
    tried = range(1, steps + 1) if EVERY else range(steps // at_most // 2, steps + 1, steps // at_most)
    for number, step in enumerate(tried):
        dies_at = {step, step + AGAIN_AFTER[number % len(AGAIN_AFTER)]}
        found = await outcome(tmp_path / f"{step}", dies_at, **how)
        died = [f"{at} ({found.steps[at - 1]})" for at in sorted(dies_at) if at <= len(found.steps)]
        check(found, meant, f"died at step {' and '.join(died)}")
