"""Create, list and revoke API keys. A key is shown once, and stored as a hash."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import keys
from app.domain.keys import ALL_SCOPES, ApiKey
from app.use_cases.keys.tokens import hash_of, new_key_id, new_token


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key; its `token` is given to the caller this once, and cannot be shown again."""

    key: ApiKey
    token: str


def create_key(
    session: Session, name: str, *, scopes: Collection[str] = ALL_SCOPES, now: datetime
) -> CreatedKey:
    """Create a key for `name` with these scopes.

    Raises
    ------
    ValueError
        If a scope is unknown, or none is given; the message lists the scopes that exist.
    """
    unknown = sorted(set(scopes) - ALL_SCOPES)
    if unknown or not scopes:
        raise ValueError(
            f"scopes must be some of {', '.join(sorted(ALL_SCOPES))}, "
            f"got {', '.join(unknown) or 'none'}"
        )
    key_id = new_key_id()
    token = new_token(key_id)
    key = ApiKey(key_id=key_id, name=name, scopes=frozenset(scopes), created_at=now)
    keys.add(session, key, sha256=hash_of(token))
    return CreatedKey(key, token)


def list_keys(session: Session) -> list[ApiKey]:
    """Return all keys, oldest first, including revoked ones."""
    return keys.list_all(session)


def revoke_key(session: Session, key_id: str, *, now: datetime) -> bool:
    """Revoke a key; return False if there is no such key or it was revoked before.

    Running services refuse it within 5 seconds.
    """
    return keys.revoke(session, key_id, now=now)
