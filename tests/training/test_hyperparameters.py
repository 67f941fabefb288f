from training.hyperparameters import Hyperparameters


def test_trees_are_larger_where_there_is_much_to_learn_from():
    hyperparameters = Hyperparameters(num_leaves=8, many_rows=1000, num_leaves_of_many=16)

    assert (hyperparameters.leaves_for(999), hyperparameters.leaves_for(1000)) == (8, 16)


def test_trees_are_largest_where_there_is_most():
    assert [Hyperparameters().leaves_for(n) for n in (99_999, 249_999, 250_000)] == [8, 16, 31]
