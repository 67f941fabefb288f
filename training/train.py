"""From a history to a published bundle: the stages of a training, in order."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.churn import ChurnDefinition
from app.domain.moments import to_micros
from app.domain.tier_policies import TierPolicy
from app.features.history import History
from app.features.outcomes import code_of_event
from app.features.population import in_population
from training.certainty.certainty import Certainty, certainty_of
from training.dataset.history_slices import known_before
from training.dataset.leaks import refuse_leaks, refuse_resampled
from training.facts import facts_of, warnings_about
from training.findings import TrainingFindings
from training.learning.learn import LearningResult, TooLittleToLearn, learn
from training.prior.fallback import Fallback, fall_back
from training.publish import publish
from training.run import OnProgress, TrainingRun, silently
from training.testing.backtests import NO_BACKTESTS, Backtests, run_backtests
from training.testing.tier_movement import TierMovement, tier_movement_of_a_week
from training.tiers.contact_costs import ContactCosts
from training.tiers.cut_points import tier_policy
from training.value.estimate import NO_ESTIMATE, ValueEstimate, estimate_value

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A published bundle and how good it is; `metrics` are those of its manifest."""

    bundle_id: str
    metrics: dict[str, Any]
    warnings: tuple[str, ...]


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
    on_progress: OnProgress = silently,
) -> TrainingResult:
    """Learn `churn` from what was known before `until`, and publish a bundle under `models`.

    Nothing that occurred or was received at or after `until` is read. The same history, definition,
    moment and seed give the same bundle, byte for byte. Where there is too little to learn from,
    the bundle rests on `training.prior.fallback` and says so.

    Parameters
    ----------
    history : History
        Everything there is; what lies at or after `until` is dropped first.
    currency : str, optional
        Currency of the amounts in `history`, for the manifest.
    costs : ContactCosts, optional
        With them tiers go by value, without them by shares of the population.
    on_progress : callable
        Called with (stage, steps done, steps in all).

    Raises
    ------
    TrainingRefused
        If the history cannot support a bundle, with the reason; or if features read the future.
    """
    code_of_event(churn.event)  # refuses an event that features do not know
    cut_off = to_micros(until)
    run = TrainingRun(
        known=known_before(history, moment=cut_off),
        churn=churn,
        cut_off=cut_off,
        currency=currency,
        costs=costs,
        seed=seed,
        on_progress=on_progress,
    )
    findings = _run_stages(run)
    facts = facts_of(findings)
    bundle_id = publish(models, findings, facts, signing_key=signing_key)
    return TrainingResult(bundle_id, dict(facts.metrics), warnings_about(findings))


def _run_stages(run: TrainingRun) -> TrainingFindings:
    """Run all stages but the last, and return what they found."""
    learning = _learn(run)
    probabilities = learning.student.probabilities_of(learning.population)
    backtests = _test(run, learning)
    value = _estimate_value(run, learning, probabilities, backtests)
    tiers = _cut_tiers(run, probabilities, value)
    movement = _measure_stability(run, learning, tiers, value)
    certainty = _measure_certainty(run, learning, backtests)
    return TrainingFindings(
        run, learning, probabilities, backtests, value, tiers, movement, certainty
    )


# One function per stage. A fallback was not learned from labelled windows, so there is nothing to
# test it on: the stages that compare it with earlier windows find nothing.


def _learn(run: TrainingRun) -> LearningResult | Fallback:
    try:
        learning = learn(run)
    except TooLittleToLearn as too_little:
        if run.costs is not None:
            raise  # tiers by value were asked for, and a fallback estimates no value
        return fall_back(run, reason=str(too_little))
    dataset = learning.dataset
    population = np.unique(dataset.customer)
    refuse_leaks(
        run.known, (dataset.windows[0], dataset.windows[-1]), population=population, seed=run.seed
    )
    refuse_resampled(dataset)
    return learning


def _test(run: TrainingRun, learning: LearningResult | Fallback) -> Backtests:
    return NO_BACKTESTS if isinstance(learning, Fallback) else run_backtests(run, learning)


def _estimate_value(
    run: TrainingRun,
    learning: LearningResult | Fallback,
    probabilities: Numbers,
    backtests: Backtests,
) -> ValueEstimate:
    if isinstance(learning, Fallback):
        return NO_ESTIMATE
    holdout = None if backtests.newest is None else backtests.newest.holdout
    return estimate_value(run, learning.population, probabilities, holdout=holdout)


def _cut_tiers(run: TrainingRun, probabilities: Numbers, value: ValueEstimate) -> TierPolicy:
    n_population = int(in_population(run.known, run.churn, as_of=run.cut_off).sum())
    values = value.values_of(len(probabilities))
    return tier_policy(probabilities, values, costs=run.costs, n_population=n_population)


def _measure_stability(
    run: TrainingRun,
    learning: LearningResult | Fallback,
    tiers: TierPolicy,
    value: ValueEstimate,
) -> TierMovement | None:
    if isinstance(learning, Fallback):
        return None
    values = value.values_of(len(learning.population))
    return tier_movement_of_a_week(run, learning, policy=tiers, values=values)


def _measure_certainty(
    run: TrainingRun, learning: LearningResult | Fallback, backtests: Backtests
) -> Certainty:
    if isinstance(learning, Fallback):
        return Certainty(learning.uncertainty, usual_ranges=None, base_rate_errors=())
    return certainty_of(run, learning, tables=backtests.calibration_tables)
