"""Files are written whole or not at all, and what is no file is not made one."""

import os
import pty
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograd_mini import data, draw, parse
from autograd_mini.cli import main
from autograd_mini.files import write_whole
from autograd_mini.nn import MLP

NOBODY = 65534


@contextmanager
def as_nobody():
    """What happens inside is done by a user who may not do everything, also where the tests run as root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def folder():
    """A folder of nobody's, if the tests run as root, which every user can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)
        yield Path(name)


@pytest.fixture
def _nothing_is_replaced(monkeypatch):
    """A mistake of ours may fail the test, but not cost the machine its /dev/null."""

    def refuse(self, target):
        pytest.fail(f"{target} would have been replaced")

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(os, "replace", refuse)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


# What is written


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


def test_the_umask_decides_about_a_new_file(tmp_path):
    """A new file can be read by whom any new file can."""
    write_whole(tmp_path / "real.txt", "new")
    (tmp_path / "plain.txt").touch()

    assert mode(tmp_path / "real.txt") == mode(tmp_path / "plain.txt")


@pytest.mark.parametrize("before", [0o600, 0o640, 0o664, 0o755, 0o200])
def test_the_mode_of_an_older_file_is_kept(tmp_path, before):
    """What was private stays private."""
    path = tmp_path / "a.txt"
    path.touch()
    path.chmod(before)
    write_whole(path, "new")

    assert mode(path) == before


def test_a_private_file_is_never_open_to_others(tmp_path, monkeypatch):
    """Nor is the temporary one, before it has its mode."""
    path = tmp_path / "a.txt"
    path.touch()
    path.chmod(0o600)
    modes = []
    real = os.open

    def recorded(name, flags, mode=0o777, **more):
        opened = real(name, flags, mode, **more)
        if str(name).endswith(".part"):
            modes.append(stat.S_IMODE(os.fstat(opened).st_mode))
        return opened

    monkeypatch.setattr(os, "open", recorded)
    write_whole(path, "new")

    assert [0o600] == modes


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser gives files away")
def test_the_owner_of_an_older_file_is_kept(tmp_path):
    """Written by the superuser, a user's file is still that user's."""
    path = tmp_path / "a.txt"
    path.touch()
    os.chown(path, 1234, 4321)
    write_whole(path, "new")

    assert (1234, 4321) == (path.stat().st_uid, path.stat().st_gid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser gives files away")
def test_where_the_owner_cannot_be_kept_the_file_is_written_all_the_same(folder):
    """Who may write a file of somebody else may replace it, in a folder where that is allowed."""
    path = folder / "a.txt"
    path.touch()
    path.chmod(0o666)
    with as_nobody():
        write_whole(path, "new")

    assert (NOBODY, 0o666, "new") == (path.stat().st_uid, mode(path), path.read_text())


def test_file_and_folder_are_synced(tmp_path, monkeypatch):
    """First the content is on the disk, then the name: after a power cut there is the old file or the new."""
    path = tmp_path / "a.txt"
    path.write_text("older")
    synced = []
    real = os.fsync

    def recorded(opened):
        synced.append((stat.S_ISDIR(os.fstat(opened).st_mode), path.read_text()))
        real(opened)

    monkeypatch.setattr(os, "fsync", recorded)
    write_whole(path, "new")

    assert [(False, "older"), (True, "new")] == synced


# What is not written


@pytest.mark.parametrize("failing", ["fsync", "write", "replace"])
@pytest.mark.parametrize("before", [None, "older"])
@pytest.mark.parametrize("cause", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch, failing, before, cause):
    """A full disk costs neither the older file nor leaves half of a new one; nor does Ctrl-C."""
    path = tmp_path / "a.txt"
    if before:
        path.write_text(before)

    def fail(*_):
        raise cause

    if failing == "write":
        monkeypatch.setattr(os, "fchmod" if before else "fsync", fail)
    else:
        monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[failing], fail)
    with pytest.raises(type(cause)) as caught:
        write_whole(path, "new")

    assert [path] * bool(before) == list(tmp_path.iterdir())
    assert not before or path.read_text() == before
    if isinstance(cause, OSError):
        assert str(path) == caught.value.filename
        assert f"cannot write {path}: No space left on device" in caught.value.__notes__


