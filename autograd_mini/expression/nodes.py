"""An expression in text, such as "f = (u + v) * w", read into a graph of Values.

Python's own grammar reads the text (`ast.parse`), and an allow-list turns each piece of the syntax tree
into a node, with the operators of Value and the rules of the table. Nothing is ever executed: what is not
in the list is an error that shows the place. The tree is walked with a stack, never by recursion.
"""

from __future__ import annotations

import ast
import math
import operator
import sys
from functools import partial
from itertools import count
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value, apply, lift
from autograd_mini.errors import NotANumberError, nearest, shown
from autograd_mini.expression.text import _TOO_LARGE, SourceText
from autograd_mini.functions import logsumexp, mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def parse(source: str, /, **numbers: float) -> Value:
    """The result of an expression, as the last node of its graph.

    source: Python arithmetic of names and real numbers: + - * / **, brackets, and the functions of the
        package by name, such as exp(x), max(0, x), sum(a, b, c). The signs of what is printed are read, too:
        u × v, x^2, x², |x|, √x. It may have several lines, or parts
        separated by `;`, of which all but the last must be definitions `name = ...`.
        At most 10,000 characters, and 1,000 operations inside one another, where a pair of brackets
        counts as 5 (so 200 nested brackets). Arguments between commas stand side by side.
    numbers: values of variables; a variable without one stays unbound, for `forward()` to bind.

    Every name is one node. A definition labels its node; what has no name is called t1, t2, ... in order
    of evaluation, and a nameless last result f (the next t if f is taken). `u = 2` gives the variable u
    its number. A name alone makes no new node: after `f = x` the result is x itself, called x.
    `pi` is the constant, unless it is given a number or defined.

    Raises ExpressionError for what is not in this language and for a number nothing asks for,
    NotANumberError if a number is none, TypeError if `source` is not a str.

    >>> f = parse("(u + v) * w", u=2, v=3, w=4)
    >>> f
    Value(20.0, label='f')
    >>> [(node.label, node.data) for node in f.parents]
    [('t1', 5.0), ('w', 4.0)]
    >>> parse("a = x * y; f = a + exp(a)").forward(x=0, y=1)
    1.0
    >>> parse("(u + v).real")
    Traceback (most recent call last):
    autograd_mini.errors.ExpressionError: attributes are not allowed in an expression: ...
      (u + v).real
             ^
    """
    text = SourceText(source)
    statements = text.statements()
    bound = {normalize("NFKC", name): number for name, number in numbers.items()}
    if len(bound) < len(numbers):
        raise text.error(f"two of these names are one to Python, give it one number: {', '.join(numbers)}")
    nodes = Nodes(text, bound)
    results = [nodes.define(*text.definition(s, is_last=s is statements[-1])) for s in statements]
    nodes.check_numbers()
    fresh = (name for i in count(1) if (name := f"t{i}") not in nodes.named)
    for node in toposort(*results):
        if not node.label and not node.is_constant:
            node.label = "f" if node is results[-1] and "f" not in nodes.named else next(fresh)
    return results[-1]


# What may be written


def _power(x: Value, n: Value) -> Value:
    return x ** (n.data if n.is_constant else n)  # a number as exponent has a rule of its own


def _negative(x: Value) -> Value:
    return lift(-x.data) if x.is_constant else -x  # the minus sign of -3 is part of the number


