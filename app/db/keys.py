"""API keys: their hashes and scopes; the keys themselves are never stored."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.tables import ApiKeyRow
from app.domain.keys import ApiKey


def add(session: Session, key: ApiKey, *, sha256: str) -> None:
    """Store a key under the hash (hexadecimal) of its text."""
    session.add(
        ApiKeyRow(
            key_id=key.key_id,
            name=key.name,
            sha256=sha256,
            scopes=" ".join(sorted(key.scopes)),
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )
    )
    session.flush()


def by_hash(session: Session, sha256: str) -> ApiKey | None:
    """Return the key with this hash, or None if there is none or it is revoked."""
    row = session.scalars(
        select(ApiKeyRow).where(ApiKeyRow.sha256 == sha256, ApiKeyRow.revoked_at.is_(None))
    ).one_or_none()
    return None if row is None else _key(row)


def list_all(session: Session) -> list[ApiKey]:
    """Return all keys, oldest first, revoked ones too."""
    rows = session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.key_id))
    return [_key(row) for row in rows]


def revoke(session: Session, key_id: str, *, now: datetime) -> bool:
    """Revoke a key from `now` on; return False if there is no such key or it was revoked before."""
    row = session.get(ApiKeyRow, key_id)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now
    session.flush()
    return True


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
