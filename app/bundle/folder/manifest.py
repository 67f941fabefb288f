"""What a bundle says about itself: ``manifest.json``, in one canonical spelling.

The same content always gives the same bytes (sorted keys, no clock, no paths), so the bundle's id
can be the hash of its manifest, and the manifest holds the hash of every other file.
"""

import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.bundle.answers.interval import Uncertainty
from app.bundle.answers.usual_ranges import Support
from app.bundle.value.facts import ValueFacts
from app.domain.basis import Basis
from app.domain.churn import ChurnDefinition
from app.domain.moments import format_moment
from app.domain.tiers import AnyTierPolicy, TierPolicy

FORMAT_VERSION: Final = 1
N_PERCENTILE_KNOTS: Final = 101  # percentiles 0 to 100
BUNDLE_ID_LENGTH: Final = 16  # hex digits; 64 bits are plenty for a shelf and short enough to say
MAX_MANIFEST_BYTES: Final = 4 * 1024 * 1024  # a real one has about 100 KB


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """The features in the order of the learner's columns, and the fingerprint of their meaning."""

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
    """One row of features and what LightGBM itself answered for it when the bundle was written.

    `features` in the order of the feature set (NaN = missing); `margin` is the raw margin and
    `contributions` LightGBM's ``pred_contrib``: one per feature, then the base; log-odds.
    """

    features: tuple[float, ...]
    margin: float
    contributions: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Size in bytes and SHA-256 (hex) of one file of the bundle."""

    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """What training knows about a bundle; `Manifest` adds golden rows, files and the signature.

    `percentile_knots` are the percentiles 0 to 100 of the churn probability in the reference
    population, `usual` the median of each feature there (NaN = undefined for all).
    `uncertainty` and `support` are None in bundles made before these were measured, `value` also
    where orders tell too little of it.
    """

    churn: ChurnDefinition
    trained_until: datetime
    seed: int
    currency: str | None
    features: FeatureSet
    calibration: Calibration
    tier_policy: AnyTierPolicy
    percentile_knots: tuple[float, ...]
    usual: tuple[float, ...]
    metrics: Mapping[str, Any]
    libraries: Mapping[str, str]
    basis: Basis = Basis.LEARNED
    uncertainty: Uncertainty | None = None
    support: Support | None = None
    value: ValueFacts | None = None

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
    """All that ``manifest.json`` says, except the id, which is its hash."""

    facts: BundleFacts
    golden_rows: tuple[GoldenRow, ...]
    files: Mapping[str, FileFacts]
    signature: str | None = None

    def __post_init__(self) -> None:
        n_features = len(self.facts.features.names)
        for i, row in enumerate(self.golden_rows):
            if (len(row.features), len(row.contributions)) != (n_features, n_features + 1):
                raise ValueError(
                    f"golden row {i} needs {n_features} features and {n_features + 1} contributions"
                )

    @property
    def bundle_id(self) -> str:
        """The first hex digits of the SHA-256 over everything else, the signature included."""
        body = _canonical(_signed_content(self) | {"signature": self.signature})
        return hashlib.sha256(body).hexdigest()[:BUNDLE_ID_LENGTH]


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the canonical bytes of ``manifest.json``."""
    content = _signed_content(manifest)
    return _canonical(content | {"signature": manifest.signature, "bundle_id": manifest.bundle_id})


def signature_of(manifest: Manifest, key: bytes) -> str:
    """Return the HMAC-SHA256 (hex) of everything but the id and the signature itself."""
    return hmac.new(key, _canonical(_signed_content(manifest)), hashlib.sha256).hexdigest()


def _signed_content(manifest: Manifest) -> dict[str, Any]:
    facts = manifest.facts
    return {
        "format_version": FORMAT_VERSION,
        "churn": {
            "kind": facts.churn.kind.value,
            "event": facts.churn.event,
            "horizon_days": facts.churn.horizon_days,
        },
        "trained_until": format_moment(facts.trained_until),
        "seed": facts.seed,
        "currency": facts.currency,
        "features": {
            "names": list(facts.features.names),
            "units": list(facts.features.units),
            "fingerprint": facts.features.fingerprint,
        },
        "calibration": {
            "slope": float(facts.calibration.slope),
            "intercept": float(facts.calibration.intercept),
        },
        "tier_policy": _tier_policy(facts.tier_policy),
        "percentile_knots": _with_nulls(facts.percentile_knots),
        "usual": _with_nulls(facts.usual),
        "metrics": dict(facts.metrics),
        "libraries": dict(facts.libraries),
        "golden_rows": [
            {
                "features": _with_nulls(row.features),
                "margin": float(row.margin),
                "contributions": _with_nulls(row.contributions),
            }
            for row in manifest.golden_rows
        ],
        "files": {
            name: {"n_bytes": facts.n_bytes, "sha256": facts.sha256}
            for name, facts in manifest.files.items()
        },
        **_optional_content(facts),
    }


def _tier_policy(policy: AnyTierPolicy) -> dict[str, Any]:
    """Return the policy; what older bundles do not know of is there only where it matters."""
    if isinstance(policy, TierPolicy):
        content: dict[str, Any] = {
            "version": policy.version,
            "medium_from": float(policy.medium_from),
            "high_from": float(policy.high_from),
        }
    else:
        content = {
            "kind": policy.kind,
            "version": policy.version,
            "contact_cost": float(policy.contact_cost),
            "offer_costs": [float(cost) for cost in policy.offer_costs],
            "save_rate": float(policy.save_rate),
            "value_otherwise": float(policy.value_otherwise),
            "capacity_price": float(policy.capacity_price),
        }
    return content if policy.band == 1 else content | {"band": float(policy.band)}


def _optional_content(facts: BundleFacts) -> dict[str, Any]:
    """Return the sections that say something; older bundles lack them."""
    content: dict[str, Any] = {}
    if facts.basis is not Basis.LEARNED:
        content["basis"] = facts.basis.value
    if facts.uncertainty is not None:
        content["uncertainty"] = facts.uncertainty.as_json()
    if facts.support is not None:
        content["support"] = facts.support.as_json()
    if facts.value is not None:
        content["value"] = facts.value.as_json()
    return content


def _with_nulls(values: Sequence[float]) -> list[float | None]:
    return [None if math.isnan(value) else float(value) for value in values]


def _canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()
