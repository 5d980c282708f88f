"""An expression in text, such as "f = (u + v) * w", read into a graph of Values.

Python's own grammar reads the text (`ast.parse`), and an allow-list turns each piece of the syntax tree
into nodes, with the operations of the vocabulary. Nothing is ever executed: what is not in the list is an error
that shows the place. The tree is walked with a stack, never by recursion.
"""

from __future__ import annotations

import ast
import math
import sys
from itertools import count, islice
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.value import Value, lift
from autograd_mini.errors import nearest, shown
from autograd_mini.expression import vocabulary
from autograd_mini.expression.arrays import ShapeError, entries, in_words, is_plain, label, shape
from autograd_mini.expression.inputs import Inputs, number_count
from autograd_mini.expression.text import _TOO_LARGE, MAX_OPERATIONS, SourceText
from autograd_mini.expression.vocabulary import OPERATORS, Function

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any, TypeAlias

    Result: TypeAlias = (
        Value | Any
    )  # a Value or a nested list of Values, which no checker can tell from the text


def parse(
    source: str,
    numbers: Mapping[str, Any] | None = None,
    /,
    *,
    data: str | Collection[str] = (),
    **named: Any,
) -> Result:
    """The last result of an expression: a Value, the last node of its graph, or a nested list of Values.

    source: Python arithmetic of names and real numbers: + - * / **, brackets, and the functions of the
        package by name, such as exp(x), max(0, x), sum(a, b, c). The signs of what is printed are read, too:
        u × v, x^2, x², |x|, √x. It may have several lines, or parts
        separated by `;`, of which all but the last must be definitions `name = ...`.
        At most 10,000 characters, 1,000 operations inside one another, where a pair of brackets
        counts as 5 (so 200 nested brackets), and 300,000 operations of numbers. Arguments between commas
        stand side by side.
    named: a number, a (nested) list or array of numbers, or for an array without numbers its shape as text:
        x=[1, 2], W=[[1, 2], [3, 4]], x="[2]", W="[3,2]". What is not named is one number, and stays unbound, for
        `forward()` to bind.
    numbers: the same as a mapping, for names that are options here, such as data, or reserved words.
    data: inputs that nobody differentiates by, as labelled constants: names and patterns, ["x", "y*"] or "x, y*".

    Arrays are vectors and matrices, nested lists of Values labelled x[1] and W[2,1]. Operators and functions
    work entry by entry, a number with every entry, a vector with every row of a matrix; `@` multiplies matrices and
    vectors, `.T` transposes, x[1], W[2,1] and the row W[2] are counted from 1, and [a, b] is an array of
    numbers or rows. An index, as in p[y], is a number known when the text is read, and data. sum, mean, prod, max,
    min, norm, norm1 and logsumexp take all entries of an array; softmax and log_softmax a vector, or each row;
    sum_rows and sum_cols add the rows or the columns of a matrix; onehot(y, m), outer(u, v).

    Every name is one node, or one for each entry. A definition labels its nodes and those in between have no label; a
    nameless last result is called f (the next t if f is taken). Labels know their place in the text
    (`label.place`). `u = 2` and `x = [1, 2]` give variables their numbers; arithmetic of plain numbers is
    computed at once, as part of the text, and a definition that is an array of nothing else is data. A name alone
    makes no new node: after `f = x` the result is x itself, called x. `pi` is the constant, unless it is given a
    number or defined. `lambda` is a name like others, read as lambda_.

    Raises ExpressionError for what is not in this language, for arrays that do not fit and for a number nothing
    asks for, NotANumberError if a number is none, TypeError if `source` is not a str.

    >>> f = parse("(u + v) * w", u=2, v=3, w=4)
    >>> f
    Value(20.0, label='f')
    >>> [(node.label, node.data) for node in f.parents]
    [('', 5.0), ('w', 4.0)]
    >>> parse("a = x * y; f = a + exp(a)").forward(x=0, y=1)
    1.0
    >>> parse("h = tanh(W @ x); h", W=[[0, 1], [2, 3]], x=[0, 0], data="x")
    [Value(0.0, label='h[1]'), Value(0.0, label='h[2]')]
    >>> parse("W @ x", W="[2,3]", x=[1, 2])
    Traceback (most recent call last):
    autograd_mini.errors.ExpressionError: W @ x: W is 2 x 3, x has 2 entries; they need the same inner size
      W @ x
        ^
    """
    return _read(source, numbers, named, data)[1]


