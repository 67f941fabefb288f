import numpy as np
import pytest

from app.bundle.trees import margins as predict
from app.bundle.trees.explainer import Explainer, build_explainer
from app.bundle.trees.margins import Forest
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.treeshap import explain
from tests.bundle.boosters import CATEGORICAL, N_FEATURES, odd_rows, random_booster


def trees_of(**how):
    rng = np.random.default_rng(3)
    how = {"n_trees": 12, "n_leaves": 8} | how
    booster = random_booster(rng, **how)
    return parse_trees(booster.model_to_string(), n_features=N_FEATURES)


@pytest.mark.parametrize("how", [{}, {"use_missing": False}, {"n_leaves": 2}, {"n_leaves": 32}])
def test_plain_trees_are_added_up_without_tables(how):
    assert isinstance(predict.build_adder(trees_of(**how)), Forest)


@pytest.mark.parametrize(
    "how", [{"n_leaves": 33}, {"categorical_feature": [CATEGORICAL]}, {"zero_as_missing": True}]
)
def test_other_trees_are_added_up_from_the_tables_for_explaining(how):
    assert isinstance(predict.build_adder(trees_of(**how)), Explainer)


def test_an_existing_explainer_is_not_built_again():
    trees = trees_of(n_leaves=33)
    explainer = predict.build_adder(trees)

    assert predict.build_adder(trees, explainer=explainer) is explainer


def test_a_tree_without_a_split_gives_every_row_the_same_margin():
    trees = trees_of(n_trees=1, n_leaves=2)
    stump = trees._replace(
        node_start=np.array([0, 0]),
        leaf_start=np.array([0, 1]),
        leaf_value=np.array([0.25]),
        **{name: getattr(trees, name)[:0] for name in ("feature", "threshold", "left", "right")},
        **{name: getattr(trees, name)[:0] for name in ("nan_left", "zero_left", "set_start")},
    )
    rows = np.zeros((200, N_FEATURES))

    assert predict.raw_margins(predict.build_adder(stump), rows).tolist() == [0.25] * 200


@pytest.mark.parametrize("n_rows", [0, 1, 7, 8, 127, 128, 129, 300])
@pytest.mark.parametrize("n_leaves", [8, 32])
def test_any_number_of_rows_gets_the_bits_of_explaining(n_rows, n_leaves):
    trees = trees_of(n_leaves=n_leaves)
    rows = odd_rows(np.random.default_rng(4), 300)[:n_rows]
    before = rows.copy()

    margins = predict.raw_margins(predict.build_adder(trees), rows)

    explainer = build_explainer(trees)
    assert margins.tobytes() == explain(explainer, rows)[1].tobytes()
    assert rows.tobytes() == before.tobytes()


def test_two_boosters_used_in_turn_do_not_disturb_each_other():
    many, few = (predict.build_adder(trees_of(n_trees=n)) for n in (300, 2))
    rows = odd_rows(np.random.default_rng(5), 200)
    alone = [predict.raw_margins(adder, rows).tobytes() for adder in (many, few)]

    for _ in range(3):
        for adder, expected in zip((many, few), alone, strict=True):
            assert predict.raw_margins(adder, rows).tobytes() == expected
            assert predict.raw_margins(adder, rows[:1]).tobytes() == expected[:8]
