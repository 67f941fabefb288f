"""A bundle in memory: the only thing that turns features into a churn probability."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.interval import Intervals, intervals_of
from app.bundle.answers.rating import calibrate, rated
from app.bundle.answers.usual_ranges import UsualRanges, usual_ranges
from app.bundle.folder.current_features import current_features
from app.bundle.folder.feature_columns import check_columns
from app.bundle.folder.golden import Scorer, compare_golden_rows
from app.bundle.folder.manifest import FeatureSet, Manifest
from app.bundle.folder.promoted import promoted_id
from app.bundle.folder.reading import (
    BOOSTER_FILE,
    MAX_BOOSTER_BYTES,
    TrustedFiles,
    check_bundle_id,
    read_named,
    read_trusted,
)
from app.bundle.folder.verifying import check_in_child
from app.bundle.trees.booster import BoosterScorer
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.scorer import KernelScorer
from app.bundle.value import expected
from app.bundle.value.facts import ORDERS_FILE, REVENUE_FILE, Foresight
from app.domain.activity import TYPE_CODES
from app.domain.basis import warnings_of
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused, NoBundleInService
from app.domain.tiers import AnyTierPolicy
from app.domain.warnings import BundleWarning

log = logging.getLogger("holdfast.bundle")


@dataclass(frozen=True, slots=True)
class RiskBundle:
    """A verified bundle, ready to answer.

    Its methods take float64 features of shape (n, n_features), in the order of
    ``manifest.facts.features.names``, NaN = missing; they never change them.

    `usual` is the median of each feature in the population that it was trained on, shape
    (n_features,), NaN where the feature was undefined for everybody. `intervals` and `usual_ranges`
    are None where the bundle was made before these were measured; `value` also where there is
    nothing to foresee it by. `warnings` are reasons to trust its answers less.
    """

    id: str
    manifest: Manifest
    churn: ChurnDefinition
    tier_policy: AnyTierPolicy
    currency: str | None
    usual: NDArray[np.float64]
    percentile_knots: NDArray[np.float64]
    scorer: Scorer
    intervals: Intervals | None = None
    usual_ranges: UsualRanges | None = None
    value: Foresight | None = None
    warnings: tuple[BundleWarning, ...] = ()

    def margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated log-odds of churn, shape (n,)."""
        calibration = self.manifest.facts.calibration
        raw = self.scorer.raw_margins(self._checked(features))
        return calibration.slope * raw + calibration.intercept

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated probabilities of churn, 0 to 1, shape (n,)."""
        return self.rated(self.margins(features))[0]

    def rated(self, margins: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the probabilities of calibrated margins, and their percentiles (0 to 100).

        The percentile is the percentage of the reference population with a smaller risk.
        """
        return rated(margins, self.percentile_knots)

    def contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values of the calibrated margin, shape (n, n_features + 1).

        The last column is the base margin; each row sums to the margin within 1e-9.
        """
        return self.explained(features)[0]

    def explained(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `contributions` and `margins`, both in the time of the contributions."""
        calibration = self.manifest.facts.calibration
        contributions, margins = self.scorer.raw_explained(self._checked(features))
        slope, intercept = calibration.slope, calibration.intercept
        calibrate(contributions, margins, slope=slope, intercept=intercept)
        return contributions, margins

    def warm_up(self) -> None:
        """Answer one row, so that no request has to wait for a first time."""
        row = self.usual[np.newaxis, :]
        self.probabilities(row)
        self.explained(row)
        if self.value is not None:
            self.value.expected(row, np.ones(1))

    def _checked(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        if features.shape[1:] != self.usual.shape:
            raise ValueError(
                f"bundle {self.id} needs features of shape (n, {len(self.usual)}), "
                f"got {features.shape}"
            )
        return np.ascontiguousarray(features, dtype=np.float64)


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
    return open_bundle(models / check_bundle_id(bundle_id), key=key, expected=expected)


def open_bundle(
    folder: Path, *, key: bytes | None = None, expected: FeatureSet | None = None
) -> RiskBundle:
    """Return the bundle in `folder`, verified and warmed up.

    First all hashes (and the signature, where a `key` is given), then our own reader of the
    booster's text, then the golden rows. LightGBM itself is not loaded, unless our kernels cannot
    be: then a child process has to survive loading the booster before this process does.
    Anything that does not match raises `BundleRefused`, naming the file and what to do.

    Parameters
    ----------
    folder : Path
        ``models/<bundle id>``.
    key : bytes, optional
        The signing key; where given, only bundles signed with it are opened.
    expected : FeatureSet, optional
        The features that will be passed in; those of this version's catalogue unless given.
    """
    wanted = current_features() if expected is None else expected
    trusted = read_trusted(folder, expected=wanted, key=key)
    scorer = _scorer(folder, trusted)
    source = str(folder / BOOSTER_FILE)
    compare_golden_rows(scorer, trusted.manifest.golden_rows, source=source)
    bundle = _risk_bundle(trusted.manifest, scorer, source=str(folder))
    bundle = replace(bundle, value=_value(folder, trusted.manifest))
    bundle.warm_up()
    return bundle


def _scorer(folder: Path, trusted: TrustedFiles) -> Scorer:
    source = folder / BOOSTER_FILE
    n_features = len(trusted.manifest.facts.features.names)
    check_columns(trusted.booster_text, trusted.manifest.facts.features.names, source=str(source))
    trees = parse_trees(trusted.booster_text, n_features=n_features, source=str(source))
    try:
        return KernelScorer(trees)
    except Exception:  # whatever keeps kernels from loading, LightGBM can still answer
        log.warning(
            "the compiled kernels of the trees cannot be used, so LightGBM answers instead: the "
            "same numbers, explanations about ten times slower",
            exc_info=True,
        )
    check_in_child(folder)
    return BoosterScorer(trusted.booster_text)


def _value(folder: Path, manifest: Manifest) -> Foresight | None:
    facts, churn = manifest.facts.value, manifest.facts.churn
    if facts is None and churn.kind is ChurnKind.ABSENCE:
        return None
    names = [name for name in (ORDERS_FILE, REVENUE_FILE) if name in manifest.files]
    limit = MAX_BOOSTER_BYTES
    content = {name: read_named(folder, name, manifest, limit=limit) for name in names}
    if facts is None:
        return expected.value_of_customers(None, churn)
    model = expected.opened_value(
        facts,
        {name: text.decode("ascii", "replace") for name, text in content.items()},
        [row.features for row in manifest.golden_rows],
        horizon_days=churn.horizon_days,
        source=str(folder),
    )
    return expected.value_of_customers(model, churn)


def _risk_bundle(manifest: Manifest, scorer: Scorer, *, source: str) -> RiskBundle:
    facts, names = manifest.facts, manifest.facts.features.names
    if facts.churn.event not in TYPE_CODES:
        raise BundleRefused(
            f"{source} speaks of the event {facts.churn.event!r:.80}, which this version of "
            "Holdfast does not tell apart: train a new bundle with this version"
        )
    try:
        intervals = None if facts.uncertainty is None else intervals_of(facts.uncertainty, names)
        ranges = None if facts.support is None else usual_ranges(facts.support, names)
    except ValueError as error:
        raise BundleRefused(f"{source}: {error}") from error
    return RiskBundle(
        id=manifest.bundle_id,
        manifest=manifest,
        churn=facts.churn,
        tier_policy=facts.tier_policy,
        currency=facts.currency,
        usual=np.array(facts.usual),
        percentile_knots=np.array(facts.percentile_knots),
        scorer=scorer,
        warnings=warnings_of(facts.basis),
        intervals=intervals,
        usual_ranges=ranges,
    )
