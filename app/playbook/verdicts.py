"""Which triggers of a playbook hold, for one customer or for many."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.playbooks import Playbook

Numbers = NDArray[np.float64]


def verdicts_of(playbook: Playbook, features: Numbers, usual: Numbers) -> list[bytes]:
    """Return for each customer a 1 or 0 per trigger of `playbook`: whether its condition holds.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
    usual : float64 array of shape (n_features,)
        Conditions see it as the columns after the features.
    """
    if len(features) == 1:  # numbers compare in a tenth of the time of arrays of length one
        return [bytes(_held(playbook, [*features[0].tolist(), *usual.tolist()]))]
    columns = [*np.ascontiguousarray(features.T), *usual.tolist()]
    held = np.empty((len(features), len(playbook.triggers)), np.uint8)
    for i, holds in enumerate(_held(playbook, columns)):
        held[:, i] = holds
    return list(map(bytes, held))


def _held(playbook: Playbook, columns: Sequence[Any]) -> list[Any]:
    return [trigger.when(columns) for trigger in playbook.triggers]
