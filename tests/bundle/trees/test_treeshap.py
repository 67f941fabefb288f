import numpy as np
import pytest

from app.bundle.trees import explainer as explainers
from app.bundle.trees import margins as predict
from app.bundle.trees.cutting import cut_into_blocks
from app.bundle.trees.explainer import build_explainer
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.treeshap import explain
from tests.bundle.boosters import CATEGORICAL, N_FEATURES, odd_rows, random_booster, random_rows

KINDS = {
    "plain": {},
    "no missing values": {"use_missing": False},
    "zero is missing": {"zero_as_missing": True},
    "categories": {"categorical_feature": [CATEGORICAL]},
    "categories one by one": {"categorical_feature": [CATEGORICAL], "max_cat_to_onehot": 60},
    "categories and zero is missing": {
        "categorical_feature": [CATEGORICAL, 1],
        "zero_as_missing": True,
    },
    "bagging": {"bagging_fraction": 0.5, "bagging_freq": 1, "feature_fraction": 0.5},
    "dart": {"boosting": "dart", "drop_rate": 0.5},
    "shallow": {"max_depth": 2},
    "noisy": {"extra_trees": True},
}
SIZES = [(1, 2), (3, 1), (5, 4), (20, 15), (40, 31), (6, 120)]


def explainer_of(booster):
    return build_explainer(trees_of(booster))


def adder_of(booster):
    return predict.build_adder(trees_of(booster))


def trees_of(booster):
    return parse_trees(booster.model_to_string(), n_features=N_FEATURES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n_trees", "n_leaves"), SIZES)
def test_margins_and_contributions_are_those_of_lightgbm(kind, n_trees, n_leaves):
    rng = np.random.default_rng(n_trees * 1000 + n_leaves)
    booster = random_booster(rng, n_trees=n_trees, n_leaves=n_leaves, **KINDS[kind])
    rows = np.vstack([random_rows(rng, 150), odd_rows(rng, 150)])

    explainer, adder = explainer_of(booster), adder_of(booster)
    margins = predict.raw_margins(adder, rows)
    contributions, explained_margins = explain(explainer, rows)

    assert explained_margins.tobytes() == margins.tobytes()
    assert margins.tobytes() == booster.predict(rows, raw_score=True, num_threads=1).tobytes()
    expected = booster.predict(rows, pred_contrib=True, num_threads=1)
    np.testing.assert_allclose(contributions, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(contributions.sum(axis=1), margins, rtol=0, atol=1e-9)


def test_500_trees_stay_within_1e_9():
    rng = np.random.default_rng(5)
    booster = random_booster(rng, n_trees=500, n_leaves=8)
    rows = random_rows(rng, 100)

    explainer, adder = explainer_of(booster), adder_of(booster)

    expected = booster.predict(rows, pred_contrib=True, num_threads=1)
    np.testing.assert_allclose(explain(explainer, rows)[0], expected, rtol=0, atol=1e-9)
    assert (
        predict.raw_margins(adder, rows).tobytes()
        == booster.predict(rows, raw_score=True, num_threads=1).tobytes()
    )


@pytest.mark.parametrize("max_predicates", [1, 2, 3, 5, 9])
def test_contributions_do_not_depend_on_how_trees_are_cut(monkeypatch, max_predicates):
    """With 1 nearly every leaf is computed row by row, with 9 nearly none."""
    rng = np.random.default_rng(11)
    booster = random_booster(rng, n_trees=10, n_leaves=40, categorical_feature=[CATEGORICAL])
    rows = odd_rows(rng, 200)
    monkeypatch.setattr(
        explainers,
        "cut_into_blocks",
        lambda trees: cut_into_blocks(trees, max_predicates=max_predicates),
    )

    explainer, adder = explainer_of(booster), adder_of(booster)

    expected = booster.predict(rows, pred_contrib=True, num_threads=1)
    np.testing.assert_allclose(explain(explainer, rows)[0], expected, rtol=0, atol=1e-9)
    margins = booster.predict(rows, raw_score=True, num_threads=1)
    assert predict.raw_margins(adder, rows).tobytes() == margins.tobytes()
    assert explain(explainer, rows)[1].tobytes() == margins.tobytes()
    assert explain(explainer, rows[:3])[1].tobytes() == margins[:3].tobytes()


def test_one_row_gets_the_bits_that_it_gets_among_many():
    rng = np.random.default_rng(12)
    booster = random_booster(rng, n_trees=30, n_leaves=20, categorical_feature=[CATEGORICAL])
    rows = odd_rows(rng, 300)
    explainer, adder = explainer_of(booster), adder_of(booster)

    together = explain(explainer, rows)[0]
    margins = predict.raw_margins(adder, rows)

    for i in range(len(rows)):
        alone = rows[i : i + 1]
        assert explain(explainer, alone)[0].tobytes() == together[i].tobytes()
        assert predict.raw_margins(adder, alone).tobytes() == margins[i].tobytes()


@pytest.mark.parametrize("n_rows", [0, 1, 7, 8, 127, 128, 129, 300])
def test_any_number_of_rows_is_explained_and_none_is_changed(n_rows):
    rng = np.random.default_rng(13)
    booster = random_booster(rng, n_trees=5, n_leaves=6)
    rows = odd_rows(rng, 300)[:n_rows]
    before = rows.copy()
    explainer, adder = explainer_of(booster), adder_of(booster)

    contributions = explain(explainer, rows)[0]

    assert contributions.shape == (n_rows, N_FEATURES + 1)
    assert rows.tobytes() == before.tobytes()
    np.testing.assert_allclose(
        contributions.sum(axis=1), predict.raw_margins(adder, rows), rtol=0, atol=1e-9
    )
