import lightgbm as lgb
import numpy as np

from training.learning.merge_boosters import mean_of_boosters


def grown(seed, *, n_trees):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(500, 3))
    outcome = (rows[:, 0] + rng.normal(size=500) > 0).astype(float)
    parameters = {"objective": "binary", "num_leaves": 5, "verbose": -1, "num_threads": 1}
    data = lgb.Dataset(rows, outcome, feature_name=["a", "b", "c"], params=parameters)
    return lgb.train(parameters, data, n_trees).model_to_string()


def test_the_merged_margin_is_the_mean_of_the_margins():
    texts = [grown(1, n_trees=5), grown(2, n_trees=9)]
    rows = np.random.default_rng(3).normal(size=(50, 3))
    rows[::7, 1] = np.nan

    merged = lgb.Booster(model_str=mean_of_boosters(texts))

    margins = [lgb.Booster(model_str=text).predict(rows, raw_score=True) for text in texts]
    assert np.allclose(merged.predict(rows, raw_score=True), np.mean(margins, axis=0), atol=1e-12)
    assert merged.num_trees() == 14


def test_the_text_says_nothing_about_the_run():
    assert "num_threads" not in mean_of_boosters([grown(1, n_trees=2)])
