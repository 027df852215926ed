"""Words about the time of a session, to whoever leads it alone."""

from bot.delivery.message import Message
from bot.sessions.rules import State
from bot.sessions.views.session_view import SessionView
from bot.texts import Texts, name_of


def how_it_stands(t: Texts, view: SessionView, behind: int) -> Message:
    """Answers who asks for the time when there is nothing to choose now."""
    end = view.at(t, view.finishes_at)
    if behind and view.state is not State.GATHERING:
        return Message(
            t(
                "{presenter} has the floor, so now is not the moment. As it stands you finish at {end}. I'll ask you after this phase.",
                presenter=name_of(t, view.presenter),
                end=end,
            )
        )
    if view.ends_by is None:
        return Message(t("As it stands you finish at {end}. Nobody said until when you have.", end=end))
    return Message(t("As it stands you finish at {end}. That is in time.", end=end))


def round_off_now(t: Texts) -> Message:
    """To whoever leads, when only the end of the session still fits."""
    return Message(
        t("Round off now, then there is time to look back. The button is in what I sent you above.")
    )
