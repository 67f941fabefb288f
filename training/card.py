"""The card of a bundle: what a data scientist needs to know before trusting it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from app.bundle.manifest import BundleFacts
from app.domain.moments import format_moment, from_micros
from training.dataset import Dataset
from training.evaluate import Metrics
from training.fit import Recipe
from training.learn import Learned, Report

N_IMPORTANT = 15


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the card tells of."""

    facts: BundleFacts
    dataset: Dataset
    report: Report
    recipe: Recipe
    learned: Learned
    n_population: int
    warnings: tuple[str, ...]


def card_of(told: CardFacts) -> str:
    """Return the card as Markdown; the same facts give the same text."""
    sections = (
        _head(told),
        _snapshots(told.dataset),
        _test(told.report),
        _calibration(told),
        _importance(told.learned),
        _tiers(told),
        _limits(told),
    )
    return "\n\n".join(sections) + "\n"


def _head(told: CardFacts) -> str:
    facts, churn = told.facts, told.facts.churn
    first = format_moment(from_micros(told.dataset.windows[0].as_of))
    warned = "".join(f"\n\n> **Warning:** {warning}" for warning in told.warnings)
    return (
        "# Churn-risk bundle\n\n"
        f"Probability of **{churn.sentence}** within **{churn.horizon_days} days**.\n\n"
        f"- Learned from what was known before {format_moment(facts.trained_until)}; snapshots "
        f"from {first} on.\n"
        f"- Rows: {len(told.dataset.churned):,} snapshots of customers; population as of the "
        f"cut-off: {told.n_population:,} customers.\n"
        f"- Amounts in {facts.currency or 'no stated currency'}; seed {facts.seed}.\n"
        f"- Learner: {told.recipe.n_folds} LightGBM boosters ({told.recipe.num_leaves} leaves, "
        f"at least {told.recipe.min_rows_per_leaf} rows each, rate {told.recipe.rate}), each blind "
        f"to one fold of customers, merged into one of {told.learned.fitted.n_trees} trees. No "
        f"class weights, no resampling.{warned}"
    )


def _snapshots(dataset: Dataset) -> str:
    rows = (
        (format_moment(from_micros(window.as_of))[:10], f"{n:,}", f"{rate:.3f}")
        for window, n, rate in zip(
            dataset.windows, dataset.n_population, dataset.base_rates, strict=True
        )
    )
    return "## Base rates\n\n" + _table(("snapshot", "customers", "churned"), rows)


def _test(report: Report) -> str:
    day = format_moment(from_micros(report.tested_at))[:10]
    how = (
        f"Tested out of time on the snapshot of {day}: learned only from label windows that had "
        "closed by then, with the same settings. The bundle was then fitted on all closed windows."
        if report.protocol == "out of time"
        else f"The history is too short for a test out of time. Figures are out of fold on the "
        f"snapshot of {day}: each customer was predicted by trees that had not seen them."
    )
    rows = (_figures("this bundle", report.ours), _figures("RFM logistic", report.baseline))
    header = ("", "customers", "base rate", "said", "AUC", "log loss", "Brier", "ECE", "lift 10 %")
    return f"## Test\n\n{how}\n\n" + _table(header, rows)


def _figures(name: str, m: Metrics) -> tuple[str, ...]:
    numbers = (m.auc, m.log_loss, m.brier, m.ece, m.top_decile_lift)
    said = (f"{m.base_rate:.3f}", f"{m.mean_probability:.3f}")
    return (name, f"{m.n:,}", *said, *(f"{number:.4f}" for number in numbers))


def _calibration(told: CardFacts) -> str:
    rows = ((f"{said:.3f}", f"{seen:.3f}", f"{n:,}") for said, seen, n in told.report.table)
    line = told.facts.calibration
    return (
        "## Calibration\n\nTenths of the tested customers, from least to most at risk. In "
        f"the bundle: margin = {line.slope:.4f} × raw margin {line.intercept:+.4f}; the intercept "
        "meets the base rate of the newest closed window.\n\n"
        + _table(("said", "seen", "customers"), rows)
    )


def _importance(learned: Learned) -> str:
    booster = lgb.Booster(model_str=learned.fitted.booster_text)
    gains = booster.feature_importance("gain")
    order = np.argsort(-gains, kind="stable")[:N_IMPORTANT]
    names = booster.feature_name()
    rows = ((names[i], f"{gains[i] / gains.sum():.1%}") for i in order if gains[i] > 0)
    return "## Importance\n\nShare of the total gain.\n\n" + _table(("feature", "gain"), rows)


def _tiers(told: CardFacts) -> str:
    policy = told.facts.tier_policy
    shares = told.facts.metrics["tier_shares"]
    rows = (
        ("High", f"p ≥ {policy.high_from:.4f}", f"{shares['high']:.1%}"),
        ("Medium", f"p ≥ {policy.medium_from:.4f}", f"{shares['medium']:.1%}"),
        ("Low", f"p < {policy.medium_from:.4f}", f"{shares['low']:.1%}"),
    )
    title = f"## Tiers\n\nPolicy `{policy.version}`, cut on the population as of the cut-off.\n\n"
    return title + _table(("tier", "probability", "share"), rows)


def _limits(told: CardFacts) -> str:
    days = told.facts.churn.horizon_days
    return (
        "## Limits\n\n"
        f"- A statement about the {days} days after the moment asked about, nothing beyond them.\n"
        "- Learned from what customers did, not from an experiment: it ranks who is likely to "
        "leave, not whom contact would keep.\n"
        "- Base rates move with seasons; the table above shows how much they did.\n"
        "- Not for decisions with legal or similarly significant effects on a person, and not for "
        "prices that differ by person."
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
