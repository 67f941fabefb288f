"""A small booster and a shelf with one bundle of it."""

from datetime import UTC, datetime
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from app.bundle.folder.manifest import BundleFacts, Calibration, FeatureSet
from app.bundle.folder.writing import write_bundle
from app.bundle.opening import open_bundle
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused
from app.domain.tier_policies import SharePolicy

FEATURES = FeatureSet(("orders_30d", "days_since_order"), ("orders", "days"), "f" * 64)
KEY = b"a key that only these tests know"


def facts_of_a_bundle(**changes) -> BundleFacts:
    values = {
        "churn": ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90),
        "trained_until": datetime(2026, 6, 1, tzinfo=UTC),
        "seed": 7,
        "currency": "EUR",
        "features": FEATURES,
        "calibration": Calibration(slope=1.25, intercept=-0.5),
        "tier_policy": SharePolicy("shares-22-48-30", medium_from=0.3, high_from=0.6),
        "percentile_knots": tuple(i / 100 for i in range(101)),
        "usual": (4.0, float("nan")),
        "metrics": {"auc": 0.8, "folds": [{"log_loss": 0.5}]},
        "libraries": {"lightgbm": "4.7.0"},
    }
    return BundleFacts(**(values | changes))


def refusal_of(folder, *, expected=FEATURES, key=None) -> str:
    with pytest.raises(BundleRefused) as refused:
        open_bundle(folder, expected=expected, key=key)
    return str(refused.value)


@pytest.fixture(scope="session")
def features() -> np.ndarray:
    """200 rows of two features, some of them missing."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 2))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


@pytest.fixture(scope="session")
def booster_text(features) -> str:
    """Ten trees of at most four leaves."""
    labels = (np.nan_to_num(features[:, 0]) + 0.5 * np.nan_to_num(features[:, 1]) > 0).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": 4,
        "min_data_in_leaf": 5,
        "verbose": -1,
        "num_threads": 1,
        "deterministic": True,
        "seed": 1,
    }
    data = lightgbm.Dataset(features, labels, free_raw_data=False)
    return lightgbm.train(parameters, data, num_boost_round=10).model_to_string()


@pytest.fixture
def write(tmp_path, booster_text, features):
    """Write a bundle onto the shelf `tmp_path / "models"` and return its folder."""

    def write(*, signing_key=None, files=None, golden_features=None, **changes) -> Path:
        bundle_id = write_bundle(
            tmp_path / "models",
            facts=facts_of_a_bundle(**changes),
            booster_text=booster_text,
            golden_features=features[:8] if golden_features is None else golden_features,
            files=files or {"card.md": b"# A card\n", "training.joblib": b"never parsed"},
            signing_key=signing_key,
        )
        return tmp_path / "models" / bundle_id

    return write
