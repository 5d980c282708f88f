"""An expression in text, such as "f = (u + v) * w", read into a graph of Values.

Python's own grammar reads the text (`ast.parse`), and an allow-list turns each piece of the syntax tree
into a node, with the operators of Value and the rules of the table. Nothing is ever executed: what is not
in the list is an error that shows the place. The tree is walked with a stack, never by recursion.
"""

from __future__ import annotations

import ast
import keyword
import math
import operator
import re
import sys
import warnings
from difflib import get_close_matches
from functools import partial, reduce
from itertools import accumulate, count
from reprlib import repr as shortened
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.errors import ExpressionError, NotANumberError
from autograd_mini.functions import logsumexp, mean, minimum
from autograd_mini.graph import toposort
from autograd_mini.rules import RULES
from autograd_mini.value import Value, apply, as_float, lift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

# Characters. Thousands of nodes; and whatever stands in a text of that length, Python's parser, which
# recurses in C, needs less than 1 MiB of stack for it (measured on CPython 3.11 to 3.13, 64 bit).
MAX_LENGTH = 10_000
SHOWN_LENGTH = 72  # characters of a line in an error message

EXAMPLE = "f = (u + v) * w"


def parse(source: str, /, **numbers: float) -> Value:
    """The result of an expression, as the last node of its graph.

    source: Python arithmetic of names and real numbers: + - * / **, brackets, and the functions of the
        package by name, such as exp(x), max(0, x), sum(a, b, c). It may have several lines, or parts
        separated by `;`, of which all but the last must be definitions `name = ...`.
        At most 10,000 characters and 200 nested brackets.
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
    text = Text(source)
    statements = text.statements()
    nodes = Nodes(text, {normalize("NFKC", name): number for name, number in numbers.items()})
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


def functions() -> dict[str, tuple[int | None, Callable[[list[Value]], Value]]]:
    """Functions of a list of Values, with the number of arguments they need (None: one or more).

    Made anew for every expression, as a primitive may have been declared since.
    """
    operators = {"add", "sub", "mul", "div", "neg", "pow", "dot"}
    known: dict[str, tuple[int | None, Callable[[list[Value]], Value]]] = {
        name: (rule.arity, partial(apply, rule)) for name, rule in RULES.items() if name not in operators
    }
    known["min"] = (None, lambda xs: reduce(minimum, xs))
    known["mean"] = (None, mean)
    known["logsumexp"] = (None, logsumexp)
    in_lectures = {"ReLU": "relu", "rect": "relu", "ln": "log"}
    return known | {spelling: known[name] for spelling, name in in_lectures.items()}


# What may not, and what to write instead

_INSTEAD = "write only + - * / ** and functions such as exp(x)"
_TOO_LARGE = "this number does not fit a float: write one below 1.8e308"
_SEVERAL = f"an expression is one number, not several: define them one by one, as in a = ...; {EXAMPLE}"
_CONDITION = "conditions are not allowed in an expression: use heaviside(x), 1 if x > 0 else 0, or max(x, y)"
_COMPREHENSION = "comprehensions are not allowed in an expression: write out every term, or sum(x1, x2, x3)"
REFUSED: dict[type[ast.AST], str] = {
    ast.BitXor: "^ is not a power: write x**2",
    ast.FloorDiv: "// has no derivative to follow: write /",
    ast.Mod: "% is not allowed in an expression: " + _INSTEAD,
    ast.MatMult: "@ is a product of matrices, but every name here is one number: write *",
    ast.Attribute: "attributes are not allowed in an expression: " + _INSTEAD,
    ast.Subscript: "subscripts are not allowed in an expression: give each entry a name, such as x1",
    ast.Lambda: "functions cannot be defined in an expression: " + _INSTEAD,
    ast.NamedExpr: "definitions stand on their own: write them first, as in a = u + v; f = a * w",
    ast.JoinedStr: "text is not allowed in an expression: " + _INSTEAD,
    ast.Starred: "arguments cannot be unpacked in an expression: write them one by one",
    ast.keyword: "arguments have no names in an expression: write them in order, as in clip(x, 0, 1)",
    **dict.fromkeys([ast.Compare, ast.IfExp, ast.And, ast.Or, ast.Not], _CONDITION),
    **dict.fromkeys([ast.Tuple, ast.List, ast.Dict, ast.Set], _SEVERAL),
    **dict.fromkeys([ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp], _COMPREHENSION),
}
PRINTED_SIGNS = {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "²": "**2", "³": "**3", "√": "sqrt(x)"}

# Syntax that has its sign after its first part: there the caret is shown under the sign.
INFIX = (
    ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.NamedExpr, ast.Tuple,
    ast.Attribute, ast.Subscript, ast.Call, ast.AugAssign, ast.AnnAssign,
)  # fmt: skip


class Text:
    """The source: its statements, and errors that show a place in it. A place is an index into `text`."""

    def __init__(self, source: str) -> None:
        if not isinstance(source, str):
            msg = (
                f"an expression is text such as {EXAMPLE!r}, got {type(source).__name__} {shortened(source)}"
            )
            raise TypeError(msg)
        # Indentation means nothing here, so that an indented text in a program can be given as it is.
        self.lines = [line.strip() for line in source.splitlines()]
        self.text = "\n".join(self.lines)
        if len(source) > MAX_LENGTH:
            msg = (
                f"the expression has {len(source):,} characters, at most {MAX_LENGTH:,} are read;"
                " build larger graphs in Python, with variables() and functions"
            )
            raise self.error(msg, min(MAX_LENGTH, len(self.text)))
        if unreadable := re.search("[\0\ud800-\udfff]", self.text):  # Python refuses them without a place
            raise self.error(f"the character {unreadable[0]!r} is not allowed: remove it", unreadable.start())

    def error(self, message: str, place: int | None = None) -> ExpressionError:
        """The error with the message, and below it the line with a caret under the place."""
        if place is None:
            return ExpressionError(message)
        start = self.text.rfind("\n", 0, place) + 1
        line, column = self.text[start:].partition("\n")[0], place - start
        cut = max(0, min(column - SHOWN_LENGTH // 2, len(line) - SHOWN_LENGTH))
        shown = "".join(c if c.isprintable() else "\ufffd" for c in line[cut : cut + SHOWN_LENGTH])
        before, after = "…" if cut else "", "…" if cut + SHOWN_LENGTH < len(line) else ""
        caret = " " * (len(before) + column - cut) + "^"
        return ExpressionError(f"{message}\n  {before}{shown}{after}\n  {caret}")

    def refusal(self, part: ast.AST) -> ExpressionError:
        """The error for syntax that is not in the allow-list."""
        kind: Any = type(getattr(part, "op", part))
        return self.error(
            REFUSED.get(kind, f"this is not allowed in an expression: {_INSTEAD}"), self.place(part)
        )

    def place(self, part: Any) -> int:
        """Where the caret goes: to the sign of `a // b` or `a.b`, else to where the part begins."""
        inside = [child for child in ast.iter_child_nodes(part) if hasattr(child, "lineno")]
        if not isinstance(part, INFIX) or not inside:
            return self._index(part.lineno, part.col_offset)
        first: Any = min(inside, key=lambda child: (child.lineno, child.col_offset))  # type: ignore[attr-defined]
        sign = re.compile(r"[\s)\\]*").match(self.text, self._index(first.end_lineno, first.end_col_offset))
        return sign.end() if sign else 0

    def _index(self, line: int, byte: int) -> int:
        """The place that Python calls line (from 1) and column (in bytes of UTF-8)."""
        before = self.lines[line - 1].encode()[:byte].decode()
        return sum(len(text) + 1 for text in self.lines[: line - 1]) + len(before)

    def statements(self) -> list[ast.stmt]:
        """The statements of the source, at least one."""
        try:
            with warnings.catch_warnings():  # such as that of 1if; it would come before our error
                warnings.simplefilter("ignore")
                statements = ast.parse(self.text).body
        except SyntaxError as error:
            raise self._unreadable(error) from None
        except (RecursionError, MemoryError):
            raise self._too_deep() from None
        if not statements:
            raise self.error(f"there is no expression: write one such as {EXAMPLE}")
        return statements

    def _too_deep(self) -> ExpressionError:
        """The error for too deep a text, shown at its deepest bracket, or where it begins if it has none."""
        depth = [0, *accumulate((c in "([{") - (c in ")]}") for c in self.text)]
        msg = f"the expression is nested too deeply: name its parts, as in a = ...; {EXAMPLE}"
        return self.error(msg, max(depth.index(max(depth)) - 1, 0))

    def _unreadable(self, error: SyntaxError) -> ExpressionError:
        """The error for a text that has no syntax tree."""
        if "too many nested" in error.msg:
            return self._too_deep()
        line = min(error.lineno or 1, len(self.lines))
        column = min((error.offset or 1) - 1, len(self.lines[line - 1]))
        place = self._index(line, 0) + column
        if "Exceeds the limit" in error.msg:  # Python reads no int so long, and does not say where it is
            longest = max(re.finditer(r"\d+", self.text), key=lambda digits: len(digits[0]))
            return self.error(_TOO_LARGE, longest.start())
        for word in re.finditer(r"#.*|\b[^\W\d]\w*", self.text):  # a comment is no keyword
            if keyword.iskeyword(word[0]):
                return self.error(f"{word[0]} is a reserved word of Python: call it {word[0]}_", word.start())
        sign = self.text[place : place + 1]
        if sign in PRINTED_SIGNS:
            return self.error(f"{sign} is not read here: write {PRINTED_SIGNS[sign]}", place)
        what = error.msg.partition(". ")[0]  # advice of Python's own follows, about programs
        return self.error(
            f"cannot read this ({what}): write it as in {EXAMPLE}, every product with its *", place
        )

    def definition(self, statement: ast.stmt, *, is_last: bool) -> tuple[ast.Name | None, ast.expr]:
        """The name and the expression of a statement; only the last may lack a name."""
        match statement:
            case ast.Assign(targets=[ast.Name() as name], value=expression):
                return name, expression
            case ast.Expr(value=expression) if is_last:
                return None, expression
            case ast.Expr():
                raise self.error(
                    "only the last part may lack a name: write name = ...", self.place(statement)
                )
            case ast.Assign(targets=[*_, target]):
                raise self.error("a definition has one name: write name = ...", self.place(target))
        raise self.error(f"only definitions are allowed: write {EXAMPLE}", self.place(statement))


class Nodes:
    """The nodes by name, and the making of new ones. numbers: values for variables."""

    def __init__(self, text: Text, numbers: dict[str, float]) -> None:
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
                raise self.text.error(f"{shortened(name.id)} is in use already: {msg}", self.text.place(name))
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
                msg = "only a function can stand before a bracket: write every product with its *"
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
            msg = (
                f"{shortened(x)} is not a real number: write one such as 2 or 1e-3, or the name of a variable"
            )
            raise self.text.error(msg, self.text.place(literal))
        if x > sys.float_info.max:
            raise self.text.error(_TOO_LARGE, self.text.place(literal))
        return lift(float(x))

    def function(self, name: ast.Name, given: int) -> Callable[[list[Value]], Value]:
        """The function of that name, if it takes as many arguments as given."""
        if name.id not in self.functions:
            known = f"; the functions are {', '.join(self.functions)}"
            msg = (
                f"there is no function {shortened(name.id)}{_did_you_mean(name.id, self.functions) or known}"
            )
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
                msg = f"no variable is called {shortened(name)}{_did_you_mean(name, self.named)}"
                raise self.text.error(f"{msg}; the expression has: {known}")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
