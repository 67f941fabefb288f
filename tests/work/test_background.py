"""Workers take their turns in a thread until it is stopped."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.work.background import Background
from app.work.worker import IsStopping

LONG = 60.0


@dataclass(frozen=True)
class Doing:
    """A worker that does whatever a test wants done."""

    work: Callable[[IsStopping], bool]


def test_a_worker_that_had_something_to_do_is_asked_again_at_once():
    done = threading.Event()
    rounds = iter([True, True, False])

    def step(_) -> bool:
        more = next(rounds)
        if not more:
            done.set()
        return more

    background = Background("test", [Doing(step)], every_seconds=LONG)
    background.start()
    assert done.wait(10)
    background.stop()


def test_waking_ends_the_wait():
    rounds = []
    second = threading.Event()

    def step(_) -> bool:
        rounds.append(1)
        if len(rounds) == 2:
            second.set()
        return False

    background = Background("test", [Doing(step)], every_seconds=LONG)
    background.start()
    background.wake()
    assert second.wait(10)
    background.stop()


def test_an_error_does_not_end_the_thread(caplog):
    second = threading.Event()
    rounds = []

    def step(_) -> bool:
        rounds.append(1)
        if len(rounds) == 1:
            raise OSError("the database is away")
        second.set()
        return False

    background = Background("test", [Doing(step)], every_seconds=0.01)
    background.start()
    assert second.wait(10)
    background.stop()
    assert "a round failed" in caplog.text


def test_a_worker_can_ask_whether_to_stop():
    started = threading.Event()
    stopped = threading.Event()

    def step(is_stopping) -> bool:
        started.set()
        while not is_stopping():
            pass
        stopped.set()
        return True

    background = Background("test", [Doing(step)], every_seconds=LONG)
    background.start()
    assert started.wait(10)
    background.stop()
    assert stopped.is_set()


def test_the_first_worker_with_something_to_do_goes_first():
    turns = []
    done = threading.Event()
    first_has_work = iter([True, True, False, False])
    second_has_work = iter([True, False])

    def first(_) -> bool:
        turns.append("first")
        return next(first_has_work)

    def second(_) -> bool:
        turns.append("second")
        has_worked = next(second_has_work)
        if not has_worked:
            done.set()
        return has_worked

    background = Background("test", [Doing(first), Doing(second)], every_seconds=LONG)
    background.start()
    assert done.wait(10)
    background.stop()
    assert turns == ["first", "first", "first", "second", "first", "second"]


def test_a_faulty_worker_does_not_keep_the_next_from_its_turn():
    reached = threading.Event()

    def faulty(_) -> bool:
        raise OSError("always")

    def healthy(_) -> bool:
        reached.set()
        return False

    background = Background("test", [Doing(faulty), Doing(healthy)], every_seconds=LONG)
    background.start()
    assert reached.wait(10)
    background.stop()


def test_no_worker_gets_a_turn_once_the_thread_is_stopping():
    started = threading.Event()
    turns = []

    def first(is_stopping) -> bool:
        started.set()
        while not is_stopping():
            pass
        return False

    def second(_) -> bool:
        turns.append("second")
        return False

    background = Background("test", [Doing(first), Doing(second)], every_seconds=LONG)
    background.start()
    assert started.wait(10)
    background.stop()
    assert turns == []
