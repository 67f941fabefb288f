"""What the service measures about itself; no customer is ever named.

Counting is an addition on the event loop. A library for it would need more memory than the
counters, and its locks more time than the additions.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

from app.api.contract.prometheus import Labels, Sample, heading, sample_line

# Seconds. A full answer takes a third of a millisecond, a bulk call for a thousand tens of them.
BOUNDS: Final = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str | None, int], list[float]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._fallbacks: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def count_request(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        """Count a request; only the event loop may call this, so nothing is locked.

        The route is the template (``/v1/customers/{customer_id}/score``), never the path.
        """
        route = scope.get("route")
        key = (scope["method"], getattr(route, "path", None), status)
        buckets = self._requests.get(key)
        if buckets is None:
            buckets = self._requests.setdefault(_bounded(key), [0.0] * (len(BOUNDS) + 2))
        buckets[bisect_left(BOUNDS, seconds)] += 1
        buckets[-1] += seconds

    def count_fallback(self, route: str, reason: str) -> None:
        """Count a quick route that failed; only the event loop may call this."""
        self._fallbacks[route, reason] += 1

    def count(self, name: str, label: str, n: int) -> None:
        """Add `n` to the counter `name` of a label, from any thread."""
        if n:
            with self._lock:
                self._counts[name, label] += n

    def counts(self, name: str) -> list[tuple[str, int]]:
        """Return the counters of a name, by label."""
        with self._lock:
            return sorted((label, n) for (of, label), n in self._counts.items() if of == name)

    def fallbacks(self) -> list[Sample]:
        """Return how often each quick route failed, by route and reason."""
        found = sorted(dict(self._fallbacks).items())
        return [((("route", route), ("reason", reason)), n) for (route, reason), n in found]

    def n_requests(self, route: str, status: int) -> float:
        """Return how many requests to a route were answered with a status."""
        found = self._requests.copy().items()
        return sum(sum(n[:-1]) for (_, *key), n in found if key == [route, status])

    def request_lines(self) -> list[str]:
        """Return the lines about requests: a histogram by method, route and status."""
        name = "holdfast_request_seconds"
        lines = heading(
            name, "histogram", "Seconds from the head of a request to the end of its answer."
        )
        for (method, route, status), buckets in sorted(self._requests.copy().items(), key=str):
            labels: Labels = (
                ("method", method), ("route", route or "unmatched"), ("status", str(status))
            )  # fmt: skip
            n = 0.0
            for bound, more in zip((*BOUNDS, "+Inf"), buckets, strict=False):
                n += more
                lines.append(sample_line(f"{name}_bucket", (*labels, ("le", str(bound))), n))
            lines.append(sample_line(f"{name}_sum", labels, buckets[-1]))
            lines.append(sample_line(f"{name}_count", labels, n))
        return lines


def _bounded(key: tuple[str, str | None, int]) -> tuple[str, str | None, int]:
    """Return the key with a method that is one of few: clients may send any word."""
    method, route, status = key
    return (method if method in _METHODS else "other", route, status)
