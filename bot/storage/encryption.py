"""Encryption of confidential columns: MultiFernet, the first key encrypts, every key decrypts."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class UnreadableText(Exception):
    """A stored text cannot be decrypted with any of the keys in INTERVISIE_SECRET_KEYS."""


class Keyring:
    """The keys of this installation. Rotation: put a new key in front, keep the old ones behind it."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a keyring needs at least one key")
        self._first = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken as problem:
            raise UnreadableText from problem

    def is_encrypted_with_first_key(self, token: str) -> bool:
        """Whether the first key, the one that encrypts, has made it."""
        try:
            self._first.decrypt(token.encode())
        except InvalidToken:
            return False
        return True


_keyring: Keyring | None = None


def use_keyring(keyring: Keyring) -> None:
    """Sets the keys for this process. Column types have no other way to reach them than a module's state."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    if _keyring is None:
        raise RuntimeError("no keyring: call storage.use_keyring before the database is used")
    return _keyring
