"""A small real bundle over the real feature catalogue, for tests that need one in service."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.uncertainty import Uncertainty
from app.bundle.answers.usual_ranges import UsualRanges
from app.bundle.folder.current_features import current_features
from app.bundle.folder.manifest import BundleFacts, Calibration
from app.bundle.folder.writing import write_bundle
from app.bundle.shelf import promote
from app.bundle.value.value_model import ValueModel
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.tier_policies import SharePolicy
from app.features.catalogue import FEATURE_INDEX

TRAINED_UNTIL = datetime(2026, 9, 1, tzinfo=UTC)


def put_bundle_into_service(
    models: Path,
    *,
    seed: int = 0,
    files: Mapping[str, bytes] | None = None,
    value: ValueModel | None = None,
    **changes: Any,
) -> str:
    """Write a bundle that fears silence and few orders, promote it, and return its id."""
    features, labels = _population(seed)
    bundle_id = write_bundle(
        models,
        facts=facts(features, seed=seed, **changes),
        booster_text=_booster_text(features, labels, seed),
        golden_features=features[:5],
        value=value,
        files={"card.md": b"# Churn risk: no order_placed within 90 days\n", **(files or {})},
    )
    promote(models, bundle_id)
    return bundle_id


def facts(features: NDArray[np.float64], *, seed: int, **changes: Any) -> BundleFacts:
    values: dict[str, Any] = {
        "churn": ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90),
        "trained_until": TRAINED_UNTIL,
        "seed": seed,
        "currency": "EUR",
        "features": current_features(),
        "calibration": Calibration(slope=1.0, intercept=0.0),
        "tier_policy": SharePolicy("shares-22-48-30", medium_from=0.3, high_from=0.6),
        "percentile_knots": tuple(i / 100 for i in range(101)),
        "usual": tuple(np.median(features, axis=0)),
        "metrics": {"auc": 0.8},
        "libraries": {"lightgbm": lightgbm.__version__},
        "uncertainty": Uncertainty(
            coverage=0.9,
            shared_deviation=0.2,
            history_feature="order_days_total",
            history_from=(3.0,),
            knots=(-2.0, 2.0),
            below=((0.8, 0.8), (0.3, 0.3)),
            above=((0.9, 0.9), (0.3, 0.3)),
        ),
        "usual_ranges": UsualRanges(
            lower=(float("nan"),) * features.shape[1],
            upper=(1_000.0,) * features.shape[1],
            never_missing=(),
            never_present=(),
        ),
    }
    return BundleFacts(**(values | changes))


def _population(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    features = rng.uniform(0, 100, size=(600, len(FEATURE_INDEX)))
    silence = features[:, FEATURE_INDEX["days_since_order"]]
    orders = features[:, FEATURE_INDEX["orders_90d"]]
    return features, (silence - orders + rng.normal(0, 20, 600) > 0).astype(float)


def _booster_text(features: NDArray[np.float64], labels: NDArray[np.float64], seed: int) -> str:
    parameters = {
        "objective": "binary",
        "num_leaves": 6,
        "learning_rate": 0.2,
        "verbose": -1,
        "num_threads": 1,
        "deterministic": True,
        "seed": seed,
    }
    data = lightgbm.Dataset(features, labels, free_raw_data=False)
    return str(lightgbm.train(parameters, data, num_boost_round=20).model_to_string())
