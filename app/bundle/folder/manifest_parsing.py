"""Parse ``manifest.json`` strictly: a manifest with anything unexpected in it is refused."""

import re
from typing import Final

from app.bundle.answers.uncertainty import read_uncertainty
from app.bundle.answers.usual_ranges import read_usual_ranges
from app.bundle.folder.manifest import (
    BundleFacts,
    Calibration,
    FeatureSet,
    GoldenRow,
    Manifest,
)
from app.bundle.folder.manifest_encoding import FORMAT_VERSION, encode_manifest
from app.bundle.folder.plain_files import FileDigest
from app.bundle.json_object import JsonObject, parse_json_object
from app.bundle.value.section import read_value_section
from app.domain.bundles import Basis
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused
from app.domain.moments import parse_moment
from app.domain.tier_policies import SharePolicy, TierPolicy, ValuePolicy

MAX_MANIFEST_BYTES: Final = 4 * 1024 * 1024  # real ones have about 100 KB

# A name, never a path: without separators and leading dots it cannot lead out of the folder.
_FILE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}\.[a-z0-9]{1,10}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_OPTIONAL_FIELDS: Final = ("basis", "support", "uncertainty", "value")  # older bundles lack them
_FIELDS: Final = (
    "bundle_id",
    "calibration",
    "churn",
    "currency",
    "features",
    "files",
    "format_version",
    "golden_rows",
    "libraries",
    "metrics",
    "percentile_knots",
    "seed",
    "signature",
    "tier_policy",
    "trained_until",
    "usual",
)


def parse_manifest(text: bytes, *, source: str) -> Manifest:
    """Return the manifest in `text`; `source` names it in messages.

    Raises
    ------
    BundleRefused
        If a field is missing, unknown, malformed or out of range, if the format is of another
        version, or if the bytes are not the canonical ones that hash to the bundle id inside.
    """
    if len(text) > MAX_MANIFEST_BYTES:
        raise BundleRefused(
            f"{source} has {len(text)} bytes, more than {MAX_MANIFEST_BYTES}: it is not a manifest"
        )
    fields = parse_json_object(text, source=source)
    _validate_format_version(fields)
    fields.allow_only(*_FIELDS, *_OPTIONAL_FIELDS)
    try:
        manifest = _manifest(fields)
    except ValueError as error:
        raise BundleRefused(f"{source}: {error}") from error
    if encode_manifest(manifest) != text:
        raise BundleRefused(
            f"{source} was changed after it was written (its bytes do not hash to "
            f"{fields.string('bundle_id')!r}): copy the bundle again or train a new one"
        )
    return manifest


def _validate_format_version(fields: JsonObject) -> None:
    version = fields.integer("format_version")
    if version != FORMAT_VERSION:
        raise BundleRefused(
            f"{fields.where} has format version {version}, but this version of Holdfast reads "
            f"version {FORMAT_VERSION}: train a new bundle"
        )


def _manifest(fields: JsonObject) -> Manifest:
    return Manifest(
        facts=_facts(fields),
        golden_rows=tuple(_golden_row(row) for row in fields.each_nested("golden_rows")),
        files=_files(fields.nested("files")),
        signature=_signature(fields),
    )


def _facts(fields: JsonObject) -> BundleFacts:
    return BundleFacts(
        churn=_churn(fields.nested("churn")),
        trained_until=parse_moment(fields.string("trained_until")),
        seed=fields.integer("seed"),
        currency=fields.string_or_none("currency"),
        features=_features(fields.nested("features")),
        calibration=_calibration(fields.nested("calibration")),
        tier_policy=_tier_policy(fields.nested("tier_policy")),
        percentile_knots=fields.numbers("percentile_knots"),
        usual=fields.numbers_or_nan("usual"),
        metrics=fields.nested("metrics").data,
        libraries=fields.string_map("libraries"),
        basis=Basis(fields.string("basis")) if "basis" in fields.data else Basis.LEARNED,
        uncertainty=fields.optional_nested("uncertainty", read_uncertainty),
        usual_ranges=fields.optional_nested("support", read_usual_ranges),
        value=fields.optional_nested("value", read_value_section),
    )


def _churn(fields: JsonObject) -> ChurnDefinition:
    fields.allow_only("kind", "event", "horizon_days")
    return ChurnDefinition(
        kind=ChurnKind(fields.string("kind")),
        event=fields.string("event"),
        horizon_days=fields.integer("horizon_days"),
    )


def _features(fields: JsonObject) -> FeatureSet:
    fields.allow_only("names", "units", "fingerprint")
    return FeatureSet(
        fields.strings("names"), fields.strings("units"), fields.string("fingerprint")
    )


def _calibration(fields: JsonObject) -> Calibration:
    fields.allow_only("slope", "intercept")
    return Calibration(slope=fields.number("slope"), intercept=fields.number("intercept"))


def _tier_policy(fields: JsonObject) -> TierPolicy:
    band = fields.number("band") if "band" in fields.data else 1.0
    if "kind" in fields.data:
        return _value_policy(fields, band)
    fields.allow_only("version", "medium_from", "high_from", "band")
    return SharePolicy(
        version=fields.string("version"),
        medium_from=fields.number("medium_from"),
        high_from=fields.number("high_from"),
        band=band,
    )


def _value_policy(fields: JsonObject, band: float) -> ValuePolicy:
    numbers = ("contact_cost", "save_rate", "value_otherwise", "capacity_price")
    fields.allow_only("kind", "version", "offer_costs", "band", *numbers)
    if fields.string("kind") != ValuePolicy.kind:
        raise BundleRefused(f"{fields.where} has an unknown kind {fields.string('kind')!r:.80}")
    return ValuePolicy(
        version=fields.string("version"),
        offer_costs=fields.numbers("offer_costs"),
        band=band,
        **{name: fields.number(name) for name in numbers},
    )


def _golden_row(fields: JsonObject) -> GoldenRow:
    fields.allow_only("features", "margin", "contributions")
    return GoldenRow(
        features=fields.numbers_or_nan("features"),
        margin=fields.number("margin"),
        contributions=fields.numbers("contributions"),
    )


def _files(fields: JsonObject) -> dict[str, FileDigest]:
    for name in fields.data:
        if not _FILE_NAME.fullmatch(name) or name == "manifest.json":
            raise BundleRefused(
                f"{fields.where} lists {name!r:.80}, which is not a plain file name"
            )
    return {name: _file_digest(fields.nested(name)) for name in fields.data}


def _file_digest(fields: JsonObject) -> FileDigest:
    fields.allow_only("n_bytes", "sha256")
    digest = FileDigest(fields.integer("n_bytes"), fields.string("sha256"))
    if digest.n_bytes < 0 or not _SHA256.fullmatch(digest.sha256):
        raise BundleRefused(
            f"{fields.where} needs n_bytes of at least 0 and a sha256 of 64 hex digits"
        )
    return digest


def _signature(fields: JsonObject) -> str | None:
    signature = fields.string_or_none("signature")
    if signature is not None and not _SHA256.fullmatch(signature):
        raise BundleRefused(f"{fields.where}: signature must be 64 hex digits or null")
    return signature