OPERATORS: dict[type[ast.AST], Callable[..., Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: _power,
    ast.USub: _negative,
    ast.UAdd: operator.pos,
}


ALIASES = {  # the names of `math`, and those of lectures, French ones too
    spelling: name
    for name, spellings in {
        "arcsin": "asin Arcsin",
        "arccos": "acos Arccos",
        "arctan": "atan arctg Arctan Arctg",
        "arctan2": "atan2",
        "tan": "tg",
        "sinh": "sh",
        "cosh": "ch",
        "tanh": "th",
        "arcsinh": "asinh argsh Argsh",
        "arccosh": "acosh argch Argch",
        "arctanh": "atanh argth Argth",
        "relu": "ReLU rect",
        "sigmoid": "σ",
    }.items()
    for spelling in spellings.split()
}


def functions() -> dict[str, tuple[int | None, Callable[[list[Value]], Value]]]:
    """Functions of a list of Values, with the number of arguments they need (None: one or more).

    Made anew for every expression, as a primitive may have been declared since.
    """
    operators = {"add", "sub", "mul", "div", "neg", "pow", "dot"}
    known: dict[str, tuple[int | None, Callable[[list[Value]], Value]]] = {
        name: (rule.arity, partial(apply, rule)) for name, rule in RULES.items() if name not in operators
    }
    known["ln"] = (1, partial(apply, RULES["log"].spelled("ln")))
    known["mean"] = (None, mean)
    known["logsumexp"] = (None, logsumexp)
    return known | {spelling: known[name] for spelling, name in ALIASES.items()}


class Nodes:
    """The nodes by name, and the making of new ones. numbers: values for variables."""

    def __init__(self, text: SourceText, numbers: dict[str, float]) -> None:
        self.text = text
        self.numbers = numbers
        self.named: dict[str, Value] = {}
        self.functions = functions()

    def define(self, name: ast.Name | None, expression: ast.expr) -> Value:
        """The node of the expression, from now on known by the name."""
        node = self.make(expression)
        if node.is_constant:  # u = 2 is a variable with its number
            node = Value(node.data)
        if name is not None:
            if name.id in self.named:
                msg = "give every result a name of its own, and define it above its first use"
                raise self.text.error(f"{shown(name.id)} is in use already: {msg}", self.text.place(name))
            if name.id in self.numbers:
                msg = f"{name.id} is defined here, so it cannot be given a number too: leave out one of them"
                raise self.text.error(msg, self.text.place(name))
            self.named[name.id] = node
            node.label = node.label or name.id
        return node

    def make(self, expression: ast.expr) -> Value:
        """The node of the expression, made from those of its parts, left to right."""
        made: list[Value] = []
        todo: list[ast.expr | tuple[Callable[[list[Value]], Value], int]] = [expression]
        while todo:
            step = todo.pop()
            if isinstance(step, ast.expr):
                operation, parts = self.operation(step)
                todo.append((operation, len(parts)))
                todo += parts[::-1]
            else:
                operation, inputs = step
                first = len(made) - inputs
                made[first:] = [operation(made[first:])]
        return made[0]

    def operation(self, part: ast.expr) -> tuple[Callable[[list[Value]], Value], list[ast.expr]]:
        """What a part of the syntax tree does, to which smaller parts."""
        match part:
            case ast.Name():
                node = self.variable(part)
                return lambda _: node, []
            case ast.Constant():
                constant = self.constant(part)
                return lambda _: constant, []
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return lambda xs: OPERATORS[type(op)](*xs), [left, right]
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return lambda xs: OPERATORS[type(op)](*xs), [operand]
            case ast.Call(func=ast.Name() as name, args=args, keywords=keywords):
                for unreadable in [x for x in args if isinstance(x, ast.Starred)] + keywords:
                    raise self.text.refusal(unreadable)
                return self.function(name, len(args)), args
            case ast.Call(func=ast.Attribute() | ast.Subscript() | ast.Lambda() as func):
                raise self.text.refusal(func)
            case ast.Call():
                msg = "only a function can stand before a bracket: write every product with its *, as in 2*(u + v)"
                raise self.text.error(msg, self.text.place(part))
        raise self.text.refusal(part)

    def variable(self, name: ast.Name) -> Value:
        """The node of that name; a new variable at its first use."""
        if name.id not in self.named:
            if name.id in self.numbers:
                self.named[name.id] = Value(self.number(name.id), label=name.id)
            elif name.id == "pi":
                return lift(math.pi)
            elif name.id in self.functions:
                msg = f"{name.id} is a function: write {name.id}(...), or give the variable another name"
                raise self.text.error(msg, self.text.place(name))
            else:
                self.named[name.id] = Value(label=name.id)
        return self.named[name.id]

    def number(self, name: str) -> float:
        try:
            return as_float(self.numbers[name])
        except NotANumberError as error:
            msg = f"the number for {name}: {error}"
            raise NotANumberError(msg) from None

    def constant(self, literal: ast.Constant) -> Value:
        """The node of a number written in the expression."""
        x: Any = literal.value
        if type(x) not in (int, float):
            msg = f"{shown(x)} is not a real number: write one such as 2 or 1e-3, or the name of a variable"
            raise self.text.error(msg, self.text.place(literal))
        if x > sys.float_info.max:
            raise self.text.error(_TOO_LARGE, self.text.place(literal))
        return lift(float(x))

    def function(self, name: ast.Name, given: int) -> Callable[[list[Value]], Value]:
        """The function of that name, if it takes as many arguments as given."""
        if name.id not in self.functions:
            known = f"the functions are {', '.join(self.functions)}"
            msg = f"there is no function {shown(name.id)}; {nearest(name.id, self.functions) or known}"
            raise self.text.error(f"{msg}; where a product is meant, write its *", self.text.place(name))
        needed, function = self.functions[name.id]
        if given != needed and (needed is not None or given == 0):
            wanted = "one or more arguments" if needed is None else f"{needed} argument{'s' * (needed > 1)}"
            raise self.text.error(f"{name.id} needs {wanted}, got {given}", self.text.place(name))
        return function

    def check_numbers(self) -> None:
        """Raise ExpressionError if a number was given for a name that the expression does not have."""
        for name in self.numbers:
            if name not in self.named:
                known = ", ".join(sorted(self.named)) or "none"
                hint = "; ".join(filter(None, [nearest(name, self.named), f"the expression has: {known}"]))
                raise self.text.error(f"no variable is called {shown(name)}; {hint}")
