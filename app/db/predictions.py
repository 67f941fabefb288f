"""Predictions that rescorings stored, and a sample of customers, for checks of a bundle."""

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import customers
from app.db.connections.statements import Statement
from app.db.log.reading import Source, run
from app.db.tables import CurrentScoreRow, JobRow, LogStateRow
from app.domain.jobs import JobKind
from app.domain.scores.stored import Rescoring

PAGE: Final = 10_000  # ids at a time

# Served by the unique index by job and customer. It is partial: SQLite takes it only with the
# condition `<> ''`.
_SAID: Final = (
    "SELECT customer_id, probability FROM assessments "
    "WHERE job_id = {mark} AND job_id <> '' AND probability IS NOT NULL AND customer_id "
)
_PROBABILITIES: Final = Statement(
    sqlite=_SAID.format(mark="?") + "IN (SELECT value FROM json_each(?))",  # noqa: S608 - constants
    postgresql=_SAID.format(mark="%s") + "= ANY(%s)",
)


def rescorings(session: Session, *, until: datetime) -> list[Rescoring]:
    """Return the jobs that stored predictions as of `until` or before, by moment."""
    row = JobRow
    query = select(row.job_id, row.bundle_id, row.as_of).where(
        row.kind == JobKind.RESCORE.value, row.done > 0, row.as_of <= until
    )
    return [Rescoring(*found) for found in session.execute(query.order_by(row.as_of, row.job_id))]


def probabilities_of(
    source: Source, rescoring: Rescoring, customer_ids: Sequence[str]
) -> dict[str, float]:
    """Return the probability by customer, for those of `customer_ids` that the rescoring scored."""
    return dict(run(source, _PROBABILITIES, rescoring.job_id, list(customer_ids)))


def sample(session: Session, *, limit: int) -> list[str]:
    """Return at most `limit` customer ids in bytewise order, chosen by the hash of the id.

    Every customer is equally likely to be chosen. The sample stays the same until customers join.
    """
    picked = heapq.nsmallest(limit, _hashed(session))
    return sorted(customer_id for _, customer_id in picked)


def tiers(session: Session) -> dict[str, int]:
    """Return the number of customers by the tier of their newest score; "none": no score."""
    row = CurrentScoreRow
    query = select(row.tier, func.count()).group_by(row.tier)
    return {tier or "none": n for tier, n in session.execute(query)}


def log_until(session: Session) -> datetime | None:
    """Return when the newest event of the log was received, to the hour; None: there is none."""
    return session.scalar(select(LogStateRow.received_until))


def _hashed(session: Session) -> Iterator[tuple[bytes, str]]:
    after = None
    while ids := customers.ids_after(session, after, limit=PAGE):
        for customer_id in ids:
            yield blake2b(customer_id.encode(), digest_size=8).digest(), customer_id
        after = ids[-1]
