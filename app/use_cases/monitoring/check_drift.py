"""Compare today's customers with those that a bundle learned from, feature by feature."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.reference import PROBABILITY, Reference
from app.domain.checks import ColumnDrift, DriftCheck, Verdict
from app.statistics.drift import (
    MODERATE_DRIFT_FROM,
    STRONG_DRIFT_FROM,
    critical_stability_index,
    population_stability_index,
    shares_in_bins,
)

LEAST_CUSTOMERS: Final = 200  # twenty per bin on both sides; with fewer, empty bins look like drift
FALSE_ALARM_RATE: Final = 0.01  # of a whole check, over all of its columns
# Some features always drift: everybody's tenure grows. A bundle is in trouble only if its risk has
# drifted, or if features that carry this share of its reasons have.
BAD_IMPORTANCE: Final = 0.25
N_NAMED: Final = 3

NO_REFERENCE: Final = (
    "This bundle has no reference.json, which every bundle of this version has. Train a new bundle "
    "to measure drift."
)


def not_measured(text: str, *, n_reference: int = 0) -> DriftCheck:
    """Return a check that only says why nothing was measured."""
    return DriftCheck(Verdict.NOT_MEASURED, text, None, 0, n_reference, None, None, ())


def check_drift(
    reference: Reference,
    names: Sequence[str],
    features: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    importance: NDArray[np.float64],
    *,
    measured_at: datetime,
) -> DriftCheck:
    """Return how far each feature and the risk have drifted, and a verdict.

    Parameters
    ----------
    reference : the population that the bundle was trained on.
    names : the features, in the order of the columns.
    features : float64 array of shape (n, n_features), NaN = missing
        Today's customers of that population.
    probabilities : float64 array of shape (n,)
        Their predicted risk, 0 to 1.
    importance : float64 array of shape (n_features,)
        The share of today's reasons that each feature carries, 0 to 1.
    measured_at : the moment that "today" is.
    """
    if not len(features):
        text = "None of today's customers belongs to the population of the bundle."
        return not_measured(text, n_reference=reference.n)
    columns = [
        _column(reference, name, values, importance=float(share))
        for name, values, share in zip(names, features.T, importance, strict=True)
        if name in reference.columns
    ]
    risk = _column(reference, PROBABILITY, probabilities, importance=None)
    ranked = sorted(columns, key=lambda c: (-c.psi * (c.importance or 0.0), -c.psi, c.name))
    verdict, drifted = _overall_verdict(risk, columns), _importance(columns, Verdict.DRIFTED)
    if verdict is Verdict.TOO_FEW:
        text = _explain_too_few(len(features), reference.n)
    else:
        text = _explain(verdict, risk, drifted, ranked, n=len(features))
    return DriftCheck(
        verdict=verdict,
        text=text,
        measured_at=measured_at,
        n=len(features),
        n_reference=reference.n,
        risk=risk,
        drifted_importance=drifted,
        features=tuple(ranked),
    )


def _column(
    reference: Reference, name: str, values: NDArray[np.float64], *, importance: float | None
) -> ColumnDrift:
    before = reference.columns[name]
    now = shares_in_bins(values, before.inner_edges)
    psi = population_stability_index(before.shares, now)
    by_chance = critical_stability_index(
        n=len(values),
        n_reference=reference.n,
        n_bins=int(np.count_nonzero((before.shares > 0) | (now > 0))),
        false_alarm_rate=FALSE_ALARM_RATE / len(reference.columns),
    )
    return ColumnDrift(
        name=name,
        psi=psi,
        by_chance=by_chance,
        importance=importance,
        missing_before=float(before.shares[0]),
        missing_now=float(now[0]),
        verdict=_column_verdict(psi, by_chance, min(len(values), reference.n)),
    )


def _column_verdict(psi: float, by_chance: float, n: int) -> Verdict:
    if n < LEAST_CUSTOMERS:
        return Verdict.TOO_FEW
    if psi >= max(STRONG_DRIFT_FROM, by_chance):
        return Verdict.DRIFTED
    return Verdict.MOVED if psi >= max(MODERATE_DRIFT_FROM, by_chance) else Verdict.SOUND


def _overall_verdict(risk: ColumnDrift, columns: Sequence[ColumnDrift]) -> Verdict:
    if risk.verdict is Verdict.TOO_FEW:
        return Verdict.TOO_FEW
    drifted = _importance(columns, Verdict.DRIFTED)
    if risk.verdict is Verdict.DRIFTED or drifted >= BAD_IMPORTANCE:
        return Verdict.DRIFTED
    moved = _importance(columns, Verdict.MOVED)
    if risk.verdict is Verdict.MOVED or drifted + moved >= BAD_IMPORTANCE:
        return Verdict.MOVED
    return Verdict.SOUND


def _importance(columns: Sequence[ColumnDrift], verdict: Verdict) -> float:
    """Return the share of today's reasons that the features with this verdict carry."""
    return sum(column.importance or 0.0 for column in columns if column.verdict is verdict)


def _explain(
    verdict: Verdict,
    risk: ColumnDrift,
    drifted: float,
    ranked: Sequence[ColumnDrift],
    *,
    n: int,
) -> str:
    facts = (
        f"Compared with the training, the predicted risk of {n:,} customers has a population "
        f"stability index (PSI) of {risk.psi:.2f}, and features that carry {drifted:.0%} of "
        "today's reasons have drifted."
    )
    if verdict is Verdict.SOUND:
        return f"{facts} Today's customers are like those that the bundle learned from."
    advice = (
        "Keep an eye on it."
        if verdict is Verdict.MOVED
        else "Check that the data behind these features is complete, then train a bundle on the "
        "newest data and promote it."
    )
    largest = "; ".join(_name_with_figures(column) for column in ranked[:N_NAMED])
    return f"{facts} The largest changes: {largest}. {advice}"


def _explain_too_few(n: int, n_reference: int) -> str:
    return (
        f"There are {n:,} customers today and {n_reference:,} in the reference, and a verdict "
        f"needs {LEAST_CUSTOMERS} of each."
    )


def _name_with_figures(column: ColumnDrift) -> str:
    text = f"{column.name} {column.psi:.2f}"
    if abs(column.missing_now - column.missing_before) < MODERATE_DRIFT_FROM:
        return text
    return f"{text} (missing {column.missing_before:.0%}, now {column.missing_now:.0%})"
