"""After compaction a history is read from its index alone (PostgreSQL) or as one row (SQLite)."""

from datetime import UTC, datetime

from sqlalchemy import text

from app.db.connections.connect import connect, session_factory, writer_factory
from app.db.log.compaction import compact_log
from app.db.log.events import record
from app.domain.activity import Activity

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGES = text("SELECT relpages, relallvisible FROM pg_class WHERE relname = 'activity'")


def test_a_compacted_log_is_read_from_its_index_or_as_one_row(database):
    writers, is_server = writer_factory(database), database.dialect.name == "postgresql"
    with writers.begin() as session:
        if is_server:  # what is not on the disk yet does not count as seen
            session.execute(text("SET LOCAL synchronous_commit = on"))
        events = [Activity(f"e-{i}", "c-1", NOON, NOON, "login") for i in range(1000)]
        record(session, events)

    compact_log(writers)
    compact_log(session_factory(database))

    with database.connect() as connection:
        if is_server:
            n_pages, n_seen = connection.execute(PAGES).one()
            assert n_pages == n_seen > 0
        else:
            assert connection.scalar(text("SELECT count(*) FROM recent_activity")) == 0
            assert connection.scalar(text("SELECT length(packed) FROM histories")) == 48_000


def test_a_sqlite_file_that_refuses_causes_the_same_warning(sqlite_url, caplog):
    engine = connect(sqlite_url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true")

    compact_log(writer_factory(engine))
    engine.dispose()

    (warning,) = caplog.records
    assert "was not compacted" in warning.message
    assert "readonly" in warning.why


def test_a_database_that_refuses_causes_a_warning_and_no_error(empty_postgres_url, caplog):
    engine = connect(empty_postgres_url)  # where there is no such table

    compact_log(writer_factory(engine))
    engine.dispose()

    (warning,) = caplog.records
    assert "was not compacted" in warning.message
    assert '"activity" does not exist' in warning.why
