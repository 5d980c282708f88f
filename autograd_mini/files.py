"""Writing files whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike


def write_whole(path: str | PathLike[str], content: str | bytes) -> Path:
    """The path of the file that now holds `content`; text is written as UTF-8, line ends as they are.

    The content goes to a temporary file in the same folder, which then takes the name in one step. If
    anything fails no file is left behind, and an older file of that name is still as it was.

    Raises OSError, naming `path`, if it cannot be written.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    target = path.resolve()  # so that a link stays a link
    # Not tempfile, whose files only their owner may read: here the umask decides, as for any new file.
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with part.open("xb") as file:
                file.write(data)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise
    return path
