"""A worker holds its job from `take` on, and writes only while it does."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import assessments, jobs
from app.db.connections.connect import writer_factory
from app.domain.errors import JobNotFound
from app.domain.jobs import JobKind, JobState
from app.domain.scores.stored import StoredAssessment
from app.work.job_queue import JobQueue

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def writers(database):
    writers = writer_factory(database)
    with writers.begin() as session:
        jobs.enqueue(session, "j-1", as_of=NOW, bundle_id="b-1", total=2, now=NOW)
    return writers


@pytest.fixture
def queue(writers):
    return JobQueue(writers, lambda: NOW)


@pytest.fixture
def other_queue(writers):
    """The queue of another process, after the first lease has run out."""
    return JobQueue(writers, lambda: LATER)


def store(held, customer_id):
    answer = StoredAssessment(customer_id, NOW, "b-1", 0.5, 50, 50, "medium", "{}", "j-1")
    with held.advancing(cursor=customer_id, n_done=1, failures={}) as session:
        assessments.add_many(session, [answer])


def job(writers):
    with writers.begin() as session:
        return jobs.get(session, "j-1")


def stored(writers):
    with writers.begin() as session:
        return [each.customer_id for each in assessments.page_of_job(session, "j-1", limit=9)]


def test_there_is_nothing_to_take_of_another_kind(queue):
    with queue.take(JobKind.MONITOR) as held:
        assert held is None


def test_a_job_is_taken_advanced_and_completed(queue, writers):
    with queue.take(JobKind.RESCORE) as held:
        store(held, "c-1")
        store(held, "c-2")
        assert (held.job.done, held.job.cursor) == (2, "c-2")
        held.complete()

    assert job(writers).state is JobState.COMPLETED
    assert stored(writers) == ["c-1", "c-2"]


def test_what_is_written_with_a_chunk_that_fails_is_not_stored(queue, writers):
    def store_and_fail():
        with queue.take(JobKind.RESCORE) as held:
            store(held, "c-1")
            with held.advancing(cursor="c-2", n_done=1, failures={}) as session:
                jobs.enqueue(session, "j-2", as_of=NOW, bundle_id="b-1", total=0, now=NOW)
                raise KeyError

    with pytest.raises(KeyError):
        store_and_fail()

    assert job(writers).cursor == "c-1"
    with writers.begin() as session, pytest.raises(JobNotFound):
        jobs.get(session, "j-2")


def test_a_worker_that_lost_its_lease_never_gets_to_write(queue, other_queue, writers):
    with queue.take(JobKind.RESCORE) as held, other_queue.take(JobKind.RESCORE) as taken_over:
        store(taken_over, "c-1")
        with held.advancing(cursor="c-1", n_done=1, failures={}):
            raise AssertionError("the block must not be entered")

    assert stored(writers) == ["c-1"]
    assert job(writers).done == 1


def test_a_worker_that_lost_its_lease_completes_nothing(queue, other_queue, writers):
    with queue.take(JobKind.RESCORE) as held:
        with other_queue.take(JobKind.RESCORE):
            pass
        with held.completing():
            raise AssertionError("the block must not be entered")

    assert job(writers).state is JobState.IN_PROGRESS


def test_a_job_that_was_handed_back_is_taken_by_another_at_once(queue, writers):
    with queue.take(JobKind.RESCORE) as held:
        held.hand_back()

    soon = JobQueue(writers, lambda: NOW + timedelta(seconds=1))
    with soon.take(JobKind.RESCORE) as held:
        assert held.job.attempts == 0
