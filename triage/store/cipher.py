"""Encryption of the record: AES-256-GCM, each line and each index by itself and bound to its place.

The place (file and byte) is authenticated beside the words, so that a line moved to another place, or into another
file, is as unreadable as one that was changed. Nonces are random: a counter would repeat after a crash that tears a
line and a repair that writes another in its place, and 96 random bits allow four thousand million lines under one key
before a repeat becomes as likely as one in four thousand million.
"""

from __future__ import annotations

import os
from hashlib import sha256

from triage.errors import StoreRefused

KEY = 32
"""Bytes of a key."""
_NONCE = 12


def key_id(key: bytes) -> str:
    """A key's name, which says nothing about it."""
    return sha256(b"triage key\0" + key).hexdigest()[:12]


class Cipher:
    """One key at work."""

    def __init__(self, key: bytes) -> None:
        try:
            from cryptography.exceptions import InvalidTag
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError as error:
            raise StoreRefused(
                "The record is encrypted, which needs the package cryptography: install triage with its extra, "
                "pip install 'triage[secure]'. Nothing was touched."
            ) from error
        self.key, self.id = key, key_id(key)
        self._aead, self._wrong = AESGCM(key), InvalidTag

    def lock(self, plain: bytes, place: str) -> bytes:
        """The words as they may lie on a disk: nonce, words, tag."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, plain, place.encode())

    def unlock(self, box: bytes, place: str) -> bytes | None:
        """The words; ``None`` when they were changed, belong elsewhere or to another key."""
        try:
            return self._aead.decrypt(box[:_NONCE], box[_NONCE:], place.encode())
        except (self._wrong, ValueError):
            return None
