"""A job ends where it cannot be done; what has nothing to do with it does not end it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.db import job_leases, jobs
from app.db.connections.connect import connect, writer_factory
from app.domain.errors import BundleRefused
from app.domain.jobs import LEASE, JobKind, JobState
from app.work.job_queue import JobQueue

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def writers(database):
    writers = writer_factory(database)
    with writers.begin() as session:
        jobs.enqueue(session, "j-1", as_of=NOW, bundle_id="b-1", total=1, now=NOW)
    return writers


@pytest.fixture
def attempt(writers):
    """Take the job a while after the attempt before, do something with it, and return it."""
    clock = iter(NOW + 2 * n * LEASE for n in range(99))

    def run(work):
        now = next(clock)
        with JobQueue(writers, lambda: now, worker="w-1").take(JobKind.RESCORE):
            work()

    return run


def job(writers):
    with writers.begin() as session:
        return jobs.get(session, "j-1")


def look_up():
    return {}["ada@example.com"]


def ask_nobody():
    with connect("postgresql://nobody@127.0.0.1:1/nothing").connect():
        raise AssertionError("nobody listens there")


def refuse():
    raise BundleRefused("it is damaged")


def cancel(writers):
    with writers.begin() as session:
        jobs.cancel(session, "j-1", now=NOW)
    with writers.begin() as session:
        job_leases.complete(session, "j-1", worker="w-1", now=NOW)


def test_an_error_is_raised_and_counted(attempt, writers):
    with pytest.raises(KeyError):
        attempt(look_up)

    assert (job(writers).state, job(writers).attempts) == (JobState.IN_PROGRESS, 1)


def test_the_third_error_ends_the_job_and_names_no_customer(attempt, writers):
    for _ in range(3):
        with pytest.raises(KeyError):
            attempt(look_up)

    ended = job(writers)
    assert ended.state is JobState.FAILED
    assert "KeyError" in ended.error
    assert "ada@example.com" not in ended.error


def test_a_database_that_is_away_costs_no_attempt(attempt, writers):
    for _ in range(5):
        with pytest.raises(OperationalError):
            attempt(ask_nobody)

    assert (job(writers).state, job(writers).attempts) == (JobState.IN_PROGRESS, 0)


def test_a_wrong_statement_is_not_a_database_that_is_away(attempt, writers):
    def ask_for_nothing():
        with writers.begin() as session:
            session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError):
        attempt(ask_for_nothing)

    assert job(writers).attempts == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT ARRAY(SELECT generate_series(1, 1000000000))",  # too much: an array of 8 GB
        "SELECT pg_sleep(9)",
    ],
)
def test_a_statement_too_large_or_too_slow_for_postgresql_costs_an_attempt(postgres_url, statement):
    engine = connect(postgres_url)
    writers = writer_factory(engine)
    with writers.begin() as session:
        jobs.enqueue(session, "j-1", as_of=NOW, bundle_id="b-1", total=1, now=NOW)

    def ask() -> None:
        with writers.begin() as session:
            session.execute(text("SET LOCAL statement_timeout = 50"))
            session.execute(text(statement))

    with (
        pytest.raises(OperationalError),
        JobQueue(writers, lambda: NOW).take(JobKind.RESCORE),
    ):
        ask()

    with writers.begin() as session:
        assert jobs.get(session, "j-1").attempts == 1
    engine.dispose()


def test_a_database_that_is_busy_costs_no_attempt(attempt, writers, sqlite_url):
    def write_while_another_does():
        with connect(sqlite_url).connect() as one, connect(sqlite_url).connect() as other:
            other.exec_driver_sql("PRAGMA busy_timeout = 0")
            one.exec_driver_sql("DELETE FROM jobs")
            other.exec_driver_sql("DELETE FROM jobs")

    with pytest.raises(OperationalError, match="locked"):
        attempt(write_while_another_does)

    assert job(writers).attempts == 0


def test_a_refusal_fails_the_job_at_once(attempt, writers):
    attempt(refuse)

    assert (job(writers).state, job(writers).error) == (JobState.FAILED, "it is damaged")


def test_a_job_that_was_cancelled_is_left_alone(attempt, writers):
    attempt(lambda: cancel(writers))

    assert job(writers).state is JobState.CANCELLED


def test_an_error_after_the_job_was_lost_costs_no_attempt(attempt, writers):
    def lose_and_fail():
        with writers.begin() as session:
            job_leases.claim(session, worker="w-2", now=NOW + timedelta(days=1))
        look_up()

    with pytest.raises(KeyError):
        attempt(lose_and_fail)

    assert job(writers).attempts == 1  # that of the worker that went silent
