"""From a history to a published bundle."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.bundle.manifest import BundleFacts
from app.domain.churn import ChurnDefinition
from app.domain.errors import TrainingRefused
from app.domain.moments import to_micros
from app.domain.tiers import TierPolicy
from app.features.history import History
from app.features.population import in_population
from training.card import CardFacts, card_of
from training.dataset import Dataset, dataset_of, measured
from training.fit import Recipe
from training.histories import known_before
from training.leaks import refuse_leaks, suspicion
from training.learn import Report, held_out_report, learn, out_of_fold
from training.publish import feature_set, libraries, medians, percentile_knots, publish
from training.snapshots import closed_windows
from training.split import folds_of
from training.tiers import policy_by_shares, shares_of

# Below these a booster of small trees learns nothing that holds, and no figure could show it.
MIN_CUSTOMERS = 100
MIN_PER_CLASS = 50

OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A published bundle and how good it is; `metrics` as in the manifest."""

    bundle_id: str
    metrics: dict[str, Any]
    warnings: tuple[str, ...]


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass


def train(
    history: History,
    *,
    churn: ChurnDefinition,
    until: datetime,
    models: Path,
    currency: str | None = None,
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
    on_progress : callable
        Called with (stage, steps done, steps in all).

    Refuses (`TrainingRefused`, with the reason) what the history cannot support, and features that
    read the future.
    """
    cut_off = to_micros(until)
    known = known_before(history, moment=cut_off)
    dataset = _dataset(known, churn, cut_off, seed, on_progress)
    _refuse_leaks(known, dataset, seed)

    recipe = Recipe()
    folds = folds_of(known.customer_ids, n_folds=recipe.n_folds, seed=seed)
    report = held_out_report(
        dataset,
        folds,
        event=churn.event,
        recipe=recipe,
        seed=seed,
        on_fold=lambda done: on_progress("test", done, recipe.n_folds),
    )
    learned = learn(
        dataset,
        folds,
        recipe=recipe,
        seed=seed,
        on_fold=lambda done: on_progress("fit", done, recipe.n_folds),
    )
    report = report or out_of_fold(dataset, learned, event=churn.event)

    on_progress("publish", 0, 1)
    everybody = np.flatnonzero(in_population(known, churn, as_of=cut_off))
    population = measured(known, everybody, as_of=cut_off)
    probabilities = learned.probabilities(population)
    policy = policy_by_shares(probabilities)
    metrics = _metrics(report, dataset, probabilities, policy)
    warnings = _warnings(report)
    facts = BundleFacts(
        churn=churn,
        trained_until=until,
        seed=seed,
        currency=currency,
        features=feature_set(),
        calibration=learned.calibration,
        tier_policy=policy,
        percentile_knots=percentile_knots(probabilities),
        usual=medians(population),
        metrics=metrics,
        libraries=libraries(),
    )
    card = card_of(CardFacts(facts, dataset, report, recipe, learned, len(everybody), warnings))
    bundle_id = publish(
        models,
        facts=facts,
        booster_text=learned.fitted.booster_text,
        population=population,
        probabilities=probabilities,
        card=card,
        parts={"recipe": asdict(recipe), "calibration": asdict(learned.calibration)},
        signing_key=signing_key,
    )
    on_progress("publish", 1, 1)
    return TrainingResult(bundle_id, metrics, warnings)


def _dataset(
    known: History, churn: ChurnDefinition, cut_off: int, seed: int, on_progress: OnProgress
) -> Dataset:
    if not known.n_events:
        raise TrainingRefused("there is no activity before the cut-off to learn from")
    first_at = int(known.occurred_at.min())
    windows = closed_windows(first_at=first_at, until=cut_off, horizon_days=churn.horizon_days)
    if not windows:
        raise TrainingRefused(
            f"no label window of {churn.horizon_days} days has closed with a past before it: give "
            "more history, a later --until or a shorter --horizon-days"
        )
    dataset = dataset_of(
        known,
        churn,
        windows,
        seed=seed,
        on_window=lambda done: on_progress("snapshots", done, len(windows)),
    )
    _refuse_too_little(dataset)
    return dataset


def _refuse_too_little(dataset: Dataset) -> None:
    n_customers = len(np.unique(dataset.customer))
    if n_customers < MIN_CUSTOMERS:
        raise TrainingRefused(
            f"{n_customers} customers are too few to learn from; need {MIN_CUSTOMERS}"
        )
    for outcome, name in ((1, "churned"), (0, "stayed")):
        n_rows = len(np.unique(dataset.customer[dataset.churned == outcome]))
        if n_rows < MIN_PER_CLASS:
            raise TrainingRefused(
                f"{n_rows} customers who {name} are too few to learn from; need {MIN_PER_CLASS}"
            )


def _refuse_leaks(known: History, dataset: Dataset, seed: int) -> None:
    windows = (dataset.windows[0], dataset.windows[-1])
    refuse_leaks(known, windows, population=np.unique(dataset.customer), seed=seed)


def _metrics(
    report: Report, dataset: Dataset, probabilities: NDArray[np.float64], policy: TierPolicy
) -> dict[str, Any]:
    return {
        "protocol": report.protocol,
        "test": report.ours.as_numbers(),
        "baseline_rfm_logistic": report.baseline.as_numbers(),
        "base_rates": [round(rate, 6) for rate in dataset.base_rates],
        "n_rows": len(dataset.churned),
        "n_population": len(probabilities),
        "tier_shares": shares_of(probabilities, policy),
    }


def _warnings(report: Report) -> tuple[str, ...]:
    found = [suspicion(report.ours.auc)]
    if report.protocol != "out of time":
        found.append("the history is too short for a test out of time: figures are out of fold")
    return tuple(warning for warning in found if warning)
