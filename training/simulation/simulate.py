"""Simulating a company: its activity log, its customers, and the truth about their churn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.simulation.activity_file import activity_of
from training.simulation.calendar import calendar_of
from training.simulation.chunk import Chunk, simulate_chunk
from training.simulation.columns import Period
from training.simulation.company import Company
from training.simulation.customer_file import accounts_of
from training.simulation.parquet_files import files_in
from training.simulation.truth_file import truth_of

_CHUNK = 2_000  # customers; about 100 MB of memory at 60 events per customer and year
MIN_DAYS, MAX_DAYS = 30, 3650


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """What was simulated. Shares are from 0 to 1; log losses are in nats per customer.

    Attributes
    ----------
    n_population : customers with at least one order.
    events_per_customer_year : counted from sign-up.
    churn_share : share of the population that did not order within the horizon.
    base_log_loss : of predicting the mean true probability for everybody.
    truth_log_loss : the expected one of predicting each customer's true probability.
    max_standard_error : the largest standard error of a true probability.
    """

    n_customers: int
    n_population: int
    n_events: int
    events_per_customer_year: float
    churn_share: float
    base_log_loss: float
    truth_log_loss: float
    max_standard_error: float


def simulate(
    *,
    n_customers: int,
    n_days: int,
    seed: int,
    end: date,
    out: Path,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> SimulationSummary:
    """Write activity.parquet, customers.parquet and truth.parquet into `out`.

    The log covers the `n_days` before `end` (midnight, UTC). The same arguments give the same
    bytes. The files appear when all of them are complete, or not at all. `company.py` describes how
    the process works.

    Raises
    ------
    ValueError
        If there are no customers, the seed is negative, or `n_days` lies outside 30 to 3650.
    """
    _validate(n_customers=n_customers, n_days=n_days, seed=seed)
    company, period = Company(), Period(end=end, n_days=n_days)
    calendar = calendar_of(company, n_days=n_days, seed=seed, end=end)
    tally = _Tally()
    with files_in(out) as (activity, accounts, truth):
        on_progress(0, n_customers)
        for first in range(0, n_customers, _CHUNK):
            n = min(_CHUNK, n_customers - first)
            chunk = simulate_chunk(company, calendar, seed=seed, first=first, n_customers=n)
            activity.append(activity_of(chunk, period))
            accounts.append(accounts_of(chunk, period))
            truth.append(truth_of(chunk, period))
            tally.add(chunk, n_days)
            on_progress(first + n, n_customers)
    return tally.summary()


def _validate(*, n_customers: int, n_days: int, seed: int) -> None:
    if n_customers < 1:
        raise ValueError(f"a simulation needs at least one customer, got {n_customers}")
    if not MIN_DAYS <= n_days <= MAX_DAYS:
        raise ValueError(f"n_days must lie in {MIN_DAYS} to {MAX_DAYS}, got {n_days}")
    if not 0 <= seed < 2**63:
        raise ValueError(f"the seed must lie in 0 to 2**63 - 1, got {seed}")


class _Tally:
    """Sums over the chunks that have been written."""

    def __init__(self) -> None:
        self._n_events, self._years = 0, 0.0
        self._outcomes: list[NDArray[np.void]] = []

    def add(self, chunk: Chunk, n_days: int) -> None:
        self._n_events += len(chunk.log)
        self._years += float((n_days - chunk.traits["signed_up_at"] / 86_400_000_000).sum()) / 365
        self._outcomes.append(chunk.outcomes)

    def summary(self) -> SimulationSummary:
        outcomes = np.concatenate(self._outcomes)
        population = outcomes[outcomes["orders_before"] > 0]
        probabilities = population["churn"]
        mean = probabilities.mean(keepdims=True) if len(population) else np.zeros(1)
        return SimulationSummary(
            n_customers=len(outcomes),
            n_population=len(population),
            n_events=self._n_events,
            events_per_customer_year=self._n_events / self._years,
            churn_share=float((population["orders_after"] == 0).mean()) if len(population) else 0.0,
            base_log_loss=float(_entropy(mean).mean()),
            truth_log_loss=float(_entropy(probabilities).mean()) if len(population) else 0.0,
            max_standard_error=float(outcomes["churn_error"].max()),
        )


def _entropy(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected log loss of predicting true probabilities, in nats."""
    p = np.clip(probabilities, 1e-15, 1.0 - 1e-15)
    entropy: NDArray[np.float64] = -(p * np.log(p) + (1.0 - p) * np.log1p(-p))
    return entropy
