import math

import pytest

from app.bundle.opening import open_promoted
from app.domain.moments import from_micros
from app.playbook.read import read_playbook
from app.use_cases.scores.assess import assess
from app.use_cases.scores.columns import score_columns
from tests.bundles import put_bundle_into_service
from tests.strategies import AS_OF, Customer, event, history_of

MOMENT = from_micros(AS_OF)
BUYER = Customer(tuple(event("order_placed", days, amount=20.0) for days in (5, 15, 25, 35)))
VISITOR = Customer((event("login", 65), event("login", 66)))
COLUMN_OF = {
    "customer_id": "customer_ids",
    "margin": "margins",
    "probability": "probabilities",
    "percentile": "percentiles",
    "value": "values",
    "tier_before": "before",
    "score": "scores",
    "tier": "tiers",
}  # all others have the same name


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models)
    return open_promoted(models)


def test_columns_hold_the_same_numbers_as_the_answers(bundle):
    history = history_of([BUYER, VISITOR])
    columns = score_columns(history, bundle, as_of=MOMENT)
    buyer, visitor = assess(history, bundle, read_playbook(), as_of=MOMENT)

    assert columns.sufficient.tolist() == [True, False]
    assert columns.probabilities[0] == buyer.risk.probability
    assert columns.margins[0] == buyer.risk.margin
    assert math.isclose(columns.probabilities[0], 1 / (1 + math.exp(-columns.margins[0])))
    assert visitor.risk is None


def test_every_number_of_a_customer_is_that_of_the_column_with_its_name(bundle):
    columns = score_columns(history_of([BUYER, VISITOR]), bundle, as_of=MOMENT)

    for i, customer in enumerate(columns.customers()):
        for name, value in customer._asdict().items():
            column = getattr(columns, COLUMN_OF.get(name, name))
            assert value == column[i] or (math.isnan(value) and math.isnan(column[i])), name
