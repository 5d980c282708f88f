"""The operators of the two tracers, printed from the table when they are first needed.

What `Tracer.apply` does for any rule and any arguments is here one flat function for each operator, for the
commonest arguments: tracers of one level, and plain numbers. Everything else goes to `call`, as do all
operations while a mode is on. The printed text is entered into `linecache`, so a traceback shows it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autograd_mini.derivatives.tracers import Dual, Taped, Tracer
from autograd_mini.engine import recording
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.operations import BINARY, call, values
from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES
from autograd_mini.formulas.inline import FUNCTION, compiled, inline_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_mini.engine.rule import Rule

UNARY_TEXT = """\
def {name}(self):
    if recording.active or self.level not in tapes{still}:
        return call(rule, (self,))
    x = self.primal
{own}
"""
BINARY_TEXT = """\
def {name}(self, other):
    kind = other.__class__
    if recording.active or self.level not in tapes{still}:
        pass
    elif kind is Kind:
        if other.level == self.level{other_still}:
            x, y = self.primal, other.primal
{both}
    elif kind is float or kind is int:
        x, y = self.primal, as_float(other)
{left}
    return call(rule, (self, other))
"""
REFLECTED_TEXT = """\
def {name}(self, other):
    kind = other.__class__
{zero}    if (kind is float or kind is int) and not recording.active and self.level in tapes{moving}:
        x, y = as_float(other), self.primal
{right}
    return call(rule, (other, self))
"""


def _made(kind: type[Tracer], value: str, partials: dict[str, str]) -> list[str]:
    """The lines that compute z and return its tracer. partials: by the names of the tracers."""
    lines = [
        f"z = {value}",
        "node = new(Kind)",
        "node.level = self.level",
        "node.primal = z",
        "node.rule = rule",
    ]
    lines += ["node.label = ''", "node.adjoint = None", "node.arguments = ()"]
    if kind is Taped:
        lines += [
            f"node.parents = ({', '.join(partials)},)",
            f"node.partials = ({', '.join(partials.values())},)",
        ]
        lines += ["tapes[self.level].append(node)"]
    else:
        moved = [f"{x}.tangent" if d == "1.0" else f"({d}) * {x}.tangent" for x, d in partials.items()]
        lines += ["node.parents = node.partials = ()", f"node.tangent = {' + '.join(moved)}"]
    return [*lines, "return node"]


def _body(
    kind: type[Tracer], indent: int, value: str, partials: dict[str, str], inputs: str, floating: str
) -> str:
    """`_made`; where functions are called, once for floats and once for numbers of any kind.

    inputs: the names of the inputs; floating: of those that may be no floats.
    """
    lines = _made(kind, value, partials)
    if FUNCTION.search(" ".join([value, *partials.values()])):
        are_floats = " and ".join(f"{x}.__class__ is float" for x in floating)
        anything = {x: FUNCTION.sub(r"any_\1(", d) for x, d in partials.items()}
        lines = [f"if {are_floats}:", *(f"    {line}" for line in lines)]
        lines += _made(kind, f"call(rule, ({', '.join(inputs)},))", anything)
    return "\n".join(" " * indent + line for line in lines)


def _any(name: str) -> Callable[..., Any]:
    """A function of floats, or of numbers of lower levels."""
    of_floats, of_values = getattr(floats, name), getattr(values, name)

    def function(*xs: Any) -> Any:
        are_floats = all(x.__class__ is float for x in xs)
        return of_floats(*xs) if are_floats else of_values(*xs)

    return function


def _compiled(kind: type[Tracer], rule: Rule, text: str) -> Any:
    """The function that the text defines."""
    name = text[len("def ") : text.index("(")]
    scope = {"recording": recording, "tapes": recording.tapes, "call": call, "as_float": as_float}
    scope |= {"new": object.__new__, "Kind": kind, "rule": rule}
    mixed = {
        used: _any(used.removeprefix("any_")) for used in FUNCTION.findall(text) if used.startswith("any_")
    }
    return compiled(text, f"{kind.__name__}.{name}", scope | mixed)[name]


def unary(kind: type[Tracer], rule: Rule) -> Any:
    """The method of a tracer for a primitive of one argument."""
    value, (d,) = inline_of(rule, "x")
    still = " or self.tangent is None" if kind is Dual else ""
    text = UNARY_TEXT.format(
        name=f"traced_{rule.name}", still=still, own=_body(kind, 4, value, {"self": d}, "x", "x")
    )
    return _compiled(kind, rule, text)


def binary(kind: type[Tracer], rule: Rule) -> Any:
    """The operator of a tracer for a primitive of two arguments."""
    value, (dx, dy) = inline_of(rule, "x", "y")
    text = BINARY_TEXT.format(
        name=f"traced_{rule.name}",
        still=" or self.tangent is None" if kind is Dual else "",
        other_still=" and other.tangent is not None" if kind is Dual else "",
        both=_body(kind, 12, value, {"self": dx, "other": dy}, "xy", "xy"),
        left=_body(kind, 8, value, {"self": dx}, "xy", "x"),
    )
    return _compiled(kind, rule, text)


def reflected(kind: type[Tracer], rule: Rule) -> Any:
    """The operator of a tracer for a number on its left."""
    value, (_, dy) = inline_of(rule, "x", "y")
    text = REFLECTED_TEXT.format(
        name=f"left_{rule.name}",
        # The built-in sum() starts from the int 0, which is no part of anybody's formula.
        zero="    if kind is int and other == 0:\n        return self\n" if rule.name == "add" else "",
        moving=" and self.tangent is not None" if kind is Dual else "",
        right=_body(kind, 8, value, {"self": dy}, "xy", "y"),
    )
    return _compiled(kind, rule, text)


def constant_power(kind: type[Tracer], n: float) -> Callable[[Any], Any]:
    """The method of a tracer for x^n; not printed, as every n would be printed anew."""
    rule = power(n)

    def raised(self: Any) -> Any:
        x = self.primal
        is_special = recording.active or x.__class__ is not float or self.level not in recording.tapes
        if is_special or (kind is Dual and self.tangent is None):
            return call(rule, (self,))
        node: Any = kind(rule.forward(floats, x), self.level)
        node.rule = rule
        node.take([(self, *rule.partials(floats, node.primal, x))], None)
        return node

    return raised


def install() -> None:
    """Give both tracers their operators."""
    for kind in (Dual, Taped):
        _install(kind)


def _install(kind: type[Tracer]) -> None:
    """Give the tracer its operators and methods; each is printed when it is called for the first time.

    Choices are left to `call`, which leaves out what was not chosen.
    """

    def later(name: str, make: Callable[[type[Tracer], Rule], Any], rule: Rule) -> None:
        def first(*arguments: Any) -> Any:
            setattr(kind, name, make(kind, rule))
            return getattr(kind, name)(*arguments)

        setattr(kind, name, first)

    for rule in RULES.values():
        if rule.arity == 1 and not rule.choice and not rule.owner:
            later(f"__{rule.name}__" if rule.name in ("neg", "abs") else rule.name, unary, rule)
    for name, operator in BINARY.items():
        if not RULES[name].choice:
            later(f"__{operator}__", binary, RULES[name])
            later(f"__r{operator}__", reflected, RULES[name])
    raised = lru_cache(maxsize=1024)(lambda n: constant_power(kind, n))
    variable = Tracer.__pow__

    def power_of(self: Any, exponent: Any) -> Any:
        is_constant = exponent.__class__ is float or exponent.__class__ is int
        return raised(as_float(exponent))(self) if is_constant else variable(self, exponent)

    kind.__pow__ = power_of  # type: ignore[method-assign]
