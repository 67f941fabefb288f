"""Jobs: request a rescoring or a check, follow a job, and cancel it."""

import hashlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response

from app.api.contract import cursors
from app.api.contract.fields import Text
from app.api.contract.problems.responses import problem_responses
from app.api.gate.json_route import JsonRoute
from app.api.keys.access import JobsRead, JobsWrite
from app.api.schemas.jobs import JobFailureOut, JobFailurePageOut, JobOut, KeepsName
from app.api.schemas.paging import Cursor, Limit
from app.api.schemas.scores.many_scores import ScorePageOut, StoredScoreOut
from app.domain.errors import (
    BundleRefused,
    InvalidCursor,
    JobConflict,
    JobNotFound,
    NoBundleInService,
)
from app.domain.jobs import Job, JobKind, Keeps
from app.use_cases.jobs.cancel import cancel_job
from app.use_cases.jobs.follow import failures_of_job, get_job, results_of_job
from app.use_cases.monitoring.bundle_checker import request_check
from app.use_cases.rescoring.request import request_rescore

router = APIRouter(prefix="/v1/jobs", tags=["Jobs"], route_class=JsonRoute)
JobId = Annotated[
    Text, Path(description="Id of the job", examples=["0f3b6a526f0e4f0e9a532c1d8d0f6c11"])
]
IdempotencyKey = Annotated[
    Text | None,
    Header(
        description="Any text of yours. A second request with the same text returns the first "
        "job unchanged",
        examples=["nightly-2026-11-22"],
    ),
]
What = Annotated[
    KeepsName,
    Query(
        description="numbers: store scores without reasons and signals, more than twice as fast. "
        "Scores that you get later are complete all the same",
        examples=["answers"],
    ),
]
_LOCATION = {
    "headers": {
        "Location": {"description": "Where to follow the job", "schema": {"type": "string"}}
    }
}


@router.post(
    "/rescore",
    status_code=HTTPStatus.ACCEPTED,
    responses={
        HTTPStatus.ACCEPTED.value: _LOCATION,
        **problem_responses(NoBundleInService, BundleRefused),
    },
)
def post_rescore(
    service: JobsWrite,
    response: Response,
    idempotency_key: IdempotencyKey = None,
    keeps: What = "answers",
) -> JobOut:
    """Rescore all customers as of now, in the background; follow the job at its Location.

    The job survives restarts: it continues where it was, and scores nobody twice.
    """
    bundle, now = service.bundles.current(), service.now()
    job = request_rescore(
        service.database.writers,
        bundle_id=bundle.id,
        as_of=now,
        now=now,
        job_id=None if idempotency_key is None else _job_id(idempotency_key),
        keeps=Keeps(keeps),
    )
    service.wake_worker()
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return _out(job)


@router.post(
    "/monitor",
    status_code=HTTPStatus.ACCEPTED,
    responses={
        HTTPStatus.ACCEPTED.value: _LOCATION,
        **problem_responses(NoBundleInService, BundleRefused),
    },
)
def post_monitor(
    service: JobsWrite, response: Response, idempotency_key: IdempotencyKey = None
) -> JobOut:
    """Check the bundle in service against what has happened since, in the background.

    The results are at /v1/model/calibration and /v1/model/drift. Every rescoring ends with a check.
    """
    bundle, now = service.bundles.current(), service.now()
    with service.writing() as session:
        job = request_check(
            session,
            bundle_id=bundle.id,
            as_of=now,
            now=now,
            job_id=None if idempotency_key is None else _job_id(f"monitor {idempotency_key}"),
        )
    service.wake_worker()
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return _out(job)


@router.get("/{job_id}", responses=problem_responses(JobNotFound))
def get_one_job(job_id: JobId, service: JobsRead) -> JobOut:
    """Return where a job stands."""
    with service.reading() as session:
        return _out(get_job(session, job_id))


@router.get("/{job_id}/results", responses=problem_responses(JobNotFound, InvalidCursor))
def get_job_results(
    job_id: JobId, service: JobsRead, limit: Limit = 50, cursor: Cursor = None
) -> ScorePageOut:
    """Return the scores that a job has stored so far, by customer id."""
    listing = f"results:{job_id}"
    with service.reading() as session:
        page = results_of_job(session, job_id, limit=limit, after=_after(cursor, listing))
    return ScorePageOut(
        items=[StoredScoreOut.model_validate(item, from_attributes=True) for item in page.items],
        next_cursor=None if page.next is None else cursors.encode(listing, [page.next]),
    )


@router.get("/{job_id}/failures", responses=problem_responses(JobNotFound, InvalidCursor))
def get_job_failures(
    job_id: JobId, service: JobsRead, limit: Limit = 50, cursor: Cursor = None
) -> JobFailurePageOut:
    """Return the customers whom a job could not score, with the reasons, by customer id."""
    listing = f"failures:{job_id}"
    with service.reading() as session:
        page = failures_of_job(session, job_id, limit=limit, after=_after(cursor, listing))
    return JobFailurePageOut(
        items=[JobFailureOut(customer_id=who, reason=why) for who, why in page.items],
        next_cursor=None if page.next is None else cursors.encode(listing, [page.next]),
    )


@router.post("/{job_id}/cancel", responses=problem_responses(JobNotFound, JobConflict))
def post_cancel(job_id: JobId, service: JobsWrite) -> JobOut:
    """Cancel a job. What it has stored stays."""
    with service.writing() as session:
        job = cancel_job(session, job_id, now=service.now())
    return _out(job)


def _job_id(idempotency_key: str) -> str:
    return hashlib.blake2b(idempotency_key.encode(), digest_size=16).hexdigest()


def _after(cursor: str | None, listing: str) -> str | None:
    return None if cursor is None else str(cursors.decode(cursor, listing, kinds=[str])[0])


def _out(job: Job) -> JobOut:
    return JobOut(
        job_id=job.job_id,
        kind=job.kind.value,
        keeps=job.keeps.value if job.kind is JobKind.RESCORE else None,
        state=job.state.value,
        as_of=job.as_of,
        bundle_id=job.bundle_id,
        total=job.total,
        done=job.done,
        failed=job.failed,
        progress=job.progress,
        attempts=job.attempts,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        error=job.error,
    )
