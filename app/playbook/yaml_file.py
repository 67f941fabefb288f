"""A YAML file as plain data, with everything refused that could harm or be read in two ways."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from app.domain.errors import PlaybookRefused

MAX_BYTES: Final = 1_000_000  # the default playbook has about 20 kB
MAX_DEPTH: Final = 20  # deeper nesting is a mistake or an attack

# The C parser where the wheel has it (ten times as fast), the same behaviour in Python elsewhere.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(path: Path) -> tuple[object, bytes]:
    """Return the plain data in a YAML file, and the file's bytes.

    Raises
    ------
    PlaybookRefused
        If the file cannot be read, is larger than `MAX_BYTES`, is no YAML, uses aliases (`*name`,
        which can blow up), tags, or has the same key twice in one mapping.
    """
    content = _bytes_of(path)
    try:
        _check_shape(content)
        return yaml.load(content, Loader=_StrictLoader), content  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise PlaybookRefused(f"{path}: {_in_one_line(error)}") from error
    except ValueError as error:  # dates that do not exist, numbers of thousands of digits
        raise PlaybookRefused(f"{path}: a value cannot be read: {error}") from error


class _StrictLoader(_Loader):  # type: ignore[misc] # whichever base this machine has
    """A safe loader that refuses the same key twice; YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> object:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"a key must be a text, got {key!r}", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice in one entry", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PlaybookRefused(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise PlaybookRefused(f"{path}: a playbook has at most {MAX_BYTES} bytes, this has more")
    return content


def _check_shape(content: bytes) -> None:
    depth = 0
    for event in yaml.parse(content, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError(f"{_line(event)}: aliases are not allowed, got *{event.anchor}")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(f"{_line(event)}: nested deeper than {MAX_DEPTH} levels")


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "the file"


def _in_one_line(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())
