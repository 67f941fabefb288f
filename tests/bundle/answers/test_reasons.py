import numpy as np
import pytest

from app.bundle.answers.reasons import NO_REASON, reasons_of


def plainly(contributions, most, least):
    """Choose as one would say it: sort by size, the first of equals first, leave out the small."""
    told = []
    for row in contributions[:, :-1]:
        order = np.argsort(-np.abs(row), kind="stable")[:most]
        kept = [int(j) for j in order if abs(row[j]) >= least]
        told.append(kept + [NO_REASON] * (most - len(kept)))
    return told


@pytest.mark.parametrize("most", [0, 1, 3, 5, 12])
def test_the_largest_are_chosen_as_sorting_would(most):
    rng = np.random.default_rng(most)
    steps = np.array([-0.5, -0.1, -0.001, -0.0005, 0.0, 0.0005, 0.001, 0.1, 0.5])
    contributions = np.vstack([rng.normal(size=(50, 13)), rng.choice(steps, size=(200, 13))])

    reasons = reasons_of(contributions, contributions.sum(axis=1), most=most, least=0.001)

    assert reasons.positions.tolist() == plainly(contributions, most, 0.001)[: len(contributions)]


def test_what_is_not_told_is_the_rest():
    contributions = np.array([[0.3, -0.7, 0.0, 0.0004, -1.0]])

    reasons = reasons_of(contributions, np.array([-1.3996]), most=2, least=0.001)

    assert reasons.moves.tolist() == [[-0.7, 0.3]]
    assert reasons.base == -1.0
    assert reasons.others[0] == pytest.approx(0.0004, abs=1e-12)


def test_nobody_has_no_reasons():
    assert reasons_of(np.empty((0, 4)), np.empty(0), most=5, least=0.001).positions.shape == (0, 5)
