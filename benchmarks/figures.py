"""All figures, in the order in which they are measured."""

from typing import Final

from benchmarks import (
    badge,
    bulk,
    full_answer,
    latency,
    postgres_service,
    start_up,
)
from benchmarks.figure import Figure

FIGURES: Final = (
    Figure("full_answer", full_answer.KEYS, full_answer.measure),
    Figure("latency", latency.KEYS, latency.measure),
    Figure("badge", badge.KEYS, badge.measure),
    Figure("bulk", bulk.KEYS, bulk.measure),
    Figure("postgres", postgres_service.KEYS, postgres_service.measure),
    Figure("start_up", start_up.KEYS, start_up.measure),
)
