import threading

from app.work.background import Background

LONG = 60.0


def test_a_step_that_had_something_to_do_is_repeated_at_once():
    done = threading.Event()
    rounds = iter([True, True, False])

    def step(_) -> bool:
        more = next(rounds)
        if not more:
            done.set()
        return more

    background = Background("test", step, every_seconds=LONG)
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

    background = Background("test", step, every_seconds=LONG)
    background.start()
    background.wake()
    assert second.wait(10)
    background.stop()


def test_an_error_ends_nothing(caplog):
    second = threading.Event()
    rounds = []

    def step(_) -> bool:
        rounds.append(1)
        if len(rounds) == 1:
            raise OSError("the database is away")
        second.set()
        return False

    background = Background("test", step, every_seconds=0.01)
    background.start()
    assert second.wait(10)
    background.stop()
    assert "a round failed" in caplog.text


def test_a_step_can_ask_whether_to_stop():
    started = threading.Event()
    stopped = threading.Event()

    def step(is_stopping) -> bool:
        started.set()
        while not is_stopping():
            pass
        stopped.set()
        return True

    background = Background("test", step, every_seconds=LONG)
    background.start()
    assert started.wait(10)
    background.stop()
    assert stopped.is_set()
