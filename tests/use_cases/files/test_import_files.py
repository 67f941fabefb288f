"""Good rows of files go into the database, once; bad rows go into a file."""

from datetime import UTC, datetime

import polars as pl

from app.db.connections.connect import writer_factory
from app.use_cases.files.import_files import import_activity, import_customers

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_good_rows_go_in_and_bad_ones_into_a_file_with_line_and_reason(database, activity):
    reported = []
    done = import_activity(
        writer_factory(database),
        activity,
        now=NOW,
        on_progress=lambda done, total: reported.append((done, total)),
    )

    assert (done.n_accepted, done.n_duplicates, done.n_rejected) == (6, 0, 1)
    assert done.unknown_types == {"brought_a_cake": 1}
    assert done.rejects_file is not None
    (reject,) = pl.read_csv(done.rejects_file).iter_rows(named=True)
    assert reject["line"] == 7
    assert "someday" in reject["reason"]
    assert reported == [(6, 6)]


def test_importing_activity_twice_adds_nothing(database, activity):
    writers = writer_factory(database)
    import_activity(writers, activity, now=NOW)

    again = import_activity(writers, activity, now=NOW)

    assert (again.n_accepted, again.n_duplicates) == (0, 6)


def test_importing_customers_twice_adds_nothing(database, customers):
    writers = writer_factory(database)
    first = import_customers(writers, customers, now=NOW)
    later = import_customers(writers, customers, now=NOW.replace(day=23))

    assert (first.n_customers, first.n_new, first.n_rejected) == (2, 2, 1)
    assert (later.n_customers, later.n_new) == (2, 0)
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM account_versions").scalar() == 1
