import numpy as np
import pytest

from app.bundle.answers.reasons import NO_REASON, choose_reasons


def chosen_by_sorting(contributions, max_reasons, least):
    """Sort by size, the first of equals first, and drop what is too small."""
    positions = []
    for row in contributions[:, :-1]:
        order = np.argsort(-np.abs(row), kind="stable")[:max_reasons]
        chosen = [int(j) for j in order if abs(row[j]) >= least]
        positions.append(chosen + [NO_REASON] * (max_reasons - len(chosen)))
    return positions


@pytest.mark.parametrize("max_reasons", [0, 1, 3, 5, 12])
def test_the_largest_are_chosen_as_sorting_would(max_reasons):
    rng = np.random.default_rng(max_reasons)
    steps = np.array([-0.5, -0.1, -0.001, -0.0005, 0.0, 0.0005, 0.001, 0.1, 0.5])
    contributions = np.vstack([rng.normal(size=(50, 13)), rng.choice(steps, size=(200, 13))])
    margins = contributions.sum(axis=1)

    reasons = choose_reasons(contributions, margins, max_reasons=max_reasons, least=0.001)

    assert reasons.positions.tolist() == chosen_by_sorting(contributions, max_reasons, 0.001)


def test_what_is_not_chosen_is_the_rest():
    contributions = np.array([[0.3, -0.7, 0.0, 0.0004, -1.0]])

    reasons = choose_reasons(contributions, np.array([-1.3996]), max_reasons=2, least=0.001)

    assert reasons.contributions.tolist() == [[-0.7, 0.3]]
    assert reasons.base_margin == -1.0
    assert reasons.other_contributions[0] == pytest.approx(0.0004, abs=1e-12)


def test_no_customers_have_no_reasons():
    reasons = choose_reasons(np.empty((0, 4)), np.empty(0), max_reasons=5, least=0.001)

    assert reasons.positions.shape == (0, 5)
