"""Read untrusted files: only regular files, of limited size, and with their SHA-256.

Links are refused, because they may lead out of the folder, and so are pipes and devices, because
opening or reading one can block forever.
"""

import hashlib
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.errors import BundleRefused

COPY_AGAIN: Final = "copy the bundle again or train a new one"


@dataclass(frozen=True, slots=True)
class FileDigest:
    """Size in bytes and SHA-256 (hex) of a file's content."""

    n_bytes: int
    sha256: str


def digest_of(content: bytes) -> FileDigest:
    """Return the digest of a content."""
    return FileDigest(len(content), hashlib.sha256(content).hexdigest())


def read_plain_file(path: Path, *, limit: int) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    Raises
    ------
    BundleRefused
        If it is missing, not a regular file, or larger.
    """
    with _open_plain_file(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise BundleRefused(f"{path} is larger than {limit} bytes: {COPY_AGAIN}")
    return content


def digest_plain_file(path: Path) -> FileDigest:
    """Return the digest of a regular file of any size; `BundleRefused` if it is not one."""
    with _open_plain_file(path) as file:
        n_bytes = os.fstat(file.fileno()).st_size
        return FileDigest(n_bytes, hashlib.file_digest(file, "sha256").hexdigest())


def _open_plain_file(path: Path) -> io.BufferedReader:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BundleRefused(
            f"{path} cannot be read as a regular file ({error.strerror}): {COPY_AGAIN}"
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BundleRefused(f"{path} is not a regular file: {COPY_AGAIN}")
    return os.fdopen(descriptor, "rb")
