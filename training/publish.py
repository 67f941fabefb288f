"""From what was fitted to a bundle on the shelf."""

import io
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import N_PERCENTILE_KNOTS, BundleFacts, FeatureSet
from app.bundle.folder.reference import REFERENCE_FILE, encode_reference, measure_reference
from app.bundle.folder.writing import write_bundle
from app.bundle.value.value_model import ValueModel
from app.documents.document import Document
from app.documents.html import render_html
from app.documents.markdown import render_markdown
from app.features.catalogue import CATALOGUE, FEATURE_NAMES, FINGERPRINT

LIBRARIES = ("lightgbm", "numba", "numpy", "scikit-learn", "scipy")
GOLDEN_PERCENTILES = (0, 1, 10, 25, 40, 50, 60, 75, 90, 99, 100)


def publish(
    models: Path,
    *,
    facts: BundleFacts,
    booster_text: str,
    population: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    card: Document,
    parts: Mapping[str, Any],
    signing_key: bytes | None,
    value: ValueModel | None = None,
) -> str:
    """Write the bundle and return its id; the same arguments give the same bytes.

    Parameters
    ----------
    population : float64 array of shape (n, n_features)
        Features of everybody as of the cut-off: the reference for drift.
    probabilities : float64 array of shape (n,)
        What the bundle says of them.
    value : what foresees orders and revenue, where the log tells enough of them.
    parts : fitted scikit-learn objects and settings by name, for data scientists.
    """
    return write_bundle(
        models,
        facts=facts,
        booster_text=booster_text,
        golden_features=golden_features(population, probabilities),
        files={
            "card.md": render_markdown(card).encode(),
            "card.html": render_html(card).encode(),
            REFERENCE_FILE: encode_reference(
                measure_reference(facts.features.names, population, probabilities)
            ),
            "training.joblib": _pickled(parts),
        },
        value=value,
        signing_key=signing_key,
    )


def feature_set() -> FeatureSet:
    """Return the catalogue's features as a bundle states them."""
    return FeatureSet(FEATURE_NAMES, tuple(feature.unit for feature in CATALOGUE), FINGERPRINT)


def libraries() -> dict[str, str]:
    """Return the versions of the libraries that made the numbers."""
    return {name: version(name) for name in LIBRARIES}


def percentile_knots(probabilities: NDArray[np.float64]) -> tuple[float, ...]:
    """Return percentiles 0 to 100 of the churn probabilities."""
    knots = np.percentile(probabilities, np.linspace(0, 100, N_PERCENTILE_KNOTS))
    return tuple(np.maximum.accumulate(knots).tolist())


def medians(population: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the usual value of each feature: the median of those that have one, else NaN."""
    return tuple(
        float(np.median(column[~np.isnan(column)])) if not np.isnan(column).all() else float("nan")
        for column in population.T
    )


def golden_features(
    population: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return rows to check a bundle with: from least to most at risk, usual, empty and extreme."""
    order = np.argsort(probabilities, kind="stable")
    ranks = [round(p / 100 * (len(order) - 1)) for p in GOLDEN_PERCENTILES]
    usual = np.asarray(medians(population))
    missing = np.full(population.shape[1], np.nan)
    zeros = np.zeros(population.shape[1])
    largest = np.nan_to_num(population, nan=0.0).max(axis=0)
    return np.vstack([population[order[ranks]], usual, missing, zeros, largest])


def _pickled(parts: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(dict(parts), buffer, compress=0)
    return buffer.getvalue()
