"""Read the folder of a bundle without trusting it: plain files only, and only what was hashed."""

import hashlib
import hmac
import io
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.bundle.folder.manifest import (
    BUNDLE_ID_LENGTH,
    MAX_MANIFEST_BYTES,
    FeatureSet,
    FileFacts,
    Manifest,
    signature_of,
)
from app.bundle.folder.read_manifest import read_manifest
from app.domain.errors import BundleRefused

MANIFEST_FILE: Final = "manifest.json"
BOOSTER_FILE: Final = "booster.txt"
MAX_BOOSTER_BYTES: Final = 256 * 1024 * 1024  # the largest of ours have 2 MB

_BUNDLE_ID: Final = re.compile(rf"[0-9a-f]{{{BUNDLE_ID_LENGTH}}}")
_COPY_AGAIN: Final = "copy the bundle again or train a new one"


@dataclass(frozen=True, slots=True)
class TrustedFiles:
    """A manifest that matches its folder, and the booster's text whose hash was compared."""

    manifest: Manifest
    booster_text: str


def check_bundle_id(bundle_id: str) -> str:
    """Return `bundle_id`, known to be hex digits and thereby safe as a part of a path.

    Raises
    ------
    BundleRefused
        If it is anything else.
    """
    if not _BUNDLE_ID.fullmatch(bundle_id):
        raise BundleRefused(
            f"{bundle_id!r:.80} is no bundle id: expected {BUNDLE_ID_LENGTH} hex digits, see "
            "`holdfast models list`"
        )
    return bundle_id


def read_manifest_of(folder: Path) -> Manifest:
    """Return the manifest of the bundle in `folder`; no other file is looked at.

    Raises
    ------
    BundleRefused
        If the folder or its manifest is missing or malformed, or the folder bears another id.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise BundleRefused(f"{folder} is no folder of a bundle: see `holdfast models list`")
    path = folder / MANIFEST_FILE
    manifest = read_manifest(_read_small(path, MAX_MANIFEST_BYTES), source=str(path))
    if folder.name != manifest.bundle_id:
        raise BundleRefused(
            f"{path} belongs to bundle {manifest.bundle_id}, not to {folder.name}: rename the "
            "folder to the id of its bundle"
        )
    return manifest


def read_trusted(folder: Path, *, expected: FeatureSet, key: bytes | None) -> TrustedFiles:
    """Return manifest and booster of `folder` once every byte in it was accounted for.

    The text returned is the very bytes that were hashed: a file that changes on disk meanwhile
    changes nothing. `BundleRefused` if a file is missing, extra, no plain file, or differs from
    its SHA-256; if the signature is missing or wrong while a `key` is given; if the bundle was
    trained on features that mean something else than `expected`.
    """
    manifest = read_manifest_of(folder)
    _check_signature(folder, manifest, key)
    _check_features(folder, manifest.facts.features, expected)
    _check_names(folder, manifest)
    for name, facts in manifest.files.items():
        if name != BOOSTER_FILE:
            _check_file(folder / name, facts)
    return TrustedFiles(manifest, _booster_text(folder / BOOSTER_FILE, manifest))


def read_named(folder: Path, name: str, manifest: Manifest, *, limit: int) -> bytes:
    """Return the content of a file that the manifest names, of at most `limit` bytes.

    Raises
    ------
    BundleRefused
        If it is missing, no plain file, larger, or differs from its SHA-256.
    """
    content = _read_small(folder / name, limit)
    facts = FileFacts(len(content), hashlib.sha256(content).hexdigest())
    _compare(folder / name, facts, manifest.files[name])
    return content


def _check_signature(folder: Path, manifest: Manifest, key: bytes | None) -> None:
    if key is None:
        return
    if manifest.signature is None:
        raise BundleRefused(
            f"{folder / MANIFEST_FILE} is not signed, and this service requires it: train the "
            "bundle with the same HOLDFAST_BUNDLE_KEY"
        )
    if not hmac.compare_digest(manifest.signature, signature_of(manifest, key)):
        raise BundleRefused(
            f"{folder / MANIFEST_FILE} bears a signature of another key: train the bundle with "
            "the same HOLDFAST_BUNDLE_KEY as this service, and do not use it until you know "
            "where it comes from"
        )


def _check_features(folder: Path, features: FeatureSet, expected: FeatureSet) -> None:
    if features != expected:
        raise BundleRefused(
            f"{folder / MANIFEST_FILE} was trained on other features (fingerprint "
            f"{features.fingerprint:.12}) than this version of Holdfast computes "
            f"({expected.fingerprint:.12}): train a new bundle with this version"
        )


def _check_names(folder: Path, manifest: Manifest) -> None:
    found = {entry.name for entry in folder.iterdir()}
    named = {*manifest.files, MANIFEST_FILE, BOOSTER_FILE}
    for name in sorted(named - found):
        raise BundleRefused(f"{folder / name} is missing: {_COPY_AGAIN}")
    for name in sorted(found - named):
        raise BundleRefused(f"{folder / name} is not named by the manifest: remove it")


def _booster_text(path: Path, manifest: Manifest) -> str:
    if BOOSTER_FILE not in manifest.files:
        raise BundleRefused(f"{path.parent / MANIFEST_FILE} names no {BOOSTER_FILE}: {_COPY_AGAIN}")
    content = read_named(path.parent, BOOSTER_FILE, manifest, limit=MAX_BOOSTER_BYTES)
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise BundleRefused(f"{path} is no LightGBM text: {error}") from error


def _check_file(path: Path, facts: FileFacts) -> None:
    with _open_plain(path) as file:
        n_bytes = os.fstat(file.fileno()).st_size
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    _compare(path, FileFacts(n_bytes, sha256), facts)


def _compare(path: Path, found: FileFacts, named: FileFacts) -> None:
    if found != named:
        raise BundleRefused(
            f"{path} differs from what the manifest says ({found.n_bytes} bytes, sha256 "
            f"{found.sha256:.12}; expected {named.n_bytes}, {named.sha256:.12}): {_COPY_AGAIN}"
        )


def _read_small(path: Path, limit: int) -> bytes:
    with _open_plain(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise BundleRefused(f"{path} is larger than {limit} bytes: {_COPY_AGAIN}")
    return content


def _open_plain(path: Path) -> io.BufferedReader:
    """Open a regular file; links are refused, and a pipe cannot make us wait."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BundleRefused(
            f"{path} cannot be read as a plain file ({error.strerror}): {_COPY_AGAIN}"
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BundleRefused(f"{path} is no plain file: {_COPY_AGAIN}")
    return os.fdopen(descriptor, "rb")
