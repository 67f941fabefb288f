import numpy as np

from tests.training.shops import DAY, ORDER, UNTIL_MICROS, shop, with_events
from training.dataset.history_slices import customer_of_events, known_before, select_customers

MOMENT = UNTIL_MICROS - 100 * DAY


def test_what_occurred_at_or_after_the_moment_is_not_known():
    assert known_before(shop(), moment=MOMENT).occurred_at.max() < MOMENT


def test_what_was_received_at_or_after_the_moment_is_not_known():
    late = with_events(
        shop(), customers=[0], occurred_at=[MOMENT - DAY], kinds=[ORDER], received_at=[MOMENT]
    )

    assert (
        known_before(late, moment=MOMENT).n_events == known_before(shop(), moment=MOMENT).n_events
    )


def test_customers_keep_their_positions_when_the_future_goes():
    known = known_before(shop(), moment=MOMENT)

    assert list(known.customer_ids) == list(shop().customer_ids)
    assert len(customer_of_events(known)) == known.n_events


def test_a_cut_of_customers_holds_exactly_their_rows():
    history = shop()
    cut = select_customers(history, np.array([7, 2]))

    rows = history.occurred_at[history.starts[2] : history.starts[3]]
    assert list(cut.customer_ids) == ["c0007", "c0002"]
    assert np.array_equal(cut.occurred_at[cut.starts[1] :], rows)
