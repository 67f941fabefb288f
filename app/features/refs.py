"""Events that belong together: small consecutive codes for the refs of one customer."""

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Refs
from app.features.workspace import Workspace, table_size

NO_REF = -1
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads hashes that differ in few bits
_HIGH_HALF = np.uint64(32)


@part
def number_refs(ref: Refs, workspace: Workspace) -> int:
    """Return the number of different refs; write the code of each event to `workspace.ref_codes`.

    Codes count from 0 in the order of first appearance; NO_REF stands for events without a ref (0).
    The hash table uses open addressing and is at most half full, so that the time is linear in the
    number of events.
    """
    if len(ref) == 0:
        return 0
    mask = table_size(len(ref)) - 1
    workspace.table_codes[: mask + 1] = NO_REF
    n_refs = 0
    for i in range(len(ref)):
        if ref[i] == 0:
            workspace.ref_codes[i] = NO_REF
            continue
        slot = np.int64((np.uint64(ref[i]) * _MIX) >> _HIGH_HALF) & mask
        while workspace.table_codes[slot] != NO_REF and workspace.table_refs[slot] != ref[i]:
            slot = (slot + 1) & mask
        if workspace.table_codes[slot] == NO_REF:
            workspace.table_refs[slot] = ref[i]
            workspace.table_codes[slot] = n_refs
            n_refs += 1
        workspace.ref_codes[i] = workspace.table_codes[slot]
    return n_refs
