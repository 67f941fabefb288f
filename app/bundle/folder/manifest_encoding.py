"""Write ``manifest.json`` in its one canonical form, from which the bundle's id is computed.

Equal manifests give equal bytes: keys are sorted, and nothing in them depends on the clock or on
paths. So the id of a bundle can be the hash of its manifest, which in turn holds the hash of every
other file.
"""

import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.bundle.folder.bundle_id import BUNDLE_ID_LENGTH
from app.bundle.folder.manifest import BundleFacts, Manifest
from app.domain.bundles import Basis
from app.domain.churn import ChurnDefinition
from app.domain.moments import format_moment
from app.domain.tier_policies import SharePolicy, TierPolicy

FORMAT_VERSION: Final = 1


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the canonical bytes of ``manifest.json``."""
    signed = _signed_content(manifest)
    return _canonical(
        signed | {"signature": manifest.signature, "bundle_id": compute_bundle_id(manifest)}
    )


def compute_bundle_id(manifest: Manifest) -> str:
    """Return the first hex digits of the SHA-256 of everything else, signature included."""
    content = _canonical(_signed_content(manifest) | {"signature": manifest.signature})
    return hashlib.sha256(content).hexdigest()[:BUNDLE_ID_LENGTH]


def sign_manifest(manifest: Manifest, key: bytes) -> str:
    """Return the HMAC-SHA256 (hex) of everything but the id and the signature itself."""
    return hmac.new(key, _canonical(_signed_content(manifest)), hashlib.sha256).hexdigest()


def _canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def _signed_content(manifest: Manifest) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        **_encode_facts(manifest.facts),
        **_encode_optional_sections(manifest.facts),
        "golden_rows": [
            {
                "features": _nan_to_null(row.features),
                "margin": float(row.margin),
                "contributions": _nan_to_null(row.contributions),
            }
            for row in manifest.golden_rows
        ],
        "files": {
            name: {"n_bytes": digest.n_bytes, "sha256": digest.sha256}
            for name, digest in manifest.files.items()
        },
    }


def _encode_facts(facts: BundleFacts) -> dict[str, Any]:
    return {
        "churn": _encode_churn(facts.churn),
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
        "tier_policy": _encode_tier_policy(facts.tier_policy),
        "percentile_knots": _nan_to_null(facts.percentile_knots),
        "usual": _nan_to_null(facts.usual),
        "metrics": dict(facts.metrics),
        "libraries": dict(facts.libraries),
    }


def _encode_churn(churn: ChurnDefinition) -> dict[str, Any]:
    return {"kind": churn.kind.value, "event": churn.event, "horizon_days": churn.horizon_days}


def _encode_tier_policy(policy: TierPolicy) -> dict[str, Any]:
    """Return the policy; `kind` and `band`, which older bundles lack, only where they matter."""
    if isinstance(policy, SharePolicy):
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


def _encode_optional_sections(facts: BundleFacts) -> dict[str, Any]:
    """Return the sections that are there; bundles written before a section existed lack it."""
    content: dict[str, Any] = {}
    if facts.basis is not Basis.LEARNED:
        content["basis"] = facts.basis.value
    if facts.uncertainty is not None:
        content["uncertainty"] = facts.uncertainty.as_json()
    if facts.usual_ranges is not None:
        content["support"] = facts.usual_ranges.as_json()
    if facts.value is not None:
        content["value"] = facts.value.as_json()
    return content


def _nan_to_null(values: Sequence[float]) -> list[float | None]:
    return [None if math.isnan(value) else float(value) for value in values]
