import numpy as np

from app.bundle.answers.probability import probabilities_and_percentiles


def probabilities_of(margins):
    return probabilities_and_percentiles(margins, np.zeros(1))[0]


def test_no_margin_is_too_large_for_a_probability():
    margins = np.array([-1e9, -800.0, 0.0, 800.0, 1e9])

    np.testing.assert_array_equal(probabilities_of(margins), [0, 0, 0.5, 1, 1])


def test_probabilities_are_the_logistic_function_of_margins():
    margins = np.random.default_rng(1).normal(scale=4, size=1_000)

    expected = 1 / (1 + np.exp(-margins))
    np.testing.assert_allclose(probabilities_of(margins), expected, rtol=0, atol=1e-15)


def test_percentiles_count_the_population_with_a_smaller_risk():
    knots = np.linspace(0, 1, 101)
    probabilities = np.array([0.001, 0.5, 0.505, 0.999])

    found, percentiles = probabilities_and_percentiles(
        np.log(probabilities / (1 - probabilities)), knots
    )

    np.testing.assert_allclose(found, probabilities)
    assert percentiles.tolist() == [1, 50, 51, 100]
    assert probabilities_and_percentiles(np.array([-1e9, 1e9]), knots)[1].tolist() == [0, 100]


def test_percentiles_are_those_of_searchsorted():
    rng = np.random.default_rng(2)
    knots = np.sort(rng.choice([0.1, 0.25, 0.5, 0.75], size=101))
    probabilities, percentiles = probabilities_and_percentiles(
        rng.choice([-1.0, 0.0, 1.0, 2.0], size=50), knots
    )

    expected = np.minimum(np.searchsorted(knots, probabilities, side="left"), 100)
    np.testing.assert_array_equal(percentiles, expected)
