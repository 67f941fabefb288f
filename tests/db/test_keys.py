"""Keys are found by their hash until they are revoked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from app.db import keys
from app.domain.keys import ApiKey

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = ApiKey("k-1", "CRM", frozenset({"scores:read", "activity:write"}), NOW)


def test_a_key_is_found_by_its_hash(session):
    keys.add(session, KEY, sha256="ab" * 32)

    assert keys.by_hash(session, "ab" * 32) == KEY
    assert keys.by_hash(session, "cd" * 32) is None


def test_a_revoked_key_is_listed_and_no_longer_found(session):
    keys.add(session, KEY, sha256="ab" * 32)

    assert keys.revoke(session, "k-1", now=NOW)
    assert keys.by_hash(session, "ab" * 32) is None
    assert keys.list_all(session) == [replace(KEY, revoked_at=NOW)]


def test_only_a_valid_key_can_be_revoked(session):
    keys.add(session, KEY, sha256="ab" * 32)
    keys.revoke(session, "k-1", now=NOW)

    assert not keys.revoke(session, "k-1", now=NOW)
    assert not keys.revoke(session, "k-9", now=NOW)


def test_two_keys_cannot_share_a_hash(session):
    keys.add(session, KEY, sha256="ab" * 32)

    with pytest.raises(IntegrityError):
        keys.add(session, replace(KEY, key_id="k-2"), sha256="ab" * 32)
