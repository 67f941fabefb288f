"""What customers were expected to bring, compared with what they brought."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.risk_bundle import RiskBundle
from app.documents.document import Paragraph, Section, Table, table
from app.documents.formatting import format_number, format_signed
from app.domain.churn import ChurnKind
from app.features.history import History
from training.testing.holdout import Holdout
from training.value.buyers import outcomes_in
from training.value.value_metrics import ValueMetrics, metrics_where_known


def value_metrics(
    history: History, bundle: RiskBundle, holdout: Holdout, customers: NDArray[np.int64]
) -> dict[str, ValueMetrics]:
    """Return how forecasts of orders and of their revenue did, by name; empty where there are none.

    Where churn is the end of a contract, the forecast of revenue includes the subscription, which
    cannot be compared with a log of orders: then orders alone are evaluated.

    Parameters
    ----------
    customers : int64 array of shape (n,), positions in `history` of the rows of `holdout`.
    """
    if bundle.value is None:
        return {}
    expected = bundle.value.estimate(holdout.features, holdout.predicted)
    happened = outcomes_in(history, holdout.window, customers)
    pairs = {"orders": (happened.orders, expected.orders)}
    if bundle.churn.kind is ChurnKind.ABSENCE:
        pairs["revenue"] = (happened.revenue, expected.revenue)
    found = {name: metrics_where_known(*pair) for name, pair in pairs.items()}
    return {name: metrics for name, metrics in found.items() if metrics is not None}


def value_section(found: dict[str, ValueMetrics], *, days: int) -> Section:
    """Return the metrics of value for people."""
    if not found:
        return Section("Value", (Paragraph("No value was predicted, or nothing was ordered."),))
    text = (
        f"Orders and their revenue within {days} days, per customer: what was predicted and what "
        "came."
    )
    tenths = [_tenths(name, metrics) for name, metrics in found.items()]
    return Section("Value", (Paragraph(text), _metrics(found), *tenths))


def _metrics(found: dict[str, ValueMetrics]) -> Table:
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
    header = ("predicted", "RMSE", "Spearman", "normalised Gini", "total off by")
    return table("Value", header, rows)


def _tenths(name: str, metrics: ValueMetrics) -> Table:
    rows = [
        (str(i), format_number(predicted, 2), format_number(actual, 2))
        for i, (predicted, actual) in enumerate(metrics.deciles, start=1)
    ]
    title = f"Tenths of the customers by predicted {name}"
    return table(title, ("tenth", "predicted", "actual"), rows)
