"""Get every kernel ready: compiled once on a machine, linked once in a process."""

from app.bundle.warm_up import warm_ups
from app.db.log import unpacking
from app.features import engine
from app.playbook import verdicts
from app.use_cases.scores import value
from app.work.progress import OnProgress, ignore_progress

_WARM_UPS = (
    engine.warm_up,
    *warm_ups(),
    unpacking.warm_up,
    verdicts.warm_up,
    value.warm_up,
)


def warm_up(*, on_progress: OnProgress = ignore_progress) -> None:
    """Link all kernels, and compile those whose machine code is not cached yet."""
    on_progress(0, len(_WARM_UPS))
    for done, make_ready in enumerate(_WARM_UPS, start=1):
        make_ready()
        on_progress(done, len(_WARM_UPS))
