"""The learning stage where there is too little to learn from: purchase rhythm alone.

The probabilities are those of BG/NBD. Its four parameters start from those published for a CD shop,
and the log's own rhythms adjust them. Where a horizon has passed since customers were
first there, the base rate moves towards what came of them. One booster then learns this from
made-up customers, so that the same kind of bundle serves as always. Every answer of such a bundle
says ``"basis": "prior"``.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from app.bundle.answers.uncertainty import Uncertainty
from app.domain.activity import TYPE_CODES
from app.domain.bundles import Basis
from app.domain.churn import ChurnKind
from app.domain.errors import TrainingRefused
from app.features.history import History
from app.features.outcomes import EVENTS, happened_in
from app.features.population import in_population
from training.certainty.interval import BASE_RATE_ERROR_ELSEWHERE, history_feature
from training.certainty.interval_table import tabulate
from training.certainty.rate_uncertainty import rate_quantile_spread
from training.dataset.dataset import features_of_customers
from training.learning.btyd import Rhythms
from training.learning.platt_scaling import intercept_for_base_rate
from training.learning.rhythm_features import UNIT, rhythms_at
from training.learning.student import Student, fit_student
from training.prior.made_up_customers import VISIBLE_FEATURES, make_up_customers, only_visible
from training.prior.published_parameters import posterior_parameters, silence_margins
from training.run import TrainingRun

Numbers = NDArray[np.float64]

# How many outcomes must have been observed before the log's own base rate counts one half.
BASE_RATE_WEIGHT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Fallback:
    """What serves where nothing could be learned.

    Attributes
    ----------
    reason : what was missing to learn from.
    population : float64 array of shape (n, n_features), as of the cut-off.
    parameters : r, alpha, a and b of BG/NBD, in weeks.
    n_customers, n_repeated : customers who adjusted the parameters; how many had the event again.
    n_observed, n_churned : customers whose whole horizon has passed, and how many of them churned.
    """

    reason: str
    student: Student
    population: Numbers
    uncertainty: Uncertainty
    parameters: tuple[float, ...]
    n_customers: int
    n_repeated: int
    n_observed: int
    n_churned: int

    @property
    def basis(self) -> Basis:
        """What the probabilities rest on."""
        return Basis.PRIOR


def fall_back(run: TrainingRun, *, reason: str) -> Fallback:
    """Return what can be said of churn as of the cut-off, where learning was refused for `reason`.

    Raises
    ------
    TrainingRefused
        If churn is the end of a contract, if no feature describes the rhythm of the event, or if
        nobody did what churn is the absence of.
    """
    _refuse_without_rhythm(run, reason)
    rhythms = rhythms_at(run.known, run.churn.event, as_of=run.cut_off)
    parameters = posterior_parameters(rhythms)
    observed = _observed_outcomes(run)
    population = _population(run)
    lesson = _lesson(run, parameters, rhythms, population, observed)
    student = _student(run, lesson)
    mean = float(expit(lesson.margins[: len(population)]).mean())
    common = _shared_spread(mean, len(observed.churned), student.rmse)
    return Fallback(
        reason=reason,
        student=student,
        population=population,
        uncertainty=_uncertainty(run, parameters, lesson, student, common),
        parameters=tuple(parameters.tolist()),
        n_customers=len(rhythms.age),
        n_repeated=int((rhythms.repeats > 0).sum()),
        n_observed=len(observed.churned),
        n_churned=int(observed.churned.sum()),
    )


def _refuse_without_rhythm(run: TrainingRun, reason: str) -> None:
    if run.churn.kind is not ChurnKind.ABSENCE:
        raise TrainingRefused(
            f"{reason}; contracts have no fallback, because how often they are cancelled differs "
            "too much between businesses for a number from elsewhere"
        )
    if run.churn.event not in VISIBLE_FEATURES:
        raise TrainingRefused(
            f"{reason}; there is a fallback for the rhythm of {', '.join(VISIBLE_FEATURES)} only"
        )
    if not in_population(run.known, run.churn, as_of=run.cut_off).any():
        raise TrainingRefused(
            f"nobody has {run.churn.event} before the cut-off, so nobody can stop; the log holds "
            f"{_types_in(run.known)}: name another churn event or a later cut-off"
        )


def _types_in(known: History) -> str:
    """Return which types the log holds, the most frequent first."""
    names = np.array(list(TYPE_CODES))
    counts = np.bincount(known.kind, minlength=len(names))
    order = [i for i in np.argsort(-counts, kind="stable") if counts[i] and names[i] in EVENTS]
    return ", ".join(f"{names[i]} ({counts[i]:,})" for i in order) or "no activity"


def _population(run: TrainingRun) -> Numbers:
    inside = np.flatnonzero(in_population(run.known, run.churn, as_of=run.cut_off))
    return features_of_customers(run.known, inside.astype(np.int64), as_of=run.cut_off)


@dataclass(frozen=True, slots=True)
class _Observed:
    """Who was there a horizon before the cut-off, with their rhythms then, and who churned."""

    rhythms: Rhythms
    churned: NDArray[np.bool_]


def _observed_outcomes(run: TrainingRun) -> _Observed:
    opened_at = run.cut_off - run.horizon
    inside = in_population(run.known, run.churn, as_of=opened_at)
    if not inside.any():
        nothing = np.empty(0)
        return _Observed(Rhythms(nothing, nothing, nothing), np.empty(0, dtype=np.bool_))
    happened = happened_in(run.known, run.churn.event, start=opened_at, end=run.cut_off)
    rhythms = rhythms_at(run.known, run.churn.event, as_of=opened_at)
    return _Observed(rhythms, ~happened[inside])


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What the booster learns from: the population first, then the made-up customers."""

    features: Numbers
    rhythms: Rhythms
    margins: Numbers


