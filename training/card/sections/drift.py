"""How far customers had moved already: what later drift is held against."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.reference import PROBABILITY, Reference, measure_reference
from app.documents.document import Figure, Paragraph, Section, table
from app.documents.formatting import format_date
from app.documents.plots.axes import Axis
from app.documents.plots.category_charts import bar_chart
from app.features.catalogue import FEATURE_NAMES
from app.statistics.drift import (
    MODERATE_DRIFT_FROM,
    STRONG_DRIFT_FROM,
    population_stability_index,
    shares_in_bins,
)
from training.dataset.snapshots import Window

N_SHOWN = 10


def stability_of(
    features: NDArray[np.float64],
    said: NDArray[np.float64],
    *,
    population: NDArray[np.float64],
    probabilities: NDArray[np.float64],
) -> list[tuple[str, float]]:
    """Return the stability index of each feature and of the probability, the largest first.

    Parameters
    ----------
    features, said : float64 arrays of shape (n, n_features) and (n,), as of another moment.
    population, probabilities : the same of the population that is the reference.
    """
    reference = measure_reference(FEATURE_NAMES, population, probabilities)
    return stability_against(reference, features, said)


def stability_against(
    reference: Reference, features: NDArray[np.float64], said: NDArray[np.float64]
) -> list[tuple[str, float]]:
    """Return the stability index of each column against a bundle's reference, largest first."""
    found = []
    columns = zip([*FEATURE_NAMES, PROBABILITY], [*features.T, said], strict=True)
    for name, values in columns:
        column = reference.columns[name]
        shares = shares_in_bins(values, column.inner_edges)
        found.append((name, population_stability_index(column.shares, shares)))
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))


def drift_section(moved: list[tuple[str, float]], window: Window) -> Section:
    """Return what a reader of drift figures has to know of this bundle."""
    text = (
        "The population as of the cut-off is the reference that the service measures drift "
        "against (`reference.json`: ten bins of each feature and of the probability). The index "
        f"below compares it with the snapshot of {format_date(window.as_of)}: so far customers "
        f"move in {window.days} days without anything being wrong. Elsewhere {MODERATE_DRIFT_FROM} "
        f"counts as moved and {STRONG_DRIFT_FROM} as far; features that grow with the age of a log "
        "always move."
    )
    return Section("Drift reference", (Paragraph(text), _moved(moved)))


def drift_since_section(moved: list[tuple[str, float]], window: Window) -> Section:
    """Return how far customers had moved from those that a bundle was trained on."""
    text = (
        f"The population of {format_date(window.as_of)} against the one that the bundle was "
        f"trained on, by population stability index: from {MODERATE_DRIFT_FROM} on a column has "
        f"moved, from {STRONG_DRIFT_FROM} on far. Features that grow with the age of a log always "
        "move."
    )
    return Section("Drift", (Paragraph(text), _moved(moved)))


def _moved(moved: list[tuple[str, float]]) -> Figure:
    shown = moved[:N_SHOWN]
    risk = next(value for name, value in moved if name == PROBABILITY)
    rows = [(name, value, f"{value:.3f}") for name, value in shown]
    axis = Axis("", 0.0, max(MODERATE_DRIFT_FROM, *(value for _, value in shown)), ())
    caption = (
        f"The ten columns that moved most, by population stability index. Probability: {risk:.3f}."
    )
    numbers = table("Stability", ("column", "index"), [(name, text) for name, _, text in rows])
    return Figure(bar_chart("Stability", caption, axis, rows), caption, numbers)
