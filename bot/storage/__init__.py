"""The database: one way to open a transaction, and columns that keep confidential text encrypted."""

from bot.storage.base import Base, InWorkspace, Workspace, belonging_to, new_id
from bot.storage.columns import EncryptedJson, EncryptedText, Moment
from bot.storage.encryption import Keyring, UnreadableText, use_keyring
from bot.storage.store import Store, StoreUnavailable, open_store
from bot.storage.transactions import Tx

__all__ = [
    "Base",
    "EncryptedJson",
    "EncryptedText",
    "InWorkspace",
    "Keyring",
    "Moment",
    "Store",
    "StoreUnavailable",
    "Tx",
    "UnreadableText",
    "Workspace",
    "belonging_to",
    "new_id",
    "open_store",
    "use_keyring",
]
