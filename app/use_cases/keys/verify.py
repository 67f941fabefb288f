"""Verify API keys: who calls, and what they may do."""

import hmac
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from app.db import keys
from app.use_cases.keys.tokens import hash_of, key_id_of


@dataclass(frozen=True, slots=True)
class VerifiedKey:
    """Who calls, and what they may do."""

    key_id: str
    scopes: frozenset[str]


def verify_key(readers: sessionmaker[Session], token: str) -> VerifiedKey | None:
    """Return the key of a token, or None if there is no such key or it is revoked.

    Keys are found by the hash of 256 random bits, so the time that the search takes reveals nothing
    that would help to guess one.
    """
    key_id = key_id_of(token)
    if key_id is None:
        return None
    with readers() as session:
        key = keys.by_hash(session, hash_of(token))
    if key is None or not hmac.compare_digest(key.key_id, key_id):
        return None
    return VerifiedKey(key.key_id, key.scopes)
