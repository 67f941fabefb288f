"""What customers will bring, and how well that was foreseen earlier."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.estimator import ExpectedValueColumns
from app.documents.document import Block, Note, Paragraph, Section, Table, safe_name, table
from app.documents.formatting import format_date, format_number, format_percent, format_signed
from training.value.backtest import ValueBacktest
from training.value.value_metrics import ValueMetrics


def value_section(
    expected: ExpectedValueColumns | None, tested: ValueBacktest | None, *, currency: str | None
) -> Section:
    """Return what the population is expected to bring, and how earlier forecasts did.

    Parameters
    ----------
    expected : what the bundle foresees of its population; None where it foresees no value.
    tested : None where there was no window to test on.
    """
    if expected is None:
        text = (
            "No value is foreseen: the log has too few orders (it takes 100 buyers, 30 of them "
            "with orders on two days), and churn is no end of a contract with a price."
        )
        return Section("Value", (Paragraph(text),))
    blocks: list[Block] = [Paragraph(_today(expected, currency))]
    if tested is None or tested.orders is None:
        blocks.append(Note("No forecast could be tested: no figure vouches for the value."))
        return Section("Value", tuple(blocks))
    figures = [
        ("orders", tested.orders),
        *([("revenue of orders", tested.revenue)] if tested.revenue else []),
    ]
    blocks.append(_metrics(figures, tested))
    blocks += [_tenths(name, metrics) for name, metrics in figures]
    return Section("Value", tuple(blocks))


def _today(expected: ExpectedValueColumns, currency: str | None) -> str:
    revenue, money = expected.revenue_12m, safe_name(currency or "the log's money")
    told = np.isfinite(revenue)
    if not told.any():
        return "Numbers of orders are foreseen; what they cost is not known."
    known = revenue[told]
    return (
        f"Of {len(revenue):,} customers {format_percent(float(told.mean()))} have a value. "
        f"Together they are expected to bring {_amount(known)} {money} in the next 12 months, "
        f"{_amount(expected.at_risk[told])} of it at risk (value times churn probability); "
        f"the median customer {format_number(float(np.median(known)), 2)}. It is revenue before "
        "returns and costs."
    )


def _amount(amounts: NDArray[np.float64]) -> str:
    return f"{float(amounts.sum()):,.0f}"


def _metrics(figures: Sequence[tuple[str, ValueMetrics]], tested: ValueBacktest) -> Table:
    rows = [
        (
            name,
            f"{m.rmse:,.4g}",
            format_number(m.spearman),
            format_number(m.gini, 3),
            f"{format_signed(100 * m.total_bias, 1)} %",
        )
        for name, m in figures
    ]
    header = ("foreseen", "RMSE", "Spearman", "normalised Gini", "total off by")
    title = (
        f"Forecasts made at {format_date(tested.window.as_of)} for {tested.window.days} days, "
        f"{tested.n_buyers:,} buyers"
    )
    return table(title, header, rows)


def _tenths(name: str, metrics: ValueMetrics) -> Table:
    rows = [
        (str(i), f"{said:,.4g}", f"{was:,.4g}")
        for i, (said, was) in enumerate(metrics.deciles, start=1)
    ]
    return table(f"Tenths of buyers by foreseen {name}", ("tenth", "said", "happened"), rows)
