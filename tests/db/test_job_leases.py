"""A job is done by one worker at a time, scores everybody once, and survives its worker."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy.exc import IntegrityError

from app.db import assessments, job_leases, jobs
from app.domain.jobs import LEASE, JobState, LeaseLost
from app.domain.scores.stored import StoredAssessment

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + 2 * LEASE


def a_job(session, job_id="j-1", *, now=NOW):
    return jobs.enqueue(session, job_id, as_of=NOW, bundle_id="b-1", total=4, now=now)


def answers(*customer_ids, job_id="j-1"):
    return [
        StoredAssessment(customer_id, NOW, "b-1", 0.5, 50, 50, "medium", "{}", job_id)
        for customer_id in customer_ids
    ]


def store(session, job, *customer_ids, worker="w-1", now=NOW, failures=None):
    """Store a chunk as a worker does: first the job moves past it, then the answers are written."""
    job = job_leases.advance(
        session,
        job,
        worker=worker,
        now=now,
        cursor=customer_ids[-1],
        n_done=len(customer_ids),
        failures=failures or {},
    )
    assessments.add_many(session, answers(*customer_ids, job_id=job.job_id))
    return job


def written(session, job_id="j-1"):
    found = assessments.page_of_job(session, job_id, limit=100)
    return [answer.customer_id for answer in found]


def test_there_is_nothing_to_claim_without_jobs(session):
    assert job_leases.claim(session, worker="w-1", now=NOW) is None


def test_the_oldest_job_is_claimed_first_and_only_once(session):
    a_job(session, "young", now=LATER)
    a_job(session, "old")

    claimed = [
        job_leases.claim(session, worker=worker, now=LATER) for worker in ("w-1", "w-2", "w-3")
    ]

    assert [job and job.job_id for job in claimed] == ["old", "young", None]


def test_two_workers_at_once_never_get_the_same_job(writing):
    with writing.begin() as session:
        a_job(session)
    found = []

    def work(worker):
        with writing.begin() as session:
            found.append(job_leases.claim(session, worker=worker, now=NOW))

    workers = [Thread(target=work, args=(f"w-{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(found) == 4
    assert sum(job is not None for job in found) == 1


def test_a_chunk_moves_the_cursor_and_counts(session):
    a_job(session)
    job = job_leases.claim(session, worker="w-1", now=NOW)

    job = store(session, job, "c-1", "c-2", failures={"c-0": "its history cannot be read"})

    assert (job.done, job.failed, job.cursor) == (2, 1, "c-2")
    assert written(session) == ["c-1", "c-2"]
    assert jobs.failures(session, "j-1", limit=9) == [("c-0", "its history cannot be read")]
    assert jobs.failures(session, "j-1", limit=9, after="c-0") == []


def test_a_killed_job_goes_on_behind_its_last_whole_chunk(writing):
    with writing.begin() as session:
        a_job(session)
        job = job_leases.claim(session, worker="w-1", now=NOW)
    with writing.begin() as session:
        job = store(session, job, "c-1", "c-2")
    with writing() as session:  # killed before the commit
        store(session, job, "c-3", "c-4")

    with writing.begin() as session:
        resumed = job_leases.claim(session, worker="w-2", now=LATER)
        assert (resumed.done, resumed.cursor) == (2, "c-2")
        store(session, resumed, "c-3", "c-4", worker="w-2", now=LATER)
        job_leases.complete(session, "j-1", worker="w-2", now=LATER)

    with writing() as session:
        assert written(session) == ["c-1", "c-2", "c-3", "c-4"]
        assert jobs.get(session, "j-1").state is JobState.COMPLETED


def test_a_worker_whose_job_was_taken_over_writes_nothing(session):
    a_job(session)
    job = job_leases.claim(session, worker="w-1", now=NOW)
    job_leases.claim(session, worker="w-2", now=LATER)

    with pytest.raises(LeaseLost, match="'w-1'"):
        store(session, job, "c-1")
    assert written(session) == []


def test_a_chunk_cannot_be_written_twice_by_its_worker(session):
    a_job(session)
    job = job_leases.claim(session, worker="w-1", now=NOW)
    store(session, job, "c-1")

    with pytest.raises(LeaseLost):
        store(session, job, "c-1")


def test_the_database_itself_refuses_to_score_somebody_twice_in_a_job(session):
    a_job(session)
    job = job_leases.claim(session, worker="w-1", now=NOW)
    job = store(session, job, "c-1")

    with pytest.raises(IntegrityError):
        store(session, job, "c-1")


def test_a_chunk_renews_the_lease(session):
    a_job(session)
    store(session, job_leases.claim(session, worker="w-1", now=NOW), "c-1", now=LATER)

    assert job_leases.claim(session, worker="w-2", now=LATER + LEASE / 2) is None


def taken_over(session, *workers):
    """The job as the last worker gets it, after each before it went silent."""
    for n, worker in enumerate(workers):
        job = job_leases.claim(session, worker=worker, now=NOW + 2 * n * LEASE)
    return job


def test_a_job_whose_workers_all_go_silent_is_given_up(session):
    a_job(session)

    assert taken_over(session, "w-1", "w-2", "w-3").attempts == 2
    assert job_leases.claim(session, worker="w-4", now=NOW + 6 * LEASE) is None
    job = jobs.get(session, "j-1")
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert job.finished_at == NOW + 6 * LEASE
    assert "given up after 3 attempts" in job.error
    assert "killed" in job.error


def test_the_next_job_is_taken_where_one_is_given_up(session):
    a_job(session)
    taken_over(session, "w-1", "w-2", "w-3")
    a_job(session, "j-2", now=LATER)

    assert job_leases.claim(session, worker="w-4", now=NOW + 6 * LEASE).job_id == "j-2"


def test_a_chunk_that_is_done_resets_the_attempts(session):
    a_job(session)
    job = taken_over(session, "w-1", "w-2", "w-3")

    assert store(session, job, "c-1", worker="w-3", now=NOW + 4 * LEASE).attempts == 0


def test_a_worker_that_returns_to_its_own_job_costs_no_attempt(session):
    a_job(session)

    assert taken_over(session, "w-1", "w-1", "w-1", "w-1").attempts == 0


def test_a_job_that_was_handed_back_is_taken_at_once_and_nothing_is_counted(session):
    a_job(session)
    job_leases.claim(session, worker="w-1", now=NOW)
    job_leases.hand_back(session, "j-1", worker="w-1", now=NOW)

    taken = job_leases.claim(session, worker="w-2", now=NOW + timedelta(seconds=1))
    assert taken.attempts == 0
    with pytest.raises(LeaseLost):
        job_leases.hand_back(session, "j-1", worker="w-1", now=NOW)


def test_the_third_error_in_a_row_fails_the_job(session):
    a_job(session)
    states = []
    for n in range(3):
        now = NOW + 2 * n * LEASE
        job_leases.claim(session, worker="w-1", now=now)
        job = job_leases.break_off(session, "j-1", worker="w-1", now=now, kind_of_error="KeyError")
        states.append((job.state, job.attempts))

    going_on = JobState.IN_PROGRESS
    assert states == [(going_on, 1), (going_on, 2), (JobState.FAILED, 3)]
    assert "KeyError" in job.error
    assert job.finished_at == NOW + 4 * LEASE
    assert job_leases.claim(session, worker="w-1", now=NOW + 9 * LEASE) is None


def test_a_job_that_broke_off_is_retried_once_its_lease_has_run_out(session):
    a_job(session)
    job_leases.claim(session, worker="w-1", now=NOW)
    job_leases.break_off(session, "j-1", worker="w-1", now=NOW, kind_of_error="KeyError")

    assert job_leases.claim(session, worker="w-2", now=NOW + LEASE / 2) is None
    assert job_leases.claim(session, worker="w-2", now=LATER).attempts == 1


def test_a_cancelled_job_stops_its_worker_and_what_is_written_stays(session):
    a_job(session)
    job = store(session, job_leases.claim(session, worker="w-1", now=NOW), "c-1")

    assert jobs.cancel(session, "j-1", now=NOW).state is JobState.CANCELLED
    with pytest.raises(LeaseLost):
        store(session, job, "c-2")
    assert written(session) == ["c-1"]


def test_a_cancelled_job_is_not_claimed(session):
    a_job(session)
    jobs.cancel(session, "j-1", now=NOW)

    assert job_leases.claim(session, worker="w-1", now=LATER) is None


def test_a_job_that_failed_says_why(session):
    a_job(session)
    job_leases.claim(session, worker="w-1", now=NOW)
    job_leases.fail(session, "j-1", worker="w-1", now=NOW + timedelta(seconds=1), error="no bundle")

    job = jobs.get(session, "j-1")
    assert (job.state, job.error) == (JobState.FAILED, "no bundle")
    assert job.finished_at == NOW + timedelta(seconds=1)
