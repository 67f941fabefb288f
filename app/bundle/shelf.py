"""The shelf of bundles: which there are, which one serves, and promoting another."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.bundle.folder.current_features import current_features
from app.bundle.folder.manifest import BUNDLE_ID_LENGTH, FeatureSet
from app.bundle.folder.promoted import promoted_id, put_into_service
from app.bundle.folder.reading import check_bundle_id, read_manifest_of
from app.bundle.folder.verifying import CHECK_TIMEOUT_SECONDS, check_in_child
from app.bundle.opened import open_bundle
from app.domain.errors import BundleRefused


@dataclass(frozen=True, slots=True)
class BundleListing:
    """One line of the shelf. `problem` says why a bundle cannot be read, else it is None."""

    bundle_id: str
    promoted: bool
    trained_until: datetime | None
    churn_definition: str | None
    horizon_days: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found sound about a bundle."""

    bundle_id: str
    n_files: int
    n_golden_rows: int
    signed: bool


def list_bundles(models: Path) -> list[BundleListing]:
    """Return every bundle on the shelf, the newest data first; manifests are read, no more."""
    promoted = promoted_id(models)
    folders = [entry for entry in models.glob("*") if _looks_like_bundle(entry)]
    listings = [_listing(folder, promoted=folder.name == promoted) for folder in folders]
    return sorted(listings, key=_newest_first)


def promote(
    models: Path,
    bundle_id: str,
    *,
    key: bytes | None = None,
    expected: FeatureSet | None = None,
    timeout_seconds: float = CHECK_TIMEOUT_SECONDS,
) -> Verification:
    """Put a bundle into service once it is verified; on failure the one in service stays.

    `BundleRefused` if there is no such bundle or it does not pass.
    """
    folder = models / check_bundle_id(bundle_id)
    verification = verify(folder, key=key, expected=expected, timeout_seconds=timeout_seconds)
    put_into_service(models, bundle_id)
    return verification


def verify(
    folder: Path,
    *,
    key: bytes | None = None,
    expected: FeatureSet | None = None,
    timeout_seconds: float = CHECK_TIMEOUT_SECONDS,
) -> Verification:
    """Return what is sound about the bundle in `folder`: bytes, features, answers.

    LightGBM answers the golden rows in a process of its own; then the bundle is opened here as
    the service does. The first thing that is not sound raises `BundleRefused`, naming the file
    and what to do.
    """
    wanted = current_features() if expected is None else expected
    manifest = open_bundle(folder, key=key, expected=wanted).manifest
    check_in_child(folder, timeout_seconds=timeout_seconds)
    return Verification(
        bundle_id=manifest.bundle_id,
        n_files=len(manifest.files),
        n_golden_rows=len(manifest.golden_rows),
        signed=manifest.signature is not None,
    )


def _looks_like_bundle(entry: Path) -> bool:
    return entry.is_dir() and len(entry.name) == BUNDLE_ID_LENGTH and not entry.is_symlink()


def _listing(folder: Path, *, promoted: bool) -> BundleListing:
    try:
        facts = read_manifest_of(folder).facts
    except BundleRefused as refusal:
        return BundleListing(folder.name, promoted, None, None, None, str(refusal))
    return BundleListing(
        bundle_id=folder.name,
        promoted=promoted,
        trained_until=facts.trained_until,
        churn_definition=facts.churn.sentence,
        horizon_days=facts.churn.horizon_days,
        problem=None,
    )


def _newest_first(listing: BundleListing) -> tuple[float, str]:
    trained = listing.trained_until
    return (-trained.timestamp() if trained else 0.0, listing.bundle_id)
