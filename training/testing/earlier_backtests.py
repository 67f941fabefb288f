"""Back-tests over time: how learning would have done at cut-offs before the tested one."""

from dataclasses import replace
from typing import Final

import numpy as np

from app.domain.churn import ChurnDefinition
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from training.dataset.history_slices import select_customers
from training.dataset.snapshots import Window, closed_windows
from training.learning.cross_fitting import Hyperparameters
from training.learning.learn import LearningResult, OnProgress
from training.testing.backtest import Backtest, backtest_at

N_CUT_OFFS: Final = 2  # before the tested one
MIN_STEP_DAYS: Final = 14  # nearer ones test nearly the same days
# These back-tests show how much level and figures move with time, and may cost a fifth of the
# training at most: half the boosters, on a sample of the customers.
N_FOLDS: Final = 2
SHARE: Final = 0.2
MIN_CUSTOMERS: Final = 2_000  # or all, where there are fewer


def earlier_backtests(
    known: History,
    churn: ChurnDefinition,
    learned: LearningResult,
    *,
    hyperparameters: Hyperparameters,
    seed: int,
    on_progress: OnProgress,
) -> tuple[Backtest, ...]:
    """Return reports at earlier cut-offs, oldest first; empty where the history is too short.

    The cut-offs lie a horizon apart, or nearer where there is not the time.
    """
    if learned.stretched:
        return ()
    sample = _sample(known, seed)
    windows = earlier_windows(
        first_at=int(known.occurred_at.min()),
        tested=learned.dataset.windows[-1],
        horizon_days=churn.horizon_days,
    )
    reports = []
    for done, window in enumerate(windows):
        report = backtest_at(
            sample,
            churn,
            window,
            hyperparameters=replace(hyperparameters, n_folds=N_FOLDS),
            seed=seed,
            stage="back-tests",
            on_progress=lambda *_: None,
        )
        on_progress("back-tests", done + 1, len(windows))
        if report is not None:
            reports.append(report)
    return tuple(reports)


def earlier_windows(*, first_at: int, tested: Window, horizon_days: int) -> tuple[Window, ...]:
    """Return windows before `tested` at whose opening a window to learn from had closed.

    Parameters
    ----------
    first_at : the first activity, microseconds (UTC).
    tested : the newest window.
    """
    possible = closed_windows(first_at=first_at, until=tested.as_of, horizon_days=horizon_days)
    if not possible:
        return ()
    length = tested.closes_at - tested.as_of
    room_days = (tested.as_of - possible[0].closes_at) // MICROSECONDS_PER_DAY
    step_days = min(horizon_days, int(room_days) // N_CUT_OFFS)
    if step_days < MIN_STEP_DAYS:
        step_days, n_cut_offs = int(room_days), int(room_days >= MIN_STEP_DAYS)
    else:
        n_cut_offs = N_CUT_OFFS
    moments = [
        tested.as_of - back * step_days * MICROSECONDS_PER_DAY for back in range(n_cut_offs, 0, -1)
    ]
    return tuple(Window(moment, moment + length) for moment in moments)


def _sample(known: History, seed: int) -> History:
    """Return some of the customers who did anything yet."""
    active = np.flatnonzero(np.diff(known.starts))
    size = max(MIN_CUSTOMERS, int(SHARE * len(active)))
    if len(active) <= size:
        return known
    chosen = np.sort(np.random.default_rng(seed).choice(active, size=size, replace=False))
    return select_customers(known, chosen.astype(np.int64))
