"""The numbers of many customers as columns: what every assessment starts from."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.reasons import Reasons, choose_reasons
from app.bundle.answers.tier_columns import NO_TIER, assign_tiers
from app.bundle.risk_bundle import RiskBundle
from app.bundle.value.estimator import ExpectedValueColumns
from app.domain.moments import to_micros
from app.domain.tiers import TIERS
from app.features.engine import features_of
from app.features.history import History
from app.features.population import population_and_last

TIER_NAMES: Final = tuple(tier.value for tier in TIERS)  # by their codes
LEAST_CONTRIBUTION: Final = 0.001  # log-odds; it moves no probability by more than 0.03 points


class CustomerNumbers(NamedTuple):
    """The numbers of one customer as Python's own; see `ScoreColumns` for what each one means."""

    customer_id: str
    sufficient: bool
    margin: float
    probability: float
    percentile: int
    value: float
    tier_before: int
    medium_from: float
    high_from: float
    score: int
    tier: int
    low: float
    high: float
    unusual: bool | None
    last_activity_at: int


# What `CustomerNumbers._make` does, without a Python function to call for each customer.
_customer_of: Final = partial(tuple.__new__, CustomerNumbers)


class ScoreColumns(NamedTuple):
    """Features and risks of many customers as of one moment; every column has shape (n,).

    Attributes
    ----------
    customer_ids
        Of length n, as the history names them.
    features
        float64, shape (n, n_features), as `features_of` returns them.
    sufficient
        Whether the customer is in the population that the bundle was trained on. Where False, the
        columns below hold numbers without a meaning.
    margins
        float64, calibrated log-odds.
    probabilities
        float64, 0 to 1.
    percentiles
        int64, 0 to 100.
    expected
        What each is expected to bring; None where the bundle foresees no value.
    values
        float64, revenue of 12 months if kept, by which a policy by value judges, NaN = not known.
    before
        int64, the code of the tier in which each stood before, `NO_TIER` = not known.
    medium_from, high_from
        float64, each customer's own edges of the tiers, NaN = never.
    scores, tiers
        int64, 0 to 100, and positions in `app.bundle.answers.tier_columns.TIERS`.
    low, high
        float64, the ends of the interval around each probability, NaN = not known.
    interval_level
        The share of intervals that are meant to contain the true probability; None = not known.
    unusual
        Whether a feature is unlike anything in the population; None where that is not known.
    last_activity_at
        int64, microseconds (UTC), `NO_MOMENT` = never.
    """

    customer_ids: Sequence[str]
    features: NDArray[np.float64]
    sufficient: NDArray[np.bool_]
    margins: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    percentiles: NDArray[np.int64]
    expected: ExpectedValueColumns | None
    values: NDArray[np.float64]
    before: NDArray[np.int64]
    medium_from: NDArray[np.float64]
    high_from: NDArray[np.float64]
    scores: NDArray[np.int64]
    tiers: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    interval_level: float | None
    unusual: NDArray[np.bool_] | None
    last_activity_at: NDArray[np.int64]

    def customers(self) -> Iterator[CustomerNumbers]:
        """Yield each customer's own numbers; all columns but features and expected value."""
        columns = (  # in the order of the fields of `CustomerNumbers`
            self.sufficient,
            self.margins,
            self.probabilities,
            self.percentiles,
            self.values,
            self.before,
            self.medium_from,
            self.high_from,
            self.scores,
            self.tiers,
            self.low,
            self.high,
            _unknown(len(self.scores)) if self.unusual is None else self.unusual,
            self.last_activity_at,
        )
        each = zip(self.customer_ids, *[column.tolist() for column in columns], strict=True)
        return map(_customer_of, each)


def score_columns(
    history: History,
    bundle: RiskBundle,
    *,
    as_of: datetime,
    before: NDArray[np.int64] | None = None,
) -> ScoreColumns:
    """Return the features and risks of every customer of `history`, in its order.

    `before` are the codes of the tiers in which customers stood; none is known without it.
    """
    features = features_of(history, as_of=to_micros(as_of))
    return _columns(history, bundle, features, bundle.margins(features), as_of=as_of, before=before)


def explained_columns(
    history: History,
    bundle: RiskBundle,
    *,
    as_of: datetime,
    n_reasons: int,
    before: NDArray[np.int64] | None = None,
) -> tuple[ScoreColumns, Reasons]:
    """Return the same columns, and the `n_reasons` largest contributions to each risk.

    `before` are the codes of the tiers in which customers stood; none is known without it.
    """
    features = features_of(history, as_of=to_micros(as_of))
    contributions, margins = bundle.explanation(features)
    columns = _columns(history, bundle, features, margins, as_of=as_of, before=before)
    reasons = choose_reasons(
        contributions, margins, max_reasons=n_reasons, least=LEAST_CONTRIBUTION
    )
    return columns, reasons


def texts_of(customer_ids: Sequence[str] | NDArray[np.str_] | NDArray[np.object_]) -> Sequence[str]:
    """Return ids as Python's own texts, which is what JSON takes."""
    texts: Sequence[str] = np.asarray(customer_ids, object).tolist()
    return texts


def none_if_nan(value: float) -> float | None:
    """Return the number, or None where it is NaN: columns say NaN, answers say None."""
    return value if value == value else None  # noqa: PLR0124 - true for all but NaN


def _columns(
    history: History,
    bundle: RiskBundle,
    features: NDArray[np.float64],
    margins: NDArray[np.float64],
    *,
    as_of: datetime,
    before: NDArray[np.int64] | None = None,
) -> ScoreColumns:
    sufficient, last = population_and_last(history, bundle.churn, as_of=to_micros(as_of))
    probabilities, percentiles = bundle.probabilities_and_percentiles(margins)
    value = bundle.value
    expected = None if value is None else value.estimate(features, probabilities)
    values = _filled(len(margins), np.nan) if expected is None else expected.revenue_12m_if_kept
    stood = before
    if stood is None:
        stood = np.empty(len(margins), np.int64)
        stood.fill(NO_TIER)
    own = assign_tiers(bundle.tier_policy, probabilities, values, stood)
    low, high = _ends(bundle, probabilities, margins, features)
    return ScoreColumns(
        customer_ids=texts_of(history.customer_ids),
        features=features,
        sufficient=sufficient,
        margins=margins,
        probabilities=probabilities,
        percentiles=percentiles,
        expected=expected,
        values=values,
        before=stood,
        medium_from=own.medium_from,
        high_from=own.high_from,
        scores=own.scores,
        tiers=own.tiers,
        low=low,
        high=high,
        interval_level=None if bundle.intervals is None else bundle.intervals.coverage,
        unusual=_unusual(bundle, features),
        last_activity_at=last,
    )


def _ends(
    bundle: RiskBundle,
    probabilities: NDArray[np.float64],
    margins: NDArray[np.float64],
    features: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if bundle.intervals is not None:
        return bundle.intervals.around(probabilities, margins, features)
    unknown = _filled(len(margins), np.nan)
    return unknown, unknown


def _unusual(bundle: RiskBundle, features: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    unusual = bundle.unusual_features
    return None if unusual is None else unusual.any_in(features)


def _unknown(n: int) -> NDArray[np.object_]:
    return np.full(n, None)


def _filled(n: int, value: float) -> NDArray[np.float64]:
    """Return what `np.full` does, which takes six times as long for one."""
    column = np.empty(n)
    column.fill(value)
    return column
