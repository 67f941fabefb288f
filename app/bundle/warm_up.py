"""Compile or load the kernels that answer for any bundle, so that no request waits for them."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import numpy as np

from app.bundle.answers import tier_columns
from app.bundle.answers.interval import build_intervals
from app.bundle.answers.probability import calibrate_in_place, probabilities_and_percentiles
from app.bundle.answers.reasons import choose_reasons
from app.bundle.answers.uncertainty import Uncertainty
from app.bundle.answers.unusual_features import build_unusual_features
from app.bundle.answers.usual_ranges import UsualRanges
from app.bundle.trees.flat_trees import FlatTrees
from app.bundle.trees.kernel_scorer import KernelScorer
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.recurring import recurring_revenue
from app.bundle.value.value_model import ValueModel
from app.compiled.kernel import NoMachineCode
from app.features.catalogue import FEATURE_INDEX

_STUMP: Final = FlatTrees(  # a single split on a single feature
    n_features=1,
    node_start=np.array([0, 1]),
    leaf_start=np.array([0, 2]),
    feature=np.array([0]),
    threshold=np.array([0.5]),
    nan_left=np.array([True]),
    zero_left=np.array([True]),
    left=np.array([-1]),
    right=np.array([-2]),
    set_start=np.array([-1]),
    set_size=np.array([0]),
    words=np.zeros(0, np.uint32),
    node_count=np.array([2.0]),
    leaf_count=np.array([1.0, 1.0]),
    leaf_value=np.array([-1.0, 1.0]),
)
_UNCERTAINTY: Final = Uncertainty(0.9, 0.0, "any", (), (0.0,), ((0.1,),), ((0.1,),))
_VALUE_MODEL: Final = ValueModel(
    ParetoNbd(1.0, 100.0, 1.0, 100.0), GammaGamma(2.0, 2.0, 1.0), reference_days=1.0
)
_RANGES: Final = UsualRanges((0.0,), (1.0,), (), ())


def warm_ups() -> tuple[Callable[[], None], ...]:
    """Return the functions that make the kernels ready, one for each group of them."""
    return (_warm_up_trees, _warm_up_answers, tier_columns.warm_up, _warm_up_value)


def _warm_up_trees() -> None:
    # Without machine code LightGBM answers instead, and opening a bundle logs that.
    with suppress(NoMachineCode):
        KernelScorer(_STUMP).raw_explanation(np.zeros((1, 1)))


def _warm_up_answers() -> None:
    probabilities_and_percentiles(np.zeros(1), np.zeros(1))
    calibrate_in_place(np.zeros((1, 2)), np.zeros(1), slope=1.0, intercept=0.0)
    choose_reasons(np.zeros((1, 2)), np.zeros(1), max_reasons=1, least=0.0)
    build_intervals(_UNCERTAINTY, ["any"]).around(np.zeros(1), np.zeros(1), np.zeros((1, 1)))
    build_unusual_features(_RANGES, ["any"]).any_in(np.zeros((1, 1)))


def _warm_up_value() -> None:
    row = np.ones((1, len(FEATURE_INDEX)))
    with suppress(NoMachineCode):
        _VALUE_MODEL.predict(row, horizon_days=1.0)
        recurring_revenue(row, np.ones(1), horizon_days=1.0)
