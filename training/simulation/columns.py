"""What the columns of all three files share: the period of the log, its moments, and ids."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOMENT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a log: the `n_days` before `end`, which is the first day after it."""

    end: date
    n_days: int

    @property
    def first(self) -> date:
        """The first day of the log."""
        return self.end - timedelta(days=self.n_days)

    @property
    def starts_at(self) -> datetime:
        """The moment that microseconds count from."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        """The moment before which everything in the log happened and arrived."""
        return datetime.combine(self.end, time(), UTC)


def moments(micros: NDArray[np.int64], period: Period) -> pl.Series:
    """Return aware moments, given microseconds since the start of the log."""
    return pl.Series(values=micros, dtype=pl.Duration("us")) + period.starts_at


def text_ids(numbers: NDArray[np.int64]) -> pl.Series:
    """Return the ids of customers at these positions: c0000001 for position 0."""
    padded = pl.Series(values=numbers + 1).cast(pl.String).str.zfill(7)
    return "c" + padded
