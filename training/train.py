"""From a history to a published bundle."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from app.bundle.folder.manifest import BundleFacts
from app.domain.bundles import Basis
from app.domain.churn import ChurnDefinition
from app.domain.moments import MICROSECONDS_PER_DAY, format_moment, from_micros, to_micros
from app.features.history import History
from app.features.outcomes import code_of_event
from training.card.card import CardFacts, card_of
from training.card.sections.certainty import certainty_section
from training.certainty.interval import base_rate_errors, uncertainty_of
from training.certainty.usual_ranges import (
    PopulationSnapshot,
    comparison_snapshots,
    usual_ranges_of,
)
from training.dataset.history_slices import known_before
from training.dataset.leaks import implausible_auc_warning, refuse_leaks, refuse_resampled
from training.learning.cross_fitting import Hyperparameters
from training.learning.learn import LearningResult, OnProgress, TooLittleToLearn, learn
from training.pricing import Worth, worth_of
from training.prior.train_prior import train_prior
from training.publish import feature_set, libraries, medians, percentile_knots, publish
from training.result import TrainingResult
from training.testing.backtest import Backtest, backtest_newest
from training.testing.earlier_backtests import earlier_backtests
from training.testing.tier_movement import TierMovement, tier_movement_of_a_week
from training.tiers.cut_points import ContactCosts, shares_of


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass


def train(
    history: History,
    *,
    churn: ChurnDefinition,
    until: datetime,
    models: Path,
    currency: str | None = None,
    costs: ContactCosts | None = None,
    seed: int = 0,
    signing_key: bytes | None = None,
    on_progress: OnProgress = _silent,
) -> TrainingResult:
    """Learn `churn` from what was known before `until`, and publish the bundle under `models`.

    Nothing that occurred or was received at or after `until` is read. The same history, definition,
    moment and seed give the same bundle, byte for byte.

    Parameters
    ----------
    history : History
        Everything there is; what lies at or after `until` is dropped first.
    currency : str, optional
        Currency of the amounts in `history`, for the manifest.
    costs : ContactCosts, optional
        Tiers by value, with these costs of contact; by shares without.
    on_progress : callable
        Called with (stage, steps done, steps in all).

    Where there is too little to learn from, the bundle rests on `training.prior.fallback` and says
    so. Refuses (`TrainingRefused`, with the reason) what the history cannot support, and
    features that read the future.
    """
    code_of_event(churn.event)  # refuses an event that the log does not tell apart
    cut_off = to_micros(until)
    known = known_before(history, moment=cut_off)
    hyperparameters = Hyperparameters()
    try:
        learned = learn(
            known,
            churn,
            cut_off=cut_off,
            hyperparameters=hyperparameters,
            seed=seed,
            stage="learn",
            on_progress=on_progress,
        )
    except TooLittleToLearn as too_little:
        if costs is not None:
            raise  # so few customers tell no value either, and other tiers were not asked for
        return train_prior(
            known,
            churn=churn,
            until=until,
            models=models,
            currency=currency,
            seed=seed,
            signing_key=signing_key,
            why=str(too_little),
            on_progress=on_progress,
        )
    _refuse_leaks(known, learned, seed)
    report = backtest_newest(
        known, churn, learned, hyperparameters=hyperparameters, seed=seed, on_progress=on_progress
    )
    past = earlier_backtests(
        known, churn, learned, hyperparameters=hyperparameters, seed=seed, on_progress=on_progress
    )
    probabilities = learned.student.probabilities_of(learned.population)
    worth = worth_of(
        known,
        churn,
        until=until,
        population=learned.population,
        probabilities=probabilities,
        tested=report.tested if report else None,
        costs=costs,
        seed=seed,
        on_progress=on_progress,
    )
    movement = tier_movement_of_a_week(
        known,
        churn,
        learned,
        cut_off=cut_off,
        policy=worth.policy,
        values=worth.values,
        hyperparameters=hyperparameters,
        seed=seed,
        on_progress=on_progress,
    )

    on_progress("publish", 0, 1)
    tables = [one.table for one in (*past, *([report] if report else []))]
    uncertainty = uncertainty_of(known, churn, learned, cut_off=cut_off, tables=tables)
    first_at = int(known.occurred_at.min())
    support = usual_ranges_of(
        comparison_snapshots(learned.dataset, first_at=first_at, days=churn.horizon_days),
        PopulationSnapshot(learned.population, (cut_off - first_at) // MICROSECONDS_PER_DAY),
        horizon_days=churn.horizon_days,
    )
    warnings = _warnings(report, learned)
    facts = BundleFacts(
        churn=churn,
        trained_until=until,
        seed=seed,
        currency=currency,
        features=feature_set(),
        calibration=learned.student.calibration,
        tier_policy=worth.policy,
        percentile_knots=percentile_knots(probabilities),
        usual=medians(learned.population),
        metrics=_metrics(report, learned, worth) | _tier_movement(movement) | worth.metrics(),
        libraries=libraries(),
        basis=Basis.RHYTHM if learned.stretched else Basis.LEARNED,
        uncertainty=uncertainty,
        usual_ranges=None if support is None else support.support,
    )
    bundle_id = publish(
        models,
        facts=facts,
        booster_text=learned.student.booster_text,
        population=learned.population,
        probabilities=probabilities,
        card=card_of(
            CardFacts(
                facts,
                learned,
                report,
                hyperparameters,
                warnings,
                n_known=int(np.count_nonzero(np.diff(known.starts))),
                past=past,
                movement=movement,
                more=(
                    certainty_section(
                        uncertainty, support, tables=tables, misses=base_rate_errors(learned)
                    ),
                    *worth.sections(currency=currency),
                ),
            )
        ),
        parts=_parts(learned, hyperparameters),
        value=worth.model,
        signing_key=signing_key,
    )
    on_progress("publish", 1, 1)
    return TrainingResult(bundle_id, dict(facts.metrics), warnings)


def _refuse_leaks(known: History, learned: LearningResult, seed: int) -> None:
    windows = (learned.dataset.windows[0], learned.dataset.windows[-1])
    population = np.unique(learned.dataset.customer)
    refuse_leaks(known, windows, population=population, seed=seed)
    refuse_resampled(learned.dataset)


def _parts(learned: LearningResult, hyperparameters: Hyperparameters) -> dict[str, Any]:
    """Return the fitted parts behind the booster, for data scientists; serving reads none."""
    rhythm = learned.teacher.rhythm
    return {
        "recipe": asdict(hyperparameters),
        "calibration": asdict(learned.student.calibration),
        "rhythm_regression": None if rhythm is None else rhythm.regression,
    }


def _metrics(report: Backtest | None, learned: LearningResult, worth: Worth) -> dict[str, Any]:
    dataset = learned.dataset
    metrics: dict[str, Any] = {
        "base_rates": [None if np.isnan(r) else round(r, 6) for r in dataset.base_rates],
        "n_rows": len(dataset.churned),
        "n_population": len(worth.probabilities),
        "tier_shares": shares_of(worth.probabilities, worth.policy, worth.values),
        "teacher": learned.teacher.names,
    }
    if report is not None:
        figures, window = report.figures, report.tested.window
        metrics["test"] = figures.ours.as_numbers()
        metrics["test_intervals"] = figures.interval_numbers()
        if figures.baseline is not None:
            metrics["baseline_rfm_logistic"] = figures.baseline.as_numbers()
        metrics["tested_as_of"] = format_moment(from_micros(window.as_of))
        metrics["tested_horizon_days"] = window.days
    return metrics


def _tier_movement(movement: TierMovement | None) -> dict[str, Any]:
    if movement is None:
        return {}
    return {
        "tier_movement_week": {
            "share": round(movement.share, 6),
            "share_across": round(movement.share_across, 6),
            "share_with_memory": movement.with_memory and round(movement.with_memory, 6),
            "mean_shift": round(movement.mean_shift, 6),
        }
    }


def _warnings(report: Backtest | None, learned: LearningResult) -> tuple[str, ...]:
    found: list[str | None] = []
    if learned.stretched:
        found.append(
            "no label window of the whole horizon has closed: churn is carried over from shorter "
            "windows by rhythm of purchase alone"
        )
    if report is None:
        found.append("the history is too short to test out of time: no figure vouches for it")
    else:
        found.append(implausible_auc_warning(report.figures.ours.auc))
    return tuple(warning for warning in found if warning)
