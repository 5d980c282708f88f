"""Files are written whole or not at all."""

import os
from pathlib import Path

import pytest

from autograd_mini.files import write_whole


def test_text_is_utf_8_with_its_own_line_ends(tmp_path):
    """What was given is what is in the file, on every system."""
    path = write_whole(tmp_path / "a.txt", "∂f\r\n\n")

    assert path.read_bytes() == "∂f\r\n\n".encode()


def test_bytes_replace_an_older_file(tmp_path):
    """Only the new content is left, and no other file."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"older and longer")

    assert write_whole(str(path), b"new") == path
    assert path.read_bytes() == b"new"
    assert [path] == list(tmp_path.iterdir())


def test_a_write_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch):
    """A full disk costs neither the older file nor leaves half of a new one."""
    path = tmp_path / "a.txt"
    path.write_text("older")

    def fail(self, target):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match=r"No space left on device: '.*a\.txt'"):
        write_whole(path, "new")

    assert [path] == list(tmp_path.iterdir())
    assert path.read_text() == "older"


def test_a_missing_folder_is_named(tmp_path):
    """The message names the file that was wanted, not the temporary one."""
    with pytest.raises(FileNotFoundError, match=r"nowhere.a\.txt"):
        write_whole(tmp_path / "nowhere" / "a.txt", "")


@pytest.mark.skipif(os.name == "nt", reason="links and permissions are those of POSIX")
def test_a_link_stays_a_link_and_the_umask_decides(tmp_path):
    """The file behind a link is the one that is written, readable as any new file is."""
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    write_whole(tmp_path / "link.txt", "new")
    (tmp_path / "plain.txt").touch()

    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
    assert (tmp_path / "real.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode
