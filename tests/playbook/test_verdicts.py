import operator
from dataclasses import replace

import numpy as np

from app.domain.conditions import AllOf, AnyOf, Comparison, Missing, RelativeComparison
from app.features.catalogue import FEATURE_NAMES
from app.playbook.verdicts import verdicts_of


def asked_one_by_one(playbook, features, usual):
    return [
        bytes([trigger.when([*row.tolist(), *usual.tolist()]) for trigger in playbook.triggers])
        for row in features
    ]


def test_many_customers_get_the_verdicts_that_each_gets_alone(default_playbook):
    rng = np.random.default_rng(3)
    values = np.array([np.nan, 0.0, 0.5, 1.0, 2.0, 7.0, 14.0, 30.0, 60.0, 90.0, 100.0])
    features = rng.choice(values, size=(3_000, len(FEATURE_NAMES)))
    usual = rng.choice(values, size=len(FEATURE_NAMES))

    found = verdicts_of(default_playbook, features, usual)

    assert found == asked_one_by_one(default_playbook, features, usual)
    assert len(set(found)) > 100


def test_one_customer_and_nobody_are_judged_too(default_playbook):
    features = np.full((1, len(FEATURE_NAMES)), np.nan)

    assert verdicts_of(default_playbook, features, features[0]) == asked_one_by_one(
        default_playbook, features, features[0]
    )
    assert verdicts_of(default_playbook, features[:0], features[0]) == []


def test_conditions_may_be_wide_and_nested(default_playbook):
    leaves = tuple(Comparison(i % 90, operator.ge, float(i)) for i in range(400))
    relative = RelativeComparison(0, operator.lt, 91, times=2.0, plus=-1.0)
    deep = AllOf((AnyOf((*leaves, AllOf((*leaves, relative)))), AnyOf((Missing(3), relative))))
    segment = replace(default_playbook.segments[0], when=deep)
    playbook = replace(default_playbook, segments=(segment,), sha256="1" * 64)
    rng = np.random.default_rng(4)
    features = rng.choice([np.nan, 0.0, 40.0, 300.0], size=(500, len(FEATURE_NAMES)))

    found = verdicts_of(playbook, features, features[0])

    assert found == asked_one_by_one(playbook, features, features[0])
    assert {each[0] for each in found} == {0, 1}
