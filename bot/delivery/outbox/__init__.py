"""Outbox: every call to Slack is a row that the caller's transaction writes. The sender sends it after the commit.

Posting under a key that exists does nothing. Keys are deterministic ("session/<id>/phase/3/prompt"), so a use case that
runs twice posts once. After a refusal by Slack the key is free again. Edits of one message merge, as do the Home views
of one person: the latest wins.
"""

from bot.delivery.outbox.editing import channel_renamed, delete, discard_pending, update, withdraw
from bot.delivery.outbox.posting import call_api, post, post_dm, post_ephemeral, publish_home
from bot.delivery.outbox.queries import is_call_waiting, is_live, key_of, live_keys, refused_keys, ts_of
from bot.delivery.outbox.rows import DELETED, METHODS, NO_TARGET, TOPIC, _by_key, keyed, method_of
from bot.delivery.outbox.words import (
    is_removal_waiting,
    keys_with_words,
    note_standing,
    old_keys_with_words,
    old_letters_with_words,
    old_private_keys_with_words,
    remove_words,
    undeletable,
)