def definitions(
    source: str,
    numbers: Mapping[str, Any] | None = None,
    /,
    *,
    data: str | Collection[str] = (),
    **named: Any,
) -> dict[str, Result]:
    """Every name of an expression in the order of the text, inputs and results, each a Value or a nested list.

    An input stands where it is first used, so before the definition that uses it. Everything else is as in `parse`,
    which gives the last of them; a nameless last result stands under its name f.

    >>> definitions("a = W @ x; loss = sum(a)", W=[[1, 2]], x=[3, 4]).keys()
    dict_keys(['W', 'x', 'a', 'loss'])
    """
    return _read(source, numbers, named, data)[0]


def _read(source: str, numbers: Any, named: Mapping[str, Any], data: Any) -> tuple[dict[str, Any], Any]:
    """All names, and the last result."""
    text = SourceText(source)
    statements = text.statements()
    nodes = Nodes(text, Inputs({} if numbers is None else numbers, named, data, _indices(statements)))
    for statement in statements:
        last = nodes.define(*text.definition(statement, is_last=statement is statements[-1]))
    nodes.inputs.check(nodes.named)
    return nodes.named, last


def _indices(statements: list[ast.stmt]) -> set[str]:
    """The names that stand in an index or say a class: they are numbers nobody differentiates by."""
    inside: list[ast.AST] = []
    for part in _walk(*statements):
        if isinstance(part, ast.Subscript):
            inside.append(part.slice)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "onehot":
            inside += part.args
    return {part.id for part in _walk(*inside) if isinstance(part, ast.Name)}


def _walk(*parts: ast.AST) -> Iterator[ast.AST]:
    """All that is in parts of a syntax tree; that of `ast` imports something at each call."""
    todo = [*parts]
    while todo:
        yield (part := todo.pop())
        todo += ast.iter_child_nodes(part)


