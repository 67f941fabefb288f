"""The manifest of a bundle: what it was trained on, how it answers, and which files it has."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.bundle.answers.uncertainty import Uncertainty
from app.bundle.answers.usual_ranges import UsualRanges
from app.bundle.folder.plain_files import FileDigest
from app.bundle.value.section import ValueSection
from app.domain.bundles import Basis
from app.domain.churn import ChurnDefinition
from app.domain.tier_policies import TierPolicy

N_PERCENTILE_KNOTS: Final = 101  # percentiles 0 to 100


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """Features in the order of the booster's columns, and the fingerprint of their definitions."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    fingerprint: str

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise ValueError("features need at least one name and no name twice")
        if len(self.units) != len(self.names):
            raise ValueError(f"need {len(self.names)} units, got {len(self.units)}")


@dataclass(frozen=True, slots=True)
class Calibration:
    """``margin = slope * raw margin + intercept``, both margins in log-odds."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (self.slope > 0 and math.isfinite(self.slope) and math.isfinite(self.intercept)):
            raise ValueError(
                "calibration needs a finite slope above 0 and a finite intercept, "
                f"got {self.slope}, {self.intercept}"
            )


@dataclass(frozen=True, slots=True)
class GoldenRow:
    """One row of features with LightGBM's own answer to it when the bundle was written.

    Attributes
    ----------
    features : in the order of the feature set; NaN = missing.
    margin : the raw margin, in log-odds.
    contributions : LightGBM's ``pred_contrib``, in log-odds: one per feature, then the base.
    """

    features: tuple[float, ...]
    margin: float
    contributions: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """What training states about a bundle; `Manifest` adds golden rows, files and the signature.

    Attributes
    ----------
    percentile_knots : percentiles 0 to 100 of the churn probability in the reference population.
    usual : median of each feature in that population; NaN where nobody has a value.
    uncertainty, usual_ranges : None in bundles that are older than these measurements.
    value : None also where the log had too few orders to forecast them.
    """

    churn: ChurnDefinition
    trained_until: datetime
    seed: int
    currency: str | None
    features: FeatureSet
    calibration: Calibration
    tier_policy: TierPolicy
    percentile_knots: tuple[float, ...]
    usual: tuple[float, ...]
    metrics: Mapping[str, Any]
    libraries: Mapping[str, str]
    basis: Basis = Basis.LEARNED
    uncertainty: Uncertainty | None = None
    usual_ranges: UsualRanges | None = None
    value: ValueSection | None = None

    def __post_init__(self) -> None:
        knots = self.percentile_knots
        if len(knots) != N_PERCENTILE_KNOTS:
            raise ValueError(f"need {N_PERCENTILE_KNOTS} percentile knots, got {len(knots)}")
        if any(not 0 <= knot <= 1 for knot in knots) or list(knots) != sorted(knots):
            raise ValueError("percentile knots must be ascending probabilities in [0, 1]")
        if len(self.usual) != len(self.features.names):
            raise ValueError(f"need {len(self.features.names)} usual values, got {len(self.usual)}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of ``manifest.json``, except for the bundle's id, which is its hash."""

    facts: BundleFacts
    golden_rows: tuple[GoldenRow, ...]
    files: Mapping[str, FileDigest]
    signature: str | None = None

    def __post_init__(self) -> None:
        n_features = len(self.facts.features.names)
        for i, row in enumerate(self.golden_rows):
            if (len(row.features), len(row.contributions)) != (n_features, n_features + 1):
                raise ValueError(
                    f"golden row {i} needs {n_features} features and {n_features + 1} contributions"
                )
