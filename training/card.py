"""The card of a bundle: what a data scientist needs to know before trusting it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from app.bundle.manifest import BundleFacts
from app.bundle.quality import Metrics
from app.domain.moments import MICROSECONDS_PER_DAY, format_moment, from_micros
from training.backtest import Report
from training.fit import Recipe
from training.learn import Learned

N_IMPORTANT = 15
DAYS_OF_TWO_YEARS = 730


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the card tells of."""

    facts: BundleFacts
    learned: Learned
    report: Report | None
    recipe: Recipe
    warnings: tuple[str, ...]


def card_of(told: CardFacts) -> str:
    """Return the card as Markdown; the same facts give the same text."""
    sections = (
        _head(told),
        _snapshots(told.learned),
        _test(told),
        _calibration(told),
        _importance(told.learned),
        _tiers(told),
        _limits(told),
    )
    return "\n\n".join(sections) + "\n"


def _head(told: CardFacts) -> str:
    facts, churn = told.facts, told.facts.churn
    dataset, student, recipe = told.learned.dataset, told.learned.student, told.recipe
    warned = "".join(f"\n\n> **Warning:** {warning}" for warning in told.warnings)
    return (
        "# Churn-risk bundle\n\n"
        f"Probability of **{churn.sentence}** within **{churn.horizon_days} days**.\n\n"
        f"- Learned from what was known before {format_moment(facts.trained_until)}; the first "
        f"snapshot is of {_day(dataset.windows[0].as_of)}.\n"
        f"- {len(dataset.churned):,} snapshots of customers; population as of the cut-off: "
        f"{len(told.learned.population):,} customers.\n"
        f"- Amounts in {facts.currency or 'no stated currency'}; seed {facts.seed}.\n"
        f"- Teacher: {told.learned.teacher.names} ({recipe.n_folds} LightGBM boosters of "
        f"{recipe.leaves_for(len(dataset.churned))} leaves, at least "
        f"{recipe.min_rows_per_leaf} rows each, every one blind to a fold of "
        "customers). No class weights, no resampling.\n"
        f"- Serves: one LightGBM booster of {student.n_trees} trees that learned the teacher's "
        f"probabilities and comes within {student.miss:.3f} log-odds of them (root mean square)."
        f"{warned}"
    )


def _snapshots(learned: Learned) -> str:
    dataset = learned.dataset
    rows = (
        (_day(window.as_of), str(window.days), f"{n:,}", f"{rate:.3f}")
        for window, n, rate in zip(
            dataset.windows, dataset.n_population, dataset.base_rates, strict=True
        )
    )
    header = ("snapshot", "days to the label", "customers", "churned")
    n_days = (dataset.windows[-1].closes_at - dataset.windows[0].as_of) // MICROSECONDS_PER_DAY
    return "## Base rates\n\n" + _table(header, rows) + _season(n_days) + _returned(learned)


def _season(n_days: int) -> str:
    if n_days >= DAYS_OF_TWO_YEARS:
        return ""
    return (
        f"\n\nThe snapshots span {n_days} days. Less than two years cannot tell a season from a "
        "trend: the level said for a season that the log has not seen may be wrong by more than "
        "the rates above differ."
    )


def _returned(learned: Learned) -> str:
    returned = learned.returned
    if returned is None:
        return ""
    return (
        f"\n\nOf the {returned.n_churned:,} customers of this sample who churned, by this "
        f"definition, in the snapshot of {_day(returned.window.as_of)}, {returned.share:.1%} "
        f"came back in the {returned.days} days between the end of its window and the cut-off."
    )


def _test(told: CardFacts) -> str:
    report = told.report
    if report is None:
        return "## Test\n\nThe history is too short for a test out of time."
    how = (
        f"Out of time: everything was learned again from what was known before "
        f"{_day(report.window.as_of)} and held against the {report.window.days} days from then. "
        "The bundle was then made with the same settings from all that was known at the cut-off."
    )
    rows = (_figures("this bundle", report.ours), _figures("RFM logistic", report.baseline))
    header = ("", "customers", "base rate", "said", "AUC", "log loss", "Brier", "ECE", "lift 10 %")
    return f"## Test\n\n{how}\n\n" + _table(header, rows)


def _figures(name: str, m: Metrics) -> tuple[str, ...]:
    numbers = (m.auc, m.log_loss, m.brier, m.ece, m.top_decile_lift)
    said = (f"{m.base_rate:.3f}", f"{m.mean_probability:.3f}")
    return (name, f"{m.n:,}", *said, *(f"{number:.4f}" for number in numbers))


def _calibration(told: CardFacts) -> str:
    line = told.facts.calibration
    text = (
        f"## Calibration\n\nmargin = {line.slope:.4f} × raw margin {line.intercept:+.4f}. The "
        "level rests on label windows that close at the cut-off."
    )
    if told.report is None:
        return text
    rows = ((f"{said:.3f}", f"{seen:.3f}", f"{n:,}") for said, seen, n in told.report.table)
    text += " Tenths of the tested customers, from least to most at risk:\n\n"
    return text + _table(("said", "seen", "customers"), rows)


def _importance(learned: Learned) -> str:
    booster = lgb.Booster(model_str=learned.student.booster_text)
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
        "- Base rates move with seasons; the table of snapshots shows how much they did.\n"
        "- Not for decisions with legal or similarly significant effects on a person, and not for "
        "prices that differ by person."
    )


def _day(micros: int) -> str:
    return format_moment(from_micros(micros))[:10]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
