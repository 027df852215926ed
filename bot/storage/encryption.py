"""Encryption: AES-256-GCM with a key per purpose, where each ciphertext is bound to its place. Fernet is read, of before.

The first key encrypts, every key decrypts. Each key of INTERVISIE_SECRET_KEYS is the input of HKDF, which derives one key
for each purpose. The place of a value (table, column, workspace, row) is the associated data, so a ciphertext that somebody
moves cannot be decrypted. docs/decisions/0032 has the reasons.
https://cryptography.io/en/latest/hazmat/primitives/aead/ https://cryptography.io/en/latest/hazmat/primitives/key-derivation-functions/
"""

import base64
import binascii
import os
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.states import StateMachine

# A bound ciphertext begins with its format and the id of its key: "2.<key id>.<base64>".
BOUND_FORMAT = "2."
KEY_ID_BYTES = 4
NONCE_BYTES = 12


class UnreadableText(Exception):
    """A stored text cannot be decrypted in this place with any of the keys in INTERVISIE_SECRET_KEYS."""


class Purpose(StrEnum):
    """What a derived key is for. The words are the input of the derivation, so they never change."""

    ROWS = "rows"
    CANARIES = "canaries"
    CALENDAR_LINKS = "calendar links"


class CipherState(StrEnum):
    """Which ciphertexts a database holds. It begins as bound, unless an older version wrote in it."""

    # Fernet is written, because a process of an older version may be at work.
    UNBOUND = "unbound"
    # `intervisie rekey` has begun: bound ciphertexts are written, both kinds are read.
    MIXED = "mixed"
    # Fernet is neither written nor read: somebody may have kept an old ciphertext, to put it elsewhere.
    BOUND = "bound"


CIPHER_STATES = StateMachine(
    CipherState,
    {
        CipherState.UNBOUND: {CipherState.MIXED},
        CipherState.MIXED: {CipherState.BOUND},
        CipherState.BOUND: (),
    },
)


class Ciphertext(str):
    """A text that is encrypted already, as it is stored."""

    __slots__ = ()


class _Key:
    """One key of the list, with the keys that are derived from it."""

    def __init__(self, key: str) -> None:
        self.fernet = Fernet(key)
        self._secret = base64.urlsafe_b64decode(key)
        self.prefix = f"{BOUND_FORMAT}{self._derived('key id', KEY_ID_BYTES).hex()}."
        self._ciphers: dict[Purpose, AESGCM] = {}

    def cipher(self, purpose: Purpose) -> AESGCM:
        found = self._ciphers.get(purpose)
        if found is None:
            found = self._ciphers[purpose] = AESGCM(self._derived(purpose, 32))
        return found

    def _derived(self, purpose: str, length: int) -> bytes:
        info = f"intervisie {purpose}".encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self._secret)


class Keyring:
    """Keyring of this installation. To rotate, put a new key in front, and run `intervisie rekey`.

    `state` is that of the database. While it is unknown (None) both kinds of ciphertexts are read.
    """

    def __init__(self, keys: Sequence[str], state: CipherState | None = None) -> None:
        if not keys:
            raise ValueError("a keyring needs at least one key")
        self._keys = [_Key(key) for key in keys]
        self._by_prefix = {key.prefix: key for key in self._keys}
        self.state = state

    @property
    def writes_bound(self) -> bool:
        """Whether ciphertexts are bound to their place."""
        return self.state is not CipherState.UNBOUND

    @cached_property
    def current_prefix(self) -> str:
        """The beginning of each bound ciphertext of the first key."""
        return self._keys[0].prefix

    @property
    def key_ids(self) -> list[str]:
        """A name of each key, from which nobody can tell the key."""
        return [key.prefix.removeprefix(BOUND_FORMAT).rstrip(".") for key in self._keys]

    def encrypt(self, text: str, place: str, purpose: Purpose = Purpose.ROWS) -> str:
        """Encrypt a text for one place. The database's state decides on the kind of the ciphertext."""
        first = self._keys[0]
        if not self.writes_bound:
            return first.fernet.encrypt(text.encode()).decode()
        nonce = os.urandom(NONCE_BYTES)
        sealed = first.cipher(purpose).encrypt(nonce, text.encode(), place.encode())
        return first.prefix + binascii.b2a_base64(nonce + sealed, newline=False).decode()

    def decrypt(self, token: str, place: str, purpose: Purpose = Purpose.ROWS) -> str:
        """Decrypt a ciphertext that stands in this place. Raises UnreadableText."""
        if not token.startswith(BOUND_FORMAT):
            return self._decrypt_unbound(token)
        prefix_length = len(self.current_prefix)
        key = self._by_prefix.get(token[:prefix_length])
        if key is None:
            raise UnreadableText
        try:
            sealed = binascii.a2b_base64(token[prefix_length:], strict_mode=True)
            opened = key.cipher(purpose).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (ValueError, InvalidTag) as problem:
            raise UnreadableText from problem
        return opened.decode()

    def _decrypt_unbound(self, token: str) -> str:
        if self.state is CipherState.BOUND:
            raise UnreadableText
        for key in self._keys:
            try:
                return key.fernet.decrypt(token.encode()).decode()
            except InvalidToken:
                continue
        raise UnreadableText

    def is_current(self, token: str) -> bool:
        """Whether this ciphertext is of the kind that is written now, and of the first key."""
        if self.writes_bound:
            return token.startswith(self.current_prefix)
        try:
            self._keys[0].fernet.decrypt(token.encode())
        except InvalidToken:
            return False
        return True

    def seal(self, text: str, purpose: Purpose) -> str:
        """Encrypt a text that goes outside, as part of an address."""
        token = self.encrypt(text, purpose, purpose)
        return token.translate(_TO_URL).rstrip("=") if token.startswith(BOUND_FORMAT) else token

    def unseal(self, token: str, purpose: Purpose) -> str:
        """Decrypt a text that came back from outside. Raises UnreadableText."""
        if token.startswith(BOUND_FORMAT):
            token = token.translate(_FROM_URL)
            token += "=" * (-(len(token) - len(self.current_prefix)) % 4)
        return self.decrypt(token, purpose, purpose)


# The other alphabet of base64: https://www.rfc-editor.org/rfc/rfc4648#section-5
_TO_URL = str.maketrans("+/", "-_")
_FROM_URL = str.maketrans("-_", "+/")


_keyring: Keyring | None = None


def use_keyring(keyring: Keyring) -> None:
    """Set the keyring of this process. It is module state because column types have no other way to reach it."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    if _keyring is None:
        raise RuntimeError("no keyring: call storage.use_keyring before the database is used")
    return _keyring
