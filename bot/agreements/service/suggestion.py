"""Suggestion: a group that began with an older first text is shown the newer sentences, until a member answers."""

from bot.agreements import rules, views
from bot.groups import service as groups
from bot.groups.records import Group
from bot.storage import Tx
from bot.texts import Texts


def suggested_lines(group: Group, text: str, t: Texts) -> list[str]:
    """The sentences that the group's text lacks; none once the suggestion was answered."""
    if not group.suggestion_open:
        return []
    return rules.missing_lines(text, views.new_lines(t, by_video=group.meets == "video"))


def suggested_text(group: Group, text: str, t: Texts) -> str:
    """The text with the suggested sentences beneath it, for the form in which a member changes it."""
    added = "\n".join([text, *(f"• {line}" for line in suggested_lines(group, text, t))])
    return added if len(added) <= views.MAX_TEXT_LENGTH else text


def decline_suggestion(tx: Tx, group_id: str, user: str) -> Group:
    """The group leaves its text as it is. Twice is as good as once."""
    group = groups.group_for(tx, group_id, user)
    group.suggestion_open = False
    return group
