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
from pathlib import Path
from reprlib import repr as shortened
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.files import check_depth, named, refused, strict_json, write_whole

if TYPE_CHECKING:
    import os
    from typing import Any


FORMAT = "autograd-mini model"
VERSION = 2
MODES = ("training", "expanded")


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
        raise refused("save", path, why)
    saved = {"format": FORMAT, "version": VERSION, "class": kind, **contents._asdict()}
    try:
        text = json.dumps(saved, indent=1, allow_nan=False)
        check_depth(text)
    except (TypeError, ValueError, RecursionError) as error:
        why = f"its configuration() cannot be saved ({error}); give finite numbers, text, lists and dicts of them"
        raise refused("save", path, why) from error
    return write_whole(path, text + "\n")


def load(path: str | os.PathLike[str], kind: str) -> Contents:
    """What `save` was given: the right parts of the right types, every number finite, nothing built yet.

    Raises ValueError if it is damaged, of another version or of another class, OSError if it cannot be read.
    """
    try:
        with named("read", path):
            text = Path(path).read_text(encoding="utf-8")
        saved = strict_json(text)
    except ValueError as error:
        raise refused(
            "load", path, f"it is damaged or no model file ({error}); save the model again"
        ) from error
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise refused("load", path, "it is no model file; give one that model.save() wrote")
    version = saved.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        found = f"it has version {shortened(version)} and this package reads 1 to {VERSION}"
        raise refused("load", path, f"{found}; save it again with this release, or install a newer one")
    if saved.get("class") != kind:
        found = f"it holds a {shortened(saved.get('class'))}, not a {kind!r}"
        raise refused("load", path, f"{found}; use the class it names")
    if unknown := saved.keys() - {"format", "version", "class", *Contents._fields}:
        raise refused(
            "load", path, f"it has unknown parts {shortened(sorted(unknown))}; save the model again"
        )
    parts = {"modes": {}} | saved if version == 1 else saved
    if wrong := [field for field in Contents._fields if not isinstance(parts.get(field), dict)]:
        found = f"its {wrong[0]} is {shortened(parts.get(wrong[0]))}"
        raise refused("load", path, f"{found} where an object is expected; save the model again")
    return Contents(*[parts[field] for field in Contents._fields])
