"""What a training prints: lines that explain themselves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from training.train import TrainingResult

# Name, title, format of the numbers, and how to read each metric.
METRICS: Final = (
    ("auc", "AUC", "{:.4f}", "higher is better, 0.5 is chance"),
    ("log_loss", "log loss", "{:.4f}", "lower is better"),
    ("brier", "Brier score", "{:.4f}", "lower is better"),
    ("ece", "calibration error (ECE)", "{:.4f}", "lower is better"),
    ("top_decile_lift", "lift of the riskiest tenth", "{:.2f}", "higher is better, 1 is chance"),
)
BASELINE: Final = (
    "RFM logistic is a logistic regression on recency, frequency and spend, for comparison."
)


def training_lines(result: TrainingResult, shelf: Path, *, currency: str | None) -> list[str]:
    """Return how good a new bundle is, and where it was written."""
    return [
        *holdout_lines(result.metrics),
        *profit_lines(result.metrics, currency=currency),
        f"Bundle {result.bundle_id} is written; its card is {shelf / result.bundle_id / 'card.md'}",
    ]


def holdout_lines(metrics: Mapping[str, Any]) -> list[str]:
    """Return each metric of a new bundle beside that of the baseline, from its manifest."""
    if "test" not in metrics:
        return ["Not tested: the history is too short for an out-of-time test."]
    ours, baseline = metrics["test"], metrics["baseline_rfm_logistic"]
    day, days = str(metrics["tested_as_of"])[:10], metrics["tested_horizon_days"]
    rows = [
        f"{title:28}{form.format(ours[name]):>10}{form.format(baseline[name]):>14}  {meaning}"
        for name, title, form, meaning in METRICS
    ]
    return [
        f"Out-of-time test: learned from what was known before {day}, tested on the {days} days "
        "after that.",
        f"{'':28}{'bundle':>10}{'RFM logistic':>14}",
        *rows,
        BASELINE,
    ]


def profit_lines(metrics: Mapping[str, Any], *, currency: str | None) -> list[str]:
    """Return what tiers by value are expected to earn; nothing where tiers go by shares."""
    if "expected_profit" not in metrics:
        return []
    shares = metrics["tier_shares"]
    money = f" {currency}" if currency else ""
    return [
        f"Tiers by value: High {shares['high']:.1%}, Medium {shares['medium']:.1%}, Low "
        f"{shares['low']:.1%}. Contacting High and Medium once is expected to earn "
        f"{metrics['expected_profit']:,.0f}{money}."
    ]
