"""Jobs are enqueued, read and cancelled."""

from datetime import UTC, datetime

import pytest

from app.db import job_leases, jobs
from app.domain.errors import JobConflict, JobNotFound
from app.domain.jobs import JobCount, JobKind, JobState

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_job(session, job_id="j-1", *, now=NOW):
    return jobs.enqueue(session, job_id, as_of=NOW, bundle_id="b-1", total=4, now=now)


def test_a_job_begins_in_the_queue(session):
    assert a_job(session) == jobs.get(session, "j-1")
    assert jobs.get(session, "j-1").state is JobState.QUEUED


def test_enqueueing_an_id_again_gives_the_job_that_has_it(session):
    first = a_job(session)

    again = jobs.enqueue(session, "j-1", as_of=NOW, bundle_id="b-2", total=9, now=NOW)

    assert again == first


def test_jobs_without_an_id_get_one_each(session):
    facts = {"as_of": NOW, "bundle_id": "b-1", "total": 4, "now": NOW}

    assert jobs.enqueue(session, **facts).job_id != jobs.enqueue(session, **facts).job_id


def test_an_unknown_job_is_an_error(session):
    with pytest.raises(JobNotFound, match="'j-9'"):
        jobs.get(session, "j-9")


def test_a_job_that_ended_cannot_be_cancelled(session):
    a_job(session)
    job_leases.claim(session, worker="w-1", now=NOW)
    job_leases.complete(session, "j-1", worker="w-1", now=NOW)

    with pytest.raises(JobConflict, match="'j-1' is completed"):
        jobs.cancel(session, "j-1", now=NOW)


def test_cancelling_an_unknown_job_is_an_error(session):
    with pytest.raises(JobNotFound):
        jobs.cancel(session, "j-9", now=NOW)


def test_jobs_are_counted_by_kind_and_state(session):
    facts = {"as_of": NOW, "bundle_id": "b-1", "total": 4, "now": NOW}
    jobs.enqueue(session, "check", **facts, kind=JobKind.MONITOR)
    for job_id in ("j-1", "j-2"):
        a_job(session, job_id)
    jobs.cancel(session, "j-2", now=NOW)
    job = job_leases.claim(session, worker="w-1", now=NOW)
    held = {"worker": "w-1", "now": NOW}
    job_leases.advance(session, job, **held, cursor="c-3", n_done=2, failures={"c-3": "why"})

    assert jobs.count_by_state(session) == [
        JobCount("monitor", "queued", 1, 0, 0),
        JobCount("rescore", "cancelled", 1, 0, 0),
        JobCount("rescore", "in_progress", 1, 2, 1),
    ]