class Nodes:
    """The nodes by name, and the making of new ones."""

    def __init__(self, text: SourceText, inputs: Inputs) -> None:
        self.text = text
        self.inputs = inputs
        self.named: dict[str, Any] = {}
        self.functions = vocabulary.names()
        self.spent = 0

    def define(self, name: ast.Name | None, expression: ast.expr) -> Any:
        """The node or array of the expression, from now on known by the name."""
        made = self.make(expression)
        if name is None:
            if any(made is known for known in self.named.values()) or (
                isinstance(made, Value) and made.label
            ):
                return made
            called = self._nameless(made)
        else:
            called = name.id
            if called in self.named:
                msg = "give every result a name of its own, and define it above its first use"
                raise self.text.error(f"{shown(called)} is in use already: {msg}", self.text.place(name))
            if called in self.inputs.bound:
                msg = f"{called} is defined here, so it cannot be given a number too: leave out one of them"
                raise self.text.error(msg, self.text.place(name))
        if isinstance(made, Value) or isinstance(expression, ast.List):  # u = 2 and x = [1, 2] are inputs
            made = self.inputs.given(called, made) if all(map(is_plain, entries(made))) else made
        label(made, called, len(self.named))
        self.named[called] = made
        return made

    def _nameless(self, made: Any) -> str:
        """What a result without a name is called: f, else the next t after those that will be shown below it."""
        if "f" not in self.named:
            return "f"
        results = {*entries(made)}
        below = [node for node in toposort(*results) if node.rule and not node.label and node not in results]
        free = (name for i in count(1) if (name := f"t{i}") not in self.named)
        return next(islice(free, len(below), None))

    def make(self, expression: ast.expr) -> Any:
        """The node or array of the expression, made from those of its parts, left to right."""
        made: list[Any] = []
        todo: list[ast.expr | tuple[ast.expr, Function, list[ast.expr]]] = [expression]
        while todo:
            step = todo.pop()
            if isinstance(step, ast.Name):
                made.append(self.variable(step))
            elif isinstance(step, ast.Constant):
                made.append(self.constant(step))
            elif isinstance(step, ast.expr):
                function, parts = self.operation(step)
                todo.append((step, function, parts))
                todo += parts[::-1]
            else:
                first = len(made) - len(step[2])
                made[first:] = [self.applied(*step, made[first:])]
        return made[0]

    def applied(self, part: ast.expr, function: Function, parts: list[ast.expr], arguments: list[Any]) -> Any:
        """What a function makes of the arrays that the parts of a part are."""
        try:
            self.spend(function.cost(*arguments), part)
            return function.operation(*arguments)
        except ShapeError as error:
            shapes = ", ".join(
                f"{self.text.written(each)} {in_words(shape(x))}"
                for each, x in zip(parts, arguments, strict=True)
                if error.shows_shapes and not isinstance(each, ast.Constant)
            )
            said = f"{shapes}; {error}" if shapes else error
            raise self.text.error(f"{self.text.written(part)}: {said}", self.text.place(part)) from None

    def spend(self, operations: int, part: ast.expr) -> None:
        """Count operations, before they are made. Raises ExpressionError if they are too many."""
        self.spent += operations
        if self.spent > MAX_OPERATIONS:
            many = f"{self.spent:,}" if self.spent < 10**15 else "far too many"
            msg = (
                f"{self.text.written(part)}: up to here the text takes {many} operations, at most {MAX_OPERATIONS:,}"
                " are made (an entry of an array counts as one); build larger graphs in Python, with variables() and"
                " functions"
            )
            raise self.text.error(msg, self.text.place(part))

    def operation(self, part: ast.expr) -> tuple[Function, list[ast.expr]]:
        """What a part of the syntax tree does, to which smaller parts."""
        match part:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)], [left, right]
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return OPERATORS[type(op)], [operand]
            case ast.Attribute(value=value, attr="T"):
                return vocabulary.TRANSPOSE, [value]
            case ast.Subscript(value=value, slice=index):
                return vocabulary.PART, [value, *(index.elts if isinstance(index, ast.Tuple) else [index])]
            case ast.List(elts=elements):
                return vocabulary.DISPLAY, elements
            case ast.Call(func=ast.Name() as name, args=args, keywords=keywords):
                for unreadable in [x for x in args if isinstance(x, ast.Starred)] + keywords:
                    raise self.text.refusal(unreadable)
                return self.function(name, len(args)), args
            case ast.Call(func=ast.Attribute() | ast.Lambda() as func):
                raise self.text.refusal(func)
            case ast.Call():
                msg = "only a function can stand before a bracket: write every product with its *, as in 2*(u + v)"
                raise self.text.error(msg, self.text.place(part))
        raise self.text.refusal(part)

    def variable(self, name: ast.Name) -> Any:
        """What has that name; a new input at its first use."""
        if name.id not in self.named:
            if name.id not in self.inputs.bound:
                if name.id == "pi":
                    return lift(math.pi)
                if name.id in self.functions:
                    msg = f"{name.id} is a function: write {name.id}(...), or give the variable another name"
                    raise self.text.error(msg, self.text.place(name))
            numbers = self.inputs.numbers(name.id)
            self.spend(number_count(numbers), name)
            self.named[name.id] = self.inputs.make(name.id, numbers, len(self.named))
        return self.named[name.id]

    def constant(self, literal: ast.Constant) -> Value:
        """The node of a number written in the expression."""
        x: Any = literal.value
        if type(x) not in (int, float):
            msg = f"{shown(x)} is not a real number: write one such as 2 or 1e-3, or the name of a variable"
            raise self.text.error(msg, self.text.place(literal))
        if x > sys.float_info.max:
            raise self.text.error(_TOO_LARGE, self.text.place(literal))
        return lift(float(x))

    def function(self, name: ast.Name, given: int) -> Function:
        """The function of that name, if it takes as many arguments as given."""
        if name.id not in self.functions:
            known = f"the functions are {', '.join(self.functions)}"
            msg = f"there is no function {shown(name.id)}; {nearest(name.id, self.functions) or known}"
            raise self.text.error(f"{msg}; where a product is meant, write its *", self.text.place(name))
        function = vocabulary.function(name.id)
        needed = function.arity
        if given != needed and (needed is not None or given == 0):
            wanted = "one or more arguments" if needed is None else f"{needed} argument{'s' * (needed > 1)}"
            raise self.text.error(f"{name.id} needs {wanted}, got {given}", self.text.place(name))
        return function
