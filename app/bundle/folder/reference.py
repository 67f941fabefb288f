"""``reference.json``: how features and risk are distributed in the population of the training.

Drift is measured against these distributions. Training writes them and the service reads them, as
JSON, because the service does without a library for data frames.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import Manifest
from app.bundle.folder.reading import read_listed_file
from app.bundle.json_object import JsonObject, parse_json_object
from app.domain.errors import BundleRefused
from app.statistics.drift import shares_in_bins

REFERENCE_FILE: Final = "reference.json"
PROBABILITY: Final = "probability"  # an additional column; no feature has this name
N_REFERENCE_BINS: Final = 10
MAX_REFERENCE_BYTES: Final = 1024 * 1024  # real ones have about 60 KB
MAX_EDGES: Final = 100
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Distribution:
    """The share of missing values of one column and that of each bin; see `shares_in_bins`."""

    inner_edges: NDArray[np.float64]
    shares: NDArray[np.float64]

    def __post_init__(self) -> None:
        edges, shares = self.inner_edges, self.shares
        if len(edges) > MAX_EDGES or not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            raise ValueError(f"edges must be at most {MAX_EDGES}, finite and ascending")
        if len(shares) != len(edges) + 2 or not ((shares >= 0) & (shares <= 1)).all():
            raise ValueError(f"need {len(edges) + 2} shares of 0 to 1, got {len(shares)}")
        if abs(float(shares.sum()) - 1) > _ROUNDING:
            raise ValueError(f"shares must sum to 1, got {float(shares.sum()):g}")


@dataclass(frozen=True, slots=True)
class Reference:
    """The `n` customers that a bundle was trained to predict, as one distribution per column.

    `columns` holds every feature by name, and the probability of churn as `PROBABILITY`.
    """

    n: int
    columns: Mapping[str, Distribution]

    def __post_init__(self) -> None:
        if self.n < 1 or PROBABILITY not in self.columns:
            raise ValueError(f"a reference needs customers and the column {PROBABILITY!r}")


def measure_reference(
    names: tuple[str, ...], population: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> Reference:
    """Return the distributions of a population.

    Parameters
    ----------
    names : the features, in the order of the columns of `population`.
    population : float64 array of shape (n, n_features)
    probabilities : float64 array of shape (n,)
    """
    columns = zip([*names, PROBABILITY], [*population.T, probabilities], strict=True)
    return Reference(len(population), {name: _distribution(values) for name, values in columns})


def encode_reference(reference: Reference) -> bytes:
    """Return the content of ``reference.json``; equal references give equal bytes."""
    columns = {
        name: {"edges": column.inner_edges.tolist(), "shares": column.shares.tolist()}
        for name, column in reference.columns.items()
    }
    text = json.dumps({"n": reference.n, "columns": columns}, sort_keys=True, allow_nan=False)
    return f"{text}\n".encode()


def read_reference(folder: Path, manifest: Manifest) -> Reference | None:
    """Return the reference of the bundle in `folder`, or None if the bundle has none.

    Raises
    ------
    BundleRefused
        If the file differs from the one that the manifest lists, or is malformed.
    """
    if REFERENCE_FILE not in manifest.files:
        return None
    content = read_listed_file(folder, REFERENCE_FILE, manifest, limit=MAX_REFERENCE_BYTES)
    source = str(folder / REFERENCE_FILE)
    fields = parse_json_object(content, source=source).allow_only("n", "columns")
    columns = fields.nested("columns").allow_only(*manifest.facts.features.names, PROBABILITY)
    try:
        return Reference(
            fields.integer("n"),
            {name: _read_distribution(columns.nested(name)) for name in columns.data},
        )
    except ValueError as error:
        raise BundleRefused(f"{source}: {error}") from error


def _distribution(values: NDArray[np.float64]) -> Distribution:
    present = values[~np.isnan(values)]
    edges = np.empty(0)
    if len(present):
        quantiles = np.linspace(0, 1, N_REFERENCE_BINS + 1)[1:-1]
        edges = np.unique(np.quantile(present, quantiles))
    return Distribution(edges, shares_in_bins(values, edges))


def _read_distribution(fields: JsonObject) -> Distribution:
    fields.allow_only("edges", "shares")
    try:
        return Distribution(np.array(fields.numbers("edges")), np.array(fields.numbers("shares")))
    except ValueError as error:
        raise BundleRefused(f"{fields.where}: {error}") from error