def _lesson(
    run: TrainingRun,
    parameters: Numbers,
    rhythms: Rhythms,
    population: Numbers,
    observed: _Observed,
) -> _Lesson:
    made_up, made_up_rhythms = make_up_customers(run, parameters)
    everybody = Rhythms(
        np.append(rhythms.repeats, made_up_rhythms.repeats),
        np.append(rhythms.last_at, made_up_rhythms.last_at),
        np.append(rhythms.age, made_up_rhythms.age),
    )
    duration = run.horizon / UNIT
    margins = silence_margins(parameters, everybody, duration)
    shift = _base_rate_shift(observed, parameters, duration)
    return _Lesson(np.vstack([population, made_up]), everybody, margins + shift)


def _base_rate_shift(observed: _Observed, parameters: Numbers, duration: float) -> float:
    """Return by how much (log-odds) margins move towards what came of the observed customers."""
    n = len(observed.churned)
    if n == 0:
        return 0.0
    margins = silence_margins(parameters, observed.rhythms, duration)
    n_expected = float(expit(margins).sum())
    n_churned = float(observed.churned.sum())
    rate = (n_churned + BASE_RATE_WEIGHT * n_expected / n) / (n + BASE_RATE_WEIGHT)
    return intercept_for_base_rate(margins, rate)


def _student(run: TrainingRun, lesson: _Lesson) -> Student:
    features = only_visible(lesson.features, run.churn.event)
    everybody = np.ones(len(features), dtype=np.bool_)
    return fit_student(features, lesson.margins, everybody, seed=run.seed)


def _uncertainty(
    run: TrainingRun, parameters: Numbers, lesson: _Lesson, student: Student, common: float
) -> Uncertainty:
    probabilities = student.probabilities_of(only_visible(lesson.features, run.churn.event))
    below, above = rate_quantile_spread(np.log(parameters), lesson.rhythms, run.horizon / UNIT)
    return tabulate(
        logit(probabilities),
        below=below,
        above=above,
        common=common,
        history=history_feature(run.churn),
        features=lesson.features,
    )


def _shared_spread(mean: float, n_observed: int, student_rmse: float) -> float:
    """Return how far all may be off: as far as elsewhere, and by the outcomes not yet observed."""
    information = max(mean * (1 - mean), 0.05) * (n_observed + 4)
    return float(np.sqrt(BASE_RATE_ERROR_ELSEWHERE**2 + 1 / information + student_rmse**2))
