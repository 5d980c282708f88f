"""C, printed from the table of primitives: what the native core computes, as the header kernels.h of engine/core.c.

    python -m autograd_mini.compiler.c > kernels.h

A rule is read as a program (lower.py), its value and its partials, and each instruction of it becomes a line. A rule
of any number of inputs is read at two sizes, which say where its sums and products begin and end. Rules of functions
whose last bit C has otherwise than Python (hypot), or that are more than a few words at any size, are not printed:
they are computed by Python, also in a native node.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

from autograd_mini.compiler.lower import lowered
from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.engine.native import table
from autograd_mini.engine.primitives import power_slope
from autograd_mini.engine.rule import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.compiler.program import Program

OTHERWISE = {  # what <math.h> calls otherwise than NumPy
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "abs": "fabs", "mod": "modulo",
}  # fmt: skip
SAME = {
    "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "erf", "erfc", "pow", "maximum", "minimum", "floor_divide",
}  # fmt: skip
WORDS = {
    "add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "div": "{} / {}", "neg": "-{}",
    "less": "{} < {}", "less_equal": "{} <= {}", "equal": "{} == {}", "select": "{} != 0.0 ? {} : {}",
    "floor": "copysign(floor({0}), {0})",
    **{name: f"{OTHERWISE.get(name, name)}({{}}, {{}})" for name in ("pow", "arctan2", "mod", "maximum", "minimum", "floor_divide")},
}  # fmt: skip
WORDS |= {name: f"{OTHERWISE.get(name, name)}({{}})" for name in {*SAME, *OTHERWISE} - {*WORDS}}
POWER = Rule("power", lambda xp, x, n: xp.pow(x, n), lambda xp, z, x, n: (power_slope(xp, x, n),), symbol="^")


def literal(x: float) -> str:
    """The float in C."""
    if math.isfinite(x):
        return f"({x!r})" if math.copysign(1.0, x) < 0 else repr(x)
    return "NAN" if x != x else "INFINITY" if x > 0 else "(-INFINITY)"


def printed(name: str, inputs: Sequence[str], program: Program) -> str | None:
    """Static inline double c_name(double x, ..., double *d): the first result, and the others in d.

    None if an operation has no word in C.
    """
    terms: list[str] = []
    lines: list[str] = []
    for i, (what, *reads) in enumerate(program.instructions):
        if what == "input":
            terms.append(inputs[reads[0]])
        elif what == "constant":
            terms.append(literal(reads[0]))
        elif what not in WORDS:
            return None
        else:
            terms.append(f"t{i}")
            lines.append(f"const double t{i} = {WORDS[what].format(*[terms[x] for x in reads])};")
    z, *slopes = [terms[i] for i in program.results]
    body = [f"(void){x};" for i, x in enumerate(inputs) if ("input", i) not in program.instructions]
    body += [*lines, *[f"d[{i}] = {slope};" for i, slope in enumerate(slopes)], f"return {z};"]
    parameters = ", ".join([*[f"double {x}" for x in inputs], "double *d"])
    return "\n    ".join([f"static inline double c_{name}({parameters})\n{{", *body]) + "\n}\n"


# Rules of any number of inputs


class Places(Arithmetic):
    """Reads where the parts of x[0], x[1], ... lie that such a rule adds, multiplies or compares."""

    def sum(self, xs: Sequence[int]) -> Any:
        return "sum", xs[0], xs[-1] + 1

    def dot(self, xs: Sequence[int], ys: Sequence[int]) -> Any:
        return "dot", xs[0], xs[-1] + 1, ys[0], ys[-1] + 1

    def maximum(self, x: Any, y: int) -> Any:
        return "largest", x if isinstance(x, int) else x[1], y + 1

    def minimum(self, x: Any, y: int) -> Any:
        return "smallest", x if isinstance(x, int) else x[1], y + 1

    def first(self, _z: Any, xs: Sequence[int]) -> Any:
        return ("first",) * len(xs)


def printed_for_any(rule: Rule) -> str | None:
    """Static double c_name(const double *x, Py_ssize_t n, double *d); None if it is more than a word."""
    read = []
    for n in (4, 6):
        xs = range(n)
        try:
            z = rule.forward(Places(), *xs)
            slopes = rule.partials(Places(), z, *xs)
        except (AttributeError, TypeError):
            return None
        if not isinstance(z, tuple):
            return None
        read.append((z, slopes))
    (small, slopes), (large, _) = read
    bounds = ", ".join(_solved(a, b) for a, b in zip(small[1:], large[1:], strict=True))
    if slopes[0] == "first":
        partials = "first(d, x, n, z);"
    elif all(isinstance(slope, float) for slope in slopes):
        partials = f"for (Py_ssize_t i = 0; i < n; i++) d[i] = {literal(slopes[0])};"
    else:
        by = _solved(slopes[0], read[1][1][0])
        partials = f"for (Py_ssize_t i = 0, j = {by}; i < n; i++, j++) d[i] = x[j < n ? j : j - n];"
    head = f"static double c_{rule.name}(const double *x, Py_ssize_t n, double *d)\n{{"
    return (
        "\n    ".join([head, f"const double z = {small[0]}(x, {bounds});", partials, "return z;"]) + "\n}\n"
    )


def _solved(at_four: int, at_six: int) -> str:
    """What is at_four for n = 4 and at_six for n = 6: a number, n, or half of n."""
    return {0: str(at_four), 1: f"n / 2 + {at_four - 2}", 2: f"n + {at_four - 4}"}[
        at_six - at_four
    ].removesuffix(" + 0")


# The header


def kernels() -> dict[str, tuple[str, str]]:
    """The text of every rule that can be printed, and which field of a Kernel it fills."""
    made: dict[str, tuple[str, str]] = {}
    for rule in RULES.values():
        if rule.owner:
            continue
        arity = rule.arity
        text = (
            printed_for_any(rule)
            if arity is None
            else printed(rule.name, [f"x{i}" for i in range(arity)], lowered(rule, arity))
        )
        if text is not None and (arity is None or 0 < arity <= 3):
            made[rule.name] = text, "many" if arity is None else ["one", "two", "three"][arity - 1]
    power = printed("power", ["x", "n"], lowered(POWER, 2))
    assert power is not None
    return made | {"power": (power, "two")}


def header() -> str:
    """kernels.h: a function for each rule, their numbers, and the table that finds them."""
    made = kernels()
    rows = [
        f'    [K_{name}] = {{"{name}", {-1 if field == "many" else 1 + ["one", "two", "three"].index(field)},'
        f" .{field} = c_{name}}},"
        for name, (_, field) in made.items()
    ]
    return "\n".join([
        "/* Printed from the table of primitives by `python -m autograd_mini.compiler.c`. */\n",
        f'#define TABLE "{table()}"\n',
        *[text for text, _ in made.values()],
        f"enum {{ NO_KERNEL, {', '.join(f'K_{name}' for name in made)}, KERNELS }};\n",
        "static Kernel kernels[KERNELS] = {",
        *rows,
        "};\n",
    ])  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(header())
