"""Which features the booster uses most."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.kernel_scorer import KernelScorer
from app.bundle.trees.parsing import parse_trees
from app.documents.document import Figure, Paragraph, Section, table
from app.documents.formatting import format_percent
from app.documents.plots.axes import Axis
from app.documents.plots.category_charts import bar_chart
from app.features.catalogue import FEATURE_NAMES
from training.learning.learn import LearningResult

N_IMPORTANT: Final = 15
MAX_EXPLAINED: Final = 5_000  # customers; the shares of more are the same in the digits shown


def importance_section(learning: LearningResult) -> Section:
    """Return the features with the largest shares of all absolute contributions."""
    sizes = np.abs(_contributions(learning)).mean(axis=0)
    shares = sizes / max(float(sizes.sum()), 1e-12)
    order = [i for i in np.argsort(-shares, kind="stable")[:N_IMPORTANT] if shares[i] > 0]
    if not order:
        return Section("Importance", (Paragraph("The booster uses no feature."),))
    text = (
        "Share of all absolute contributions to the margin (exact Shapley values, log-odds), "
        "averaged over customers. It says what the booster uses, not what causes churn."
    )
    percents = {i: format_percent(float(shares[i])) for i in order}
    bars = [(FEATURE_NAMES[i], float(shares[i]), percents[i]) for i in order]
    chart = bar_chart("Importance", text, Axis("", 0.0, float(shares[order[0]]), ()), bars)
    rows = [(FEATURE_NAMES[i], percents[i], f"{sizes[i]:.3f}") for i in order]
    numbers = table("Importance", ("feature", "share", "log-odds on average"), rows)
    return Section("Importance", (Figure(chart, text, numbers),))


def _contributions(learning: LearningResult) -> NDArray[np.float64]:
    """Return Shapley values of the margin, for customers chosen evenly from the population."""
    population, student = learning.population, learning.student
    chosen = np.linspace(0, len(population) - 1, min(len(population), MAX_EXPLAINED))
    rows = np.ascontiguousarray(population[chosen.round().astype(np.int64)])
    trees = parse_trees(student.booster_text, n_features=population.shape[1], source="the booster")
    raw = KernelScorer(trees).raw_contributions(rows)
    return np.asarray(raw[:, :-1] * student.calibration.slope, dtype=np.float64)
