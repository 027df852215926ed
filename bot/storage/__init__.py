"""The database: one way to open a transaction, and columns that keep confidential text encrypted."""

from bot.storage.base import Base, InWorkspace, Workspace, belonging_to, new_id
from bot.storage.columns import EncryptedJson, EncryptedText, Moment, read_json
from bot.storage.encryption import Keyring, UnreadableText, use_keyring
from bot.storage.statements import statement
from bot.storage.states import StateOf
from bot.storage.store import Store, StoreBusy, StoreUnavailable, open_store
from bot.storage.transactions import Tx
from bot.storage.wires import process_is_gone

__all__ = [
    "Base",
    "EncryptedJson",
    "EncryptedText",
    "InWorkspace",
    "Keyring",
    "Moment",
    "StateOf",
    "Store",
    "StoreBusy",
    "StoreUnavailable",
    "Tx",
    "UnreadableText",
    "Workspace",
    "belonging_to",
    "new_id",
    "open_store",
    "process_is_gone",
    "read_json",
    "statement",
    "use_keyring",
]
