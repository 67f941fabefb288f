"""What the booster looks at."""

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Figure, Paragraph, Section, table
from app.documents.formatting import format_percent
from app.documents.plots.axes import Axis
from app.documents.plots.category_charts import bar_chart
from app.features.catalogue import FEATURE_NAMES

N_IMPORTANT = 15


def importance_section(contributions: NDArray[np.float64]) -> Section:
    """Return the features with the largest share of all absolute contributions.

    Parameters
    ----------
    contributions : float64 array of shape (n, n_features)
        Shapley values of the margin, log-odds.
    """
    sizes = np.abs(contributions).mean(axis=0)
    shares = sizes / max(float(sizes.sum()), 1e-12)
    order = [i for i in np.argsort(-shares, kind="stable")[:N_IMPORTANT] if shares[i] > 0]
    text = (
        "Share of all absolute contributions to the margin (exact Shapley values, log-odds), "
        "averaged over customers. It says what the booster uses, not what causes churn."
    )
    rows = [(FEATURE_NAMES[i], float(shares[i]), format_percent(float(shares[i]))) for i in order]
    if not rows:
        return Section("Importance", (Paragraph("The booster uses no feature."),))
    axis = Axis("", 0.0, max(share for _, share, _ in rows), ())
    numbers = table(
        "Importance",
        ("feature", "share", "log-odds on average"),
        [(FEATURE_NAMES[i], format_percent(float(shares[i])), f"{sizes[i]:.3f}") for i in order],
    )
    return Section(
        "Importance", (Figure(bar_chart("Importance", text, axis, rows), text, numbers),)
    )
