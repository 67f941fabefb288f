"""Hold what a bundle said against what happened, month by month."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.checks import CalibrationBin, CalibrationCheck, MonthCheck, Verdict
from app.statistics.calibration import calibration_table, critical_calibration_error
from app.statistics.intervals import wilson_interval
from app.statistics.metrics import compute_metrics
from app.statistics.ranking import rank

LEAST_CUSTOMERS: Final = 100  # ten in each bin; with fewer even true probabilities stray by .2
LEAST_EACH: Final = 10  # churned and stayed, for an AUC
# Out of time on real logs a good bundle errs by .02 to .045 (docs/quality.md).
BAD_ERROR: Final = 0.05
FALSE_ALARMS: Final = 0.01

Matured = Mapping[tuple[str, str], tuple[NDArray[np.float64], NDArray[np.bool_]]]


def check_calibration(
    matured: Matured, *, bundle_id: str, waiting: str, left_out: Sequence[str] = ()
) -> CalibrationCheck:
    """Return all months, newest first, and the verdict on one bundle by its newest month of enough.

    Windows of neighbouring months share most of their days, so that several months together know
    hardly more than the newest.

    Parameters
    ----------
    matured : by month (``2026-05``) and bundle id the probabilities said and who churned, each of
        shape (n,) and n at least 1.
    bundle_id : whom the verdict is about.
    waiting : what to say where nothing of it has matured.
    left_out : what was not counted, and why.
    """
    months = [month_check(key[0], key[1], *matured[key]) for key in sorted(matured, reverse=True)]
    own = [month for month in months if month.bundle_id == bundle_id]
    told = next((month for month in own if month.verdict is not Verdict.TOO_FEW), None)
    if told is not None:
        verdict, text = told.verdict, _text(told)
    elif own:
        verdict, text = Verdict.TOO_FEW, _too_few(own[0])
    else:
        verdict, text = Verdict.NOT_MEASURED, waiting
    return CalibrationCheck(verdict, text, tuple(months), tuple(left_out))


def month_check(
    month: str, bundle_id: str, said: NDArray[np.float64], churned: NDArray[np.bool_]
) -> MonthCheck:
    """Return the figures of one month; `said` are probabilities, both of shape (n,), n >= 1."""
    # Bins part those to whom the same was said by the order they come in. Customers come by id, ids
    # by sign-up, and who signed up late is more likely to leave: so mix them, always in one way.
    mixed = np.random.default_rng(0).permutation(len(said))
    said, outcomes = said[mixed], churned[mixed].astype(np.float64)
    figures, n_churned = compute_metrics(outcomes, said), int(churned.sum())
    low, high = wilson_interval(n_churned, len(said))
    by_chance = critical_calibration_error(said, false_alarm_rate=FALSE_ALARMS)
    return MonthCheck(
        month=month,
        bundle_id=bundle_id,
        n=len(said),
        mean_probability=figures.mean_probability,
        observed_rate=figures.base_rate,
        observed_low=low,
        observed_high=high,
        brier=figures.brier,
        log_loss=figures.log_loss,
        auc=figures.auc if min(n_churned, len(said) - n_churned) >= LEAST_EACH else None,
        ece=figures.ece,
        ece_by_chance=by_chance,
        verdict=_verdict(len(said), figures.ece, by_chance),
        bins=tuple(_bin(*each) for each in calibration_table(rank(outcomes, said))),
    )


def _verdict(n: int, error: float, by_chance: float) -> Verdict:
    if n < LEAST_CUSTOMERS:
        return Verdict.TOO_FEW
    return Verdict.MISCALIBRATED if error > max(BAD_ERROR, by_chance) else Verdict.SOUND


def _bin(mean_probability: float, observed_rate: float, n: int) -> CalibrationBin:
    low, high = wilson_interval(round(observed_rate * n), n)
    return CalibrationBin(n, mean_probability, observed_rate, low, high)


def _text(month: MonthCheck) -> str:
    facts = (
        f"of {month.n:,} predictions of {month.month}, {month.mean_probability:.1%} churn was said "
        f"and {month.observed_rate:.1%} happened ({month.observed_low:.1%} to "
        f"{month.observed_high:.1%}); calibration error {month.ece:.3f}, by chance up to "
        f"{month.ece_by_chance:.3f}"
    )
    if month.ece <= month.ece_by_chance:
        return f"{facts}: the probabilities are as good as can be told"
    if month.verdict is Verdict.SOUND:
        return f"{facts}: more than chance, yet no more than good bundles err from season to season"
    order = "" if month.auc is None else f" (their order, AUC {month.auc:.2f}, may still serve)"
    return (
        f"{facts}: do not take the probabilities as they stand{order}. See that the log is whole, "
        "then train a bundle on the newest data and promote it"
    )


def _too_few(month: MonthCheck) -> str:
    return (
        f"too few to tell: {month.n:,} predictions of {month.month} have an outcome, and a verdict "
        f"needs {LEAST_CUSTOMERS}"
    )
