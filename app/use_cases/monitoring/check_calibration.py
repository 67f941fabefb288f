"""Compare a bundle's predictions with what happened, month by month."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.domain.checks import CalibrationBin, CalibrationCheck, MonthCheck, Verdict
from app.statistics.calibration import calibration_table, critical_calibration_error
from app.statistics.intervals import wilson_interval
from app.statistics.metrics import compute_metrics
from app.statistics.ranking import rank

LEAST_CUSTOMERS: Final = 100  # ten in each bin; with fewer, even true probabilities stray by .2
LEAST_EACH: Final = 10  # customers who churned, and who stayed, for an AUC
# Out of time, good bundles err by .02 to .045 on real logs (docs/quality.md).
LARGEST_GOOD_ERROR: Final = 0.05
FALSE_ALARM_RATE: Final = 0.01

# By month (``2026-05``) and bundle id: the predicted probabilities and whether each customer
# churned, both of shape (n,), n >= 1.
Outcomes: TypeAlias = Mapping[tuple[str, str], tuple[NDArray[np.float64], NDArray[np.bool_]]]


def check_calibration(
    outcomes: Outcomes, *, bundle_id: str, pending: str, excluded: Sequence[str] = ()
) -> CalibrationCheck:
    """Return the figures of all months, newest first, and a verdict on one bundle.

    The verdict rests on the newest month with enough customers. The windows of neighbouring months
    share most of their days, so several months together say hardly more than the newest one.

    Parameters
    ----------
    outcomes : predictions whose outcome is known.
    bundle_id : the bundle that the verdict is about.
    pending : what to say if no prediction of this bundle has a known outcome.
    excluded : which predictions do not count, and why.
    """
    months = [check_month(key[0], key[1], *outcomes[key]) for key in sorted(outcomes, reverse=True)]
    own = [month for month in months if month.bundle_id == bundle_id]
    decisive = next((month for month in own if month.verdict is not Verdict.TOO_FEW), None)
    if decisive is not None:
        verdict, text = decisive.verdict, _explain(decisive)
    elif own:
        verdict, text = Verdict.TOO_FEW, _explain_too_few(own[0])
    else:
        verdict, text = Verdict.NOT_MEASURED, pending
    return CalibrationCheck(verdict, text, tuple(months), tuple(excluded))


def check_month(
    month: str, bundle_id: str, predicted: NDArray[np.float64], churned: NDArray[np.bool_]
) -> MonthCheck:
    """Return the figures of one month; both arrays have the shape (n,), n >= 1."""
    predicted, outcomes = _shuffled(predicted, churned)
    figures, n_churned = compute_metrics(outcomes, predicted), int(churned.sum())
    low, high = wilson_interval(n_churned, len(predicted))
    by_chance = critical_calibration_error(predicted, false_alarm_rate=FALSE_ALARM_RATE)
    return MonthCheck(
        month=month,
        bundle_id=bundle_id,
        n=len(predicted),
        mean_probability=figures.mean_probability,
        observed_rate=figures.base_rate,
        observed_low=low,
        observed_high=high,
        brier=figures.brier,
        log_loss=figures.log_loss,
        auc=figures.auc if min(n_churned, len(predicted) - n_churned) >= LEAST_EACH else None,
        ece=figures.ece,
        ece_by_chance=by_chance,
        verdict=_verdict(len(predicted), figures.ece, by_chance),
        bins=tuple(_bin(*each) for each in calibration_table(rank(outcomes, predicted))),
    )


def _shuffled(
    predicted: NDArray[np.float64], churned: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both in the same random order, which must be the same every time.

    Bins split customers with equal probabilities by their order. Customers come by id, ids often
    go by sign-up, and whoever signed up late is more likely to leave: the bins would look wrong.
    """
    order = np.random.default_rng(0).permutation(len(predicted))
    return predicted[order], churned[order].astype(np.float64)


def _verdict(n: int, error: float, by_chance: float) -> Verdict:
    if n < LEAST_CUSTOMERS:
        return Verdict.TOO_FEW
    return Verdict.MISCALIBRATED if error > max(LARGEST_GOOD_ERROR, by_chance) else Verdict.SOUND


def _bin(mean_probability: float, observed_rate: float, n: int) -> CalibrationBin:
    low, high = wilson_interval(round(observed_rate * n), n)
    return CalibrationBin(n, mean_probability, observed_rate, low, high)


def _explain(month: MonthCheck) -> str:
    facts = (
        f"In {month.month} the bundle predicted that {month.mean_probability:.1%} of {month.n:,} "
        f"customers would churn, and {month.observed_rate:.1%} did (95% interval "
        f"{month.observed_low:.1%} to {month.observed_high:.1%}). The calibration error is "
        f"{month.ece:.3f}; chance alone explains up to {month.ece_by_chance:.3f}."
    )
    return f"{facts} {_advise(month)}"


def _advise(month: MonthCheck) -> str:
    if month.ece <= month.ece_by_chance:
        return "These outcomes give no reason to doubt the probabilities."
    if month.verdict is Verdict.SOUND:
        return "Good bundles vary by as much from season to season."
    order = "" if month.auc is None else f"; their order (AUC {month.auc:.2f}) may still be useful"
    return (
        f"Do not rely on the probabilities{order}. Check that the log is complete, then train a "
        "bundle on the newest data and promote it."
    )


def _explain_too_few(month: MonthCheck) -> str:
    return (
        f"Only {month.n:,} predictions of {month.month} have a known outcome, and a verdict needs "
        f"{LEAST_CUSTOMERS}."
    )
