"""The features of this version of Holdfast, on which a bundle must have been trained."""

from app.bundle.folder.manifest import FeatureSet
from app.features.catalogue import CATALOGUE, FEATURE_NAMES, FINGERPRINT


def current_features() -> FeatureSet:
    """Return names, units and fingerprint of the feature catalogue."""
    return FeatureSet(FEATURE_NAMES, tuple(feature.unit for feature in CATALOGUE), FINGERPRINT)
