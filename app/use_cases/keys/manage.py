"""API keys: made once, shown once, stored as a hash."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session, sessionmaker

from app.db import keys
from app.domain.keys import ALL_SCOPES, ApiKey

PREFIX: Final = "hf"
SECRET_BYTES: Final = 32  # 256 random bits need no slow hash: there is nothing to guess
ID_BYTES: Final = 6


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key; `token` is told this once and never again."""

    key: ApiKey
    token: str


@dataclass(frozen=True, slots=True)
class VerifiedKey:
    """Who asks, and what they may do."""

    key_id: str
    scopes: frozenset[str]


def create_key(
    session: Session, name: str, *, scopes: Collection[str] = ALL_SCOPES, now: datetime
) -> CreatedKey:
    """Make a key for `name` with these scopes.

    Raises
    ------
    ValueError
        If a scope is unknown, or none is given; the message lists those there are.
    """
    unknown = sorted(set(scopes) - ALL_SCOPES)
    if unknown or not scopes:
        raise ValueError(
            f"scopes must be some of {', '.join(sorted(ALL_SCOPES))}, "
            f"got {', '.join(unknown) or 'none'}"
        )
    key_id = secrets.token_hex(ID_BYTES)
    token = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    key = ApiKey(key_id=key_id, name=name, scopes=frozenset(scopes), created_at=now)
    keys.add(session, key, sha256=_hash(token))
    return CreatedKey(key, token)


def list_keys(session: Session) -> list[ApiKey]:
    """Return all keys, oldest first, revoked ones too."""
    return keys.list_all(session)


def revoke_key(session: Session, key_id: str, *, now: datetime) -> bool:
    """Make a key useless; return False where no such key works. Running services notice in 5 s."""
    return keys.revoke(session, key_id, now=now)


def verify_key(readers: sessionmaker[Session], token: str) -> VerifiedKey | None:
    """Return whose key `token` is, or None if it is nobody's or revoked.

    The key is found by the hash of 256 random bits: how long the search takes tells nothing that
    helps to guess them.
    """
    prefix, _, rest = token.partition("_")
    key_id = rest.partition("_")[0]
    if prefix != PREFIX or not key_id.isalnum() or not token.isascii():
        return None
    with readers() as session:
        key = keys.by_hash(session, _hash(token))
    if key is None or not hmac.compare_digest(key.key_id, key_id):
        return None
    return VerifiedKey(key.key_id, key.scopes)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
