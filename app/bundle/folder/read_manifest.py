"""Read ``manifest.json`` strictly: a bundle that says anything odd about itself is refused."""

import re
from typing import Final

from app.bundle.answers.interval import read_uncertainty
from app.bundle.answers.usual_ranges import read_support
from app.bundle.folder.manifest import (
    FORMAT_VERSION,
    MAX_MANIFEST_BYTES,
    BundleFacts,
    Calibration,
    FeatureSet,
    FileFacts,
    GoldenRow,
    Manifest,
    manifest_bytes,
)
from app.bundle.json_fields import Fields, parse_object
from app.bundle.value.facts import read_value_facts
from app.domain.basis import Basis
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused
from app.domain.moments import parse_moment
from app.domain.tiers import AnyTierPolicy, TierPolicy, ValuePolicy

# A name, never a path: no separators, no leading dot, so no file outside the folder can be meant.
_FILE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}\.[a-z0-9]{1,10}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_OPTIONAL: Final = ("basis", "support", "uncertainty", "value")  # sections that older bundles lack
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


def read_manifest(text: bytes, *, source: str) -> Manifest:
    """Return the manifest that `text` holds; `source` names it in messages.

    Raises
    ------
    BundleRefused
        If anything is missing, unknown, malformed or out of range, if the format is of another
        version, or if the bytes are not the canonical ones that hash to the id inside.
    """
    if len(text) > MAX_MANIFEST_BYTES:
        raise BundleRefused(
            f"{source} has {len(text)} bytes, more than {MAX_MANIFEST_BYTES}: this is no manifest"
        )
    fields = parse_object(text, source=source)
    _check_format(fields)
    fields.only(*_FIELDS, *_OPTIONAL)
    try:
        manifest = _manifest(fields)
    except ValueError as error:
        raise BundleRefused(f"{source}: {error}") from error
    if manifest_bytes(manifest) != text:
        raise BundleRefused(
            f"{source} was changed after it was written (its bytes do not hash to "
            f"{fields.text('bundle_id')!r}): copy the bundle again or train a new one"
        )
    return manifest


def _check_format(fields: Fields) -> None:
    version = fields.whole("format_version")
    if version != FORMAT_VERSION:
        raise BundleRefused(
            f"{fields.where} has format version {version}, this version of Holdfast reads "
            f"{FORMAT_VERSION}: train the bundle again"
        )


def _manifest(fields: Fields) -> Manifest:
    return Manifest(
        facts=_facts(fields),
        golden_rows=tuple(_golden_row(row) for row in fields.each("golden_rows")),
        files=_files(fields.inner("files")),
        signature=_signature(fields),
    )


def _facts(fields: Fields) -> BundleFacts:
    return BundleFacts(
        churn=_churn(fields.inner("churn")),
        trained_until=parse_moment(fields.text("trained_until")),
        seed=fields.whole("seed"),
        currency=fields.optional_text("currency"),
        features=_features(fields.inner("features")),
        calibration=_calibration(fields.inner("calibration")),
        tier_policy=_tier_policy(fields.inner("tier_policy")),
        percentile_knots=fields.numbers("percentile_knots"),
        usual=fields.numbers_or_missing("usual"),
        metrics=fields.inner("metrics").data,
        libraries=fields.text_map("libraries"),
        basis=Basis(fields.text("basis")) if "basis" in fields.data else Basis.LEARNED,
        uncertainty=fields.optional("uncertainty", read_uncertainty),
        support=fields.optional("support", read_support),
        value=fields.optional("value", read_value_facts),
    )


def _churn(fields: Fields) -> ChurnDefinition:
    fields.only("kind", "event", "horizon_days")
    return ChurnDefinition(
        kind=ChurnKind(fields.text("kind")),
        event=fields.text("event"),
        horizon_days=fields.whole("horizon_days"),
    )


def _features(fields: Fields) -> FeatureSet:
    fields.only("names", "units", "fingerprint")
    return FeatureSet(fields.texts("names"), fields.texts("units"), fields.text("fingerprint"))


def _calibration(fields: Fields) -> Calibration:
    fields.only("slope", "intercept")
    return Calibration(slope=fields.number("slope"), intercept=fields.number("intercept"))


def _tier_policy(fields: Fields) -> AnyTierPolicy:
    band = fields.number("band") if "band" in fields.data else 1.0
    if "kind" in fields.data:
        return _value_policy(fields, band)
    fields.only("version", "medium_from", "high_from", "band")
    return TierPolicy(
        version=fields.text("version"),
        medium_from=fields.number("medium_from"),
        high_from=fields.number("high_from"),
        band=band,
    )


def _value_policy(fields: Fields, band: float) -> ValuePolicy:
    numbers = ("contact_cost", "save_rate", "value_otherwise", "capacity_price")
    fields.only("kind", "version", "offer_costs", "band", *numbers)
    if fields.text("kind") != ValuePolicy.kind:
        raise BundleRefused(f"{fields.where} is of the unknown kind {fields.text('kind')!r:.80}")
    return ValuePolicy(
        version=fields.text("version"),
        offer_costs=fields.numbers("offer_costs"),
        band=band,
        **{name: fields.number(name) for name in numbers},
    )


def _golden_row(fields: Fields) -> GoldenRow:
    fields.only("features", "margin", "contributions")
    return GoldenRow(
        features=fields.numbers_or_missing("features"),
        margin=fields.number("margin"),
        contributions=fields.numbers("contributions"),
    )


def _files(fields: Fields) -> dict[str, FileFacts]:
    return {_file_name(name, fields): _file_facts(fields.inner(name)) for name in fields.data}


def _file_name(name: str, fields: Fields) -> str:
    if not _FILE_NAME.fullmatch(name) or name == "manifest.json":
        raise BundleRefused(f"{fields.where} names {name!r:.80}, which is no plain file name")
    return name


def _file_facts(fields: Fields) -> FileFacts:
    fields.only("n_bytes", "sha256")
    facts = FileFacts(fields.whole("n_bytes"), fields.text("sha256"))
    if facts.n_bytes < 0 or not _SHA256.fullmatch(facts.sha256):
        raise BundleRefused(f"{fields.where} needs n_bytes >= 0 and 64 hex digits of sha256")
    return facts


def _signature(fields: Fields) -> str | None:
    signature = fields.optional_text("signature")
    if signature is not None and not _SHA256.fullmatch(signature):
        raise BundleRefused(f"{fields.where}: signature must be 64 hex digits or null")
    return signature
