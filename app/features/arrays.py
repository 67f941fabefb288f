"""Names for the types of the arrays that kernels take."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Moments: TypeAlias = NDArray[np.int64]  # microseconds since the epoch, UTC
Positions: TypeAlias = NDArray[np.int64]
Refs: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]
Kinds: TypeAlias = NDArray[np.int16]
Codes: TypeAlias = NDArray[np.int8]

NO_MOMENT: int = int(np.iinfo(np.int64).min)  # stands for a moment that is not known
