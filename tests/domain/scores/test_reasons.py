from app.domain.scores.reasons import Reason


def test_the_sign_of_a_contribution_is_its_direction():
    raising = Reason("orders_30d", 0.0, 2.0, contribution=0.62, text="no orders")

    assert raising.direction == "raises"
    assert raising._replace(contribution=-0.62).direction == "lowers"
