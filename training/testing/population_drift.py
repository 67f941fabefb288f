"""How far the features of customers, and their probabilities, have moved from a reference."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.reference import PROBABILITY, Reference
from app.features.catalogue import FEATURE_NAMES
from app.statistics.drift import population_stability_index, shares_in_bins

Numbers = NDArray[np.float64]
Drift = list[tuple[str, float]]  # stability index by column, the largest first


def drift_from(reference: Reference, features: Numbers, probabilities: Numbers) -> Drift:
    """Return the population stability index of each feature and of the probability.

    Parameters
    ----------
    features, probabilities : float64 arrays of shape (n, n_features) and (n,), of another moment
        than that of the reference.
    """
    found = []
    names, columns = [*FEATURE_NAMES, PROBABILITY], [*features.T, probabilities]
    for name, values in zip(names, columns, strict=True):
        column = reference.columns[name]
        shares = shares_in_bins(values, column.inner_edges)
        found.append((name, population_stability_index(column.shares, shares)))
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))
