"""Keys are created, listed and revoked; the secret is nowhere but in the token."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.db.connections.connect import session_factory, writer_factory
from app.domain.keys import ALL_SCOPES
from app.use_cases.keys.issue import create_key, list_keys, revoke_key
from app.use_cases.keys.verify import verify_key

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def created(database):
    with writer_factory(database).begin() as session:
        return create_key(session, "crm", scopes={"scores:read"}, now=NOW)


def test_a_revoked_key_is_refused_and_stays_in_the_list(database, created):
    with writer_factory(database).begin() as session:
        assert revoke_key(session, created.key.key_id, now=NOW)
        assert not revoke_key(session, created.key.key_id, now=NOW)
        (listed,) = list_keys(session)

    assert listed.revoked_at == NOW
    assert verify_key(session_factory(database), created.token) is None


def test_the_secret_is_not_in_the_database(database, created):
    with database.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM api_keys")).all())

    assert created.token not in rows
    assert created.token.split("_", 2)[2] not in rows


def test_an_unknown_scope_is_refused_with_a_list_of_those_that_exist(database):
    with writer_factory(database).begin() as session:
        for scopes in ({"scores:write"}, set()):
            with pytest.raises(ValueError, match="customers:read"):
                create_key(session, "crm", scopes=scopes, now=NOW)


def test_a_key_has_every_scope_by_default(database):
    with writer_factory(database).begin() as session:
        assert create_key(session, "crm", now=NOW).key.scopes == ALL_SCOPES
