"""A token is verified only if it is exactly the one that was given out."""

from datetime import UTC, datetime

import pytest

from app.db.connections.connect import session_factory, writer_factory
from app.use_cases.keys.issue import create_key
from app.use_cases.keys.verify import verify_key

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def created(database):
    with writer_factory(database).begin() as session:
        return create_key(session, "crm", scopes={"scores:read"}, now=NOW)


def test_a_new_key_is_recognised_with_its_scopes(database, created):
    verified = verify_key(session_factory(database), created.token)

    assert verified is not None
    assert verified.key_id == created.key.key_id
    assert verified.scopes == {"scores:read"}


def test_a_token_that_is_not_exactly_right_is_refused(database, created):
    readers = session_factory(database)
    prefix, key_id, secret = created.token.split("_", 2)

    for wrong in (
        f"{prefix}_{key_id}_{secret[:-1]}",
        f"{prefix}_{'0' * len(key_id)}_{secret}",
        f"xx_{key_id}_{secret}",
        f"{prefix}_{key_id}_",
        "",
    ):
        assert verify_key(readers, wrong) is None
