"""Back-tests over time: how learning would have done at cut-offs before that of the main test."""

from dataclasses import replace
from typing import Final

import numpy as np

from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from training.dataset.history_slices import select_customers
from training.dataset.snapshots import Window, closed_windows
from training.learning.learn import LearningResult
from training.run import TrainingRun, silently
from training.testing.backtest import Backtest, backtest

STAGE: Final = "Back-testing"
N_CUT_OFFS: Final = 2  # before that of the main test
MIN_STEP_DAYS: Final = 14  # nearer ones test nearly the same days
# These back-tests show how much base rate and metrics move with time, and may cost at most a fifth
# of the training: half the boosters, on a sample of the customers.
N_FOLDS: Final = 2
SHARE: Final = 0.2
MIN_CUSTOMERS: Final = 2_000  # or all, where there are fewer


def earlier_backtests(run: TrainingRun, learning: LearningResult) -> tuple[Backtest, ...]:
    """Return back-tests at earlier cut-offs, oldest first; empty where the history is too short.

    The cut-offs lie a horizon apart, or nearer where there is not enough time.
    """
    if learning.stretched:
        return ()
    windows = earlier_windows(
        first_at=run.first_activity_at,
        tested=learning.dataset.windows[-1],
        horizon_days=run.churn.horizon_days,
    )
    cheaper = replace(
        run,
        known=_sample(run.known, run.seed),
        hyperparameters=replace(run.hyperparameters, n_folds=N_FOLDS),
        on_progress=silently,
    )
    found = []
    for done, window in enumerate(windows, start=1):
        found.append(backtest(cheaper, window, stage=STAGE))
        run.on_progress(STAGE, done, len(windows))
    return tuple(one for one in found if one is not None)


def earlier_windows(*, first_at: int, tested: Window, horizon_days: int) -> tuple[Window, ...]:
    """Return windows before `tested` at whose opening a window to learn from had closed.

    Parameters
    ----------
    first_at : the first activity, microseconds (UTC).
    tested : the window of the main test, which is the newest.
    """
    possible = closed_windows(first_at=first_at, until=tested.as_of, horizon_days=horizon_days)
    if not possible:
        return ()
    n_days = int((tested.as_of - possible[0].closes_at) // MICROSECONDS_PER_DAY)
    n_cut_offs, step_days = N_CUT_OFFS, min(horizon_days, n_days // N_CUT_OFFS)
    if step_days < MIN_STEP_DAYS:
        n_cut_offs, step_days = int(n_days >= MIN_STEP_DAYS), n_days
    length = tested.closes_at - tested.as_of
    moments = [
        tested.as_of - back * step_days * MICROSECONDS_PER_DAY for back in range(n_cut_offs, 0, -1)
    ]
    return tuple(Window(moment, moment + length) for moment in moments)


def _sample(known: History, seed: int) -> History:
    """Return a sample of the customers who have done anything yet."""
    active = np.flatnonzero(np.diff(known.starts))
    size = max(MIN_CUSTOMERS, int(SHARE * len(active)))
    if len(active) <= size:
        return known
    chosen = np.sort(np.random.default_rng(seed).choice(active, size=size, replace=False))
    return select_customers(known, chosen.astype(np.int64))
