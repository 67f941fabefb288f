"""How many jobs there are, and what they did."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.tables import JobRow


@dataclass(frozen=True, slots=True)
class JobCount:
    """How many jobs of a kind are in a state, and how many customers they went through."""

    kind: str
    state: str
    n_jobs: int
    n_done: int
    n_failed: int


def count_jobs(session: Session) -> list[JobCount]:
    """Return how many jobs there are by kind and state."""
    row = JobRow
    sums = (func.count(), func.sum(row.done), func.sum(row.failed))
    query = select(row.kind, row.state, *sums).group_by(row.kind, row.state)
    found = session.execute(query.order_by(row.kind, row.state))
    return [JobCount(kind, state, n, int(done), int(bad)) for kind, state, n, done, bad in found]
