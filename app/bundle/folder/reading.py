"""Read the folder of a bundle, of which nothing is trusted before its hash was compared."""

import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.bundle.folder.manifest import FeatureSet, Manifest
from app.bundle.folder.manifest_encoding import compute_bundle_id, sign_manifest
from app.bundle.folder.manifest_parsing import MAX_MANIFEST_BYTES, parse_manifest
from app.bundle.folder.plain_files import (
    COPY_AGAIN,
    FileDigest,
    digest_of,
    digest_plain_file,
    read_plain_file,
)
from app.domain.errors import BundleRefused

MANIFEST_FILE: Final = "manifest.json"
BOOSTER_FILE: Final = "booster.txt"
MAX_BOOSTER_BYTES: Final = 256 * 1024 * 1024  # the largest that training makes have 2 MB


@dataclass(frozen=True, slots=True)
class VerifiedFiles:
    """A manifest that matches its folder, and the booster's text, which matches its hash."""

    manifest: Manifest
    booster_text: str


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the bundle in `folder`, without looking at any other file.

    Raises
    ------
    BundleRefused
        If the folder or its manifest is missing or malformed, or the folder is named differently.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise BundleRefused(
            f"{folder} is not the folder of a bundle: `holdfast models list` shows those that exist"
        )
    path = folder / MANIFEST_FILE
    manifest = parse_manifest(read_plain_file(path, limit=MAX_MANIFEST_BYTES), source=str(path))
    bundle_id = compute_bundle_id(manifest)
    if folder.name != bundle_id:
        raise BundleRefused(
            f"{path} belongs to bundle {bundle_id}, not to {folder.name}: name the folder after "
            "its bundle"
        )
    return manifest


def read_verified(folder: Path, *, expected: FeatureSet, key: bytes | None) -> VerifiedFiles:
    """Return manifest and booster of `folder` once all of its files have been verified.

    The text returned is the one that was hashed, so that a file which changes on disk in the
    meantime changes nothing.

    Raises
    ------
    BundleRefused
        If a file is missing, not listed, not a regular file, or differs from its SHA-256; if a
        `key` is given and the signature is missing or wrong; if the bundle was trained on features
        with other definitions than `expected`.
    """
    manifest = read_manifest(folder)
    if key is not None:
        _verify_signature(folder, manifest, key)
    _validate_features(folder, manifest.facts.features, expected)
    _verify_names(folder, manifest)
    for name, digest in manifest.files.items():
        if name != BOOSTER_FILE:
            _verify_digest(folder / name, digest_plain_file(folder / name), digest)
    return VerifiedFiles(manifest, _booster_text(folder, manifest))


def read_listed_file(folder: Path, name: str, manifest: Manifest, *, limit: int) -> bytes:
    """Return the content of a file that the manifest lists, of at most `limit` bytes.

    Raises
    ------
    BundleRefused
        If it is missing, not a regular file, larger, or differs from its SHA-256.
    """
    content = read_plain_file(folder / name, limit=limit)
    _verify_digest(folder / name, digest_of(content), manifest.files[name])
    return content


def _verify_signature(folder: Path, manifest: Manifest, key: bytes) -> None:
    if manifest.signature is None:
        raise BundleRefused(
            f"{folder / MANIFEST_FILE} is not signed, but this service requires that: "
            "train the bundle with the HOLDFAST_BUNDLE_KEY of this service"
        )
    if not hmac.compare_digest(manifest.signature, sign_manifest(manifest, key)):
        raise BundleRefused(
            f"{folder / MANIFEST_FILE} was signed with another key: find out where it comes from "
            "before you use it, or train the bundle with the HOLDFAST_BUNDLE_KEY of this service"
        )


def _validate_features(folder: Path, features: FeatureSet, expected: FeatureSet) -> None:
    if features != expected:
        raise BundleRefused(
            f"{folder / MANIFEST_FILE} was trained on other features (fingerprint "
            f"{features.fingerprint:.12}) than this version of Holdfast computes "
            f"({expected.fingerprint:.12}): train a new bundle with this version"
        )


def _verify_names(folder: Path, manifest: Manifest) -> None:
    found = {entry.name for entry in folder.iterdir()}
    listed = {*manifest.files, MANIFEST_FILE, BOOSTER_FILE}
    for name in sorted(listed - found):
        raise BundleRefused(f"{folder / name} is missing: {COPY_AGAIN}")
    for name in sorted(found - listed):
        raise BundleRefused(f"{folder / name} is not listed in the manifest: remove it")


def _verify_digest(path: Path, found: FileDigest, listed: FileDigest) -> None:
    if found != listed:
        raise BundleRefused(
            f"{path} differs from what the manifest lists ({found.n_bytes} bytes, sha256 "
            f"{found.sha256:.12}; expected {listed.n_bytes}, {listed.sha256:.12}): {COPY_AGAIN}"
        )


def _booster_text(folder: Path, manifest: Manifest) -> str:
    if BOOSTER_FILE not in manifest.files:
        raise BundleRefused(f"{folder / MANIFEST_FILE} does not list {BOOSTER_FILE}: {COPY_AGAIN}")
    content = read_listed_file(folder, BOOSTER_FILE, manifest, limit=MAX_BOOSTER_BYTES)
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise BundleRefused(
            f"{folder / BOOSTER_FILE} is not a LightGBM text model: {error}"
        ) from error
