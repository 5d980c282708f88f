"""What can be seen of a compiled function: its programs as Python, a report, and the same function for JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.compiler.source import source_of_program
from autograd_mini.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.compiler.path import Path
    from autograd_mini.compiler.paths import Paths


def source(paths: Paths, role: str, *, lines: bool) -> str:
    """The programs of all paths, each as a Python function with a comment above that says when it is taken."""
    parts = []
    for number, path in enumerate(paths.known, 1):
        program = path.program(role, exact=paths.options.exact)
        parameters = [p.label for p in paths.parameters] + ["seed"] * (role == "gradient")
        comments = path.remarks(role) if lines else {}
        text = source_of_program(program, inputs=path.labels, parameters=parameters, comments=comments)
        about = [f"# path {number} of {len(paths.known)}"] if len(paths.known) > 1 else []
        about += [f"# where {question}" for question in path.questions()]
        parts.append("\n".join([*about, text]))
    return "\n".join(parts)


def llvm(paths: Paths) -> str:
    """The programs of all paths as LLVM text, without the elementary functions that they call."""
    from autograd_mini.compiler import straight

    programs = [path.program("values", exact=paths.options.exact) for path in paths.known]
    return "\n".join(straight.printed(program, exact=paths.options.exact) for program in programs)


def report(paths: Paths) -> str:
    """What the programs take, a path after the other."""
    name, count = paths.options.name, len(paths.known)
    lines = [f"{name}: {count} path{'s' * (count > 1)}, {len(paths.parameters)} parameters"]
    for number, path in enumerate(paths.known, 1):
        lines.append(f"path {number}")
        lines += [f"  where {question}" for question in path.questions()]
        roles = [("values", "values")]
        if path.structure == () and paths.parameters:
            roles.append(("gradient", "values and gradient"))
        for role, title in roles:
            program, kernel = path.program(role, exact=paths.options.exact), path.kernel(role)
            blocks = len(program.blocks) + len(program.outers)
            products = f", {blocks} product{'s' * (blocks > 1)} with matrices" if blocks else ""
            lines.append(
                f"  {title}: for each example {program.operations():,} operations, {len(program.instructions):,}"
                f" instructions{products}; {kernel.tier}, {_size(kernel.memory)} of memory for each thread"
            )
    return "\n".join(lines)


def _size(count: int) -> str:
    return f"{count:,} bytes" if count < 10_000 else f"{count / 1000:,.0f} kB"


def to_jax(paths: Paths, key: Any) -> Callable[..., Any]:
    """The function (parameters, *inputs) for JAX. key: the structure of the arguments.

    Raises CompileError if the function takes several paths.
    """
    from autograd_mini.compiler.xla import to_jax

    path = only(paths, "JAX")
    program = path.program("values and guards", exact=False)
    of_columns, count = to_jax(program), path.count
    keys, names = key

    def function(parameters: Any, *args: Any, **kwargs: Any) -> Any:
        import jax.numpy as jnp

        if len(args) != len(keys) - len(names) or kwargs.keys() != set(names):
            wanted = ", ".join(
                ["parameters", *[f"input {i + 1}" for i in range(len(keys) - len(names))], *names]
            )
            msg = f"this function takes ({wanted}), as {paths.options.name} did when it was last called"
            raise TypeError(msg)
        given = [*args, *[kwargs[name] for name in names]]
        columns = [column for x, one in zip(given, keys) for column in _columns(jnp, x, one)]
        found = of_columns(parameters, *columns)
        results = jnp.stack(jnp.broadcast_arrays(*[jnp.atleast_1d(x) for x in found[:count]]))
        for truth, answer in zip(found[count:], path.answers):
            results = jnp.where((truth != 0.0) == answer, results, jnp.nan)
        return path.build(results)

    return function


def only(paths: Paths, what: str) -> Path:
    """The single path. Raises CompileError if there are several."""
    if len(paths.known) > 1:
        place = [str(place) for place in paths.known[0].places][:1]
        msg = (
            f"{paths.options.name} takes {len(paths.known)} paths{', which part at ' + place[0] if place else ''}, and {what} has one program for"
            " all examples; write where(condition, x, y) in place of if"
        )
        raise CompileError(msg)
    return paths.known[0]


def _columns(jnp: Any, x: Any, key: Any) -> Sequence[Any]:
    """An argument with the examples along the first axis, as an array for each number of an example."""
    if key == "number":
        return [jnp.asarray(x, float)]
    if not isinstance(key, tuple) or isinstance(key[0], type) or key[0] == "static":
        msg = (
            "for JAX give arrays and numbers as arguments; dicts, dataclasses and texts are not opened there"
        )
        raise TypeError(msg)
    rows = jnp.asarray(x) if hasattr(x, "dtype") else jnp.asarray(x, float)
    if rows.shape[1:] != tuple(key[1]):
        msg = f"an example had the shape {tuple(key[1])} when the function was last called, and has {rows.shape[1:]} here"
        raise ValueError(msg)
    return [rows] if rows.ndim == 1 else list(rows.reshape(rows.shape[0], -1).T)
