"""Writing files whole or not at all, reading JSON that anybody wrote, and errors that say which file and why."""

from __future__ import annotations

import errno
import json
import math
import os
import re
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from reprlib import repr as shortened
from typing import TYPE_CHECKING

from autograd_mini.errors import require
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike
    from typing import Any


DEEPEST = 20  # brackets inside one another
LONGEST = 400  # digits of a number
# Also a string that does not end: looking for another one behind each of its quotes would take quadratic time.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NO_SYNC = (errno.EACCES, errno.EPERM, errno.EINVAL, errno.EBADF)  # where folders cannot be opened or synced


def require_path(path: object) -> None:
    """Raise TypeError for what cannot name a file."""
    require(isinstance(path, str | os.PathLike), "a file is named by a str or a Path", path)


@contextmanager
def named(verb: str, path: str | PathLike[str]) -> Iterator[None]:
    """A context whose OSErrors name `path`, and carry a note such as `cannot write f.svg: Is a directory`."""
    require_path(path)
    if "\0" in os.fspath(path):  # Python would say so in a ValueError, without the name
        raise OSError(errno.EINVAL, "a file name has no NUL character", str(path))
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        error.add_note(f"cannot {verb} {visible(str(path))}: {error.strerror or error}")
        raise


def write_whole(path: str | PathLike[str], content: str | bytes) -> Path:
    """The path of the file that now holds `content`; text is written as UTF-8, line ends as they are.

    The content goes to a temporary file in the same folder, is synced to the disk, and then takes the name
    in one step. If anything fails no file is left behind, and an older file of that name is still as it
    was. The new one has the older one's mode and, where that is permitted, its owner; without an older one
    the umask decides. A link stays a link. What is no regular file, such as a device or a pipe, is written
    into and never replaced.

    Raises OSError, naming `path`, if it cannot be written: also where its mode lets nobody write.
    """
    require_path(path)
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    with named("write", path):
        try:
            there = path.stat()
        except FileNotFoundError:  # also a link to nowhere: then what it points to is made
            there = None
        if there is not None and stat.S_ISDIR(there.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if there is not None and not stat.S_ISREG(there.st_mode):
            with open(path, "wb", opener=_as_it_is) as file:
                file.write(data)
        else:
            _replace(Path(os.path.realpath(path)), data, there)
    return path


def _as_it_is(name: str, flags: int) -> int:
    return os.open(name, flags & ~(os.O_CREAT | os.O_TRUNC))


def _replace(target: Path, data: bytes, there: os.stat_result | None) -> None:
    """Give `target` the data in one step, and the mode and owner of what is there."""
    if there is not None:
        if not there.st_mode & 0o222:  # the superuser could, but somebody meant it
            raise PermissionError(
                errno.EACCES, "the file is read-only; change its mode, or choose another name"
            )
        os.close(_as_it_is(str(target), os.O_WRONLY))  # may this user write it? The system knows
    # Not tempfile, whose files only their owner may read. What replaces a file is private until it has its mode.
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(
            part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600 if there else 0o666)
        ) as file:
            file.write(data)
            if there is not None and hasattr(os, "fchown"):
                for owner in ((there.st_uid, -1), (-1, there.st_gid)):
                    with suppress(PermissionError):  # only the superuser may give files away
                        os.fchown(file.fileno(), *owner)
                os.fchmod(file.fileno(), stat.S_IMODE(there.st_mode) & 0o777)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name outlast a power cut, where the system can: Windows opens no folders."""
    try:
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


# What JSON allows and files of ours have no use for


def strict_json(text: str) -> Any:
    """What a JSON text says.

    Raises ValueError for brackets more than DEEPEST deep, a name twice in an object, and numbers that are no
    finite float or int, besides for what is no JSON.

    >>> strict_json('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """
    check_depth(text)
    return json.loads(
        text,
        object_pairs_hook=_unique,
        parse_float=_finite(float),
        parse_int=_finite(int),
        parse_constant=_no_constant,
    )


def check_depth(text: str) -> None:
    """Raise ValueError for brackets that JSON's reader, which recurses in C, had better not see."""
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            msg = f"brackets are nested more than {DEEPEST} deep"
            raise ValueError(msg)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, part in pairs:
        if name in found:
            msg = f"the name {shortened(name)} stands twice"
            raise ValueError(msg)
        found[name] = part
    return found


def _finite(kind: Callable[[str], float]) -> Callable[[str], float]:
    """Reads a number. Raises ValueError where a float would be inf, and int() would take long."""

    def read(digits: str) -> float:
        if len(digits) > LONGEST or math.isinf(float(digits)):
            msg = f"the number {shortened(digits)} fits no float"
            raise ValueError(msg)
        return kind(digits)

    return read


def _no_constant(name: str) -> None:
    msg = f"{name} is no finite number"
    raise ValueError(msg)


def refused(verb: str, path: str | PathLike[str], why: str) -> ValueError:
    """The error that says which file cannot be loaded or saved, and why."""
    return ValueError(f"cannot {verb} {visible(str(path))}: {why}")
