"""Model files: JSON with a version, written whole or not at all, and read as data, never as code.

    {"format": "autograd-mini model", "version": 1, "class": "MLP",
     "configuration": {"inputs": 2, ...}, "parameters": {"layers[0].neurons[0].w[0]": 0.68..., ...}}

Numbers are written with the digits that give back the same float.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.files import write_whole

if TYPE_CHECKING:
    import os
    from typing import Any


FORMAT = "autograd-mini model"
VERSION = 1


def save(
    path: str | os.PathLike[str], kind: str, configuration: dict[str, Any], parameters: dict[str, float]
) -> Path:
    """The path of the file that now holds a model of the class called `kind`.

    Raises ValueError if a parameter is nan or inf, OSError if the file cannot be written.
    """
    broken = [name for name, number in parameters.items() if not math.isfinite(number)]
    if broken:
        msg = (
            f"cannot save {path}: {broken[0]} is {parameters[broken[0]]}; train again with a smaller"
            " learning rate, or load an older file"
        )
        raise ValueError(msg)
    saved = {
        "format": FORMAT,
        "version": VERSION,
        "class": kind,
        "configuration": configuration,
        "parameters": parameters,
    }
    return write_whole(path, json.dumps(saved, indent=1, allow_nan=False) + "\n")


def load(path: str | os.PathLike[str], kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(configuration, parameters) of the file: what `save` was given, not yet checked one by one.

    Raises ValueError if it is damaged, of another version or of another class, OSError if it cannot be read.
    """
    try:
        saved = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _refused(path, f"it is damaged or no model file ({error}); save the model again") from error
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise _refused(path, "it is no model file; give one that model.save() wrote")
    if saved.get("version") != VERSION:
        found = f"it has version {saved.get('version')!r} and this package reads {VERSION}"
        raise _refused(path, f"{found}; save it again with this release, or install a newer one")
    if saved.get("class") != kind:
        raise _refused(path, f"it holds a {saved.get('class')}, not a {kind}; use the class it names")
    configuration, parameters = saved.get("configuration"), saved.get("parameters")
    if not isinstance(configuration, dict) or not isinstance(parameters, dict):
        raise _refused(path, "its configuration or its parameters are missing; save the model again")
    return configuration, parameters


def _refused(path: str | os.PathLike[str], why: str) -> ValueError:
    return ValueError(f"cannot load {path}: {why}")
