"""Saving compiled functions: their programs with the structure of arguments and results, and without any code.

A file holds what has been traced until it is saved: each structure of arguments that was met, each path of it, and
for every path its guards, its values and its gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.compiler import files
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, shown

if TYPE_CHECKING:
    import os
    import pathlib

    from autograd_mini.compiler.path import Options, Path
    from autograd_mini.compiler.paths import Paths
    from autograd_mini.compiler.program import Program


def save(known: dict[Any, Paths], options: Options, path: str | os.PathLike[str]) -> pathlib.Path:
    """The path of the file that now holds what the function has been traced to; see `Compiled.save`."""
    programs: list[Program] = []
    parameters: dict[Value, int] = {}
    structures = []
    for key, paths in known.items():
        described = [_path_as_json(one, programs) for one in paths.known]
        own = [parameters.setdefault(p, len(parameters)) for p in paths.parameters]
        structures.append({"arguments": _key_as_json(key), "parameters": own, "paths": described})
    about = {
        "name": options.name,
        "exact": options.exact,
        "parameters": [[p.label, files.number_as_json(p.data)] for p in parameters],
        "structures": structures,
    }
    return files.save(path, programs, about)


def _path_as_json(path: Path, programs: list[Program]) -> dict[str, Any]:
    if path.draws:
        msg = f"{path.store.options.name} draws random numbers, which a file cannot; switch Dropout off with model.eval()"
        raise CompileError(msg)
    roles = ["values", *[f"guards{i}" for i in range(len(path.groups))]]
    roles += ["values and guards"] * bool(path.answers)
    if path.structure == () and path.store.parameters:
        roles += ["gradient", "masked"]
        if path.store.options.exact and path.answers:
            roles += ["gradient in parts", "masked in parts"]
    places = {}
    for role in roles:
        places[role] = len(programs)
        programs.append(path.program(role, exact=path.is_exact(role)))
    return {
        "inputs": path.width,
        "results": path.count,
        "labels": path.labels,
        "answers": path.answers,
        "questions": path.questions(),
        "result": _result_as_json(path.result),
        "programs": places,
        "parts": {role: kept for role, kept in path.parts.items() if role in places},
    }


def _key_as_json(key: Any) -> Any:
    """The key of a batch: nested tuples of names and numbers."""
    if isinstance(key, tuple):
        return [_key_as_json(part) for part in key]
    if key is dict:
        return {"kind": "dict"}
    if key is None or isinstance(key, str | int):
        return key
    msg = f"a file cannot describe arguments of the kind {shown(key)}; give arrays, lists, numbers or dicts"
    raise CompileError(msg)


def _result_as_json(x: Any) -> Any:
    """The structure of a result: "number", a list of these, {"tuple": [...]}, {"dict": [[key, ...], ...]} and the like."""
    if isinstance(x, Value | float | int):
        return "number"
    if type(x) in (list, tuple):
        return {type(x).__name__: [_result_as_json(part) for part in x]}
    if type(x) is dict and all(isinstance(key, str) for key in x):
        return {"dict": [[key, _result_as_json(part)] for key, part in x.items()]}
    if x is None or isinstance(x, str):
        return {"text": x}
    if hasattr(x, "tolist"):
        return {"array": _result_as_json(x.tolist())}
    msg = f"a file cannot describe a result of the kind {type(x).__name__}; return numbers, lists, tuples or dicts"
    raise CompileError(msg)
