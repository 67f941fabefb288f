"""Compile or load the kernels that answer for any bundle, so that no request waits for them."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import numpy as np

from app.bundle.answers import interval, tier_columns, usual_ranges
from app.bundle.answers.rating import calibrate, rated
from app.bundle.answers.reasons import reasons_of
from app.bundle.trees.kernel_scorer import KernelScorer
from app.bundle.trees.parsing import Trees
from app.bundle.value import expected
from app.compiled.kernel import NoMachineCode

_STUMP: Final = Trees(  # a single split on a single feature
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


def warm_ups() -> tuple[Callable[[], None], ...]:
    """Return the functions that make the kernels ready, one for each group of them."""
    return (_warm_up_trees, _warm_up_answers, tier_columns.warm_up, expected.warm_up)


def _warm_up_trees() -> None:
    # Without machine code LightGBM answers instead, and opening a bundle logs that.
    with suppress(NoMachineCode):
        KernelScorer(_STUMP).raw_explanation(np.zeros((1, 1)))


def _warm_up_answers() -> None:
    rated(np.zeros(1), np.zeros(1))
    calibrate(np.zeros((1, 2)), np.zeros(1), slope=1.0, intercept=0.0)
    reasons_of(np.zeros((1, 2)), np.zeros(1), most=1, least=0.0)
    interval.warm_up()
    usual_ranges.warm_up()
