"""Nudges: private messages that a person did not ask for at that moment, few and bundled in digests.

A room plans a nudge. When its moment has come, the room's composer is asked whether there is still something to do.
Nudges of several rooms to one person become one digest.
"""

from bot.nudges.queries import (
    is_in_digest,
    is_question_open,
    muted_topics,
    nudge_planned_at,
    workspaces_with_old_digests,
)
from bot.nudges.service.availability import ask_slack, come_back, current_absence, go_away, mute_topics
from bot.nudges.service.digests import digest_job
from bot.nudges.service.items import Compose, DigestItem
from bot.nudges.service.old_digests import Rewritten, rewrite_digest
from bot.nudges.service.planning import (
    DELIVER,
    asked_subjects,
    cancel_group_nudges,
    cancel_nudge,
    cancel_nudges,
    mark_answered,
    opens_at,
    plan_nudge,
    purge_old,
    wake_digest,
)
from bot.nudges.service.snoozing import own_digest, resume_topic, snooze_by, snooze_until, stop_topic
