"""Files that survive a power cut, and one writer at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LOCK_FILE: Final = ".lock"


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file as a whole: a reader, or a crash, meets the old content or the new."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".incoming-") as aside:
        fresh = Path(aside) / path.name
        write_durably(fresh, content)
        fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in `folder`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; other processes and threads that want it wait."""
    with (folder / _LOCK_FILE).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
