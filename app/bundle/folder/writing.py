"""Put a new bundle on the shelf: written aside, synced, then renamed to its id."""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.durable import locked, sync_folder, write_durably
from app.bundle.folder.feature_columns import check_columns
from app.bundle.folder.golden import golden_rows_of
from app.bundle.folder.manifest import (
    BundleFacts,
    FileFacts,
    Manifest,
    manifest_bytes,
    signature_of,
)
from app.bundle.folder.read_manifest import read_manifest
from app.bundle.folder.reading import BOOSTER_FILE, MANIFEST_FILE
from app.bundle.trees.booster import BoosterScorer
from app.bundle.value.expected import value_facts_of, value_files_of
from app.bundle.value.forecaster import ValueModel

INCOMING: Final = ".incoming-"  # unfinished folders; a leading dot is no bundle id, nobody reads it


def write_bundle(
    models: Path,
    *,
    facts: BundleFacts,
    booster_text: str,
    golden_features: NDArray[np.float64],
    files: Mapping[str, bytes],
    value: ValueModel | None = None,
    signing_key: bytes | None = None,
) -> str:
    """Write a bundle under `models` and return its id; promoting it is another step.

    The same arguments give the same id and the same bytes. A bundle that is on the shelf already
    is left as it is. Killed half way, this leaves nothing but a hidden folder that the next
    write sweeps away.

    Parameters
    ----------
    models : Path
        The shelf; created where it does not exist.
    facts : BundleFacts
        What training knows.
    booster_text : str
        ``Booster.model_to_string()``.
    golden_features : float64 array of shape (n, n_features)
        Rows to answer now and to compare with at every later opening: typical and extreme
        customers, missing values included.
    files : Mapping[str, bytes]
        The other files by name, for example ``card.md``, ``reference.json``,
        ``training.joblib``. Serving compares all their hashes.
    value : ValueModel, optional
        What foresees orders and revenue; becomes the section `value` and its files.
    signing_key : bytes, optional
        Signs the manifest with HMAC-SHA256.
    """
    check_columns(booster_text, facts.features.names, source=BOOSTER_FILE)
    content = {**files, BOOSTER_FILE: booster_text.encode("ascii")}
    if value is not None:
        days = facts.churn.horizon_days
        facts = replace(facts, value=value_facts_of(value, golden_features, horizon_days=days))
        content |= value_files_of(value)
    manifest = Manifest(
        facts=facts,
        golden_rows=golden_rows_of(BoosterScorer(booster_text), golden_features),
        files={name: _facts_of(data) for name, data in sorted(content.items())},
    )
    if signing_key is not None:
        manifest = replace(manifest, signature=signature_of(manifest, signing_key))
    content[MANIFEST_FILE] = manifest_bytes(manifest)
    read_manifest(content[MANIFEST_FILE], source="the new manifest")  # refuse now, not later
    models.mkdir(parents=True, exist_ok=True)
    with locked(models):
        _sweep(models)
        _put(models, manifest.bundle_id, content)
    return manifest.bundle_id


def _facts_of(data: bytes) -> FileFacts:
    return FileFacts(len(data), hashlib.sha256(data).hexdigest())


def _put(models: Path, bundle_id: str, content: Mapping[str, bytes]) -> None:
    if (models / bundle_id).exists():
        return
    aside = Path(tempfile.mkdtemp(dir=models, prefix=INCOMING))
    try:
        aside.chmod(0o755)  # mkdtemp makes it private; the service may be another user
        for name, data in content.items():
            write_durably(aside / name, data)
        sync_folder(aside)
        aside.rename(models / bundle_id)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    sync_folder(models)


def _sweep(models: Path) -> None:
    """Remove what killed writers left; the lock says that none of them is still at work."""
    for leftover in models.glob(f"{INCOMING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
