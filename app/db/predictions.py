"""What was predicted of whom, for holding it against what happened."""

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

# Through the unique index by job and customer; SQLite takes it only where the query says `<> ''`.
_SAID: Final = (
    "SELECT customer_id, probability FROM assessments "
    "WHERE job_id = {mark} AND job_id <> '' AND probability IS NOT NULL AND customer_id "
)
_PROBABILITIES: Final = Statement(
    sqlite=_SAID.format(mark="?") + "IN (SELECT value FROM json_each(?))",  # noqa: S608 - constants
    postgresql=_SAID.format(mark="%s") + "= ANY(%s)",
)


def rescorings(session: Session, *, until: datetime) -> list[Rescoring]:
    """Return the jobs that kept predictions as of `until` or before, by moment."""
    row = JobRow
    query = select(row.job_id, row.bundle_id, row.as_of).where(
        row.kind == JobKind.RESCORE.value, row.done > 0, row.as_of <= until
    )
    return [Rescoring(*found) for found in session.execute(query.order_by(row.as_of, row.job_id))]


def probabilities_of(
    source: Source, rescoring: Rescoring, customer_ids: Sequence[str]
) -> dict[str, float]:
    """Return by customer what a rescoring said, for those of `customer_ids` whom it could score."""
    return dict(run(source, _PROBABILITIES, rescoring.job_id, list(customer_ids)))


def sample(session: Session, *, limit: int) -> list[str]:
    """Return at most `limit` customers, picked by the hash of the id, in bytewise order.

    Every customer has the same chance, and while nobody joins the same ones are picked again.
    """
    picked = heapq.nsmallest(limit, _hashed(session))
    return sorted(customer_id for _, customer_id in picked)


def tiers(session: Session) -> dict[str, int]:
    """Return how many customers have which tier as they were last scored; "none": no score."""
    row = CurrentScoreRow
    query = select(row.tier, func.count()).group_by(row.tier)
    return {tier or "none": n for tier, n in session.execute(query)}


def log_until(session: Session) -> datetime | None:
    """Return when the newest activity of the log was received, to the hour; None: never."""
    return session.scalar(select(LogStateRow.received_until))


def _hashed(session: Session) -> Iterator[tuple[bytes, str]]:
    after = None
    while ids := customers.ids_after(session, after, limit=PAGE):
        for customer_id in ids:
            yield blake2b(customer_id.encode(), digest_size=8).digest(), customer_id
        after = ids[-1]
