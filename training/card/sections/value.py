"""What customers are expected to bring, and how well that was predicted earlier."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.estimator import ExpectedValueColumns
from app.documents.document import Block, Note, Paragraph, Section, Table, safe_name, table
from app.documents.formatting import format_date, format_number, format_percent, format_signed
from training.value.backtest import ValueBacktest
from training.value.value_metrics import ValueMetrics


def value_section(
    expected: ExpectedValueColumns | None, backtest: ValueBacktest | None, *, currency: str | None
) -> Section:
    """Return what the population is expected to bring, and how earlier forecasts did.

    Parameters
    ----------
    expected : what the bundle predicts of its population; None where it predicts no value.
    backtest : None where there was no window to test on.
    """
    if expected is None:
        text = (
            "No value is predicted: the log has too few orders (it takes 100 buyers, 30 of them "
            "with orders on two days), and churn is not the end of a contract with a price."
        )
        return Section("Value", (Paragraph(text),))
    blocks: list[Block] = [Paragraph(_today(expected, currency))]
    if backtest is None or backtest.orders is None:
        blocks.append(Note("No forecast could be tested: no figure vouches for the value."))
    else:
        blocks += _tested(backtest, backtest.orders)
    return Section("Value", tuple(blocks))


def _today(expected: ExpectedValueColumns, currency: str | None) -> str:
    revenue, money = expected.revenue_12m, safe_name(currency or "the log's money")
    is_known = np.isfinite(revenue)
    if not is_known.any():
        return "Numbers of orders are predicted, but what they cost is not known."
    known = revenue[is_known]
    return (
        f"Of {len(revenue):,} customers, {format_percent(float(is_known.mean()))} have a value. "
        f"Together they are expected to bring {_total(known)} {money} in the next 12 months, "
        f"{_total(expected.at_risk[is_known])} of it at risk (value times churn probability). The "
        f"median customer is expected to bring {format_number(float(np.median(known)), 2)}. This "
        "is revenue before returns and costs."
    )


def _total(amounts: NDArray[np.float64]) -> str:
    return f"{float(amounts.sum()):,.0f}"


def _tested(backtest: ValueBacktest, orders: ValueMetrics) -> list[Block]:
    found = [("orders", orders)]
    if backtest.revenue is not None:
        found.append(("revenue of orders", backtest.revenue))
    return [_metrics(found, backtest), *(_tenths(name, metrics) for name, metrics in found)]


def _metrics(found: Sequence[tuple[str, ValueMetrics]], backtest: ValueBacktest) -> Table:
    rows = [
        (
            name,
            f"{m.rmse:,.4g}",
            format_number(m.spearman),
            format_number(m.gini, 3),
            f"{format_signed(100 * m.total_bias, 1)} %",
        )
        for name, m in found
    ]
    header = ("predicted", "RMSE", "Spearman", "normalised Gini", "total off by")
    title = (
        f"Forecasts made on {format_date(backtest.window.as_of)} for {backtest.window.days} days, "
        f"{backtest.n_buyers:,} buyers"
    )
    return table(title, header, rows)


def _tenths(name: str, metrics: ValueMetrics) -> Table:
    rows = [
        (str(i), f"{predicted:,.4g}", f"{actual:,.4g}")
        for i, (predicted, actual) in enumerate(metrics.deciles, start=1)
    ]
    title = f"Tenths of buyers by predicted {name}"
    return table(title, ("tenth", "predicted", "actual"), rows)
