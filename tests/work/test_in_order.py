from concurrent.futures import ThreadPoolExecutor

import pytest

from app.work.in_order import in_order


def test_results_come_in_the_order_of_what_was_given():
    with ThreadPoolExecutor(3) as threads:
        assert list(in_order(threads, lambda n: n * n, range(20), ahead=4)) == [
            n * n for n in range(20)
        ]


def test_no_more_is_taken_than_may_be_ahead():
    taken = []

    def numbers():
        for n in range(20):
            taken.append(n)
            yield n

    with ThreadPoolExecutor(2) as threads:
        results = in_order(threads, abs, numbers(), ahead=3)
        assert next(results) == 0
        assert taken == [0, 1, 2, 3]
        results.close()


def test_a_failure_is_raised_where_its_result_would_have_come():
    with ThreadPoolExecutor(2) as threads:
        results = in_order(threads, lambda n: 1 // n, [1, 0, 1], ahead=2)
        assert next(results) == 1
        with pytest.raises(ZeroDivisionError):
            next(results)
