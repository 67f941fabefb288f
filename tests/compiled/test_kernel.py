import sys
import textwrap
import threading
import zlib
from contextlib import contextmanager, suppress
from importlib.util import module_from_spec, spec_from_file_location
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from app.compiled import compiler, stored
from app.compiled.arguments import kinds_of
from app.compiled.fingerprint import fingerprint
from app.compiled.kernel import bulk_data, entry, part

FACTOR = 2.0


class Pair(NamedTuple):
    numbers: NDArray[np.float64]
    weight: float


@part
def weighed(pair: Pair, i: int) -> float:
    return pair.numbers[i] * pair.weight / FACTOR


def weigh_each(pair: Pair, n: int, out: NDArray[np.float64]) -> None:
    for i in range(n):
        out[i] = weighed(pair, i)


@bulk_data
class Long(NamedTuple):
    numbers: NDArray[np.float64]


def add_to_each(long: Long, n: int) -> None:
    for i in range(len(long.numbers)):
        long.numbers[i] += n


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Keep the code of these tests apart from the service's."""
    monkeypatch.setattr(stored, "FOLDER", tmp_path / "code")
    return tmp_path / "code"


@pytest.fixture
def arguments():
    return Pair(np.array([1.0, 2.0, 5.0]), 3.0), 3, np.zeros(3)


def test_a_kernel_writes_its_results_into_the_arrays_it_is_given(arguments):
    entry(weigh_each)(*arguments)

    assert arguments[-1].tolist() == [1.5, 3.0, 7.5]


def test_the_second_process_takes_the_code_from_the_file(arguments, folder, monkeypatch):
    entry(weigh_each)(*arguments)
    monkeypatch.setattr(compiler, "machine_code_of", None)  # calling it would fail
    arguments[-1][:] = 0

    entry(weigh_each)(*arguments)

    assert len(list(folder.iterdir())) == 1
    assert arguments[-1].tolist() == [1.5, 3.0, 7.5]


@pytest.mark.parametrize("n", [1000, 100_000])  # with the GIL, and without
def test_the_code_gives_the_same_bits_as_numba_itself(arguments, n):
    rng = np.random.default_rng(0)
    pair, _, _ = arguments
    ours, numbas = np.zeros(n), np.zeros(n)
    many = pair._replace(numbers=rng.normal(size=n))

    entry(weigh_each)(many, n, ours)
    part(weigh_each)(many, n, numbas)

    assert ours.tobytes() == numbas.tobytes()


def test_a_damaged_file_is_compiled_anew(arguments, folder):
    entry(weigh_each)(*arguments)
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    entry(weigh_each)(*arguments)

    assert arguments[-1].tolist() == [1.5, 3.0, 7.5]


def test_where_code_cannot_be_kept_the_kernel_runs_and_the_log_says_so(arguments, folder, caplog):
    folder.write_text("a file where the folder would be")

    entry(weigh_each)(*arguments)

    assert arguments[-1].tolist() == [1.5, 3.0, 7.5]
    assert "holdfast warm-up" in caplog.text


@pytest.mark.parametrize(
    "other",
    [
        np.zeros(3, np.float32),
        np.zeros(3, ">f8" if sys.byteorder == "little" else "<f8"),
        np.zeros(3, np.int64),
        np.zeros((3, 1)),
        np.zeros(6)[::2],
        [0.0, 0.0, 0.0],
        None,
    ],
)
def test_other_arrays_than_those_it_was_compiled_for_are_refused(arguments, other):
    compiled = entry(weigh_each)
    compiled(*arguments)

    with pytest.raises(TypeError, match=r"weigh_each takes C-contiguous arrays.* kind of out"):
        compiled(arguments[0], 3, other)


@pytest.mark.parametrize(
    "other",
    [
        (np.ones(3), "heavy"),
        (np.ones(3), None),
        (np.ones(3),),
        (np.ones(3), 3.0, 3.0),
        ([1.0, 2.0], 3.0),
        [np.ones(3), 3.0],
        None,
    ],
)
def test_what_is_no_tuple_of_the_same_kinds_is_refused(arguments, other):
    compiled = entry(weigh_each)
    compiled(*arguments)

    with pytest.raises(TypeError, match=r"weigh_each takes .* got another kind of pair"):
        compiled(other, 3, arguments[-1])
    assert arguments[-1].tolist() == [1.5, 3.0, 7.5]


@pytest.mark.parametrize("other", [3.0, "3", None, 2**63, np.ones(1)])
def test_what_is_no_whole_number_is_refused(arguments, other):
    compiled = entry(weigh_each)
    compiled(*arguments)

    with pytest.raises(TypeError, match=r"weigh_each takes .* got another kind of n"):
        compiled(arguments[0], other, arguments[-1])


def test_more_or_fewer_arguments_are_refused(arguments):
    compiled = entry(weigh_each)
    compiled(*arguments)

    with pytest.raises(TypeError, match=r"weigh_each takes .* got 4 arguments"):
        compiled(*arguments, 1)
    with pytest.raises(TypeError, match=r"weigh_each takes .* got 0 arguments"):
        compiled()


