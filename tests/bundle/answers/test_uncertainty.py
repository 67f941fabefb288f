import pytest

from app.bundle.answers.uncertainty import Uncertainty, read_uncertainty
from app.bundle.json_object import JsonObject
from app.domain.errors import BundleRefused
from tests.bundle.answers.uncertainties import UNCERTAINTY_VALUES


def test_what_is_written_is_read_back():
    uncertainty = Uncertainty(**UNCERTAINTY_VALUES)

    assert read_uncertainty(JsonObject(uncertainty.as_json(), "here")) == uncertainty


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"coverage": 1.0}, "between 0 and 1"),
        ({"shared_deviation": -0.1}, "deviation"),
        ({"knots": (0.0, 0.0, 2.0)}, "ascending"),
        ({"history_from": (2.0,)}, "rows"),
        ({"below": ((0.9, 0.8),) * 3}, "columns"),
        ({"above": ((30.0, 1.0, 1.0),) * 3}, "deviation"),
    ],
)
def test_a_table_that_makes_no_sense_cannot_be_built(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        Uncertainty(**(UNCERTAINTY_VALUES | changes))


def test_a_row_that_is_not_a_list_is_refused_by_name():
    content = Uncertainty(**UNCERTAINTY_VALUES).as_json() | {"above": [1, 2, 3]}

    with pytest.raises(BundleRefused, match="above"):
        read_uncertainty(JsonObject(content, "here"))
