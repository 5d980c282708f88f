"""The operators of Value, printed from the table when they are first needed.

engine/operations.py says what an operator does, for any rule. Here the same lines are printed with the value
and the partials of one rule in their places, which saves two calls for each operation.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from autograd_mini.engine import operations, recording
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value, apply
from autograd_mini.formulas.inline import compiled, inline_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.engine.rule import Rule

UNARY = """\
def made(rule):
    def {name}(self):
        x = self.primal
        if x is None:
            return apply(rule, (self,))
        node = new(Value)
        node.adjoint = None
        node.label = ""
        node.rule = rule
        node.parents = (self,)
        node.primal = z = {value}
        node.partials = ({partials},)
        return recording.finish(node) if recording.active else node
    return {name}
"""
BINARY = """\
def made(rule):
    def {name}(self, other):
        if other.__class__ is not Value:
            other = beside(other)
            if other is NotImplemented or other.level > self.level:
                return NotImplemented
        x, y = self.primal, other.primal
        if x is None or y is None:
            return apply(rule, (self, other))
        node = new(Value)
        node.adjoint = None
        node.label = ""
        node.rule = rule
        node.parents = (self, other)
        node.primal = z = {value}
        node.partials = ({partials},)
        return recording.finish(node) if recording.active else node
    return {name}
"""


@cache
def _maker(name: str) -> Callable[[Rule], Callable[..., Any]]:
    """From a rule with the value and the partials of this one in the table to its operator."""
    rule = RULES[name]
    value, partials = inline_of(rule, *"xy"[: rule.arity])
    text = (UNARY if rule.arity == 1 else BINARY).format(
        name=f"value_{name}", value=value, partials=", ".join(partials)
    )
    scope = {
        "Value": Value,
        "apply": apply,
        "beside": operations.beside,
        "new": object.__new__,
        "recording": recording,
    }
    made: Callable[[Rule], Callable[..., Any]] = compiled(text, f"Value.{name}", scope)["made"]
    return made


def printed(rule: Rule) -> Callable[..., Any] | None:
    """The operator of a rule of the table of one or two inputs, or of its twin in a network; else None."""
    known = RULES.get(rule.name)
    is_known = known is not None and rule.forward is known.forward and not rule.owner
    return _maker(rule.name)(rule) if is_known and rule.arity in (1, 2) else None


def install() -> None:
    """Let the operators of Value be printed, each when it is used for the first time."""
    operations.print_with(printed)
