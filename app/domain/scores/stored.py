"""Scores as they are stored: every one of them, and the newest of each customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class StoredAssessment(NamedTuple):
    """One stored score; the four numbers are None together where the history was not sufficient.

    Attributes
    ----------
    answer
        The full answer as JSON text, exactly as it was given; empty where only numbers are stored.
    job_id
        The job that stored it; None: no job did.
    standing
        What the next answer is compared with (JSON text, see `app.domain.scores.previous`); None in
        answers that were stored before there was such a column.
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
    standing: str | None = None


@dataclass(frozen=True, slots=True)
class ScoredCustomer:
    """A customer and the newest score, as listings show them.

    The four numbers are None together.
    """

    customer_id: str
    as_of: datetime
    bundle_id: str
    probability: float | None
    score: int | None
    percentile: int | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class Rescoring:
    """A job that stored predictions of one bundle as of one moment."""

    job_id: str
    bundle_id: str
    as_of: datetime
