"""The learning stage: from a history to the booster that serves."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.bundles import Basis
from app.domain.churn import ChurnKind
from app.domain.errors import TrainingRefused
from app.features.population import in_population
from training.dataset.dataset import MAX_ROWS, Dataset, dataset_of, features_of_customers
from training.dataset.reactivation import Reactivation, reactivation_of
from training.dataset.snapshots import Window, closed_windows, matched_windows
from training.learning.student import Student, fit_student
from training.learning.teacher import Teacher, fit_teacher
from training.run import TrainingRun

Numbers = NDArray[np.float64]

STAGE: Final = "Learning"
# With less than this, a booster of small trees learns nothing that lasts, and no test could show
# whether it did.
MIN_CUSTOMERS: Final = 100
MIN_PER_CLASS: Final = 50
N_STUDIED: Final = 3  # newest snapshots that the student sees besides today's population
MAX_STUDIED_ROWS: Final = 100_000  # the teacher's probabilities hold no noise to average out


class TooLittleToLearn(TrainingRefused):
    """There are too few customers, or of one outcome, or too few days: a fallback may still do."""


@dataclass(frozen=True, slots=True)
class LearningResult:
    """What was learned as of a cut-off.

    Attributes
    ----------
    student : the booster that serves.
    teacher : what the student learned from.
    dataset : snapshots with labels.
    stretched : whether no label window of the whole horizon has closed. `dataset` then holds
        shorter windows, and purchase rhythm alone carries what they show over to the horizon.
    population : float64 array of shape (n, n_features), as of the cut-off.
    reactivation : how many of those who churned in the oldest snapshot came back; None where it is
        too early to know.
    """

    student: Student
    teacher: Teacher
    dataset: Dataset
    stretched: bool
    population: Numbers
    reactivation: Reactivation | None

    @property
    def basis(self) -> Basis:
        """What the probabilities rest on."""
        return Basis.RHYTHM if self.stretched else Basis.LEARNED


def learn(run: TrainingRun, *, stage: str = STAGE) -> LearningResult:
    """Return what the history of `run` teaches about churn, reporting progress as `stage`.

    Raises
    ------
    TooLittleToLearn
        If there are too few customers, too few of either outcome, or no closed label window.
    TrainingRefused
        If there is no activity at all, or nobody is in the population at the cut-off.
    """
    windows, stretched = _label_windows(run)
    n_steps = len(windows) + run.hyperparameters.n_folds + 1

    def report(done: int) -> None:
        run.on_progress(stage, done, n_steps)

    dataset = dataset_of(run.known, run.churn, windows, seed=run.seed, on_window=report)
    refuse_too_little(dataset)
    teacher = fit_teacher(
        run,
        None if stretched else dataset,
        on_fold=lambda done: report(len(windows) + done),
    )
    customers = _population(run)
    population = features_of_customers(run.known, customers, as_of=run.cut_off)
    margins = teacher.margins_of(run.known, customers, population, run.window)
    student = _student(run, dataset, teacher, population, margins)
    report(n_steps)
    reactivation = reactivation_of(run.known, run.churn, dataset, cut_off=run.cut_off)
    return LearningResult(student, teacher, dataset, stretched, population, reactivation)


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


def _label_windows(run: TrainingRun) -> tuple[tuple[Window, ...], bool]:
    """Return the windows to learn from, and whether they are shorter than the horizon."""
    if not run.known.n_events:
        raise TrainingRefused("there is no activity before the cut-off to learn from")
    days = run.churn.horizon_days
    span = {"first_at": run.first_activity_at, "until": run.cut_off, "horizon_days": days}
    closed = closed_windows(**span)
    if closed:
        return closed, False
    matched = matched_windows(**span)
    if matched and run.churn.kind is ChurnKind.ABSENCE:
        return matched, True
    raise TooLittleToLearn(
        f"no window of {days} days with enough history before it has closed yet: use a longer log, "
        "a later cut-off or a shorter horizon"
    )


def _population(run: TrainingRun) -> NDArray[np.int64]:
    """Return the positions of the population at the cut-off, or of a sample of it."""
    everybody = np.flatnonzero(in_population(run.known, run.churn, as_of=run.cut_off))
    if not len(everybody):
        raise TrainingRefused("nobody is in the population as of the cut-off")
    if len(everybody) <= MAX_ROWS:
        return everybody.astype(np.int64)
    rng = np.random.default_rng(run.seed)
    return np.sort(rng.choice(everybody, size=MAX_ROWS, replace=False)).astype(np.int64)


def _student(
    run: TrainingRun, dataset: Dataset, teacher: Teacher, population: Numbers, today: Numbers
) -> Student:
    """Return the student of today's population and the newest snapshots, sampled if too many.

    `today` are the teacher's margins of the population.
    """
    features, margins = [population], [today]
    for position in range(len(dataset.windows))[-N_STUDIED:]:
        rows = dataset.where(dataset.window == position)
        if len(rows.churned):
            as_of = dataset.windows[position].as_of
            window = Window(as_of, as_of + run.horizon)
            features.append(rows.features)
            margins.append(teacher.margins_of(run.known, rows.customer, rows.features, window))
    n_rows = sum(len(part) for part in margins)
    is_today = np.arange(n_rows) < len(today)
    chosen = np.sort(np.random.default_rng(run.seed).permutation(n_rows)[:MAX_STUDIED_ROWS])
    return fit_student(
        np.vstack(features)[chosen],
        np.concatenate(margins)[chosen],
        is_today[chosen],
        seed=run.seed,
    )
