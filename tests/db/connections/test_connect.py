"""A database that cannot be used is named, with what to do, and without its password."""

import sqlite3
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from app.db.connections.connect import connect, require_migrated, session_factory, writer_factory
from app.db.migrate import migrate
from app.db.tables import CustomerRow
from app.domain.errors import DatabaseNotReady


def refusal(url):
    engine = connect(url)
    with pytest.raises(DatabaseNotReady) as caught:
        require_migrated(engine)
    engine.dispose()
    return str(caught.value)


def test_a_migrated_database_is_ready(database):
    require_migrated(database)


def test_an_empty_sqlite_file_asks_for_migrations(tmp_path):
    assert "run `holdfast migrate`" in refusal(f"sqlite:///{tmp_path / 'new.db'}")


def test_an_empty_postgresql_database_asks_for_migrations(empty_postgres_url):
    assert "run `holdfast migrate`" in refusal(empty_postgres_url)


def test_an_outdated_database_names_both_versions(database, database_url):
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    assert "is at migration 0000, this version needs" in refusal(database_url)


def test_a_server_that_does_not_answer_is_named_without_the_password():
    message = refusal("postgresql://ada:secret@127.0.0.1:1/holdfast")

    assert "ada:***@127.0.0.1:1/holdfast" in message
    assert "secret" not in message
    assert "\n" not in message


def test_a_folder_that_is_missing_is_named(tmp_path):
    assert "unable to open database file" in refusal(f"sqlite:///{tmp_path}/no/holdfast.db")


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "holdfast.db"
    path.write_bytes(b"certainly no database" * 100)

    assert "not a database" in refusal(f"sqlite:///{path}")


@pytest.mark.parametrize("url", ["", "holdfast.db", "mysql://localhost/x", "sqlite://", "a://b"])
def test_unsupported_urls_are_refused(url):
    with pytest.raises(DatabaseNotReady, match="sqlite:///"):
        connect(url)


def test_migrating_creates_the_folder_and_a_second_time_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/new/folder/holdfast.db"
    migrate(url)
    migrate(url)

    engine = connect(url)
    require_migrated(engine)
    engine.dispose()


def test_migrating_a_server_that_does_not_answer_is_an_error_without_the_password():
    with pytest.raises(DatabaseNotReady) as caught:
        migrate("postgresql://ada:secret@127.0.0.1:1/holdfast")
    assert "secret" not in str(caught.value)


def test_a_moment_without_a_zone_is_not_stored(session):
    session.add(CustomerRow(customer_id="c-1", signed_up_at=datetime(2026, 3, 1)))  # noqa: DTZ001 - the point

    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_sqlite_is_durable_and_concurrent(sqlite_url):
    engine = connect(sqlite_url)
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    engine.dispose()


def test_sqlite_can_be_read_while_another_connection_writes(sqlite_url):
    engine = connect(sqlite_url)
    with writer_factory(engine)() as writer, session_factory(engine)() as reader:
        writer.add(CustomerRow(customer_id="c-1"))
        writer.flush()
        assert reader.scalars(select(CustomerRow)).all() == []
    engine.dispose()


def test_a_writer_of_sqlite_has_the_lock_from_the_start(sqlite_url, tmp_path):
    engine = connect(sqlite_url)
    with writer_factory(engine)() as writer:
        writer.connection()
        other = sqlite3.connect(tmp_path / "holdfast.db", timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    engine.dispose()


def test_the_connection_that_was_used_last_is_used_next(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    one, two = engine.connect(), engine.connect()
    last = one.connection.dbapi_connection
    two.close()
    one.close()

    with engine.connect() as again:
        assert again.connection.dbapi_connection is last
    engine.dispose()
