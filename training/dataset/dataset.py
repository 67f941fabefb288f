"""Snapshots, features and labels as one table of rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.churn import ChurnDefinition
from app.features.engine import features_of
from app.features.history import History
from app.features.outcomes import churned
from app.features.population import in_population
from training.dataset.history_slices import select_customers
from training.dataset.snapshots import Window

# 90 features of 8 bytes: 300,000 rows are a quarter of a gigabyte, and twice as much while LightGBM
# reads them. More rows no longer improve the log loss of a booster this small.
MAX_ROWS: Final = 300_000


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows to learn from: one for each customer of the population at each snapshot.

    Attributes
    ----------
    features : float64 array of shape (n, n_features)
    churned : float64 array of shape (n,)
        1 = churned in the window, 0 = stayed.
    customer : int64 array of shape (n,)
        Position of the customer in the history.
    window : int64 array of shape (n,)
        Position of the snapshot in `windows`.
    windows : the snapshots, oldest first.
    base_rates : share of customers who churned per snapshot, in the whole population (not the
        sample); NaN where the population is empty.
    n_population : size of the population per snapshot.
    """

    features: NDArray[np.float64]
    churned: NDArray[np.float64]
    customer: NDArray[np.int64]
    window: NDArray[np.int64]
    windows: tuple[Window, ...]
    base_rates: tuple[float, ...]
    n_population: tuple[int, ...]

    def where(self, keep: NDArray[np.bool_]) -> "Dataset":
        """Return the dataset with only the rows where `keep` holds; the windows stay."""
        return replace(
            self,
            features=self.features[keep],
            churned=self.churned[keep],
            customer=self.customer[keep],
            window=self.window[keep],
        )


def dataset_of(
    history: History,
    churn: ChurnDefinition,
    windows: Sequence[Window],
    *,
    seed: int,
    max_rows: int = MAX_ROWS,
    on_window: Callable[[int], None] = lambda _done: None,
) -> Dataset:
    """Return one row per customer of the population and snapshot, or an even sample of them.

    Each window decides the length of its own labels. Where there would be more than `max_rows`,
    every snapshot contributes the same number of customers, drawn without regard to what they did:
    classes keep their shares, and nothing is resampled.
    """
    per_window = max(1, max_rows // max(1, len(windows)))
    rng = np.random.default_rng(seed)
    parts = []
    for done, window in enumerate(windows, start=1):
        parts.append(_labelled(history, churn, window, rng, per_window))
        on_window(done)
    return Dataset(
        features=np.vstack([part.features for part in parts]),
        churned=np.concatenate([part.churned for part in parts]),
        customer=np.concatenate([part.customer for part in parts]),
        window=np.repeat(np.arange(len(parts)), [len(part.churned) for part in parts]),
        windows=tuple(windows),
        base_rates=tuple(part.base_rate for part in parts),
        n_population=tuple(part.n_population for part in parts),
    )


def features_of_customers(
    history: History, customers: NDArray[np.int64], *, as_of: int
) -> NDArray[np.float64]:
    """Return the features of the customers at these positions, shape (n, n_features)."""
    return features_of(select_customers(history, customers), as_of=as_of)


@dataclass(frozen=True, slots=True)
class _Labelled:
    """The rows of one snapshot."""

    features: NDArray[np.float64]
    churned: NDArray[np.float64]
    customer: NDArray[np.int64]
    base_rate: float
    n_population: int


def _labelled(
    history: History,
    churn: ChurnDefinition,
    window: Window,
    rng: np.random.Generator,
    max_rows: int,
) -> _Labelled:
    population = np.flatnonzero(in_population(history, churn, as_of=window.as_of))
    outcomes = churned(history, replace(churn, horizon_days=window.days), as_of=window.as_of)
    sample = population
    if len(population) > max_rows:
        sample = np.sort(rng.choice(population, size=max_rows, replace=False))
    return _Labelled(
        features_of_customers(history, sample, as_of=window.as_of),
        outcomes[sample].astype(np.float64),
        sample.astype(np.int64),
        float(outcomes[population].mean()) if len(population) else float("nan"),
        len(population),
    )
