"""What contact is expected to earn: by the policy, along the ranking, and over save rates."""

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Block, Figure, Note, Paragraph, Section, Table, safe_name, table
from app.documents.formatting import format_number, format_percent
from app.documents.plots.axes import axis_covering, percent_axis
from app.documents.plots.marks import legend, line, reference_line
from app.documents.plots.xy_plot import draw_plot
from app.domain.tier_policies import TierPolicy, ValuePolicy
from training.testing.holdout import Holdout
from training.tiers.contact_profit import PolicyProfit, ProfitCurve, policy_profit, profit_curve
from training.tiers.maximum_profit import (
    PAPER_BETA,
    PAPER_CONTACT,
    PAPER_OFFER,
    PAPER_VALUE,
    MaximumProfit,
    expected_maximum_profit,
)

Numbers = NDArray[np.float64]

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def profit_section(
    policy: TierPolicy,
    probabilities: Numbers,
    values: Numbers,
    *,
    holdout: Holdout | None,
    holdout_values: Numbers | None,
    currency: str | None,
) -> Section:
    """Return what contact is expected to earn, and what it would have earned in the test.

    Parameters
    ----------
    probabilities, values : float64 arrays of shape (n,)
        Of today's population; NaN = value not known.
    holdout, holdout_values : the customers of the test, and what they were expected to bring then;
        None = no test.
    """
    money = safe_name(currency or "the log's money")
    blocks: list[Block] = []
    if isinstance(policy, ValuePolicy):
        blocks += _policy(policy, policy_profit(policy, probabilities, values), money)
    if holdout is not None and holdout.has_both_outcomes:
        blocks.append(_maximum(expected_maximum_profit(holdout.churned, holdout.predicted)))
        blocks += _curve(policy, holdout, holdout_values, money)
    if not blocks:
        blocks = [Paragraph("Nothing was tested, so nothing is known of what contact would earn.")]
    blocks.append(
        Note(
            "Save rates are assumptions: a log of what customers did does not show whom contact "
            "keeps. To measure them, leave a random group of customers uncontacted."
        )
    )
    return Section("Profit of contact", tuple(blocks))


def _policy(policy: ValuePolicy, profit: PolicyProfit, money: str) -> tuple[Paragraph, Table]:
    text = (
        f"Policy `{safe_name(policy.version)}`: {profit.n_high:,} customers are High (an offer "
        f"pays), {profit.n_medium:,} Medium (the contact alone pays). A contact costs "
        f"{policy.contact_cost:g}, and {policy.save_rate:.0%} of leavers are assumed to stay "
        "because of it, whichever offer comes with it. By that assumption the contact alone always "
        "earns more; an offer is what one can afford where it is believed to save more customers."
    )
    rows = [
        ("High get the strongest offer that pays, Medium the contact alone", profit.total),
        ("High and Medium get the contact alone", profit.contact_alone),
        ("everybody gets the contact alone", profit.everybody),
    ]
    return Paragraph(text), table(
        "Expected profit of one round of contacts",
        ("contacts", money),
        [(name, f"{amount:,.0f}") for name, amount in rows],
    )


def _maximum(best: MaximumProfit) -> Paragraph:
    return Paragraph(
        "Expected maximum profit (EMPC; Verbraken et al. 2013) on the tested customers: "
        f"**{best.profit:.3f}** per customer, with the riskiest {format_percent(best.share)} "
        f"contacted on average. It uses the paper's numbers (value {PAPER_VALUE:g}, offer "
        f"{PAPER_OFFER:g}, contact {PAPER_CONTACT:g}, save rate beta({PAPER_BETA[0]:g}, "
        f"{PAPER_BETA[1]:g})), so it compares rankings and is no forecast of money."
    )


def _curve(
    policy: TierPolicy, holdout: Holdout, values: Numbers | None, money: str
) -> tuple[Block, ...]:
    if values is None or not np.isfinite(values).any():
        return ()
    known = np.isfinite(values)
    costs = _costs(policy, float(np.median(values[known])))
    curve = profit_curve(holdout.churned[known], holdout.predicted[known], values[known], **costs)
    text = (
        "What it would have earned to contact a share of the tested customers, in "
        f"{money} per customer of all, each at the value predicted then: offer "
        f"{costs['offer']:.4g}, contact {costs['contact']:.4g}, save rate {costs['save_rate']:.0%}."
    )
    if not isinstance(policy, ValuePolicy):
        text += " The costs are the paper's shares of the median value."
    return (Figure(_plot(curve, text, money), text, _rows(curve, money)),)


def _costs(policy: TierPolicy, median: float) -> dict[str, float]:
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
