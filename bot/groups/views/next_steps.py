"""Buttons for the next step: each opens what the command of that name opens. A command does not work in a thread.

https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from bot.groups.views.refs import GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts


def begin_button(t: Texts, group: str, *, primary: bool = True) -> Block:
    style = "primary" if primary else None
    return blocks.button(t("Begin the session"), ids.SESSIONS_OPEN, GroupRef(group), style=style)


def plan_button(t: Texts, group: str) -> Block:
    return blocks.button(t("Plan it"), ids.MEETING_OPEN, GroupRef(group))


def choose_button(t: Texts, group: str) -> Block:
    """Opens a poll; while one runs, the ballot."""
    return blocks.button(t("Let the group choose"), ids.POLL_OPEN, GroupRef(group))


def vote_button(t: Texts, group: str) -> Block:
    """The same, where a poll runs."""
    return blocks.button(t("Vote"), ids.POLL_OPEN, GroupRef(group))


def case_button(t: Texts, group: str) -> Block:
    return blocks.button(t("Bring in a case"), ids.CASE_WRITE, GroupRef(group))
