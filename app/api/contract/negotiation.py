"""Content negotiation: which media type a client prefers, by the header Accept."""

from collections.abc import Sequence


def preferred(accept: str, offered: Sequence[str]) -> str:
    """Return the media type of `offered` that the client prefers; the first of several equals.

    A type that the header names counts more than a range such as ``*/*`` (RFC 9110, 12.5.1). Parts
    that cannot be read are ignored. If the client accepts none, it gets the first one all the same.
    """
    ranges = dict(map(_range, accept.split(",")))
    return max(offered, key=lambda kind: (_weight(kind, ranges), -offered.index(kind)))


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = [value for name, _, value in (p.partition("=") for p in parameters) if name == "q"]
    try:
        return kind, float(weights[0]) if weights else 1.0
    except ValueError:
        return kind, 0.0


def _weight(kind: str, ranges: dict[str, float]) -> float:
    family = kind.partition("/")[0]
    return next((ranges[r] for r in (kind, f"{family}/*", "*/*") if r in ranges), 0.0)
