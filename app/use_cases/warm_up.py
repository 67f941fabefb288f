"""Make every kernel ready: compiled once per machine, linked once per process."""

from typing import Final

from app.bundle.warm_up import warm_ups
from app.db.log import unpacking
from app.features import engine
from app.use_cases.scores import value
from app.work.progress import OnProgress, ignore_progress

_WARM_UPS: Final = (
    engine.warm_up,
    *warm_ups(),
    unpacking.warm_up,
    value.warm_up,
)


def warm_up(*, on_progress: OnProgress = ignore_progress) -> None:
    """Link all kernels, and compile those whose machine code is not cached yet."""
    on_progress(0, len(_WARM_UPS))
    for done, warm_up_part in enumerate(_WARM_UPS, start=1):
        warm_up_part()
        on_progress(done, len(_WARM_UPS))
