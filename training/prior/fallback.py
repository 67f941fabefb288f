"""When there is too little to learn from: what rhythm says by numbers published elsewhere.

The probabilities are those of BG/NBD. Its four parameters start from the ones published for a CD
shop and move as far as the log's own rhythms carry them (a maximum a posteriori); where a horizon
has passed since customers were first seen, the level moves towards what came of them. One booster
is then taught this map on made-up customers, so that what serves is what always serves. Every
answer of such a bundle says ``"basis": "prior"``.

References
----------
P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", Marketing Science 24(2),
2005: r = 0.243, alpha = 4.414, a = 0.793, b = 2.426, in weeks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

from app.bundle.answers.uncertainty import Uncertainty
from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import TrainingRefused
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.catalogue import CATALOGUE
from app.features.engine import features_of
from app.features.history import History, group_and_sort
from app.features.outcomes import EVENTS, code_of_event, happened_in
from app.features.population import in_population
from training.certainty.interval import BASE_RATE_ERROR_ELSEWHERE, history_feature
from training.certainty.interval_table import tabulate
from training.certainty.rate_uncertainty import rate_quantile_spread
from training.dataset.dataset import features_of_customers
from training.learning.btyd import Rhythms, bg_nbd, silence_probability
from training.learning.platt_scaling import intercept_for_base_rate
from training.learning.rhythm_teacher import UNIT, rhythms_at
from training.learning.student import Student, fit_student

Numbers = NDArray[np.float64]

PUBLISHED: Final = np.log([0.243, 4.414, 0.793, 2.426])
# How far other businesses may lie from that shop, in logarithms: their pace (alpha) by more.
SPREAD: Final = np.array([1.0, 1.5, 1.0, 1.0])
N_MADE_UP: Final = 4_000
MAX_EVENTS: Final = 300  # of one made-up customer
LONGEST_WEEKS: Final = 104.0  # that a made-up customer has been known for, or the horizon if longer
LEVEL_COUNTS: Final = 20.0  # customers whose outcome must be seen before half the level is theirs
MIN_PROBABILITY: Final = 1e-3  # log-odds of 7: trees need not learn what lies beyond
# What of a customer the booster may look at: the events in question, nothing else that made-up
# customers do not have.
LOOKED_AT: Final[Mapping[str, tuple[str, ...]]] = {
    "order_placed": ("orders",),
    "login": ("logins", "tenure_days"),
    "feature_used": ("usage", "tenure_days"),
}


@dataclass(frozen=True, slots=True)
class Prior:
    """What serves where nothing could be learned.

    Attributes
    ----------
    parameters : r, alpha, a and b, in weeks.
    n_customers, n_repeated : who moved them: customers, and how many had the event again.
    n_seen, n_churned : customers whose whole horizon has passed, and how many of them churned.
    population : float64 array of shape (n, n_features), as of the cut-off.
    """

    student: Student
    parameters: tuple[float, ...]
    n_customers: int
    n_repeated: int
    n_seen: int
    n_churned: int
    population: Numbers
    uncertainty: Uncertainty


def prior_of(known: History, churn: ChurnDefinition, *, cut_off: int, seed: int, why: str) -> Prior:
    """Return what can be said of `churn` as of `cut_off` where learning was refused.

    Parameters
    ----------
    known : History
        What was known at the cut-off.
    why : what was missing to learn; said again where there is no fallback either.

    Refuses (`TrainingRefused`) contracts, events whose rhythm no feature tells, and a log in which
    nobody did what churn is the absence of.
    """
    _refuse(known, churn, cut_off, why)
    rhythms = rhythms_at(known, churn.event, as_of=cut_off)
    parameters = moved(rhythms)
    seen = _seen(known, churn, cut_off)
    duration = churn.horizon_days * MICROSECONDS_PER_DAY / UNIT
    shift = _level(seen, parameters, duration)
    made_up, theirs = _made_up(parameters, churn, cut_off, seed)
    positions = np.flatnonzero(in_population(known, churn, as_of=cut_off)).astype(np.int64)
    population = features_of_customers(known, positions, as_of=cut_off)
    features = np.vstack([population, made_up])
    rows = _together(rhythms, theirs)
    margins = _margins(parameters, rows, duration) + shift
    student = fit_student(
        _looked_at(features, churn.event), margins, np.ones(len(margins), dtype=np.bool_), seed=seed
    )
    below, above = rate_quantile_spread(np.log(parameters), rows, duration)
    n_seen, n_churned = len(seen.churned), int(seen.churned.sum())
    return Prior(
        student=student,
        parameters=tuple(parameters.tolist()),
        n_customers=len(rhythms.age),
        n_repeated=int((rhythms.repeats > 0).sum()),
        n_seen=n_seen,
        n_churned=n_churned,
        population=population,
        uncertainty=tabulate(
            logit(student.probabilities_of(_looked_at(features, churn.event))),
            below=below,
            above=above,
            common=_common(float(expit(margins[: len(population)]).mean()), n_seen, student.miss),
            history=history_feature(churn),
            features=features,
        ),
    )


def moved(rhythms: Rhythms) -> Numbers:
    """Return r, alpha, a and b (weeks): the published ones, moved as far as `rhythms` carry."""
    table = np.column_stack([np.minimum(rhythms.repeats, 100), rhythms.last_at, rhythms.age])
    distinct, counts = np.unique(np.round(table, 3), axis=0, return_counts=True)
    repeats, last_at, age = np.ascontiguousarray(distinct.T)

    def loss(parameters: Numbers) -> float:
        likelihood = float(counts @ bg_nbd(parameters, repeats, last_at, age))
        away = (parameters - PUBLISHED) / SPREAD
        return float(away @ away) / 2 - likelihood if np.isfinite(likelihood) else 1e12

    options = {"maxiter": 1_000, "xatol": 1e-3, "fatol": 1e-6}
    return np.exp(minimize(loss, PUBLISHED, method="Nelder-Mead", options=options).x)


def _refuse(known: History, churn: ChurnDefinition, cut_off: int, why: str) -> None:
    if churn.kind is not ChurnKind.ABSENCE:
        raise TrainingRefused(
            f"{why}; contracts have no fallback, because how often they are cancelled differs too "
            "much between businesses for a number from elsewhere"
        )
    if churn.event not in LOOKED_AT:
        raise TrainingRefused(
            f"{why}; there is a fallback for the rhythm of {', '.join(LOOKED_AT)} only"
        )
    if not in_population(known, churn, as_of=cut_off).any():
        raise TrainingRefused(
            f"nobody has {churn.event} before the cut-off, so nobody can stop; the log holds "
            f"{_held(known)}: name another churn event or a later cut-off"
        )


def _held(known: History) -> str:
    """Return which types the log holds, the most frequent first."""
    names = np.array(list(TYPE_CODES))
    counts = np.bincount(known.kind, minlength=len(names))
    order = [i for i in np.argsort(-counts, kind="stable") if counts[i] and names[i] in EVENTS]
    return ", ".join(f"{names[i]} ({counts[i]:,})" for i in order) or "no activity"


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who was there a horizon before the cut-off, with their rhythms then, and who churned."""

    rhythms: Rhythms
    churned: NDArray[np.bool_]


