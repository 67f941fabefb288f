"""Guards against leaks: features must not change when the future is taken away."""

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import TrainingRefused
from app.domain.moments import format_moment, from_micros
from app.features.catalogue import FEATURE_NAMES
from app.features.history import History
from training.dataset.dataset import Dataset, features_of_customers
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window

N_CHECKED = 500  # customers per snapshot; a leak that spares all of them changes no metric either
SUSPICIOUS_AUC = 0.99
MAX_STANDARD_ERRORS = 6  # no honest sample is further off


def refuse_leaks(
    history: History, windows: tuple[Window, ...], *, population: NDArray[np.int64], seed: int
) -> None:
    """Return if features are the same, bit for bit, with and without what came later.

    Parameters
    ----------
    history : History
        With the outcomes in it.
    windows : the snapshots to check.
    population : int64 array of shape (n,)
        Positions of the customers that a sample is drawn from.

    Raises
    ------
    TrainingRefused
        If a feature reads activity that occurred or was received at or after the snapshot.
    """
    rng = np.random.default_rng(seed)
    n_checked = min(N_CHECKED, len(population))
    sample = np.sort(rng.choice(population, size=n_checked, replace=False))
    for window in windows:
        before = known_before(history, moment=window.as_of)
        with_future = features_of_customers(history, sample, as_of=window.as_of)
        without = features_of_customers(before, sample, as_of=window.as_of)
        differs = (with_future.view(np.int64) != without.view(np.int64)).any(axis=0)
        if differs.any():
            names = ", ".join(np.asarray(FEATURE_NAMES)[differs])
            raise TrainingRefused(
                f"leak: as of {format_moment(from_micros(window.as_of))} these features change "
                f"when later activity is taken away: {names}"
            )


def refuse_resampled(dataset: Dataset) -> None:
    """Return if the rows were not resampled: nobody is twice in a snapshot, no class is favoured.

    Resampled rows would teach the probabilities of a population that does not exist.

    Raises
    ------
    TrainingRefused
        If a customer is twice in a snapshot, or the rows churn at another rate than the population.
    """
    pairs = np.column_stack([dataset.customer, dataset.window])
    if len(np.unique(pairs, axis=0)) < len(pairs):
        raise TrainingRefused("rows were resampled: a customer is twice in one snapshot")
    expected = np.nan_to_num(dataset.base_rates)[dataset.window]
    by_chance = np.sqrt(float((expected * (1 - expected)).sum()) + 1)
    if abs(float((dataset.churned - expected).sum())) > MAX_STANDARD_ERRORS * by_chance:
        raise TrainingRefused(
            f"rows were resampled: {dataset.churned.mean():.3f} of them churned, of the population "
            f"{expected.mean():.3f}"
        )


def implausible_auc_warning(auc: float | None) -> str | None:
    """Return a warning if an out-of-time AUC is too good to be true, else None."""
    if auc is None or auc < SUSPICIOUS_AUC:
        return None
    return (
        f"the out-of-time AUC of {auc:.4f} is too good to be true: look for activity that is "
        "written down when a customer leaves, and for moments that lie before what they record"
    )
