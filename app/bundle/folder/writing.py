"""Write a new bundle to the shelf: into a temporary folder, which is synced and then renamed."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.durable import INCOMING, locked, sync_folder, write_durably
from app.bundle.folder.feature_columns import validate_feature_columns
from app.bundle.folder.golden_rows import record_golden_rows
from app.bundle.folder.manifest import BundleFacts, Manifest
from app.bundle.folder.manifest_encoding import compute_bundle_id, encode_manifest, sign_manifest
from app.bundle.folder.manifest_parsing import parse_manifest
from app.bundle.folder.plain_files import digest_of
from app.bundle.folder.reading import BOOSTER_FILE, MANIFEST_FILE
from app.bundle.trees.booster_scorer import BoosterScorer
from app.bundle.value.storage import value_files_of, value_section_of
from app.bundle.value.value_model import ValueModel


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
    """Write a bundle to the shelf and return its id; promoting it is a separate step.

    Equal arguments give the same id and the same bytes, and a bundle that is already on the shelf
    is not written again. If the process is killed, it leaves nothing but a hidden folder, which the
    next call removes.

    Parameters
    ----------
    models : Path
        The shelf; created if it does not exist.
    facts : BundleFacts
        What training states about the bundle.
    booster_text : str
        ``Booster.model_to_string()``.
    golden_features : float64 array of shape (n, n_features)
        Rows whose answers are recorded now and verified whenever the bundle is opened. They should
        include typical and extreme customers, and missing values.
    files : Mapping[str, bytes]
        The other files by name, for example ``card.md``, ``reference.json``, ``training.joblib``.
        Their hashes are verified whenever the bundle is opened.
    value : ValueModel, optional
        Forecasts orders and revenue; becomes the section `value` of the manifest and its files.
    signing_key : bytes, optional
        Signs the manifest with HMAC-SHA256.
    """
    validate_feature_columns(booster_text, facts.features.names, source=BOOSTER_FILE)
    content = {**files, BOOSTER_FILE: booster_text.encode("ascii")}
    if value is not None:
        days = facts.churn.horizon_days
        facts = replace(facts, value=value_section_of(value, golden_features, horizon_days=days))
        content |= value_files_of(value)
    manifest = Manifest(
        facts=facts,
        golden_rows=record_golden_rows(BoosterScorer(booster_text), golden_features),
        files={name: digest_of(data) for name, data in sorted(content.items())},
    )
    if signing_key is not None:
        manifest = replace(manifest, signature=sign_manifest(manifest, signing_key))
    return _put_on_shelf(models, manifest, content)


def _put_on_shelf(models: Path, manifest: Manifest, content: Mapping[str, bytes]) -> str:
    bundle_id, encoded = compute_bundle_id(manifest), encode_manifest(manifest)
    # What the service would refuse must not be written in the first place.
    parse_manifest(encoded, source="the new manifest")
    models.mkdir(parents=True, exist_ok=True)
    with locked(models):
        _remove_unfinished(models)
        if not (models / bundle_id).exists():
            _write_folder(models / bundle_id, {**content, MANIFEST_FILE: encoded})
    return bundle_id


def _remove_unfinished(models: Path) -> None:
    """Remove what killed writers left behind; while the lock is held, no writer is running."""
    for unfinished in models.glob(f"{INCOMING}*"):
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_folder(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write a folder so that readers, and a crash, find all of it or nothing."""
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=INCOMING))
    try:
        temporary.chmod(0o755)  # mkdtemp makes it private, but the service may be another user
        for name, data in content.items():
            write_durably(temporary / name, data)
        sync_folder(temporary)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(folder.parent)
