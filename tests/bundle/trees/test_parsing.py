import numpy as np
import pytest

from app.bundle.trees import margins
from app.bundle.trees.explainer import build_explainer
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.treeshap import explain
from app.domain.errors import BundleRefused
from tests.bundle.boosters import CATEGORICAL, N_FEATURES, odd_rows, random_booster


@pytest.fixture(scope="module")
def booster():
    rng = np.random.default_rng(21)
    return random_booster(rng, n_trees=4, n_leaves=9, categorical_feature=[CATEGORICAL])


def refusal_of(text) -> str:
    with pytest.raises(BundleRefused) as refused:
        parse_trees(text, n_features=N_FEATURES)
    return str(refused.value)


def test_the_boosters_of_these_tests_have_categorical_splits(booster):
    trees = parse_trees(booster.model_to_string(), n_features=N_FEATURES)

    assert (trees.set_start >= 0).any()
    assert (trees.set_start < 0).any()


def test_a_random_forest_is_refused():
    rng = np.random.default_rng(1)
    forest = random_booster(
        rng, n_trees=2, n_leaves=4, boosting="rf", bagging_fraction=0.5, bagging_freq=1
    )

    assert "boosting=gbdt" in refusal_of(forest.model_to_string())


def test_linear_trees_are_refused():
    rng = np.random.default_rng(1)
    linear = random_booster(rng, n_trees=2, n_leaves=4, linear_tree=True)

    assert "linear_tree" in refusal_of(linear.model_to_string())


def test_another_number_of_features_is_refused(booster):
    with pytest.raises(BundleRefused, match="features 0 to 5, expected 0 to 6"):
        parse_trees(booster.model_to_string(), n_features=N_FEATURES + 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("left_child=", "left_child needs 8 numbers"),
        ("left_child=0 1 2 3 4 5 6 7", "has two parents"),
        ("left_child=99 1 2 3 4 5 6 7", "does not exist"),
        ("split_feature=0 0 0 0 0 0 0 6", "split_feature must lie in 0 to 5"),
        ("leaf_value=1 2 3 4 5 6 7 8 nan", "leaf_value must be finite"),
        ("leaf_value=a b", "leaf_value"),
        ("internal_count=0 0 0 0 0 0 0 0", "internal_count must be above 0"),
        ("num_leaves=0", "num_leaves"),
        ("cat_boundaries=5 4", "cat_boundaries"),
    ],
)
def test_a_damaged_line_is_named(booster, line, said):
    name = line.partition("=")[0]
    lines = booster.model_to_string().splitlines()
    first = next(i for i, old in enumerate(lines) if old.startswith(f"{name}="))
    lines[first] = line

    message = refusal_of("\n".join(lines))

    assert message.startswith("booster.txt, tree ")
    assert said in message


def test_a_text_that_is_cut_off_is_refused(booster):
    text = booster.model_to_string()

    for end in range(0, text.index("end of trees"), 97):
        refusal_of(text[:end])


def test_no_damage_crashes_or_hangs(booster):
    """LightGBM crashed on 86 of 100 such texts; this reader refuses them or stays in bounds."""
    rng = np.random.default_rng(8)
    text = booster.model_to_string()
    end = text.index("end of trees")
    rows = odd_rows(rng, 3)
    n_refused = 0
    for _ in range(400):
        damaged = list(text)
        for position in rng.integers(0, end, rng.integers(1, 6)):
            damaged[position] = "0123456789-. =\nea"[rng.integers(17)]
        try:
            trees = parse_trees("".join(damaged), n_features=N_FEATURES)
        except BundleRefused:
            n_refused += 1
            continue
        explainer = build_explainer(trees)
        assert np.isfinite(margins.raw_margins(margins.build_adder(trees), rows)).all()
        explain(explainer, rows)[0]
    assert n_refused > 50
