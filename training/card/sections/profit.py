"""What contact is expected to earn: by the policy, along the ranking, and over what is assumed."""

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Block, Figure, Note, Paragraph, Section, Table, safe_name, table
from app.documents.formatting import format_number, format_percent
from app.documents.plots.axes import axis_covering, percent_axis
from app.documents.plots.marks import legend, line, reference_line
from app.documents.plots.xy_plot import draw_plot
from app.domain.tiers import AnyTierPolicy, ValuePolicy
from training.testing.holdout import Holdout
from training.tiers.profit import (
    PAPER_BETA,
    PAPER_CONTACT,
    PAPER_OFFER,
    PAPER_VALUE,
    MaximumProfit,
    PolicyProfit,
    ProfitCurve,
    expected_maximum_profit,
    policy_profit,
    profit_curve,
)

Numbers = NDArray[np.float64]

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def profit_section(
    policy: AnyTierPolicy,
    probabilities: Numbers,
    values: Numbers,
    *,
    tested: Holdout | None,
    tested_values: Numbers | None,
    currency: str | None,
) -> Section:
    """Return what contact is expected to earn, and what it would have earned in the test.

    Parameters
    ----------
    probabilities, values : float64 arrays of shape (n,)
        Of today's population; NaN = value not known.
    tested, tested_values : the test and what its customers were said to bring; None = no test.
    """
    blocks: list[Block] = []
    if isinstance(policy, ValuePolicy):
        blocks += _of_policy(policy, policy_profit(policy, probabilities, values), currency)
    if tested is not None and tested.both_happened:
        blocks.append(_maximum(expected_maximum_profit(tested.churned, tested.said)))
        blocks += _curve(policy, tested, tested_values, currency)
    if not blocks:
        blocks = [Paragraph("Nothing was tested, so nothing is known of what contact would earn.")]
    blocks.append(
        Note(
            "Save rates are assumptions: a log of what customers did does not tell whom contact "
            "keeps. Measure them with a group that is not contacted."
        )
    )
    return Section("Profit of contact", tuple(blocks))


def _of_policy(
    policy: ValuePolicy, profit: PolicyProfit, currency: str | None
) -> tuple[Paragraph, Table]:
    money = safe_name(currency or "the log's money")
    rows = [
        ("High get the strongest offer that pays, Medium the contact alone", profit.total),
        ("High and Medium get the contact alone", profit.contact_alone),
        ("everybody gets the contact alone", profit.everybody),
    ]
    text = (
        f"Policy `{policy.version}`: {profit.n_high:,} customers are High (an offer pays), "
        f"{profit.n_medium:,} Medium (the contact alone pays). A contact costs "
        f"{policy.contact_cost:g}, {policy.save_rate:.0%} of leavers are taken to stay for it, "
        "whichever offer comes with it; so the contact alone always earns more, and an offer is "
        "what one can afford where it is believed to save more."
    )
    return Paragraph(text), table(
        "Expected profit of one round of contacts",
        ("contacts", money),
        [(name, f"{amount:,.0f}") for name, amount in rows],
    )


def _maximum(best: MaximumProfit) -> Paragraph:
    return Paragraph(
        f"Expected maximum profit (EMPC; Verbraken et al. 2013) on the tested customers: "
        f"**{best.profit:.3f}** per customer, contacting {format_percent(best.share)}. It takes "
        f"the paper's numbers (value {PAPER_VALUE:g}, offer {PAPER_OFFER:g}, contact "
        f"{PAPER_CONTACT:g}, save rate beta({PAPER_BETA[0]:g}, {PAPER_BETA[1]:g})), so it compares "
        "rankings and is no forecast of money."
    )


def _curve(
    policy: AnyTierPolicy, tested: Holdout, values: Numbers | None, currency: str | None
) -> tuple[Block, ...]:
    told = np.zeros(0, np.bool_) if values is None else np.isfinite(values)
    if values is None or not told.any():
        return ()
    costs = _costs(policy, float(np.median(values[told])))
    curve = profit_curve(tested.churned[told], tested.said[told], values[told], **costs)
    money = safe_name(currency or "the log's money")
    text = (
        f"What contacting so many of the tested customers would have earned, {money} per customer "
        f"of all, each at the value foreseen then: offer {costs['offer']:.4g}, contact "
        f"{costs['contact']:.4g}, save rate {costs['save_rate']:.0%}."
    )
    if not isinstance(policy, ValuePolicy):
        text += " The costs are the paper's shares of the median value."
    return (Figure(_plot(curve, text, money), text, _rows(curve, money)),)


def _costs(policy: AnyTierPolicy, median: float) -> dict[str, float]:
    if isinstance(policy, ValuePolicy):
        offer, contact, rate = policy.offer_costs[0], policy.contact_cost, policy.save_rate
        return {"offer": offer, "contact": contact, "save_rate": rate}
    rate = PAPER_BETA[0] / sum(PAPER_BETA)
    scale = median / PAPER_VALUE
    return {"offer": PAPER_OFFER * scale, "contact": PAPER_CONTACT * scale, "save_rate": rate}


def _plot(curve: ProfitCurve, text: str, money: str) -> str:
    x = percent_axis("of customers contacted")
    y = axis_covering(f"{money} per customer", [0.0, *curve.by_profit, *curve.by_risk])
    marks = [
        reference_line(x, y, (0, 0), (1, 0)),
        line(x, y, curve.share, curve.by_risk, series="b"),
        line(x, y, curve.share, curve.by_profit),
        legend([("by expected profit", "a"), ("by risk alone", "b")]),
    ]
    return draw_plot("Profit curve", text, x, y, marks)


def _rows(curve: ProfitCurve, money: str) -> Table:
    rows = [
        (
            format_percent(share, 0),
            format_number(float(np.interp(share, curve.share, curve.by_profit)), 3),
            format_number(float(np.interp(share, curve.share, curve.by_risk)), 3),
        )
        for share in SHARES
    ]
    header = ("contacted", f"{money} per customer, by expected profit", "by risk alone")
    return table("Profit curve", header, rows)
