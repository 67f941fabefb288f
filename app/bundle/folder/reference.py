"""``reference.json``: how features and risk were distributed in the population of the training.

Drift is measured against it. It is written by training and read by the service, which has no
library for data frames; it is small, and trusted no more than any other file of a bundle.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import Manifest
from app.bundle.folder.reading import read_named
from app.bundle.json_fields import Fields, parse_object
from app.domain.errors import BundleRefused
from app.statistics.drift import shares_in_bins

REFERENCE_FILE: Final = "reference.json"
RISK: Final = "probability"  # stands beside the features; no feature is called so
N_REFERENCE_BINS: Final = 10
MAX_REFERENCE_BYTES: Final = 1024 * 1024  # a real one has about 60 KB
MOST_EDGES: Final = 100


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of one column: first of the missing, then of each bin; see `shares_in_bins`."""

    inner_edges: NDArray[np.float64]
    shares: NDArray[np.float64]

    def __post_init__(self) -> None:
        edges, shares = self.inner_edges, self.shares
        if len(edges) > MOST_EDGES or not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            raise ValueError(f"edges must be at most {MOST_EDGES}, finite and ascending")
        if len(shares) != len(edges) + 2 or not ((shares >= 0) & (shares <= 1)).all():
            raise ValueError(f"need {len(edges) + 2} shares of 0 to 1, got {len(shares)}")
        if abs(float(shares.sum()) - 1) > 1e-6:  # noqa: PLR2004 - room for rounding
            raise ValueError(f"shares must sum to 1, got {float(shares.sum()):g}")


@dataclass(frozen=True, slots=True)
class Reference:
    """The population of `n` customers that a bundle learned to speak of, column by column.

    `columns` holds every feature by name, and the probability of churn as `RISK`.
    """

    n: int
    columns: Mapping[str, Distribution]

    def __post_init__(self) -> None:
        if self.n < 1 or RISK not in self.columns:
            raise ValueError(f"a reference needs customers and the column {RISK!r}")


def reference_of(
    names: tuple[str, ...], population: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> Reference:
    """Return how a population is distributed.

    Parameters
    ----------
    names : the features, in the order of the columns.
    population : float64 array of shape (n, n_features)
    probabilities : float64 array of shape (n,)
    """
    columns = zip([*names, RISK], [*population.T, probabilities], strict=True)
    return Reference(len(population), {name: _distribution(values) for name, values in columns})


def reference_bytes(reference: Reference) -> bytes:
    """Return the content of ``reference.json``; the same reference gives the same bytes."""
    columns = {
        name: {"edges": column.inner_edges.tolist(), "shares": column.shares.tolist()}
        for name, column in reference.columns.items()
    }
    text = json.dumps({"n": reference.n, "columns": columns}, sort_keys=True, allow_nan=False)
    return f"{text}\n".encode()


def read_reference(folder: Path, manifest: Manifest) -> Reference | None:
    """Return the reference of the bundle in `folder`, None where it came without one.

    Raises
    ------
    BundleRefused
        If the file is not the one that the manifest names, or is malformed.
    """
    if REFERENCE_FILE not in manifest.files:
        return None
    content = read_named(folder, REFERENCE_FILE, manifest, limit=MAX_REFERENCE_BYTES)
    source = str(folder / REFERENCE_FILE)
    fields = parse_object(content, source=source).only("n", "columns")
    columns = fields.inner("columns").only(*manifest.facts.features.names, RISK)
    try:
        return Reference(
            fields.whole("n"), {name: _read(columns.inner(name)) for name in columns.data}
        )
    except ValueError as error:
        raise BundleRefused(f"{source}: {error}") from error


def _distribution(values: NDArray[np.float64]) -> Distribution:
    present = values[~np.isnan(values)]
    inner = np.empty(0)
    if len(present):
        quantiles = np.linspace(0, 1, N_REFERENCE_BINS + 1)[1:-1]
        inner = np.unique(np.quantile(present, quantiles))
    return Distribution(inner, shares_in_bins(values, inner))


def _read(fields: Fields) -> Distribution:
    fields.only("edges", "shares")
    try:
        return Distribution(np.array(fields.numbers("edges")), np.array(fields.numbers("shares")))
    except ValueError as error:
        raise BundleRefused(f"{fields.where}: {error}") from error
