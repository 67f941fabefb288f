# cython: language_level=3, boundscheck=False, wraparound=False
# cython: cdivision=True, initializedcheck=False
# ruff: noqa: D103 - the kernels of plain.py, with the types that Cython asks for
"""The kernels of plain.py in Cython's pure-Python mode."""

import cython


@cython.ccall
@cython.locals(
    r=cython.Py_ssize_t,
    t=cython.Py_ssize_t,
    node=cython.Py_ssize_t,
    goes_left=cython.bint,
    total=cython.double,
)
def margins(
    feature: cython.longlong[::1],
    threshold: cython.double[::1],
    left: cython.longlong[::1],
    right: cython.longlong[::1],
    value: cython.double[::1],
    roots: cython.longlong[::1],
    rows: cython.double[:, ::1],
    out: cython.double[::1],
) -> cython.void:
    with cython.nogil:
        for r in range(rows.shape[0]):
            total = 0.0
            for t in range(roots.shape[0]):
                node = roots[t]
                while feature[node] >= 0:
                    goes_left = rows[r, feature[node]] <= threshold[node]
                    node = left[node] if goes_left else right[node]
                total += value[node]
            out[r] = total


@cython.ccall
@cython.locals(
    c=cython.Py_ssize_t,
    i=cython.Py_ssize_t,
    n=cython.double,
    days=cython.double,
    squares=cython.double,
    spent=cython.double,
    last=cython.double,
    gap=cython.double,
)
def gaps(
    starts: cython.longlong[::1],
    at: cython.longlong[::1],
    amount: cython.double[::1],
    kind: cython.short[::1],
    out: cython.double[:, ::1],
) -> cython.void:
    with cython.nogil:
        for c in range(starts.shape[0] - 1):
            n = days = squares = spent = 0.0
            last = -1.0
            for i in range(starts[c], starts[c + 1]):
                if kind[i] != 3:
                    continue
                if last >= 0:
                    gap = (at[i] - last) / 86400e6
                    n += 1
                    days += gap
                    squares += gap * gap
                last = at[i]
                spent += amount[i]
            out[c, 0] = n
            out[c, 1] = days / n
            out[c, 2] = squares
            out[c, 3] = spent
