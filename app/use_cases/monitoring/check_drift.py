"""Hold today's customers against those that a bundle learned from, feature by feature."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.reference import PROBABILITY, Distribution, Reference
from app.domain.checks import ColumnDrift, DriftCheck, Verdict
from app.statistics.drift import (
    MODERATE_DRIFT_FROM,
    STRONG_DRIFT_FROM,
    critical_stability_index,
    population_stability_index,
    shares_in_bins,
)

LEAST_CUSTOMERS: Final = 200  # twenty in each bin, on both sides; below, empty bins look like drift
FALSE_ALARMS: Final = 0.01  # of a whole check, over all of its columns
# Some features drift by themselves: everybody's tenure grows. A bundle is in trouble where its risk
# has moved, or where features that make up so much of its reasons have.
BAD_IMPORTANCE: Final = 0.25
N_NAMED: Final = 3

NO_REFERENCE: Final = (
    "not measured: this bundle came without reference.json, which bundles of this version have: "
    "train a new one"
)


def not_measured(text: str, *, n_reference: int = 0) -> DriftCheck:
    """Return the check that says why there is none."""
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
    """Return how far each feature and the risk have moved, and the verdict.

    Parameters
    ----------
    reference : the population that the bundle learned to speak of.
    names : the features, in the order of the columns.
    features : float64 array of shape (n, n_features), NaN = missing, of the same population today.
    probabilities : float64 array of shape (n,)
    importance : float64 array of shape (n_features,)
        Shares of today's reasons, 0 to 1.
    """
    if not len(features):
        text = "not measured: none of the customers belongs to the population of the bundle"
        return not_measured(text, n_reference=reference.n)
    known = reference.columns
    columns = [
        _column(name, values, known[name], reference.n, len(known), float(weight))
        for name, values, weight in zip(names, features.T, importance, strict=True)
        if name in known
    ]
    risk = _column(PROBABILITY, probabilities, known[PROBABILITY], reference.n, len(known), None)
    drifted = sum(c.importance or 0.0 for c in columns if c.verdict is Verdict.DRIFTED)
    moved = sum(c.importance or 0.0 for c in columns if c.verdict is Verdict.MOVED)
    verdict = _overall(risk, drifted, moved)
    ranked = sorted(columns, key=lambda c: (-c.psi * (c.importance or 0.0), -c.psi, c.name))
    n = len(features)
    text = _text(verdict, risk, drifted, ranked, n, reference.n)
    return DriftCheck(verdict, text, measured_at, n, reference.n, risk, drifted, tuple(ranked))


def _column(
    name: str,
    values: NDArray[np.float64],
    before: Distribution,
    n_reference: int,
    n_columns: int,
    importance: float | None,
) -> ColumnDrift:
    now = shares_in_bins(values, before.inner_edges)
    psi = population_stability_index(before.shares, now)
    by_chance = critical_stability_index(
        n=len(values),
        n_reference=n_reference,
        n_bins=int(np.count_nonzero((before.shares > 0) | (now > 0))),
        false_alarm_rate=FALSE_ALARMS / n_columns,
    )
    return ColumnDrift(
        name=name,
        psi=psi,
        by_chance=by_chance,
        importance=importance,
        missing_before=float(before.shares[0]),
        missing_now=float(now[0]),
        verdict=_verdict(psi, by_chance, min(len(values), n_reference)),
    )


def _verdict(psi: float, by_chance: float, n: int) -> Verdict:
    if n < LEAST_CUSTOMERS:
        return Verdict.TOO_FEW
    if psi >= max(STRONG_DRIFT_FROM, by_chance):
        return Verdict.DRIFTED
    return Verdict.MOVED if psi >= max(MODERATE_DRIFT_FROM, by_chance) else Verdict.SOUND


def _overall(risk: ColumnDrift, drifted: float, moved: float) -> Verdict:
    if risk.verdict is Verdict.TOO_FEW:
        return Verdict.TOO_FEW
    if risk.verdict is Verdict.DRIFTED or drifted >= BAD_IMPORTANCE:
        return Verdict.DRIFTED
    if risk.verdict is Verdict.MOVED or drifted + moved >= BAD_IMPORTANCE:
        return Verdict.MOVED
    return Verdict.SOUND


def _text(
    verdict: Verdict,
    risk: ColumnDrift,
    drifted: float,
    ranked: Sequence[ColumnDrift],
    n: int,
    n_reference: int,
) -> str:
    if verdict is Verdict.TOO_FEW:
        return (
            f"too few to tell: {n:,} customers today and {n_reference:,} in the reference, and a "
            f"verdict needs {LEAST_CUSTOMERS} of each"
        )
    facts = (
        f"the risk of {n:,} customers has a stability index of {risk.psi:.2f} against the "
        f"training, and features with {drifted:.0%} of today's reasons have drifted"
    )
    if verdict is Verdict.SOUND:
        return f"{facts}: these are the customers that the bundle learned from"
    most = "; ".join(_named(column) for column in ranked[:N_NAMED])
    advice = (
        "watch it"
        if verdict is Verdict.MOVED
        else "see that the feed of these is whole, then train a bundle on the newest data"
    )
    return f"{facts}; most: {most}: {advice}"


def _named(column: ColumnDrift) -> str:
    text = f"{column.name} {column.psi:.2f}"
    if abs(column.missing_now - column.missing_before) < MODERATE_DRIFT_FROM:
        return text
    return f"{text} (missing {column.missing_before:.0%}, now {column.missing_now:.0%})"
