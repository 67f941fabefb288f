"""Assessments: every answer that was kept, and the newest score of each customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, select, tuple_
from sqlalchemy.orm import Session

from app.db.assessment_writing import (
    AssessmentRecord,
    write_current_scores,
    write_new,
    write_or_replace,
)
from app.db.columns import IDENTIFIER, UtcMicros
from app.db.customers import ScoredCustomer, scored
from app.db.tables import NO_JOB, AssessmentRow
from app.domain.moments import from_micros, to_micros

_KEY: Final = (UtcMicros(), IDENTIFIER)
_CURRENT: Final = (
    "SELECT customer_id, as_of, bundle_id, probability, score, percentile, tier "
    "FROM current_scores WHERE customer_id"
)
_SQLITE_CURRENT: Final = f"{_CURRENT} IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants
_POSTGRESQL_CURRENT: Final = f"{_CURRENT} = ANY(%s)"


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """One kept answer; the four numbers are None together where the history was not sufficient.

    `answer` is the full answer as JSON text, as it was given; this floor never looks inside.
    """

    customer_id: str
    as_of: datetime
    bundle_id: str
    probability: float | None
    score: int | None
    percentile: int | None
    tier: str | None
    answer: str
    job_id: str | None = None


def add_many(session: Session, assessments: Sequence[StoredAssessment]) -> None:
    """Keep answers, and let each be its customer's current score unless a newer one is known.

    Outside of jobs a second answer for the same customer and moment replaces the first. Within a
    job a second answer for a customer is refused by the database (IntegrityError): scoring
    somebody twice is a mistake of the worker.
    """
    records = [_record_of(assessment) for assessment in assessments]
    connection = session.connection()
    write_new(connection, [record for record in records if record[2] != NO_JOB])
    write_or_replace(connection, [record for record in records if record[2] == NO_JOB])
    write_current_scores(connection, records)


def latest(
    session: Session, customer_ids: Sequence[str], *, before: datetime
) -> Mapping[str, ScoredCustomer]:
    """Return the newest score of each customer as of an earlier moment than `before`."""
    scores = _current(session.connection(), customer_ids)
    current = {score.customer_id: score for score in scores if score.as_of < before}
    # Who was scored since then had another score before; seldom asked, one look each.
    older = (
        _latest_kept(session, score.customer_id, before=before)
        for score in scores
        if score.as_of >= before
    )
    return current | {score.customer_id: score for score in older if score is not None}


def page_of_history(
    session: Session,
    customer_id: str,
    *,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> list[StoredAssessment]:
    """Return kept answers of one customer, newest first; one index scan.

    `after` is `as_of` and job id (empty where none) of the last answer of the page before.
    """
    row = AssessmentRow
    query = select(row).where(row.customer_id == customer_id)
    query = query.order_by(row.as_of.desc(), row.job_id.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(row.as_of, row.job_id) < tuple_(*after, types=_KEY))
    return [_stored(found) for found in session.scalars(query)]


def page_of_job(
    session: Session, job_id: str, *, limit: int, after: str | None = None
) -> list[StoredAssessment]:
    """Return the answers that a job has written, by customer id; one index scan."""
    row = AssessmentRow
    query = select(row).where(row.job_id == job_id, row.job_id != NO_JOB)
    query = query.order_by(row.customer_id).limit(limit)
    if after is not None:
        query = query.where(row.customer_id > after)
    return [_stored(found) for found in session.scalars(query)]


def _current(connection: Connection, customer_ids: Sequence[str]) -> list[ScoredCustomer]:
    """Return the current scores; plain SQL, for every single answer asks this."""
    if connection.dialect.name == "sqlite":
        asked = orjson.dumps(list(customer_ids)).decode()
        found = connection.exec_driver_sql(_SQLITE_CURRENT, (asked,))
    else:
        found = connection.exec_driver_sql(_POSTGRESQL_CURRENT, (list(customer_ids),))
    return [
        ScoredCustomer(customer_id, from_micros(as_of), *rest)
        for customer_id, as_of, *rest in found
    ]


def _latest_kept(session: Session, customer_id: str, *, before: datetime) -> ScoredCustomer | None:
    row = session.scalars(
        select(AssessmentRow)
        .where(AssessmentRow.customer_id == customer_id, AssessmentRow.as_of < before)
        .order_by(AssessmentRow.as_of.desc(), AssessmentRow.job_id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else scored(row)


def _stored(row: AssessmentRow) -> StoredAssessment:
    return StoredAssessment(
        customer_id=row.customer_id,
        as_of=row.as_of,
        bundle_id=row.bundle_id,
        probability=row.probability,
        score=row.score,
        percentile=row.percentile,
        tier=row.tier,
        answer=row.answer,
        job_id=row.job_id or None,
    )


def _record_of(assessment: StoredAssessment) -> AssessmentRecord:
    return (
        assessment.customer_id,
        to_micros(assessment.as_of),
        assessment.job_id or NO_JOB,
        assessment.bundle_id,
        assessment.probability,
        assessment.score,
        assessment.percentile,
        assessment.tier,
        assessment.answer,
    )
