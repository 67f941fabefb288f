"""What was found when a bundle in service was held against what it said, and whom it meets."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What a check says; everything but the two bad ones is no reason to warn."""

    NOT_MEASURED = "not_measured"
    TOO_FEW = "too_few_to_tell"
    SOUND = "sound"
    MOVED = "moved"  # drift that is worth watching
    DRIFTED = "drifted"
    MISCALIBRATED = "miscalibrated"


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Customers to whom about the same was said; probabilities and rates 0 to 1."""

    n: int
    mean_probability: float
    observed_rate: float
    observed_low: float
    observed_high: float


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """What one bundle said in one month (UTC), against what happened within the horizon since.

    Of each customer the first prediction of the month counts. Rates are 0 to 1, with 95 %
    intervals; `auc` is None where either outcome is too rare. `ece` is the calibration error over
    ten bins, `ece_by_chance` what probabilities that are true exceed once in a hundred months.
    """

    month: str
    bundle_id: str
    n: int
    mean_probability: float
    observed_rate: float
    observed_low: float
    observed_high: float
    brier: float
    log_loss: float
    auc: float | None
    ece: float
    ece_by_chance: float
    verdict: Verdict
    bins: tuple[CalibrationBin, ...]


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """All months whose horizon has closed, newest first; the verdict is about one bundle.

    `text` says why, and what to do; `left_out` what was not counted and why.
    """

    verdict: Verdict
    text: str
    months: tuple[MonthCheck, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """How far one feature, or the risk, has moved from the reference of the bundle.

    `psi` is the population stability index, `by_chance` what it stays below without any drift (one
    column of all in a hundred checks lies above). `importance` is the share, 0 to 1, that the
    feature has in today's reasons; None for the risk itself. Missing values are shares, 0 to 1.
    """

    name: str
    psi: float
    by_chance: float
    importance: float | None
    missing_before: float
    missing_now: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class DriftCheck:
    """A sample of today's population against the reference; features by importance times PSI.

    `measured_at` is the moment of "today": that of the check, or the end of the log where that is
    earlier, because days of which nothing is known would look like silence. `drifted_importance`
    is the share of today's reasons, 0 to 1, that rests on drifted features.
    """

    verdict: Verdict
    text: str
    measured_at: datetime | None
    n: int
    n_reference: int
    risk: ColumnDrift | None
    drifted_importance: float | None
    features: tuple[ColumnDrift, ...]


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """One check of one bundle, with what was known at `as_of`.

    `tiers` counts customers by tier as they were last scored; "none" is those without a score.
    """

    bundle_id: str
    as_of: datetime
    checked_at: datetime
    calibration: CalibrationCheck
    drift: DriftCheck
    tiers: dict[str, int]
