"""The text format of Prometheus: four lines per family of metrics, and more per sample.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Labels: TypeAlias = tuple[tuple[str, str], ...]
Sample: TypeAlias = tuple[Labels, float]


def gauge(name: str, text: str, samples: Iterable[Sample]) -> list[str]:
    """Return the lines of a value that can go up and down; none if there is no sample."""
    return _family(name, "gauge", text, samples)


def counter(name: str, text: str, samples: Iterable[Sample]) -> list[str]:
    """Return the lines of a value that only grows; none if there is no sample."""
    return _family(name, "counter", text, samples)


def single(value: float | None) -> list[Sample]:
    """Return the only sample of a family; none if the value is not known."""
    return [] if value is None else [((), value)]


def by_label(name: str, values: Iterable[tuple[str, float]]) -> list[Sample]:
    """Return samples that differ in the value of one label."""
    return [(((name, text),), value) for text, value in values]


def heading(name: str, kind: str, text: str) -> list[str]:
    """Return the lines in front of the samples of a family."""
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def sample_line(name: str, labels: Labels, value: float) -> str:
    """Return the line of one sample."""
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{inner}}} {value:.12g}" if inner else f"{name} {value:.12g}"


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> list[str]:
    lines = [sample_line(name, labels, value) for labels, value in samples]
    return [*heading(name, kind, text), *lines] if lines else []


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
