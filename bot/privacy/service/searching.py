"""Look-up of messages of long ago: a version before did not keep where they stand, so Slack's pages are read for them.

Of a whole group once, when it hears that these messages go; later for somebody, where that found nothing.

One reading call waits at a time and carries what is still to be read, so a process that ends loses nothing. A message is
recognised by the key in its metadata. Which scopes the app has the bot learns from the first refusal.
"""

from collections.abc import Collection, Sequence
from typing import Any

import structlog

from bot.delivery import outbox
from bot.delivery.message import Answer
from bot.delivery.metadata import PAGE_SIZE, key_in
from bot.events import MessagesWillGo
from bot.groups import service as groups
from bot.groups.views import emptied
from bot.jobs import queue
from bot.privacy import queries, rules, views
from bot.privacy.queries import Held
from bot.storage import Tx

log = structlog.get_logger()

CHANNEL_PAGE, THREAD_PAGE = "privacy.channel_page", "privacy.thread_page"
LOOK_UP = "privacy.look_up"
_HISTORY, _REPLIES = "conversations.history", "conversations.replies"


def look_up(
    tx: Tx, user: str, what: str, sessions: Sequence[str], whole: Collection[str], *, quietly: bool
) -> None:
    """Looks up the messages of these sessions for somebody, and removes what is found.

    `whole`: the sessions whose case and card go too. The subject begins with the person, so forgetting them waits for it.
    """
    _begin(tx, f"{user}/{what}", sessions, whole=whole, removes=True, quietly=quietly)


def on_messages_will_go(tx: Tx, event: MessagesWillGo) -> None:
    """Looks up where all of a group's messages of before stand: from then on they go with its term, and with their words."""
    lost = queries.sessions_out_of_reach(tx, queries.sessions_of_group(tx, event.group_id))
    _begin(tx, f"group/{event.group_id}", lost, whole=(), removes=False, quietly=True)


def _begin(
    tx: Tx, subject: str, sessions: Sequence[str], *, whole: Collection[str], removes: bool, quietly: bool
) -> None:
    """Begins a look-up, unless one of the same subject is under way."""
    if sessions and not queries.is_job_waiting(tx, LOOK_UP, subject):
        state = {
            "sessions": [*sessions],
            "whole": sorted({*whole} & {*sessions}),
            "read": [],
            "removes": removes,
            "quietly": quietly,
        }
        _begin_session(tx, subject, state, [*sessions])


def is_looking_up(tx: Tx, user: str) -> bool:
    """Whether messages are still looked up for somebody."""
    return queries.is_job_waiting(tx, LOOK_UP, f"{user}/")


def on_channel_page(tx: Tx, answer: Answer) -> None:
    """A page of the channel, the newest message first: the card of the session is looked for, which begins its thread.

    https://docs.slack.dev/reference/methods/conversations.history
    """
    page = _Page(tx, answer)
    if page.held is None or page.messages is None:
        page.leave()
        return
    # The earliest of a message that was posted twice counts.
    card = min((str(one["ts"]) for one in page.messages if key_in(one) == page.card_key), default="")
    if card:
        page.ask_thread(card)
    elif not page.go_on():
        page.leave()


def on_thread_page(tx: Tx, answer: Answer) -> None:
    """A page of a session's thread, with its first message. https://docs.slack.dev/reference/methods/conversations.replies"""
    page = _Page(tx, answer)
    if page.held is None or page.messages is None:
        page.leave()
        return
    for message in page.messages:
        key = key_in(message)
        if key is not None and key.startswith(f"{page.prefix}/") and key != page.card_key:
            outbox.note_standing(tx, key, page.held.channel, message["ts"], thread=page.card_key)
    if page.cursor:
        if not page.go_on():
            page.leave()
        return
    # Only now: a session whose card is known is not looked up again.
    outbox.note_standing(tx, page.card_key, page.held.channel, str(answer.about["card"]))
    page.leave(is_read=True)


