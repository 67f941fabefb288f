import math

import lightgbm
import numpy as np
import pytest

from app.bundle.opening import open_bundle
from tests.bundle.conftest import FEATURES


@pytest.fixture
def bundle(write):
    return open_bundle(write(), expected=FEATURES)


def test_margins_are_the_calibrated_margins_of_lightgbm(bundle, booster_text, features):
    raw = lightgbm.Booster(model_str=booster_text).predict(features, raw_score=True, num_threads=1)

    np.testing.assert_array_equal(bundle.margins(features), 1.25 * raw - 0.5)


def test_probabilities_are_the_logistic_function_of_margins(bundle, features):
    expected = [1 / (1 + math.exp(-margin)) for margin in bundle.margins(features)]

    np.testing.assert_allclose(bundle.probabilities(features), expected, rtol=1e-12)


def test_contributions_sum_to_the_calibrated_margin(bundle, features):
    contributions = bundle.contributions(features)

    assert contributions.shape == (len(features), 3)
    np.testing.assert_allclose(
        contributions.sum(axis=1), bundle.margins(features), rtol=0, atol=1e-9
    )


def test_explaining_gives_the_same_margins(bundle, features):
    contributions, margins = bundle.explanation(features)

    np.testing.assert_array_equal(contributions, bundle.contributions(features))
    np.testing.assert_array_equal(margins, bundle.margins(features))


def test_features_of_another_shape_are_refused(bundle):
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        bundle.margins(np.zeros((3, 5)))
