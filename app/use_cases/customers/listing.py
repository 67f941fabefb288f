"""List customers by their newest stored score."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db import customers
from app.domain.scores.stored import ScoredCustomer


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Some customers; `next` is score and id of the last, or None if no customer follows."""

    items: Sequence[ScoredCustomer]
    next: tuple[int, str] | None


def list_customers(
    session: Session,
    *,
    limit: int,
    after: tuple[int, str] | None = None,
    tier: str | None = None,
    min_score: int | None = None,
) -> CustomerPage:
    """Return at most `limit` scored customers, highest score first, those after `after`."""
    found = customers.page(session, limit=limit + 1, after=after, tier=tier, min_score=min_score)
    items, last = found[:limit], found[limit - 1] if len(found) > limit else None
    if last is None or last.score is None:
        return CustomerPage(items, None)
    return CustomerPage(items, (last.score, last.customer_id))
