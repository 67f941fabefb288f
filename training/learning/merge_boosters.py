"""Several boosters as one: all of their trees, with leaf values divided by their number."""

import re
from collections.abc import Iterator, Sequence

import lightgbm as lgb

_SCALED = ("leaf_value=", "internal_value=")


def mean_of_boosters(texts: Sequence[str]) -> str:
    """Return the text of ONE booster whose raw margin is the mean of those of `texts`.

    LightGBM folds the starting score into the first tree, so the sum of all trees is the margin.
    The parameters that LightGBM appends are dropped: they describe the run, not the trees.

    Parameters
    ----------
    texts : LightGBM's native texts of boosters on the same features.
    """
    trees = [tree for text in texts for tree in _trees(text)]
    scaled = [_renumbered(_scaled(tree, 1 / len(texts)), i) for i, tree in enumerate(trees)]
    header = texts[0].split("\nTree=", 1)[0]
    sizes = " ".join(str(len(tree)) for tree in scaled)
    header = re.sub(r"tree_sizes=[^\n]*", f"tree_sizes={sizes}", header)
    merged = header + "\n" + "".join(scaled) + "end of trees\n"
    # LightGBM reads it back once: it checks the sizes and writes the importances of the whole.
    return without_parameters(str(lgb.Booster(model_str=merged).model_to_string()))


def without_parameters(text: str) -> str:
    """Return a booster's text without what LightGBM appends about the run."""
    return re.sub(r"\nparameters:\n.*?end of parameters\n", "\n", text, flags=re.DOTALL)


def _trees(text: str) -> Iterator[str]:
    body = text.split("\nTree=", 1)[1].split("end of trees", 1)[0]
    for tree in ("Tree=" + body).split("\nTree="):
        yield "Tree=" + tree.removeprefix("Tree=").rstrip("\n") + "\n\n\n"


def _scaled(tree: str, factor: float) -> str:
    lines = []
    for line in tree.split("\n"):
        name, equals, values = line.partition("=")
        if name + equals in _SCALED:
            scaled = (repr(float(value) * factor) for value in values.split())
            lines.append(f"{name}={' '.join(scaled)}")
        else:
            lines.append(line)
    return "\n".join(lines)


def _renumbered(tree: str, position: int) -> str:
    return re.sub(r"^Tree=\d+", f"Tree={position}", tree)