def on_look_up(tx: Tx, job: queue.Job) -> None:
    """Says in private what stays, once everything was looked up and removed, or nothing was heard of it for long."""
    sessions, tries = job.data["sessions"], int(job.data.get("tries", 0))
    is_reading = any(outbox.is_call_waiting(tx, method, job.subject) for method in (_HISTORY, _REPLIES))
    if is_reading:
        queue.schedule(tx, LOOK_UP, job.subject, tx.now + rules.LOOK_UP_SILENCE, job.data)
        return
    prefixes = {one: f"session/{one}" for one in sessions}
    if tries < rules.SWEEPS_AT_MOST and any(outbox.is_removal_waiting(tx, one) for one in prefixes.values()):
        data = {**job.data, "tries": tries + 1}
        queue.schedule(tx, LOOK_UP, job.subject, tx.now + rules.pause_before(tries), data)
        return
    unread = [one for one in sessions if one not in job.data["read"]]
    refused = [one for one in sessions if one not in unread and outbox.refused_keys(tx, f"{prefixes[one]}/")]
    if not unread and not refused:
        return
    log.info("old_messages_stay", count=len(unread) + len(refused))
    user = job.subject.partition("/")[0]
    if not job.data["quietly"] and groups.known_person(tx, user) is not None:
        message = views.messages_stay(groups.texts_of(tx, user), len(unread), len(refused))
        groups.post_dm(tx, user, message, key=f"privacy/{job.subject}/stays")


class _Page:
    """A page of messages that Slack answered with, and what is asked next."""

    def __init__(self, tx: Tx, answer: Answer) -> None:
        self._tx, self._answer = tx, answer
        self._session = str(answer.about["left"][0])
        self.prefix = f"session/{self._session}"
        self.card_key = f"session/{self._session}/card"
        # None once the group is forgotten.
        self.held = queries.where_held(tx, self._session)
        found = answer.data.get("messages")
        # None after a refusal, for example without the history scopes, or in a channel without the bot.
        self.messages: list[dict[str, Any]] | None = (
            found if isinstance(found, list) and not answer.error else None
        )
        self.cursor = str((answer.data.get("response_metadata") or {}).get("next_cursor") or "")

    def go_on(self) -> bool:
        """Asks for the next page of the same; False without one, and after too many."""
        about = self._answer.about
        page = int(about["page"]) + 1
        if (
            self.held is None
            or not self.cursor
            or self.cursor == about["cursor"]
            or page >= rules.LOOK_UP_PAGES
        ):
            return False
        self._ask({**about, "cursor": self.cursor, "page": page}, self.held)
        return True

    def ask_thread(self, card: str) -> None:
        assert self.held is not None
        self._ask({**self._answer.about, "card": card, "cursor": "", "page": 0}, self.held)

    def _ask(self, about: dict[str, Any], held: Held) -> None:
        _ask_page(self._tx, self._answer.subject, about, held)

    def leave(self, *, is_read: bool = False) -> None:
        """Removes what was found of this session, if it must go now, and begins the next one."""
        about = self._answer.about
        state = about["state"]
        if self.held is not None and state["removes"]:
            _remove(self._tx, self._session, self.held, whole=self._session in state["whole"])
        if is_read:
            state = {**state, "read": [*state["read"], self._session]}
        _begin_session(self._tx, self._answer.subject, state, about["left"][1:])


def _begin_session(tx: Tx, subject: str, state: dict[str, Any], left: Sequence[str]) -> None:
    """Asks for the first page about the next session; after the last one, what stays is said soon."""
    for number, session in enumerate(left):
        held = queries.where_held(tx, session)
        if held is not None:
            about = {"state": state, "left": [*left[number:]], "card": "", "cursor": "", "page": 0}
            _ask_page(tx, subject, about, held)
            return
    queue.schedule(tx, LOOK_UP, subject, tx.now + rules.pause_before(0), state)


def _ask_page(tx: Tx, subject: str, about: dict[str, Any], held: Held) -> None:
    arguments = {"channel": held.channel, "limit": PAGE_SIZE, "include_all_metadata": True}
    if about["cursor"]:
        arguments["cursor"] = about["cursor"]
    if about["card"]:
        method, answer = _REPLIES, THREAD_PAGE
        arguments["ts"] = about["card"]
    else:
        method, answer = _HISTORY, CHANNEL_PAGE
        arguments["oldest"] = str((held.opened_at - rules.LOOK_UP_MARGIN).timestamp())
        arguments["latest"] = str((held.ended_at + rules.LOOK_UP_MARGIN).timestamp())
    outbox.call_api(tx, method, arguments, answer=answer, subject=subject, about=about, background=True)
    # Should Slack never answer, this says that the messages stay.
    queue.schedule(tx, LOOK_UP, subject, tx.now + rules.LOOK_UP_SILENCE, about["state"])


def _remove(tx: Tx, session: str, held: Held, *, whole: bool) -> None:
    """Removes what is known of a session by now. The case, and the card with its title, may be somebody else's."""
    keys = outbox.keys_with_words(tx, channel_prefixes=[f"session/{session}"])
    theirs = set() if whole else {f"session/{session}/case", f"session/{session}/card"}
    texts = groups.texts_in(groups.group_by_id(tx, held.group_id))
    outbox.remove_words(tx, [key for key in keys if key not in theirs], emptied(texts))
