"""Loading compiled functions: what is loaded runs the programs of a file, as they were traced, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.compiler import files
from autograd_mini.compiler.arguments import numpy
from autograd_mini.compiler.compiled import Compiled
from autograd_mini.compiler.kernels import TIERS
from autograd_mini.compiler.path import Options, Path, Store
from autograd_mini.compiler.paths import Paths
from autograd_mini.derivatives.pytree import flatten
from autograd_mini.engine.interop import flag, whole
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, choose
from autograd_mini.files import refused

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from autograd_mini.compiler.arguments import Array, Batch
    from autograd_mini.compiler.program import Program


def load(path: str | os.PathLike[str], *, tier: str = "auto", threads: int = 1) -> Compiled:
    """The compiled function that `Compiled.save` wrote; its `parameters` are new Values with the numbers of then.

    The file is read as data: every instruction is checked, and nothing in it can run as code. tier, threads: as in
    `compile`.

    Raises ValueError if the file is damaged, of another version or no such file, OSError if it cannot be read.
    """
    tier, threads = choose("tier", tier, TIERS), whole(threads, "threads", most=1024)
    programs, about = files.load(path)
    try:
        return _loaded(programs, about, tier, threads)
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
    ) as error:  # what somebody else wrote may lack anything
        why = f"what it says of its programs is damaged ({error!r}); save the function again"
        raise refused("load", path, why) from error


class Saved(Compiled):
    """A compiled function without its Python text: it runs what was traced before it was saved."""

    def __init__(self, options: Options, known: dict[Any, Paths]) -> None:
        super().__init__(options)
        self._known = known
        self._last = next(((paths, key) for key, paths in known.items()), None)

    def structures(self) -> dict[Any, Paths]:
        return self._known

    def _paths(self, batch: Batch) -> Paths:
        found = self._known.get(batch.key)
        if found is None:
            msg = (
                f"{self.options.name} was not traced for arguments of this structure before it was saved; call it with"
                " such a batch where its function is, and save it again"
            )
            raise CompileError(msg)
        self._last = found, batch.key
        return found


class SavedPaths(Paths):
    """The paths of a file."""

    def explore(self, batch: Batch, columns: list[Array], i: int) -> Path:  # noqa: ARG002
        msg = (
            f"example {i + 1} takes a path through {self.options.name} that none had taken before it was saved; call it"
            " with such an example where its function is, and save it again"
        )
        raise CompileError(msg)


class SavedPath(Path):
    """A path whose programs are those of a file."""

    def __init__(self, store: Store, about: dict[str, Any], programs: Sequence[Program]) -> None:
        result = _result(about["result"])
        answers = [flag(answer, "an answer") for answer in about["answers"]]
        super().__init__(
            store, result, whole(about["results"], "results", 0), whole(about["inputs"], "inputs", 0), answers
        )
        self.programs = {
            str(role): programs[whole(n, "a program", 0)] for role, n in about["programs"].items()
        }
        self.parts = {
            str(role): [whole(k, "a parameter", 0) for k in kept] for role, kept in about["parts"].items()
        }
        self.labels = [str(label) for label in about["labels"]]
        self.asked = [str(question) for question in about["questions"]]
        while f"guards{len(self.groups)}" in self.programs:
            self.groups.append(len(self.programs[f"guards{len(self.groups)}"].results))
        self._check()

    def _check(self) -> None:
        """Raise ValueError unless the programs fit each other, and the structure of the results."""
        if (
            "values" not in self.programs
            or sum(self.groups) != len(self.answers)
            or _count(self.result) != self.count
        ):
            msg = "a program, an answer or a result is missing"
            raise ValueError(msg)
        store = len(self.store.parameters)
        for role, program in self.programs.items():
            has_seed = role.startswith(("gradient", "masked"))
            count = self.count + len(self.parts.get(role, ()))
            if role.endswith("guards"):
                count += len(self.answers)
            elif role.startswith("guards"):
                count = len(program.results)
            places = max(self.parts.get(role, ()), default=-1)
            if (
                program.inputs != self.width
                or len(program.results) != count
                or not has_seed <= program.parameters <= store + has_seed
                or places >= store
            ):
                msg = f"the program of its {role} does not fit the others"
                raise ValueError(msg)

    def program(self, role: str, *, exact: bool) -> Program:  # noqa: ARG002
        role = role.removesuffix(" and guards") if not self.answers else role
        if role not in self.programs:
            msg = f"the {role} of {self.store.options.name} are not in the file that it was loaded from"
            raise CompileError(msg)
        return self.programs[role]

    def questions(self) -> list[str]:
        return self.asked


def _loaded(programs: Sequence[Program], about: dict[str, Any], tier: str, threads: int) -> Saved:
    options = Options(_nothing, exact=flag(about["exact"], "exact"), tier=tier, threads=threads)
    options.name = str(about["name"])
    numbers = [(str(label), files.number_from_json(x)) for label, x in about["parameters"]]
    parameters = [Value(x, label) for label, x in numbers]
    known: dict[Any, Paths] = {}
    for structure in about["structures"]:
        paths = known[_key(structure["arguments"])] = SavedPaths(options)
        for k in structure["parameters"]:
            paths.parameters.place(parameters[whole(k, "a parameter", 0)])
        if len(paths.parameters) != len(structure["parameters"]):
            msg = "a parameter stands twice"
            raise ValueError(msg)
        paths.known += [SavedPath(paths, path, programs) for path in structure["paths"]]
        if not paths.known:
            msg = "a structure of arguments has no path"
            raise ValueError(msg)
    if not known:
        msg = "it has no structure of arguments"
        raise ValueError(msg)
    return Saved(options, known)


def _nothing(*_: Any, **__: Any) -> Any:
    """What stands for the function that a file does not hold."""
    msg = "a compiled function that was loaded from a file has no Python text"
    raise CompileError(msg)


def _key(parts: Any) -> Any:
    if isinstance(parts, list):
        return tuple([_key(part) for part in parts])
    return dict if parts == {"kind": "dict"} else parts


def _result(about: Any) -> Any:
    if about == "number":
        return 0.0
    [(kind, parts)] = about.items()
    if kind == "text" and (parts is None or isinstance(parts, str)):
        return parts
    if kind == "dict":
        return {str(key): _result(part) for key, part in parts}
    if kind == "array":
        return numpy().array(_result(parts))
    return {"list": list, "tuple": tuple}[kind](map(_result, parts))


def _count(result: Any) -> int:
    """How many numbers a result has."""
    return len(flatten(result)[0])
