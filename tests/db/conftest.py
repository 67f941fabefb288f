"""Sessions on a fresh database of each kind."""

import pytest

from app.db.connections.connect import session_factory, writer_factory


@pytest.fixture
def reading(database):
    return session_factory(database)


@pytest.fixture
def writing(database):
    return writer_factory(database)


@pytest.fixture
def session(writing):
    """A session that may write; its transaction is rolled back at the end."""
    with writing() as session:
        yield session
