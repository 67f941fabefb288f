"""All figures, in the order in which they are measured."""

from typing import Final

from benchmarks import (
    badge,
    bulk,
    bulk_callers,
    features_vs_frames,
    full_answer,
    ingest,
    latency,
    postgres_service,
    profile,
    rescore_database,
    rescore_files,
    start_up,
    tree_reasons,
)
from benchmarks.figure import Figure

FIGURES: Final = (
    Figure("full_answer", full_answer.KEYS, full_answer.measure),
    Figure("latency", latency.KEYS, latency.measure),
    Figure("badge", badge.KEYS, badge.measure),
    Figure("bulk", bulk.KEYS, bulk.measure),
    Figure("bulk_callers", bulk_callers.KEYS, bulk_callers.measure),
    Figure("postgres", postgres_service.KEYS, postgres_service.measure),
    Figure("start_up", start_up.KEYS, start_up.measure),
    Figure("treeshap", tree_reasons.KEYS, tree_reasons.measure),
    Figure("features", features_vs_frames.KEYS, features_vs_frames.measure),
    Figure("rescore", rescore_files.KEYS, rescore_files.measure),
    Figure("rescore_memory", rescore_files.MEMORY_KEYS, rescore_files.measure_memory),
    Figure("rescore_database", rescore_database.KEYS, rescore_database.measure),
    Figure("profile", profile.KEYS, profile.measure),
    Figure("ingest", ingest.KEYS, ingest.measure),
)
