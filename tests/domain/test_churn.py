import pytest

from app.domain.churn import ChurnDefinition, ChurnKind


def test_a_definition_reads_as_a_sentence():
    orders = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90)
    contracts = ChurnDefinition(ChurnKind.CANCELLATION, "subscription_cancelled", 30)

    assert orders.sentence == "no order_placed"
    assert contracts.sentence == "subscription_cancelled or no renewal"


@pytest.mark.parametrize("horizon_days", [0, -1, 3651])
def test_a_horizon_is_between_a_day_and_ten_years(horizon_days):
    with pytest.raises(ValueError, match="horizon_days must lie in 1 to 3650"):
        ChurnDefinition(ChurnKind.ABSENCE, "order_placed", horizon_days)


def test_a_definition_needs_an_event():
    with pytest.raises(ValueError, match="name of an event"):
        ChurnDefinition(ChurnKind.ABSENCE, "", 90)
