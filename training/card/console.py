"""What training prints: small tables of figures, as lines of text."""

import math
from collections.abc import Mapping
from typing import Any, Final

from training.testing.holdout import HoldoutMetrics

_METRICS: Final = (
    ("auc", "AUC", "{:.4f}"),
    ("log_loss", "log loss", "{:.4f}"),
    ("brier", "Brier score", "{:.4f}"),
    ("ece", "calibration error (ECE)", "{:.4f}"),
    ("top_decile_lift", "lift of the riskiest tenth", "{:.2f}"),
)


def holdout_lines(metrics: Mapping[str, Any]) -> list[str]:
    """Return each figure of a new bundle beside that of the three-variable baseline."""
    if "test" not in metrics:
        return ["Not tested: the history is too short to hold a label window out."]
    ours, baseline = metrics["test"], metrics["baseline_rfm_logistic"]
    lines = [
        f"Tested on what happened in the {metrics['tested_horizon_days']} days from "
        f"{metrics['tested_as_of']}",
        f"{'':28}{'bundle':>10}{'RFM logistic':>14}",
    ]
    for name, title, form in _METRICS:
        lines.append(f"{title:28}{form.format(ours[name]):>10}{form.format(baseline[name]):>14}")
    return lines


def profit_lines(metrics: Mapping[str, Any]) -> list[str]:
    """Return what tiers by value are expected to earn; nothing where tiers go by shares."""
    if "expected_profit" not in metrics:
        return []
    shares = metrics["tier_shares"]
    return [
        f"High {shares['high']:.1%}, Medium {shares['medium']:.1%}, Low {shares['low']:.1%}; "
        f"contacting High and Medium once is expected to earn {metrics['expected_profit']:,.0f}"
    ]


def evaluation_lines(figures: HoldoutMetrics) -> list[str]:
    """Return each figure of a bundle with its interval, beside that of the baseline."""
    lines = [f"{'':28}{'bundle':>10}{'95 % interval':>20}{'RFM logistic':>14}"]
    for name, title, form in _METRICS:
        low, high = figures.intervals[name]
        ours, theirs = getattr(figures.ours, name), getattr(figures.baseline, name, math.nan)
        ends = f"{form.format(low)} to {form.format(high)}"
        lines.append(f"{title:28}{form.format(ours):>10}{ends:>20}{form.format(theirs):>14}")
    return lines
