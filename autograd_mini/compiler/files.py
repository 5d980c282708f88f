"""Program files: JSON with a version, written whole or not at all, and read as data, never as code.

    {"format": "autograd-mini program", "version": 1, "about": {...}, "programs": [
     {"instructions": [["input", 0], ["constant", 2.0], ["mul", 0, 1]], "inputs": 1, "parameters": 0,
      "results": [2], "sums": [], "blocks": [], "outers": []}]}

Numbers are written with the digits that give back the same float; "nan", "inf" and "-inf" stand in quotes.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.compiler.checking import check
from autograd_mini.compiler.program import Block, Outer, Program
from autograd_mini.errors import shown
from autograd_mini.files import check_depth, named, refused, strict_json, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from typing import Any


FORMAT = "autograd-mini program"
VERSION = 1
LARGEST = 1 << 26  # bytes of a file
UNBOUNDED = {str(x): x for x in (math.nan, math.inf, -math.inf)}


def save(path: str | PathLike[str], programs: Sequence[Program], about: dict[str, Any]) -> Path:
    """The path of the file that now holds the programs, and what JSON can say about them.

    Raises ValueError if a program calls a Python function or `about` is no JSON, OSError if the file cannot be
    written.
    """
    try:
        parts = {"about": about, "programs": list(map(as_json, programs))}
        text = json.dumps({"format": FORMAT, "version": VERSION, **parts}, allow_nan=False)
        check_depth(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise refused("save", path, str(error)) from error
    return write_whole(path, text + "\n")


def load(path: str | PathLike[str]) -> tuple[list[Program], dict[str, Any]]:
    """The programs of a file, every instruction checked, and what is said about them.

    Raises ValueError if it is damaged or of another version, OSError if it cannot be read.
    """
    with named("read", path), Path(path).open("rb") as file:
        data = file.read(LARGEST + 1)
    try:
        return _contents(data)
    except ValueError as error:
        raise refused("load", path, f"{error}; save the compiled function again") from error


def _contents(data: bytes) -> tuple[list[Program], dict[str, Any]]:
    if len(data) > LARGEST:
        msg = f"it has more than {LARGEST} bytes"
        raise ValueError(msg)
    saved = strict_json(data.decode())
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        msg = "it is no program file"
        raise ValueError(msg)
    version = saved.get("version")
    if type(version) is not int or version != VERSION:
        msg = f"it has version {shown(version)} and this package reads {VERSION}"
        raise ValueError(msg)
    _, _, about, programs = _parts(saved, ("format", "version", "about", "programs"))
    if isinstance(about, dict):
        return [from_json(one) for one in _list(programs)], about
    msg = f"`about` should be an object, got {shown(about)}"
    raise ValueError(msg)


def as_json(program: Program) -> dict[str, Any]:
    """The program as lists, names and numbers.

    Raises ValueError if it is malformed or calls a Python function.
    """
    check(program)
    fields = program._asdict()
    del fields["functions"]
    fields["instructions"] = [
        (one[0], number_as_json(one[1])) if one[0] == "constant" else one for one in program.instructions
    ]
    return fields


def number_as_json(x: float) -> float | str:
    """A number, in quotes where JSON has none."""
    return x if math.isfinite(x) else str(x)


def number_from_json(x: Any) -> float:
    """The number that `number_as_json` wrote. Raises ValueError for anything else."""
    number = UNBOUNDED.get(x) if isinstance(x, str) else x
    if isinstance(number, float) or type(number) is int:
        return float(number)
    msg = f"{shown(x)} is no float"
    raise ValueError(msg)


def from_json(fields: Any) -> Program:
    """The program that `as_json` made these lists of.

    Raises ValueError for anything else.
    """
    instructions, inputs, parameters, results, sums, blocks, outers = _parts(fields, Program._fields[:-1])
    program = Program(
        tuple([_instruction(one) for one in _list(instructions)]),
        inputs,
        parameters,
        tuple(_list(results)),
        tuple([(k, x) for k, x in (_list(one, 2) for one in _list(sums))]),
        tuple([Block(f, tuple(_list(xs)), n, t) for f, xs, n, t in (_list(b, 4) for b in _list(blocks))]),
        tuple(
            [
                Outer(f, tuple(_list(xs)), tuple(_list(ys)))
                for f, xs, ys in (_list(o, 3) for o in _list(outers))
            ]
        ),
    )
    check(program)
    return program


def _instruction(one: Any) -> tuple[Any, ...]:
    if isinstance(one, list) and len(one) == 2 and one[0] == "constant":
        return "constant", number_from_json(one[1])
    return tuple(_list(one))


def _parts(fields: Any, names: tuple[str, ...]) -> list[Any]:
    """What an object holds under exactly these names."""
    if not isinstance(fields, dict) or fields.keys() != {*names}:
        found = sorted(fields) if isinstance(fields, dict) else fields
        msg = f"an object with the names {', '.join(names)} was expected, got {shown(found)}"
        raise ValueError(msg)
    return [fields[name] for name in names]


def _list(part: Any, length: int | None = None) -> list[Any]:
    if not isinstance(part, list) or length not in (None, len(part)):
        msg = f"a list{'' if length is None else f' of {length}'} was expected, got {shown(part)}"
        raise ValueError(msg)
    return part
