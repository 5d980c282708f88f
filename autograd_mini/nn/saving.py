"""Model files: JSON with a version, written whole or not at all, and read as data, never as code.

    {"format": "autograd-mini model", "version": 2, "class": "MLP",
     "configuration": {"inputs": 2, ...}, "modes": {"training": true, "expanded": false},
     "parameters": {"layers[0].neurons[0].w[0]": 0.68..., ...}}

Numbers are written with the digits that give back the same float. A mode is true, false, or the list of
the modules, by name, that are in it. Version 1 had no modes.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from reprlib import repr as shortened
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.files import named, write_whole
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from typing import Any


FORMAT = "autograd-mini model"
VERSION = 2
MODES = ("training", "expanded")
DEEPEST = 20  # brackets inside one another
LONGEST = 400  # digits of a number
# Also a string that does not end: looking for another one behind each of its quotes would take quadratic time.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


class Contents(NamedTuple):
    """What a file holds of a module."""

    configuration: dict[str, Any]
    modes: dict[str, bool | list[str]]
    parameters: dict[str, float]


def save(path: str | os.PathLike[str], kind: str, contents: Contents) -> Path:
    """The path of the file that now holds a model of the class called `kind`.

    Raises ValueError if a parameter is nan or inf or JSON cannot write the configuration, OSError if the
    file cannot be written.
    """
    parameters = contents.parameters
    broken = [name for name, number in parameters.items() if not math.isfinite(number)]
    if broken:
        why = (
            f"{broken[0]} is {parameters[broken[0]]}; train again with a smaller learning rate, or load an"
            " older file"
        )
        raise _refused("save", path, why)
    saved = {"format": FORMAT, "version": VERSION, "class": kind, **contents._asdict()}
    try:
        text = json.dumps(saved, indent=1, allow_nan=False)
        _check_depth(text)
    except (TypeError, ValueError, RecursionError) as error:
        why = f"its configuration() cannot be saved ({error}); give finite numbers, text, lists and dicts of them"
        raise _refused("save", path, why) from error
    return write_whole(path, text + "\n")


def load(path: str | os.PathLike[str], kind: str) -> Contents:
    """What `save` was given: the right parts of the right types, every number finite, nothing built yet.

    Raises ValueError if it is damaged, of another version or of another class, OSError if it cannot be read.
    """
    try:
        with named("read", path):
            text = Path(path).read_text(encoding="utf-8")
        _check_depth(text)
        saved = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_finite(float),
            parse_int=_finite(int),
            parse_constant=_no_constant,
        )
    except ValueError as error:
        raise _refused(
            "load", path, f"it is damaged or no model file ({error}); save the model again"
        ) from error
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise _refused("load", path, "it is no model file; give one that model.save() wrote")
    version = saved.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        found = f"it has version {shortened(version)} and this package reads 1 to {VERSION}"
        raise _refused("load", path, f"{found}; save it again with this release, or install a newer one")
    if saved.get("class") != kind:
        found = f"it holds a {shortened(saved.get('class'))}, not a {kind!r}"
        raise _refused("load", path, f"{found}; use the class it names")
    if unknown := saved.keys() - {"format", "version", "class", *Contents._fields}:
        raise _refused(
            "load", path, f"it has unknown parts {shortened(sorted(unknown))}; save the model again"
        )
    parts = {"modes": {}} | saved if version == 1 else saved
    if wrong := [field for field in Contents._fields if not isinstance(parts.get(field), dict)]:
        found = f"its {wrong[0]} is {shortened(parts.get(wrong[0]))}"
        raise _refused("load", path, f"{found} where an object is expected; save the model again")
    return Contents(*[parts[field] for field in Contents._fields])


# What JSON allows and a model file has no use for


def _check_depth(text: str) -> None:
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


def _refused(verb: str, path: str | os.PathLike[str], why: str) -> ValueError:
    return ValueError(f"cannot {verb} {visible(str(path))}: {why}")
