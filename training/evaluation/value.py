"""What customers were said to bring, held against what they brought."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.risk_bundle import RiskBundle
from app.documents.document import Paragraph, Section, table
from app.documents.formatting import format_number, format_signed
from app.domain.churn import ChurnKind
from app.features.history import History
from training.testing.holdout import Holdout
from training.value.buyers import outcomes_in
from training.value.value_metrics import ValueMetrics, value_metrics_of

Numbers = NDArray[np.float64]


def value_figures(
    history: History, bundle: RiskBundle, tested: Holdout, customers: NDArray[np.int64]
) -> dict[str, ValueMetrics]:
    """Return how forecasts of orders and of their revenue did, by name; empty where there is none.

    Where churn is the end of a contract, revenue holds the subscription too, which no log of orders
    can be held against: then orders alone are judged.

    Parameters
    ----------
    customers : int64 array of shape (n,), positions in `history` of the rows of `tested`.
    """
    if bundle.value is None:
        return {}
    said = bundle.value.estimate(tested.features, tested.said)
    happened = outcomes_in(history, tested.window, customers)
    pairs = {"orders": (happened.orders, said.orders)}
    if bundle.churn.kind is ChurnKind.ABSENCE:
        pairs["revenue"] = (happened.revenue, said.revenue)
    found = {name: _figures(*pair) for name, pair in pairs.items()}
    return {name: metrics for name, metrics in found.items() if metrics is not None}


def value_section(found: dict[str, ValueMetrics], *, days: int) -> Section:
    """Return the figures of value for people."""
    if not found:
        return Section("Value", (Paragraph("No value is foreseen, or nothing was ordered."),))
    rows = [
        (
            name,
            format_number(m.rmse, 2),
            format_number(m.spearman),
            format_number(m.gini, 3),
            f"{format_signed(100 * m.total_bias, 1)} %",
        )
        for name, m in found.items()
    ]
    header = ("foreseen", "RMSE", "Spearman", "normalised Gini", "total off by")
    tenths = [
        table(
            f"Tenths of the customers by foreseen {name}",
            ("tenth", "said", "happened"),
            [
                (str(i + 1), format_number(said, 2), format_number(was, 2))
                for i, (said, was) in enumerate(m.deciles)
            ],
        )
        for name, m in found.items()
    ]
    text = f"Orders and their revenue within {days} days, per customer, as foreseen and as it came."
    return Section("Value", (Paragraph(text), table("Value", header, rows), *tenths))


def _figures(happened: Numbers, forecast: Numbers) -> ValueMetrics | None:
    told = np.isfinite(forecast) & np.isfinite(happened)
    if not happened[told].sum() > 0:
        return None
    return value_metrics_of(happened[told], forecast[told])
