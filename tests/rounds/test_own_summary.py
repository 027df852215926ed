"""What each gets in private after a session."""

from datetime import date

from bot.followups.records import Takeaway
from bot.rounds.views import takeaways
from bot.sessions.views import SessionRef
from bot.texts import for_language
from sandbox.strict.blocks import check_message

T = for_language("nl")
DAY = date(2027, 1, 18)


def kept(step: str) -> Takeaway:
    return Takeaway(
        id=step.lower().ljust(16, "0"), takeaway="Ik mag nee zeggen", step=step, by=DAY.isoformat()
    )


def test_several_steps_can_each_be_changed_and_slack_takes_the_message() -> None:
    """A presenter has a response and a harvest, and up to three steps."""
    steps = [(kept(step), DAY) for step in ("Bellen", "Oefenen", "Vragen")]
    message = takeaways.own_summary(T, "C0OOST", steps, SessionRef("s1"))
    check_message(message.blocks)
    labels = [one["elements"][0]["text"]["text"] for one in message.blocks if one["type"] == "actions"]
    assert labels == ["Stap 1 wijzigen", "Stap 2 wijzigen", "Stap 3 wijzigen"]
