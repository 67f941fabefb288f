import numpy as np

from training.dataset.folds import folds_of


def test_a_customer_that_appears_twice_falls_into_one_fold():
    folds = folds_of(["a", "b", "c", "a"], n_folds=4, seed=0)

    assert folds[0] == folds[3]


def test_folds_do_not_depend_on_who_else_is_there():
    assert folds_of(["b", "a"], n_folds=4, seed=0)[1] == folds_of(["a"], n_folds=4, seed=0)[0]


def test_folds_are_of_about_equal_size():
    sizes = np.bincount(folds_of([f"c{i}" for i in range(4000)], n_folds=4, seed=0))

    assert sizes.min() > 900
