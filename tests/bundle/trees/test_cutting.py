import numpy as np
import pytest

from app.bundle.trees.cutting import cut_into_blocks
from app.bundle.trees.parsing import parse_trees
from tests.bundle.boosters import N_FEATURES, random_booster


@pytest.fixture(scope="module")
def trees():
    booster = random_booster(np.random.default_rng(2), n_trees=6, n_leaves=20)
    return parse_trees(booster.model_to_string(), n_features=N_FEATURES)


def test_every_leaf_is_in_exactly_one_block(trees):
    _, leaves = cut_into_blocks(trees)

    assert sorted(leaves.leaf_value) == sorted(trees.leaf_value)


def test_no_block_with_a_table_has_more_predicates_than_allowed(trees):
    blocks = cut_into_blocks(trees, max_predicates=4)[0].blocks

    assert blocks["n_predicates"][blocks["has_table"] > 0].max() <= 4


def test_a_tree_without_a_split_is_one_block_without_predicates():
    booster = random_booster(np.random.default_rng(2), n_trees=1, n_leaves=1)
    trees = parse_trees(booster.model_to_string(), n_features=N_FEATURES)

    blocks, leaves = cut_into_blocks(trees)

    assert blocks.blocks["n_predicates"].tolist() == [0]
    assert leaves.leaf_value.tolist() == trees.leaf_value.tolist()
