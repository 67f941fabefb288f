import os

import pytest

from app.bundle.folder.plain_files import digest_of, digest_plain_file, read_plain_file
from app.domain.errors import BundleRefused


def test_a_file_has_the_digest_of_its_content(tmp_path):
    path = tmp_path / "card.md"
    path.write_bytes(b"# A card\n")

    assert read_plain_file(path, limit=9) == b"# A card\n"
    assert digest_plain_file(path) == digest_of(b"# A card\n")


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(BundleRefused, match="pipe is not a regular file"):
        read_plain_file(tmp_path / "pipe", limit=9)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "card.md"
    path.write_bytes(b"# A card\n")

    with pytest.raises(BundleRefused, match="larger than 8 bytes"):
        read_plain_file(path, limit=8)
