"""Have every kernel ready: compiled once on a machine, linked once in a process."""

from app.bundle.warm_up import warm_ups
from app.db.log import unpacking
from app.features import engine
from app.playbook import verdicts
from app.use_cases.scores import value
from app.work.progress import OnProgress, ignore_progress

_ROOMS = (
    engine.warm_up,
    *warm_ups(),
    unpacking.warm_up,
    verdicts.warm_up,
    value.warm_up,
)


def warm_up(*, on_progress: OnProgress = ignore_progress) -> None:
    """Make the kernels of all rooms ready; where their code is not kept yet, it is compiled."""
    on_progress(0, len(_ROOMS))
    for done, make_ready in enumerate(_ROOMS, start=1):
        make_ready()
        on_progress(done, len(_ROOMS))
