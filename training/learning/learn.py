"""Everything that is learned from what was known at a cut-off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.churn import ChurnDefinition
from app.domain.errors import TrainingRefused
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from app.features.population import in_population
from training.dataset.dataset import MAX_ROWS, Dataset, dataset_of, features_of_customers
from training.dataset.folds import folds_of
from training.dataset.reactivation import Reactivation, reactivation_of
from training.dataset.snapshots import Window, closed_windows, matched_windows
from training.learning.cross_fitting import Hyperparameters
from training.learning.student import Student, fit_student
from training.learning.teacher import Teacher, fit_teacher

# Below these a booster of small trees learns nothing that holds, and no figure could show it.
MIN_CUSTOMERS: Final = 100
MIN_PER_CLASS: Final = 50
N_STUDIED: Final = 3  # newest snapshots that the student sees beside today's population
MAX_STUDIED_ROWS: Final = 100_000  # the teacher has no noise to average out

OnProgress = Callable[[str, int, int], None]


class TooLittleToLearn(TrainingRefused):
    """There are too few customers, of either outcome, or too few days: a fallback may still do."""


@dataclass(frozen=True, slots=True)
class LearningResult:
    """What was learned as of a cut-off.

    Attributes
    ----------
    student : the booster that serves.
    teacher : what it learned from.
    dataset : snapshots with labels.
    stretched : whether no window of the whole horizon has closed, so that `dataset` holds shorter
        ones and rhythm alone carries what they show to the horizon.
    population : float64 array of shape (n, n_features), as of the cut-off.
    returned : of whom churned at the oldest snapshot, who came back; None where too early to tell.
    """

    student: Student
    teacher: Teacher
    dataset: Dataset
    stretched: bool
    population: NDArray[np.float64]
    returned: Reactivation | None


def learn(
    known: History,
    churn: ChurnDefinition,
    *,
    cut_off: int,
    hyperparameters: Hyperparameters,
    seed: int,
    stage: str,
    on_progress: OnProgress,
) -> LearningResult:
    """Return what `known`, which must hold nothing from `cut_off` on, teaches about `churn`.

    Refuses (`TooLittleToLearn`) where there are too few customers, of either outcome, or no closed
    label window; and (`TrainingRefused`) where nobody is in the population.
    """
    windows, stretched = _windows(known, churn, cut_off)
    steps = len(windows) + hyperparameters.n_folds + 1

    def report(done: int) -> None:
        on_progress(stage, done, steps)

    dataset = dataset_of(known, churn, windows, seed=seed, on_window=report)
    refuse_too_little(dataset)
    teacher = fit_teacher(
        known,
        churn,
        None if stretched else dataset,
        folds_of(known.customer_ids, n_folds=hyperparameters.n_folds, seed=seed),
        cut_off=cut_off,
        hyperparameters=hyperparameters,
        seed=seed,
        on_fold=lambda done: report(len(windows) + done),
    )
    everybody = _population(known, churn, cut_off, seed)
    population = features_of_customers(known, everybody, as_of=cut_off)
    horizon = churn.horizon_days * MICROSECONDS_PER_DAY
    now = teacher.margins_of(known, everybody, population, Window(cut_off, cut_off + horizon))
    student = _student(known, dataset, teacher, population, now, horizon, seed)
    report(steps)
    returned = reactivation_of(known, churn, dataset, cut_off=cut_off)
    return LearningResult(student, teacher, dataset, stretched, population, returned)


def refuse_too_little(dataset: Dataset) -> None:
    """Return if there are enough customers, of both outcomes, to learn from."""
    n_customers = len(np.unique(dataset.customer))
    if n_customers < MIN_CUSTOMERS:
        raise TooLittleToLearn(
            f"{n_customers} customers are too few to learn from; need {MIN_CUSTOMERS}"
        )
    for outcome, name in ((1, "churned"), (0, "stayed")):
        n_such = len(np.unique(dataset.customer[dataset.churned == outcome]))
        if n_such < MIN_PER_CLASS:
            raise TooLittleToLearn(
                f"{n_such} customers who {name} are too few to learn from; need {MIN_PER_CLASS}"
            )


def _windows(
    known: History, churn: ChurnDefinition, cut_off: int
) -> tuple[tuple[Window, ...], bool]:
    if not known.n_events:
        raise TrainingRefused("there is no activity before the cut-off to learn from")
    first_at, days = int(known.occurred_at.min()), churn.horizon_days
    closed = closed_windows(first_at=first_at, until=cut_off, horizon_days=days)
    if closed:
        return closed, False
    matched = matched_windows(first_at=first_at, until=cut_off, horizon_days=days)
    if matched and churn.kind.value == "absence":
        return matched, True
    raise TooLittleToLearn(
        f"no label window of {days} days has closed with a past before it: give more history, a "
        "later cut-off or a shorter horizon"
    )


def _population(
    known: History, churn: ChurnDefinition, cut_off: int, seed: int
) -> NDArray[np.int64]:
    everybody = np.flatnonzero(in_population(known, churn, as_of=cut_off))
    if not len(everybody):
        raise TrainingRefused("nobody is in the population as of the cut-off")
    if len(everybody) <= MAX_ROWS:
        return everybody.astype(np.int64)
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(everybody, size=MAX_ROWS, replace=False)).astype(np.int64)


def _student(
    known: History,
    dataset: Dataset,
    teacher: Teacher,
    population: NDArray[np.float64],
    now: NDArray[np.float64],
    horizon: int,
    seed: int,
) -> Student:
    """Return the student of today's population and of the newest snapshots, a sample where many."""
    features, margins = [population], [now]
    for position in range(len(dataset.windows))[-N_STUDIED:]:
        rows = dataset.rows(dataset.window == position)
        if len(rows.churned):
            as_of = dataset.windows[position].as_of
            window = Window(as_of, as_of + horizon)
            features.append(rows.features)
            margins.append(teacher.margins_of(known, rows.customer, rows.features, window))
    newest = np.repeat([True, False], [len(now), sum(len(part) for part in margins[1:])])
    n_rows = len(newest)
    chosen = np.sort(np.random.default_rng(seed).permutation(n_rows)[:MAX_STUDIED_ROWS])
    return fit_student(
        np.vstack(features)[chosen], np.concatenate(margins)[chosen], newest[chosen], seed=seed
    )
