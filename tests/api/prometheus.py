"""The text format of Prometheus, read strictly."""

import re

SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(\{(?P<labels>[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*)\})? '
    r"(?P<value>[0-9.e+-]+)"
)


def samples_of(text: str) -> dict[str, float]:
    """Return the samples by name and labels; a line that Prometheus cannot read is a failure."""
    found, families = {}, []
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            families.append(line.split()[2])
        elif not line.startswith("# HELP "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match["name"].startswith(families[-1]), line
            key = line.rpartition(" ")[0]
            assert key not in found, line
            found[key] = float(match["value"])
    assert len(families) == len(set(families))
    return found
