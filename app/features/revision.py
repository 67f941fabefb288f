"""A number that changes with the source of any kernel.

Numba's cache looks at the file of the compiled function alone: after a change in `orders.py` it
would go on serving the old orders from the cached engine. Entry kernels that call into other files
therefore close over this number, which makes it part of their cache key.
"""

import hashlib
from functools import cache
from pathlib import Path


@cache
def revision() -> int:
    """Return 63 bits of the hash over the sources of this room."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:8], "big") >> 1
