"""Scores that were kept: the newest of a customer, and all before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import assessments, customers
from app.db.connections.statements import Query, Row
from app.domain.errors import CustomerNotFound
from app.domain.scores.stored import StoredAssessment


@dataclass(frozen=True, slots=True)
class NewestScore:
    """The newest kept score of a customer; both are None where there is none to show."""

    tier: str | None
    score: int | None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some kept assessments, and where to go on; None: these were the last."""

    items: Sequence[StoredAssessment]
    next: tuple[datetime, str] | None


def newest_score(customer_id: str) -> Query[NewestScore | None]:
    """Return the question for the newest kept score of a customer; None: no such customer."""
    query = assessments.current_score(customer_id)

    def read(rows: list[Row]) -> NewestScore | None:
        newest = query.read(rows)
        return None if newest is None else NewestScore(*newest)

    return Query(query.statement, query.parameters, read)


def score_history(
    session: Session, customer_id: str, *, limit: int, after: tuple[datetime, str] | None = None
) -> HistoryPage:
    """Return at most `limit` kept assessments of a customer, the newest first.

    Raises
    ------
    CustomerNotFound
        If no customer has this id.
    """
    found = assessments.page_of_history(session, customer_id, limit=limit + 1, after=after)
    if not found and not customers.known(session, [customer_id]):
        raise CustomerNotFound(customer_id)
    if len(found) <= limit:
        return HistoryPage(found, None)
    last = found[limit - 1]
    return HistoryPage(found[:limit], (last.as_of, last.job_id or ""))