@pytest.mark.parametrize("before", [0o444, 0o400, 0o555])
def test_a_read_only_file_is_refused_to_everybody(tmp_path, before):
    """The superuser could write it, but somebody meant it to stay."""
    path = tmp_path / "a.txt"
    path.write_text("older")
    path.chmod(before)

    with pytest.raises(
        PermissionError, match="the file is read-only; change its mode, or choose another name"
    ):
        write_whole(path, "new")

    assert ("older", before) == (path.read_text(), mode(path))
    assert [path] == list(tmp_path.iterdir())


def test_a_file_that_the_user_may_not_write_is_refused(folder):
    """That its folder would allow to replace it does not count."""
    path = folder / "a.txt"
    path.write_text("older")
    path.chmod(0o464)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)

    with as_nobody(), pytest.raises(PermissionError, match=r"Permission denied: '.*a\.txt'"):
        write_whole(path, "new")

    assert ("older", 0o464) == (path.read_text(), mode(path))


def test_a_read_only_folder_is_an_error(folder):
    """The message names the file that was wanted."""
    folder.chmod(0o555)
    try:
        with as_nobody(), pytest.raises(PermissionError, match=r"Permission denied: '.*a\.txt'"):
            write_whole(folder / "a.txt", "new")
    finally:
        folder.chmod(0o755)

    assert [] == list(folder.iterdir())


def test_a_folder_that_cannot_be_read_can_be_written(folder):
    """Where it cannot be opened it is not synced; the file is there."""
    folder.chmod(0o333)
    try:
        with as_nobody():
            write_whole(folder / "a.txt", "new")
    finally:
        folder.chmod(0o755)

    assert "new" == (folder / "a.txt").read_text()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "Is a directory"),
        ("missing/a.txt", "No such file or directory"),
        ("file/a.txt", "Not a directory"),
        ("loop", "Too many levels of symbolic links"),
        ("loop/a.txt", "Too many levels of symbolic links"),
        ("n" * 300, "File name too long"),
        ("a\0b", "a file name has no NUL character"),
    ],
)
def test_names_that_cannot_be_written(tmp_path, name, error):
    """Each error says why and names the file that was wanted, not the temporary one."""
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("pool")
    (tmp_path / "pool").symlink_to("loop")
    before = sorted(tmp_path.iterdir())

    with pytest.raises(OSError, match=error) as caught:
        write_whole(tmp_path / name, "new")

    assert caught.value.filename == str(tmp_path / name)
    assert before == sorted(tmp_path.iterdir())


# Links, devices, pipes


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(tmp_path, exists):
    """The file behind a link is the one that is written, in its own folder, also if it is new."""
    (tmp_path / "there").mkdir()
    real = tmp_path / "there" / "real.txt"
    if exists:
        real.write_text("older")
        real.chmod(0o600)
    (tmp_path / "link.txt").symlink_to("there/real.txt")
    (tmp_path / "again.txt").symlink_to("link.txt")
    write_whole(tmp_path / "again.txt", "new")

    assert (tmp_path / "again.txt").is_symlink()
    assert (tmp_path / "link.txt").is_symlink()
    assert real.read_text() == "new"
    assert [real] == list((tmp_path / "there").iterdir())
    assert not exists or mode(real) == 0o600


