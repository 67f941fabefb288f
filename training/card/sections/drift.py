"""How far customers have moved already: what later drift is compared with."""

from typing import Final

from app.bundle.folder.reference import PROBABILITY
from app.documents.document import Figure, Paragraph, Section, table
from app.documents.formatting import format_date
from app.documents.plots.axes import Axis
from app.documents.plots.category_charts import bar_chart
from app.statistics.drift import MODERATE_DRIFT_FROM, STRONG_DRIFT_FROM
from training.dataset.snapshots import Window
from training.testing.population_drift import Drift

N_SHOWN: Final = 10


def drift_reference_section(drift: Drift, window: Window) -> Section:
    """Return what a reader of later drift has to know of this bundle."""
    text = (
        "The service measures drift against the population as of the cut-off (`reference.json`: "
        "ten bins of each feature and of the probability). The index below compares that "
        f"population with the snapshot of {format_date(window.as_of)}: this is how far customers "
        f"move in {window.days} days when nothing is wrong. By convention, {MODERATE_DRIFT_FROM} "
        f"and more is moderate drift, {STRONG_DRIFT_FROM} and more is strong; features that grow "
        "with the age of a log always move."
    )
    return Section("Drift reference", (Paragraph(text), _figure(drift)))


def drift_section(drift: Drift, window: Window) -> Section:
    """Return how far customers have moved from those that a bundle was trained on."""
    text = (
        f"The population of {format_date(window.as_of)} compared with the one that the bundle was "
        f"trained on, by population stability index: {MODERATE_DRIFT_FROM} and more is moderate "
        f"drift, {STRONG_DRIFT_FROM} and more is strong. Features that grow with the age of a log "
        "always move."
    )
    return Section("Drift", (Paragraph(text), _figure(drift)))


def _figure(drift: Drift) -> Figure:
    rows = [(name, index, f"{index:.3f}") for name, index in drift[:N_SHOWN]]
    risk = next(index for name, index in drift if name == PROBABILITY)
    axis = Axis("", 0.0, max(MODERATE_DRIFT_FROM, *(index for _, index, _ in rows)), ())
    caption = (
        f"The ten columns that moved most, by population stability index. Probability: {risk:.3f}."
    )
    numbers = table("Stability", ("column", "index"), [(name, text) for name, _, text in rows])
    return Figure(bar_chart("Stability", caption, axis, rows), caption, numbers)
