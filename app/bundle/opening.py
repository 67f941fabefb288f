"""Open a bundle: verify its folder, choose what answers, and compare the golden rows."""

import logging
from pathlib import Path

import numpy as np

from app.bundle.answers.interval import ProbabilityIntervals, build_intervals
from app.bundle.answers.unusual_features import UnusualFeatures, build_unusual_features
from app.bundle.folder.bundle_id import validate_bundle_id
from app.bundle.folder.current_features import current_features
from app.bundle.folder.feature_columns import validate_feature_columns
from app.bundle.folder.golden_rows import verify_golden_rows
from app.bundle.folder.manifest import BundleFacts, FeatureSet, Manifest
from app.bundle.folder.reading import (
    BOOSTER_FILE,
    MAX_BOOSTER_BYTES,
    VerifiedFiles,
    read_listed_file,
    read_verified,
)
from app.bundle.folder.verifying import verify_in_child_process
from app.bundle.promoted import promoted_id
from app.bundle.risk_bundle import RiskBundle
from app.bundle.trees.booster_scorer import BoosterScorer
from app.bundle.trees.kernel_scorer import KernelScorer
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.scorer import Scorer
from app.bundle.value.estimator import value_estimator
from app.bundle.value.section import ORDERS_FILE, REVENUE_FILE
from app.bundle.value.storage import open_value_model
from app.bundle.value.value_model import ValueModel
from app.domain.activity import TYPE_CODES
from app.domain.bundles import warnings_of
from app.domain.errors import BundleRefused, NoBundleInService

log = logging.getLogger("holdfast.bundle")


def open_promoted(
    models: Path, *, key: bytes | None = None, expected: FeatureSet | None = None
) -> RiskBundle:
    """Return the bundle in service, opened as `open_bundle` does.

    Raises
    ------
    NoBundleInService
        If none was promoted.
    """
    bundle_id = promoted_id(models)
    if bundle_id is None:
        raise NoBundleInService(str(models))
    return open_bundle(models / validate_bundle_id(bundle_id), key=key, expected=expected)


def open_bundle(
    folder: Path, *, key: bytes | None = None, expected: FeatureSet | None = None
) -> RiskBundle:
    """Return the bundle in `folder`, verified and warmed up.

    Everything is verified before it is used: first all hashes, and the signature where a `key` is
    given; then the booster's text, by our own parser; then the answers to the golden rows.
    LightGBM is loaded only if the kernels cannot be used, and only after a child process has
    survived loading the same booster.

    Parameters
    ----------
    folder : Path
        ``models/<bundle id>``.
    key : bytes, optional
        The signing key. If given, only bundles that were signed with it are opened.
    expected : FeatureSet, optional
        The features that the bundle will be given; by default those of this version's catalogue.

    Raises
    ------
    BundleRefused
        On the first thing that is wrong; the message names the file and says what to do.
    """
    wanted = current_features() if expected is None else expected
    verified = read_verified(folder, expected=wanted, key=key)
    scorer = _scorer(folder, verified)
    source = str(folder / BOOSTER_FILE)
    verify_golden_rows(scorer, verified.manifest.golden_rows, source=source)
    bundle = _risk_bundle(folder, verified.manifest, scorer)
    bundle.warm_up()
    return bundle


def _scorer(folder: Path, verified: VerifiedFiles) -> Scorer:
    source = str(folder / BOOSTER_FILE)
    names = verified.manifest.facts.features.names
    validate_feature_columns(verified.booster_text, names, source=source)
    trees = parse_trees(verified.booster_text, n_features=len(names), source=source)
    try:
        return KernelScorer(trees)
    except Exception:  # whatever makes the kernels unusable, LightGBM can still answer
        log.warning(
            "the compiled kernels of the trees cannot be used, so LightGBM answers instead: the "
            "same numbers, but explanations take about ten times as long",
            exc_info=True,
        )
    verify_in_child_process(folder)
    return BoosterScorer(verified.booster_text)


def _risk_bundle(folder: Path, manifest: Manifest, scorer: Scorer) -> RiskBundle:
    facts = manifest.facts
    if facts.churn.event not in TYPE_CODES:
        raise BundleRefused(
            f"{folder} predicts the event {facts.churn.event!r:.80}, which this version of "
            "Holdfast does not know: train a new bundle with this version"
        )
    intervals, unusual_features = _certainty(folder, facts)
    return RiskBundle(
        id=folder.name,
        manifest=manifest,
        churn=facts.churn,
        tier_policy=facts.tier_policy,
        currency=facts.currency,
        usual=np.array(facts.usual),
        percentile_knots=np.array(facts.percentile_knots),
        scorer=scorer,
        intervals=intervals,
        unusual_features=unusual_features,
        value=value_estimator(_value_model(folder, manifest), facts.churn),
        warnings=warnings_of(facts.basis),
    )


def _certainty(
    folder: Path, facts: BundleFacts
) -> tuple[ProbabilityIntervals | None, UnusualFeatures | None]:
    names, uncertainty, ranges = facts.features.names, facts.uncertainty, facts.usual_ranges
    try:
        return (
            None if uncertainty is None else build_intervals(uncertainty, names),
            None if ranges is None else build_unusual_features(ranges, names),
        )
    except ValueError as error:
        raise BundleRefused(f"{folder}: {error}") from error


def _value_model(folder: Path, manifest: Manifest) -> ValueModel | None:
    section = manifest.facts.value
    if section is None:
        return None
    texts = {
        name: read_listed_file(folder, name, manifest, limit=MAX_BOOSTER_BYTES)
        for name in (ORDERS_FILE, REVENUE_FILE)
        if name in manifest.files
    }
    return open_value_model(
        section,
        {name: text.decode("ascii", "replace") for name, text in texts.items()},
        [row.features for row in manifest.golden_rows],
        horizon_days=manifest.facts.churn.horizon_days,
        source=str(folder),
    )
