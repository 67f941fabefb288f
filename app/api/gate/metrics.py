"""What the service measures of itself, as Prometheus reads it; no customer is ever named.

The text format is four lines per family, and counting is an addition on the event loop: a library
for it would cost more memory than the counters, and its locks more time than the additions.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, Final, TypeAlias

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# A full answer takes a third of a millisecond, a bulk call of a thousand tens of them.
BOUNDS: Final = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

Labels: TypeAlias = tuple[tuple[str, str], ...]
Sample: TypeAlias = tuple[Labels, float]


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str | None, int], list[float]] = {}
        self._counted: dict[tuple[str, str], int] = {}
        self._lock = Lock()

    def answered(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        """Count a request; only the event loop calls this, so nothing is locked.

        The route is the template (``/v1/customers/{customer_id}/score``), never the path.
        """
        route = scope.get("route")
        key = (scope["method"], getattr(route, "path", None), status)
        found = self._requests.get(key)
        if found is None:
            found = self._requests.setdefault(_bounded(key), [0.0] * (len(BOUNDS) + 2))
        found[bisect_left(BOUNDS, seconds)] += 1
        found[-1] += seconds

    def count(self, name: str, label: str, n: int) -> None:
        """Add to a counter, from any thread."""
        if n:
            with self._lock:
                self._counted[name, label] = self._counted.get((name, label), 0) + n

    def counted(self, name: str) -> list[tuple[str, int]]:
        """Return what was counted under a name, by label."""
        with self._lock:
            return sorted((label, n) for (of, label), n in self._counted.items() if of == name)

    def n_answered(self, route: str, status: int) -> float:
        """Return how many requests of a route were answered with a status."""
        found = self._requests.copy().items()
        return sum(sum(n[:-1]) for (_, *key), n in found if key == [route, status])

    def requests(self) -> list[str]:
        """Return the lines about requests: a histogram by method, route and status."""
        name = "holdfast_request_seconds"
        lines = _heading(name, "histogram", "Time from the first byte asked to the last answered.")
        for (method, route, status), found in sorted(self._requests.copy().items(), key=str):
            labels: Labels = (
                ("method", method), ("route", route or "unmatched"), ("status", str(status))
            )  # fmt: skip
            n = 0.0
            for bound, more in zip((*BOUNDS, "+Inf"), found, strict=False):
                n += more
                lines.append(_line(f"{name}_bucket", (*labels, ("le", str(bound))), n))
            lines.append(_line(f"{name}_sum", labels, found[-1]))
            lines.append(_line(f"{name}_count", labels, n))
        return lines


def gauge(name: str, text: str, samples: Iterable[Sample]) -> list[str]:
    """Return the lines of what goes up and down; none where there is nothing to say."""
    return _family(name, "gauge", text, samples)


def counter(name: str, text: str, samples: Iterable[Sample]) -> list[str]:
    """Return the lines of what only grows; none where there is nothing to say."""
    return _family(name, "counter", text, samples)


def one(value: float | None) -> list[Sample]:
    """Return the only sample of a family; none where the value is not known."""
    return [] if value is None else [((), value)]


def by(label: str, values: Iterable[tuple[str, float]]) -> list[Sample]:
    """Return samples that one label tells apart."""
    return [(((label, text),), value) for text, value in values]


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> list[str]:
    lines = [_line(name, labels, value) for labels, value in samples]
    return [*_heading(name, kind, text), *lines] if lines else []


def _heading(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _bounded(key: tuple[str, str | None, int]) -> tuple[str, str | None, int]:
    """Return the key with a method that is one of few: clients may send any word."""
    method, route, status = key
    return (method if method in _METHODS else "other", route, status)


def _line(name: str, labels: Labels, value: float) -> str:
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{inner}}} {value:.12g}" if inner else f"{name} {value:.12g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