def test_numbers_may_be_numpys_and_minus_one(arguments):
    compiled, out = entry(weigh_each), arguments[-1]
    compiled(*arguments)

    compiled(arguments[0]._replace(weight=np.float32(-1.0)), np.int64(2), out)
    assert out.tolist() == [-0.5, -1.0, 7.5]
    compiled(arguments[0]._replace(weight=-1), -1, out)
    assert out.tolist() == [-0.5, -1.0, 7.5]


def test_a_call_leaves_no_reference_behind(arguments):
    compiled, out = entry(weigh_each), arguments[-1]
    compiled(*arguments)
    before = [sys.getrefcount(each) for each in (*arguments, arguments[0].numbers, out)]

    for n in (3, "wrong"):
        with suppress(TypeError):
            compiled(arguments[0], n, out)

    assert [sys.getrefcount(x) for x in (*arguments, arguments[0].numbers, out)] == before


def test_a_kernel_that_needs_numba_at_run_time_is_refused():
    @entry
    def fold(out: NDArray[np.float64]) -> None:
        out.reshape(2, 2)[0, 0] = 1.0

    with pytest.raises(TypeError, match="kernels must allocate no memory"):
        fold(np.zeros(4))


@contextmanager
def somebody_waiting():
    """Give a list that another thread writes into as soon as this one lets it run."""
    interval, ready, ran = sys.getswitchinterval(), threading.Event(), []
    other = threading.Thread(target=lambda: (ready.wait(), ran.append("ran")))
    other.start()
    sys.setswitchinterval(1_000.0)  # seconds: no thread is made to let others run
    try:
        ready.set()
        yield ran
    finally:
        sys.setswitchinterval(interval)
        other.join()


def test_other_threads_run_while_there_is_much_to_do(arguments):
    compiled, out = entry(weigh_each), np.zeros(100_000)
    much = arguments[0]._replace(numbers=np.ones(len(out)))
    compiled(much, len(out), out)

    with somebody_waiting() as ran:
        n_calls = 0
        while not ran and n_calls < 100_000:
            compiled(much, len(out), out)
            n_calls += 1

        assert ran == ["ran"]


def test_other_threads_run_while_a_tuple_of_bulk_data_is_long():
    compiled, long = entry(add_to_each), Long(np.ones(100_000))
    compiled(long, 1)

    with somebody_waiting() as ran:
        n_calls = 0
        while not ran and n_calls < 100_000:
            compiled(long, 1)
            n_calls += 1

        assert ran == ["ran"]


def test_no_other_thread_runs_while_there_is_little_to_do(arguments):
    compiled = entry(weigh_each)
    compiled(*arguments)

    with somebody_waiting() as ran:
        for _ in range(1_000):
            compiled(*arguments)

        assert ran == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return x * SCALE", "return x + SCALE"),  # what a part does
        ("SCALE = 2.0", "SCALE = 3.0"),  # a constant
        ("np.array([1, 2])", "np.array([1, 3])"),  # an array that parts read
        ("('first', 'second')", "('second', 'first')"),  # which number a name stands for
        ("both(doubled, halved)", "both(halved, doubled)"),  # the order of parts in a closure
        ("both(doubled, halved)", "both(doubled, doubled)"),
        ("moved(doubled, 1)", "moved(doubled, 2)"),  # a number in a closure
    ],
)
def test_a_change_far_from_the_kernel_changes_its_fingerprint(tmp_path, old, new):
    assert _fingerprint_of(SOURCE, tmp_path) != _fingerprint_of(SOURCE.replace(old, new), tmp_path)


def test_a_comment_changes_no_fingerprint(tmp_path):
    explained = SOURCE.replace("return x", "# because\n            return x")

    assert _fingerprint_of(explained, tmp_path) == _fingerprint_of(SOURCE, tmp_path)


def test_a_kernel_that_refers_to_what_may_change_unseen_is_refused(tmp_path):
    with pytest.raises(TypeError, match="kernels cannot refer to SCALE"):
        _fingerprint_of(SOURCE.replace("SCALE = 2.0", "SCALE = [2.0]"), tmp_path)


SOURCE = textwrap.dedent("""\
    from collections import namedtuple

    import numpy as np
    from app.compiled.kernel import bulk_data, entry, part

    SCALE = 2.0
    TABLE = np.array([1, 2])
    PLACES = namedtuple("Places", ('first', 'second'))(0, 1)

    @part
    def scaled(x):
            return x * SCALE

    @part
    def looked_up(x, i):
        return scaled(x) + TABLE[i]

    @part
    def doubled(out):
        out[PLACES.first] *= 2

    @part
    def halved(out):
        out[PLACES.first] /= 2

    def both(first, rest):
        @part
        def run(out):
            first(out)
            rest(out)
        return run

    def moved(inner, places):
        @part
        def run(out):
            inner(out[places:])
        return run

    # The last two have been met before: which of them is called, and when, must still count.
    together = both(both(halved, doubled), both(moved(doubled, 1), both(doubled, halved)))

    @entry
    def fill(n: int, out) -> None:
        for i in range(n):
            out[i] = looked_up(out[i], i)
        together(out)
""")


def _fingerprint_of(source, folder):
    path = folder / f"{zlib.crc32(source.encode())}.py"
    path.write_text(source)
    spec = spec_from_file_location("kernels_of_a_test", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    function = module.fill.function
    return fingerprint(function, kinds_of(function, (2, np.zeros(2))))
