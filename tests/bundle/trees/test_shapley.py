import numpy as np

from app.bundle.trees.shapley import leaf_contributions, quadrature_of


def test_quadrature_integrates_polynomials_exactly():
    points, weights = quadrature_of(5)[:, 2]  # three points, exact to the fifth degree

    assert np.isclose(weights @ points**5, 1 / 6, rtol=0, atol=1e-15)


def test_the_game_of_one_leaf_is_solved_as_by_hand():
    """Two features with shares 1/2 and 1/4, value 8; the first passes and the second does not.

    v(none) = 8/8 = 1, v(first) = 8/4 = 2, v(second) = v(both) = 0. So the first gets the mean of
    2 - 1 and 0 - 0, the second the mean of 0 - 1 and 0 - 2.
    """
    out = np.empty(2)

    leaf_contributions(8.0, np.array([0.5, 0.25]), np.array([1, 0]), quadrature_of(2), out)

    np.testing.assert_allclose(out, [0.5, -1.5], rtol=0, atol=1e-12)
