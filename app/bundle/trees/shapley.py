"""Shapley values of the game of one leaf, in closed form.

In TreeSHAP's game an absent feature goes to both sides of a node, weighted by training rows. The
game of one leaf is a product over the features on its path: the leaf's value, times 1 or 0 for a
feature that is present (the row passes the feature's nodes, or does not), times the share of
training rows that pass for a feature that is absent.

Owen's multilinear extension (G. Owen, 1972, Management Science 18(5)) gives the Shapley value of
such a game as an integral over `t` from 0 to 1: that of the derivative of the product whose factors
are ``share + t * (passes - share)``. The integrand is a polynomial in `t`, so that Gauss-Legendre
quadrature with half as many points as features is exact, and no large binomial coefficients appear,
as they do in the weights of the original algorithm.
"""

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import part

Floats = NDArray[np.float64]


def quadrature_of(most_features: int) -> Floats:
    """Return points and weights of Gauss-Legendre quadrature on [0, 1], shape (2, n, n).

    Row `i` has ``i + 1`` of them; the last row suffices for leaves of `most_features`.
    """
    n = (most_features + 1) // 2
    quadrature = np.zeros((2, n, n))
    for i in range(n):
        points, weights = np.polynomial.legendre.leggauss(i + 1)  # on [-1, 1]
        quadrature[0, i, : i + 1] = (points + 1) / 2
        quadrature[1, i, : i + 1] = weights / 2
    return quadrature


@part
def leaf_contributions(
    value: float, shares: Floats, passes: NDArray[np.int64], quadrature: Floats, out: Floats
) -> None:
    """Write the Shapley values of one leaf's game into `out`, one per feature on its path.

    `passes` is 1 or 0 for each feature. With P(t), the product over all features, the integrand of
    a feature is ``(passes - share) * P / factor``. If the feature does not pass, the factor is
    ``share * (1 - t)``, so its share cancels, and all such features get the same value. If it
    passes, the factor is at least `t`. So nothing divides by zero.
    """
    failed = value
    for i in range(len(shares)):
        out[i] = 0.0
        if passes[i] == 0:
            failed *= shares[i]
    n_points = (len(shares) + 1) // 2
    of_failed = 0.0
    for q in range(n_points):
        t = quadrature[0, n_points - 1, q]
        product = quadrature[1, n_points - 1, q] * failed
        for i in range(len(shares)):
            product *= shares[i] + t * (1.0 - shares[i]) if passes[i] else 1.0 - t
        of_failed -= product / (1.0 - t)
        for i in range(len(shares)):
            out[i] += product * (1.0 - shares[i]) / (shares[i] + t * (1.0 - shares[i]))
    for i in range(len(shares)):
        if passes[i] == 0:
            out[i] = of_failed