def test_a_pipe_gets_what_is_written(tmp_path):
    """A FIFO stays one, and its reader reads the content to its end."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    found = []
    reader = threading.Thread(target=lambda: found.append(path.read_bytes()), daemon=True)
    reader.start()
    write_whole(path, b"x" * 200_000)
    reader.join(timeout=60)

    assert [b"x" * 200_000] == found
    assert path.is_fifo()
    assert [path] == list(tmp_path.iterdir())


def test_a_terminal_gets_what_is_written():
    """A device stays one."""
    master, slave = pty.openpty()
    try:
        write_whole(os.ttyname(slave), "new")

        assert os.read(master, 100) == b"new"
        assert Path(os.ttyname(slave)).is_char_device()
    finally:
        os.close(master)
        os.close(slave)


def test_a_socket_is_refused(tmp_path, monkeypatch):
    """It cannot be opened as a file, and is left alone."""
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door")
        with pytest.raises(OSError, match="No such device or address: 'door'"):
            write_whole("door", "new")

        assert Path("door").is_socket()


@pytest.mark.usefixtures("_nothing_is_replaced")
def test_the_null_device_is_written_into():
    """What is thrown away costs nothing, least of all the device."""
    assert write_whole("/dev/null", "new") == Path("/dev/null")
    assert Path("/dev/null").is_char_device()


@pytest.mark.usefixtures("_nothing_is_replaced")
@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no /dev/full")
def test_a_full_device_says_so():
    """The error of a device, too, has its name."""
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_whole("/dev/full", "new")


# What the command line and the readers say


@pytest.fixture
def places(tmp_path):
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "read-only.svg").touch()
    (tmp_path / "read-only.svg").chmod(0o444)
    (tmp_path / "loop.svg").symlink_to("pool.svg")
    (tmp_path / "pool.svg").symlink_to("loop.svg")
    (tmp_path / "full.svg").symlink_to("/dev/full")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing/f.svg", "No such file or directory"),
        ("folder.svg", "Is a directory"),
        ("loop.svg", "Too many levels of symbolic links"),
        ("read-only.svg", "the file is read-only; change its mode, or choose another name"),
        ("full.svg", "No space left on device"),
        ("missing\x1b[2J\n\u202e/f.svg", "No such file or directory"),
    ],
)
@pytest.mark.usefixtures("_nothing_is_replaced")
def test_what_the_command_line_cannot_write(places, capsys, name, why):
    """One line names the file and says why; the exit code is 1."""
    code = main(["draw", "u*v", "u=1", "v=2", "-o", str(places / name)])
    out, err = capsys.readouterr()
    shown = str(places / name).replace("\x1b", r"\x1b").replace("\n", r"\n").replace("\u202e", r"\u202e")

    assert (1, "") == (code, out)
    assert f"autograd-mini: cannot write {shown}: {why}\n" == err


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no /dev/full")
def test_a_full_standard_output_is_one_line():
    """What a redirection cannot take is an error of standard output, without a traceback."""
    command = [sys.executable, "-m", "autograd_mini", "draw", "u*v"]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (1, "autograd-mini: cannot write standard output: No space left on device\n") == (
        result.returncode,
        result.stderr,
    )


@pytest.mark.parametrize("read", [MLP.load, data.read_csv])
@pytest.mark.parametrize(
    ("name", "why"), [("m\n.x", "No such file"), ("", "Is a directory"), ("a/l", "Too many")]
)
def test_what_cannot_be_read(tmp_path, read, name, why):
    """Readers name the file and say why, as writers do."""
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(OSError, match=why) as caught:
        read(tmp_path / name)

    shown = str(tmp_path / name).replace("\n", r"\n")

    assert caught.value.filename == str(tmp_path / name)
    assert caught.value.__notes__[0].startswith(f"cannot read {shown}: {why}")


def test_everything_that_writes_keeps_the_mode(tmp_path):
    """Drawings and models go the same way."""
    for name, write in (("f.svg", draw(parse("u*v")).save), ("m.json", MLP(1, [1]).save)):
        path = tmp_path / name
        path.touch()
        path.chmod(0o600)
        write(path)

        assert mode(path) == 0o600
        assert path.stat().st_size > 100
