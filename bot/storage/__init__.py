"""Database access: the transaction of a use case, and columns that encrypt confidential text."""

from bot.storage.base import Base, InWorkspace, Workspace, belonging_to, new_id
from bot.storage.columns import EncryptedJson, EncryptedText, UtcDateTime, decrypt_value
from bot.storage.encryption import CipherState, Keyring, UnreadableText, use_keyring
from bot.storage.notifications import is_process_dead
from bot.storage.pruning import BATCH, PAGE, delete_some
from bot.storage.sealing import seal_values
from bot.storage.statements import statement
from bot.storage.states import StateOf
from bot.storage.store import Store, StoreBusy, StoreUnavailable, open_store
from bot.storage.tx import Tx, in_workspace
