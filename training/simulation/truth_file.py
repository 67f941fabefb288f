"""The truth file: what nobody could know from the log alone, to compare a bundle with."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.simulation.chunk import Chunk
from training.simulation.columns import MOMENT, Period, text_ids
from training.simulation.company import HORIZON_DAYS

DEFINITION = "no order_placed"


def truth_of(chunk: Chunk, period: Period) -> pl.DataFrame:
    """Return the truth per customer, given their hidden state as of the end.

    Columns: `churn_probability` (of no order within the horizon) with the standard error of its
    computation, `expected_orders` within the horizon, `churned` (the realised outcome, drawn
    from the same process), `in_population` (ordered before), and for running subscriptions
    `cancel_probability`, its standard error and `cancelled`; null for all others.

    No observer of behaviour alone can reach the log loss of `churn_probability`, because the hidden
    state tells more than the traces that it leaves. The probability given the observable history is
    not stated: it would need the distribution of the hidden state given the log (traits, day of
    leaving and path of satisfaction at once), and an approximation would be no bound.
    """
    outcomes = chunk.outcomes
    running = outcomes["running"] > 0
    ids = text_ids(np.arange(chunk.first, chunk.first + len(outcomes)))
    return pl.DataFrame({
        "customer_id": ids,
        "definition": pl.repeat(DEFINITION, len(ids), eager=True),
        "horizon_days": pl.repeat(HORIZON_DAYS, len(ids), dtype=pl.Int32, eager=True),
        "as_of": pl.repeat(period.ends_at, len(ids), dtype=MOMENT, eager=True),
        "churn_probability": outcomes["churn"],
        "churn_standard_error": outcomes["churn_error"],
        "expected_orders": outcomes["expected_orders"],
        "churned": outcomes["orders_after"] == 0,
        "in_population": outcomes["orders_before"] > 0,
        "cancel_probability": _where(running, outcomes["cancel"]),
        "cancel_standard_error": _where(running, outcomes["cancel_error"]),
        "cancelled": _where(running, outcomes["cancelled_after"] > 0),
    })


def _where(mask: NDArray[np.bool_], values: NDArray[np.generic]) -> pl.Series:
    """Return values where the mask holds, null elsewhere."""
    return pl.Series(values=values).zip_with(pl.Series(values=mask), pl.Series([None]))
