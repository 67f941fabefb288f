import numpy as np
import pytest

from app.statistics.metrics import compute_metrics
from training.testing.curves import gains_of, precision_recall_of, roc_of

SAID = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
CHURNED = np.array([1.0, 1, 0, 1, 0])


def test_the_roc_curve_goes_through_what_one_counts_by_hand():
    stayed, churned = roc_of(CHURNED, SAID)

    assert stayed.tolist() == [0, 0, 0, 0.5, 0.5, 1]
    assert churned.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3, 1, 1])


def test_the_area_under_the_roc_curve_is_the_auc():
    rng = np.random.default_rng(0)
    said = np.round(rng.uniform(size=300), 1)
    churned = (rng.uniform(size=300) < said).astype(float)
    x, y = roc_of(churned, said)

    assert np.trapezoid(y, x) == pytest.approx(compute_metrics(churned, said).auc)


def test_precision_is_of_the_found_and_recall_of_all():
    recall, precision = precision_recall_of(CHURNED, SAID)

    assert recall.tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1, 1])
    assert precision.tolist() == pytest.approx([1, 1, 2 / 3, 3 / 4, 3 / 5])


def test_gains_end_with_everybody():
    share, caught = gains_of(CHURNED, SAID)

    assert (share[0], caught[0], share[-1], caught[-1]) == (0, 0, 1, 1)
    assert caught[2] == pytest.approx(2 / 3)


def test_equal_probabilities_are_taken_together():
    share, caught = gains_of(np.array([1.0, 0, 1, 0]), np.full(4, 0.5))

    assert (share.tolist(), caught.tolist()) == ([0, 1], [0, 1])
