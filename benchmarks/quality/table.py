"""Figures with paired bootstrap intervals, as a table for people and as JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from app.statistics.metrics import compute_metrics
from app.statistics.scoring_rules import SMALLEST_PROBABILITY
from benchmarks.quality.forecasts import Forecasts
from training.learning.base_rate import match_base_rate

N_RESAMPLES = 500
MEASURES = ("auc", "log_loss", "log_loss_at_level", "brier", "ece", "top_decile_lift")
Numbers = NDArray[np.float64]


def figures_of(forecasts: Forecasts) -> dict[str, dict[str, Any]]:
    """Return by peer its figures, and the 95 % intervals of ours minus theirs on the same rows."""
    resamples = _resamples(len(forecasts.outcomes))
    ours = _resampled(forecasts.outcomes, forecasts.said["ours"], resamples)
    figures: dict[str, dict[str, Any]] = {}
    for name, said in forecasts.said.items():
        figures[name] = dict(compute_metrics(forecasts.outcomes, said).as_numbers())
        figures[name]["log_loss_at_level"] = round(loss_at_level(forecasts.outcomes, said), 6)
        if name != "ours":
            theirs = _resampled(forecasts.outcomes, said, resamples)
            for measure in ("auc", "log_loss"):
                ends = np.percentile(ours[measure] - theirs[measure], [2.5, 97.5])
                figures[name][f"ours_minus_{measure}"] = [round(float(end), 4) for end in ends]
        if forecasts.truth is not None:
            figures[name]["share_of_achievable"] = round(achieved(forecasts.truth, said), 4)
    for measure, resampled in ours.items():
        ends = np.percentile(resampled, [2.5, 97.5])
        figures["ours"][f"{measure}_interval"] = [round(float(end), 4) for end in ends]
    return figures


def loss_at_level(outcomes: Numbers, said: Numbers) -> float:
    """Return the log loss that `said` would have, had the share of churned been known before."""
    margins = logit(np.clip(said, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY))
    told = np.clip(
        expit(match_base_rate(margins, float(logit(outcomes.mean())))),
        SMALLEST_PROBABILITY,
        1 - SMALLEST_PROBABILITY,
    )
    return float(-(outcomes * np.log(told) + (1 - outcomes) * np.log(1 - told)).mean())


def achieved(truth: Numbers, said: Numbers) -> float:
    """Return the share of the way from the base rate to the true probability, in log loss."""
    base, ours, best = (
        _expected_loss(truth, p) for p in (np.full(len(truth), truth.mean()), said, truth)
    )
    return (base - ours) / (base - best)


def printed(name: str, figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the Markdown table of one case."""
    head = (
        "| | AUC | log loss | at the true level | Brier | ECE | lift 10 % | ours − AUC "
        "| ours − log loss | of truth |"
    )
    lines = [f"### {name}", "", head, "|---|---|---|---|---|---|---|---|---|---|"]
    for peer, row in figures.items():
        cells = [f"{row[m]:.4f}" for m in MEASURES]
        ends = [str(row.get(f"ours_minus_{m}", "")) for m in ("auc", "log_loss")]
        lines.append(
            "| " + " | ".join([peer, *cells, *ends, str(row.get("share_of_achievable", ""))]) + " |"
        )
    return "\n".join(lines)


def _resamples(n_rows: int) -> NDArray[np.int64]:
    return np.random.default_rng(0).integers(0, n_rows, size=(N_RESAMPLES, n_rows))


def _resampled(
    outcomes: Numbers, said: Numbers, resamples: NDArray[np.int64]
) -> dict[str, Numbers]:
    safe = np.clip(said, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    losses = -(outcomes * np.log(safe) + (1 - outcomes) * np.log(1 - safe))
    ranks = rankdata(said)
    return {
        "auc": np.array([_auc(outcomes[rows], ranks[rows]) for rows in resamples]),
        "log_loss": np.array([losses[rows].mean() for rows in resamples]),
    }


def _auc(outcomes: Numbers, scores: Numbers) -> float:
    ranks = rankdata(scores)
    n_churned = outcomes.sum()
    above = ranks[outcomes == 1].sum() - n_churned * (n_churned + 1) / 2
    return float(above / (n_churned * (len(outcomes) - n_churned)))


def _expected_loss(truth: Numbers, said: Numbers) -> float:
    safe = np.clip(said, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return float(-(truth * np.log(safe) + (1 - truth) * np.log(1 - safe)).mean())
