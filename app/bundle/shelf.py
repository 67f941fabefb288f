"""The shelf of bundles: list what is on it, verify a bundle, and promote one into service."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.bundle.folder.bundle_id import BUNDLE_ID_LENGTH, validate_bundle_id
from app.bundle.folder.current_features import current_features
from app.bundle.folder.manifest import FeatureSet
from app.bundle.folder.reading import read_manifest
from app.bundle.folder.verifying import VERIFICATION_TIMEOUT_SECONDS, verify_in_child_process
from app.bundle.opening import open_bundle
from app.bundle.promoted import promoted_id, put_into_service
from app.domain.errors import BundleRefused


@dataclass(frozen=True, slots=True)
class BundleListing:
    """A bundle as it is listed. `problem` says why it cannot be read; None if it can."""

    bundle_id: str
    promoted: bool
    trained_until: datetime | None
    churn_definition: str | None
    horizon_days: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified about a bundle that passed."""

    bundle_id: str
    n_files: int
    n_golden_rows: int
    signed: bool


def list_bundles(models: Path) -> list[BundleListing]:
    """Return every bundle on the shelf, newest data first; only their manifests are read."""
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
    timeout_seconds: float = VERIFICATION_TIMEOUT_SECONDS,
) -> Verification:
    """Put a bundle into service after verifying it; if that fails, the current one stays.

    Raises
    ------
    BundleRefused
        If there is no such bundle, or it does not pass; see `verify`.
    """
    folder = models / validate_bundle_id(bundle_id)
    verification = verify(folder, key=key, expected=expected, timeout_seconds=timeout_seconds)
    put_into_service(models, bundle_id)
    return verification


def verify(
    folder: Path,
    *,
    key: bytes | None = None,
    expected: FeatureSet | None = None,
    timeout_seconds: float = VERIFICATION_TIMEOUT_SECONDS,
) -> Verification:
    """Return what was verified about the bundle in `folder`: its files, features and answers.

    The bundle is opened as the service would open it. In addition LightGBM itself answers the
    golden rows, in a child process.

    Raises
    ------
    BundleRefused
        On the first thing that is wrong; the message names the file and says what to do.
    """
    wanted = current_features() if expected is None else expected
    bundle = open_bundle(folder, key=key, expected=wanted)
    verify_in_child_process(folder, timeout_seconds=timeout_seconds)
    return Verification(
        bundle_id=bundle.id,
        n_files=len(bundle.manifest.files),
        n_golden_rows=len(bundle.manifest.golden_rows),
        signed=bundle.manifest.signature is not None,
    )


def _looks_like_bundle(entry: Path) -> bool:
    return entry.is_dir() and len(entry.name) == BUNDLE_ID_LENGTH and not entry.is_symlink()


def _listing(folder: Path, *, promoted: bool) -> BundleListing:
    try:
        facts = read_manifest(folder).facts
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
