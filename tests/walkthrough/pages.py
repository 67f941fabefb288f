"""The commands of a documentation page, and the output that the page promises for them."""

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_BUNDLE_ID = re.compile(r"\b[0-9a-f]{16}\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One block of commands; `promised` is the output block right behind it, if there is one."""

    commands: str
    promised: str | None


def steps_of(page: Path) -> list[Step]:
    """Return the ``sh`` blocks of a page, each with the block without a language behind it."""
    blocks = [match.groups() for match in _BLOCK.finditer(page.read_text(encoding="utf-8"))]
    following = [*blocks[1:], ("", None)]
    return [
        Step(text, promised if kind == "" else None)
        for (language, text), (kind, promised) in zip(blocks, following, strict=True)
        if language == "sh"
    ]


def differences(promised: str, printed: str, *, tolerance: float) -> list[str]:
    """Return the promised lines that are nowhere in what was printed.

    Numbers may differ by `tolerance` (relative): another processor rounds otherwise. Ids of
    bundles, which are hashes of all numbers, may be any.
    """
    lines = [line.strip() for line in printed.splitlines()]
    return [
        line
        for line in map(str.strip, promised.splitlines())
        if line and not any(_agree(line, other, tolerance) for other in lines)
    ]


def _agree(promised: str, printed: str, tolerance: float) -> bool:
    promised, printed = _BUNDLE_ID.sub("ID", promised), _BUNDLE_ID.sub("ID", printed)
    if _NUMBER.sub("#", promised) != _NUMBER.sub("#", printed):
        return False
    pairs = zip(_numbers(promised), _numbers(printed), strict=True)
    return all(abs(a - b) <= tolerance * max(abs(a), abs(b)) for a, b in pairs)


def _numbers(line: str) -> list[float]:
    return [float(number.replace(",", "")) for number in _NUMBER.findall(line)]
