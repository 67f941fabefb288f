"""The last stage: a bundle on the shelf."""

import io
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import joblib
import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import BundleFacts
from app.bundle.folder.reference import REFERENCE_FILE, encode_reference, measure_reference
from app.bundle.folder.writing import write_bundle
from app.documents.html import render_html
from app.documents.markdown import render_markdown
from training.card.card import card_of
from training.facts import medians
from training.findings import TrainingFindings
from training.learning.learn import LearningResult
from training.prior.fallback import Fallback

Numbers = NDArray[np.float64]

STAGE: Final = "Writing the bundle"
GOLDEN_PERCENTILES: Final = (0, 1, 10, 25, 40, 50, 60, 75, 90, 99, 100)


def publish(
    models: Path, findings: TrainingFindings, facts: BundleFacts, *, signing_key: bytes | None
) -> str:
    """Write the bundle under `models` and return its id; the same findings give the same bytes."""
    findings.run.on_progress(STAGE, 0, 1)
    learning, probabilities = findings.learning, findings.probabilities
    card = card_of(findings, facts)
    reference = measure_reference(facts.features.names, learning.population, probabilities)
    bundle_id = write_bundle(
        models,
        facts=facts,
        booster_text=learning.student.booster_text,
        golden_features=golden_features(learning.population, probabilities),
        files={
            "card.md": render_markdown(card).encode(),
            "card.html": render_html(card).encode(),
            REFERENCE_FILE: encode_reference(reference),
            "training.joblib": _pickled(fitted_parts(findings)),
        },
        value=findings.value.model,
        signing_key=signing_key,
    )
    findings.run.on_progress(STAGE, 1, 1)
    return bundle_id


def golden_features(population: Numbers, probabilities: Numbers) -> Numbers:
    """Return rows to check a bundle with: from least to most at risk, usual, empty and extreme."""
    order = np.argsort(probabilities, kind="stable")
    ranks = [round(p / 100 * (len(order) - 1)) for p in GOLDEN_PERCENTILES]
    usual = np.asarray(medians(population))
    missing = np.full(population.shape[1], np.nan)
    zeros = np.zeros(population.shape[1])
    largest = np.nan_to_num(population, nan=0.0).max(axis=0)
    return np.vstack([population[order[ranks]], usual, missing, zeros, largest])


def fitted_parts(findings: TrainingFindings) -> dict[str, Any]:
    """Return what was fitted behind the booster, for data scientists; serving reads none of it."""
    learning = findings.learning
    calibration = asdict(learning.student.calibration)
    if isinstance(learning, Fallback):
        return {"calibration": calibration, "parameters": learning.parameters}
    return {
        "hyperparameters": asdict(findings.run.hyperparameters),
        "calibration": calibration,
        "rhythm_regression": _rhythm_regression(learning),
    }


def _rhythm_regression(learning: LearningResult) -> object:
    rhythm = learning.teacher.rhythm
    return None if rhythm is None else rhythm.regression


def _pickled(parts: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(parts, buffer, compress=0)
    return buffer.getvalue()
