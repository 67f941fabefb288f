import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.work.in_order import in_order, prefetch


def test_results_come_in_the_order_of_the_input():
    with ThreadPoolExecutor(3) as threads:
        assert list(in_order(threads, lambda n: n * n, range(20), ahead=4)) == [
            n * n for n in range(20)
        ]


def test_no_more_input_is_taken_than_may_be_ahead():
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


def test_an_error_is_raised_in_the_place_of_its_result():
    with ThreadPoolExecutor(2) as threads:
        results = in_order(threads, lambda n: 1 // n, [1, 0, 1], ahead=2)
        assert next(results) == 1
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_the_next_item_is_fetched_while_one_is_used():
    fetched = []
    is_used = threading.Event()

    def items():
        for n in range(1, 4):
            fetched.append(n)
            if n == 2:
                is_used.set()
            yield n

    with ThreadPoolExecutor(1) as threads:
        ahead = prefetch(threads, items())
        assert next(ahead) == 1
        assert is_used.wait(10)
        assert 3 not in fetched
        assert list(ahead) == [2, 3]


def test_an_error_of_the_items_is_raised_in_the_place_of_the_item():
    def items():
        yield 1
        raise OSError("the database is away")

    with ThreadPoolExecutor(1) as threads:
        ahead = prefetch(threads, items())
        assert next(ahead) == 1
        with pytest.raises(OSError, match="away"):
            next(ahead)
