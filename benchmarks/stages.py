"""Where the time of a call goes: exclusive seconds of named functions, without a profiler.

A profiler's own cost depends on how many calls it sees, which moves the picture towards what
makes many small ones. Here only a dozen functions are wrapped, and each wrapper costs under a
microsecond.
"""

import importlib
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any


class Stages:
    """Exclusive seconds by stage, per call; functions that are not there are named in `missing`."""

    def __init__(self, stages: Mapping[str, tuple[str, ...]]) -> None:
        self.calls: list[defaultdict[str, float]] = []
        self.missing: list[str] = []
        self._inner: list[float] = []
        for stage, functions in stages.items():
            for name in functions:
                self._wrap(stage, name)

    def next_call(self) -> None:
        """Count what follows as another call."""
        self.calls.append(defaultdict(float))

    def medians(self) -> dict[str, float]:
        """Return the median seconds of each stage over all calls, longest first."""
        stages = {stage for call in self.calls for stage in call}
        found = {s: statistics.median(call[s] for call in self.calls) for s in stages}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def _wrap(self, stage: str, dotted: str) -> None:
        module_name, _, path = dotted.partition(":")
        *owners, name = path.split(".")
        try:
            owner: Any = importlib.import_module(module_name)
            for part in owners:
                owner = getattr(owner, part)
            original = getattr(owner, name)
        except (ImportError, AttributeError):
            self.missing.append(dotted)
            return
        timed = self._timed(stage, original)
        setattr(owner, name, timed)
        for module in [m for key, m in sys.modules.items() if key.startswith("app.")]:
            for alias, value in list(vars(module).items()):
                if value is original:
                    setattr(module, alias, timed)

    def _timed(self, stage: str, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def timed(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - passes anything on
            self._inner.append(0.0)
            started = time.thread_time()
            try:
                return original(*arguments, **options)
            finally:
                took = time.thread_time() - started
                self.calls[-1][stage] += took - self._inner.pop()
                if self._inner:
                    self._inner[-1] += took

        return timed
