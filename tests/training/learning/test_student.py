import numpy as np
import pytest

from app.features.catalogue import FEATURE_NAMES
from training.learning.student import fit_student


def rows(n_rows=1500):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(n_rows, len(FEATURE_NAMES)))
    features[::5, 1] = np.nan
    margins = features[:, 0] - 0.5 * np.nan_to_num(features[:, 1]) - 1
    return features, margins


def test_the_student_says_what_the_teacher_says():
    features, margins = rows()
    student = fit_student(features, margins, np.ones(len(margins), dtype=bool), seed=0)

    said = student.probabilities_of(features)

    assert np.corrcoef(np.log(said / (1 - said)), margins)[0, 1] > 0.98
    assert student.rmse < 0.2


def test_the_mean_of_the_newest_rows_is_the_teachers():
    features, margins = rows()
    newest = np.arange(len(margins)) < 500

    student = fit_student(features, margins, newest, seed=0)

    said = student.probabilities_of(features[newest]).mean()
    assert said == pytest.approx((1 / (1 + np.exp(-margins[newest]))).mean(), abs=1e-9)


def test_a_teacher_who_says_one_thing_has_a_student_who_says_it():
    features, _ = rows()
    student = fit_student(features, np.full(1500, 0.4), np.ones(1500, dtype=bool), seed=0)

    assert student.probabilities_of(features) == pytest.approx(1 / (1 + np.exp(-0.4)))


def test_the_same_rows_give_the_same_text():
    features, margins = rows(400)
    newest = np.ones(400, dtype=bool)

    texts = {fit_student(features, margins, newest, seed=0).booster_text for _ in range(2)}

    assert len(texts) == 1


def test_an_easy_teacher_has_a_small_student():
    features, _ = rows()
    easy = np.where(features[:, 0] > 0, 1.0, -1.0)
    _, harder = rows()
    newest = np.ones(len(features), dtype=bool)

    small = fit_student(features, easy, newest, seed=0)
    large = fit_student(features, harder, newest, seed=0)

    assert small.n_trees < large.n_trees < 300
    assert small.rmse < 0.05
