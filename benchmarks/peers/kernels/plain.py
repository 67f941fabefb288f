"""Two kernels as the service writes its own: trees walked row by row, and events by customer."""

from app.compiled.kernel import entry


@entry
def margins(feature, threshold, left, right, value, roots, rows, out):  # noqa: ANN001, ANN201 - arrays
    """Add up the leaves that each row reaches."""
    for r in range(len(rows)):
        total = 0.0
        for t in range(len(roots)):
            node = roots[t]
            while feature[node] >= 0:
                goes_left = rows[r, feature[node]] <= threshold[node]
                node = left[node] if goes_left else right[node]
            total += value[node]
        out[r] = total


@entry
def gaps(starts, at, amount, kind, out):  # noqa: ANN001, ANN201 - arrays
    """Measure the days between orders (number, mean, squares), and what the orders brought."""
    for c in range(len(starts) - 1):
        n, days, squares, spent, last = 0.0, 0.0, 0.0, 0.0, -1.0
        for i in range(starts[c], starts[c + 1]):
            if kind[i] != 3:
                continue
            if last >= 0:
                gap = (at[i] - last) / 86400e6
                n, days, squares = n + 1, days + gap, squares + gap * gap
            last = float(at[i])
            spent += amount[i]
        out[c, 0], out[c, 1], out[c, 2], out[c, 3] = n, days / n, squares, spent
