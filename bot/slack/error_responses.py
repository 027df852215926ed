"""Error responses: tell a person about a failure at the field, in the form, or privately under the message.

A Refused has its own sentence. Any other exception gets a reference that is shown and logged, but never its message,
which may quote a case.
"""

import secrets

import structlog

from bot import logs
from bot.delivery.message import Message
from bot.metrics import Outcome
from bot.slack import modals
from bot.slack.codec import Tampered
from bot.slack.modals import SlackTooSlow
from bot.slack.requests import Action, Command, Event, Request, Submission
from bot.storage import StoreUnavailable
from bot.texts import Refused, Texts

log = structlog.get_logger()


def sentence_for(problem: Exception, call: Request) -> str:
    """The sentence that the person reads."""
    t = call.t
    if isinstance(problem, Refused):
        return problem.say(t)
    if isinstance(problem, StoreUnavailable):
        log.warning("store_unavailable")
        return _not_reached(call, t)
    if isinstance(problem, Tampered):
        return t("This button no longer works. Type /intervisie to go on from here.")
    if isinstance(problem, SlackTooSlow):
        log.warning("slack_slow", error=type(problem.__cause__).__name__)
        return problem.say(t) if problem.say else _not_shown(call, t)
    reference = secrets.token_hex(3).upper()
    # The log line about a failure to answer needs the reference too.
    logs.know(reference=reference)
    log.exception("listener_failed", reference=reference, error=type(problem).__name__)
    return t(
        "Something went wrong on my side. Nothing was lost; please try again. If it stays, give this reference to "
        "whoever runs the bot: {reference}.",
        reference=reference,
    )


def _not_reached(call: Request, t: Texts) -> str:
    if call.stored:
        return t(
            "That worked, but I can't reach my data for a moment to show you the rest. Please look again in a minute."
        )
    if isinstance(call, Submission):
        return t(
            "I can't reach my data for a moment, so nothing was changed. What you typed is still here: please try again in a minute."
        )
    return t("I can't reach my data for a moment, so nothing was changed. Please try again in a minute.")


def _not_shown(call: Request, t: Texts) -> str:
    if call.stored:
        return t(
            "That worked, but Slack is slow, so I can't show you the rest. Please look again in a minute."
        )
    if isinstance(call, Command):
        return t("Slack is slow, so nothing could be opened. Please type it once more.")
    return t("Slack is slow, so nothing could be opened. Please press once more.")


async def tell(call: Request, problem: Exception) -> None:
    """Show the error where the person looks."""
    message = Message(sentence_for(problem, call))
    call.opening_until = modals.SAYING_SECONDS
    if call.acked or isinstance(call, Event):
        return
    if isinstance(call, Submission):
        inputs = _inputs(call)
        field = problem.field if isinstance(problem, Refused) else None
        # Slack ignores errors for a field that the form does not have.
        at = field if field in inputs else next(iter(inputs), None)
        if at is not None:
            await call.fail({at: message.text})
        else:
            await call.answer(message)
    elif isinstance(call, (Action, Command)):
        await call.answer(message)


def _inputs(call: Submission) -> list[str]:
    return [str(block["block_id"]) for block in call.view.get("blocks", []) if block.get("type") == "input"]


def outcome_of(problem: Exception) -> Outcome:
    """The outcome label of the metrics."""
    if isinstance(problem, (Refused, Tampered)):
        return Outcome.REFUSED
    if isinstance(problem, (StoreUnavailable, SlackTooSlow)):
        return Outcome.UNAVAILABLE
    return Outcome.FAILED