def _seen(known: History, churn: ChurnDefinition, cut_off: int) -> _Seen:
    opened = cut_off - churn.horizon_days * MICROSECONDS_PER_DAY
    there = in_population(known, churn, as_of=opened)
    if not there.any():
        nobody = np.empty(0)
        return _Seen(Rhythms(nobody, nobody, nobody), np.empty(0, dtype=np.bool_))
    happened = happened_in(known, churn.event, start=opened, end=cut_off)
    return _Seen(rhythms_at(known, churn.event, as_of=opened), ~happened[there])


def _level(seen: _Seen, parameters: Numbers, duration: float) -> float:
    """Return by how much (log-odds) the level moves towards what came of those seen before."""
    n = len(seen.churned)
    if n == 0:
        return 0.0
    margins = _margins(parameters, seen.rhythms, duration)
    foretold = float(expit(margins).sum())
    rate = (float(seen.churned.sum()) + LEVEL_COUNTS * foretold / n) / (n + LEVEL_COUNTS)
    return intercept_for_base_rate(margins, rate)


def _margins(parameters: Numbers, rhythms: Rhythms, duration: float) -> Numbers:
    silent = silence_probability(bg_nbd, np.log(parameters), rhythms, duration)
    return np.asarray(logit(np.clip(silent, MIN_PROBABILITY, 1 - MIN_PROBABILITY)))


def _common(mean: float, n_seen: int, follow: float) -> float:
    """Return how far all may be off: as far as elsewhere, and as outcomes have not been counted."""
    counted = max(mean * (1 - mean), 0.05) * (n_seen + 4)
    return float(np.sqrt(BASE_RATE_ERROR_ELSEWHERE**2 + 1 / counted + follow**2))


def _made_up(
    parameters: Numbers, churn: ChurnDefinition, cut_off: int, seed: int
) -> tuple[Numbers, Rhythms]:
    """Return features and rhythms of made-up customers who live by the map.

    Half of them are drawn as they would be met, half among those with more events: the booster
    needs to see both, and what it is taught about either is the same.
    """
    r, alpha, a, b = parameters
    rng = np.random.default_rng(seed)
    longest = max(LONGEST_WEEKS, 2 * churn.horizon_days / 7)
    shape = np.repeat([r, r + 2], N_MADE_UP // 2)
    rates = rng.gamma(shape, 1 / alpha)
    stops = np.clip(rng.beta(a, b, size=N_MADE_UP), 1e-6, 1.0)
    ages = rng.uniform(1 / 7, longest, size=N_MADE_UP)
    owners, moments = [], []
    for customer in range(N_MADE_UP):
        n_events = min(int(rng.geometric(stops[customer])), MAX_EVENTS)
        gaps = rng.exponential(1 / max(rates[customer], 1e-9), size=n_events)
        at = np.append(0.0, np.cumsum(gaps))
        at = at[at < ages[customer]]
        owners.append(np.full(len(at), customer))
        moments.append(cut_off - ((ages[customer] - at) * UNIT).astype(np.int64) - 1)
    occurred_at = np.concatenate(moments)
    history = group_and_sort(
        customer_ids=[str(i) for i in range(N_MADE_UP)],
        customer_codes=np.concatenate(owners),
        occurred_at=occurred_at,
        kind=np.full(len(occurred_at), code_of_event(churn.event), np.int16),
    )
    return features_of(history, as_of=cut_off), rhythms_at(history, churn.event, as_of=cut_off)


def _looked_at(features: Numbers, event: str) -> Numbers:
    """Return the features with all constant that the booster must not look at."""
    wanted = LOOKED_AT[event]
    seen = np.array([f.family in wanted or f.name in wanted for f in CATALOGUE])
    return np.where(seen, features, 0.0)


def _together(one: Rhythms, other: Rhythms) -> Rhythms:
    return Rhythms(
        np.append(one.repeats, other.repeats),
        np.append(one.last_at, other.last_at),
        np.append(one.age, other.age),
    )
