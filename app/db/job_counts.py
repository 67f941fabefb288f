"""How many jobs there are, and what they did."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.tables import JobRow
from app.domain.jobs import JobCount


def count_jobs(session: Session) -> list[JobCount]:
    """Return how many jobs there are by kind and state."""
    row = JobRow
    sums = (func.count(), func.sum(row.done), func.sum(row.failed))
    query = select(row.kind, row.state, *sums).group_by(row.kind, row.state)
    found = session.execute(query.order_by(row.kind, row.state))
    return [JobCount(kind, state, n, int(done), int(bad)) for kind, state, n, done, bad in found]
