"""Encryption of confidential columns with MultiFernet: the first key encrypts, every key decrypts."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class UnreadableText(Exception):
    """A stored text cannot be decrypted with any of the keys in INTERVISIE_SECRET_KEYS."""


class Keyring:
    """Keyring of this installation. To rotate, put a new key in front and keep the old ones behind it."""

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
        """Whether this token was encrypted with the first key."""
        try:
            self._first.decrypt(token.encode())
        except InvalidToken:
            return False
        return True


_keyring: Keyring | None = None


def use_keyring(keyring: Keyring) -> None:
    """Set the keyring of this process. It is module state because column types have no other way to reach it."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    if _keyring is None:
        raise RuntimeError("no keyring: call storage.use_keyring before the database is used")
    return _keyring
