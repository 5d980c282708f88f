"""Value: a number that remembers how it was made, and can tell how everything depends on it.

An operation on Values makes a Value that holds the rule, the inputs (`parents`) and the local partial
derivatives. `backward()` walks that record from the result to the inputs, and `forward()` computes it
again with new numbers. What is not known yet is None inside, never 0: the `primal` of an unbound variable,
the `adjoint` of every node before `backward()`. Users read them as `.data` and `.grad`.
"""

from __future__ import annotations

import math
import numbers
from typing import TYPE_CHECKING

from autograd_mini.engine import budget, native, recording
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.budget import leaves_left, spend
from autograd_mini.engine.graph import find_inputs, inputs, toposort
from autograd_mini.engine.interop import as_float, is_array, is_number
from autograd_mini.engine.native import quick
from autograd_mini.errors import UnboundError, choose, require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from autograd_mini.engine.rule import Rule


_new = object.__new__


class Value(native.Node):  # a node of the native core, which has the fields, or an object
    """A scalar in a computation graph.

    data: its number; None makes an unbound variable, to be given a number later by `forward()`.
    label: its name in pictures, messages and `forward(name=...)`.

    `.data`, `.grad` are floats, `.parents` the ordered inputs, `.rule` the primitive that made it
    (None for a leaf) and `.partials` the derivative by each parent. Comparisons, == included, look at
    the numbers; as keys of dictionaries and members of sets Values are told apart by identity. A Value
    never becomes a plain number by itself (`float(x)`, `math.sin(x)`): `x.data` is the number.

    Raises NotANumberError if `data` is not a real number.

    >>> u, v, w = Value(2, label="u"), Value(3, label="v"), Value(4, label="w")
    >>> f = (u + v) * w
    >>> f.backward()
    >>> f.data, u.grad, v.grad, w.grad
    (20.0, 4.0, 4.0, 5.0)
    """

    __slots__ = () if native.core else native.FIELDS

    primal: Any  # the float, None while unknown
    adjoint: Any  # likewise
    label: str
    rule: Rule | None
    parents: tuple[Value, ...]
    partials: tuple[float, ...]
    is_constant = False
    is_data = False  # whether it stands for a plain number, another one in each run of a compiled program
    level: float = 0  # numbers of a higher level belong to a transform

    def __init__(self, data: float | None = None, label: str = "") -> None:
        self.primal = None if data is None else as_float(data)
        self.adjoint = None
        if label.__class__ is not str:
            require(isinstance(label, str), "the label of a Value is text", label)
        self.label = label
        self.rule = None
        self.parents = self.partials = ()
        if (left := leaves_left()) is not None:
            spend(left)

    @property
    def data(self) -> float:
        """The number. Raises UnboundError while a variable it depends on has none."""
        if self.primal is None:
            raise UnboundError(self)
        if recording.active and not self.is_constant and (trace := recording.trace()):
            trace.refuse(self)
        return float(self.primal)

    @data.setter
    def data(self, number: float) -> None:
        recording.forbid("sets the number of a Value")
        self.primal = as_float(number)

    @property
    def grad(self) -> float:
        """The gradient that `backward()` left here, 0.0 before any. Raises UnboundError as `.data` does."""
        if self.primal is None:
            raise UnboundError(self)
        recording.forbid("asks for .grad")
        return 0.0 if self.adjoint is None else float(self.adjoint)

    @grad.setter
    def grad(self, number: float | None) -> None:
        recording.forbid("sets .grad")
        self.adjoint = None if number is None else as_float(number)  # None: forget it, as in torch

    def known(self, what: str) -> float | None:
        """`data` or `grad` if it is known by now, else None.

        Before any backward pass `.grad` reads 0.0, as sums begin; `known("grad")` is None.

        >>> Value(2.0).known("grad"), Value(label="u").known("data")
        (None, None)
        """
        recording.forbid("asks what is known of a Value")
        number = {"data": self.primal, "grad": self.adjoint}[
            choose("number of a Value", what, ("data", "grad"))
        ]
        return None if number is None else float(number)

    def unbound(self) -> list[Value]:
        """The variables and data this node depends on that have no number yet."""
        return [leaf for leaf in inputs(toposort(self)) if leaf.primal is None]

    def forward(self, /, **bindings: float) -> float:
        """The value of this node, computed again from the leaves, after giving variables new numbers.

        bindings: name=number for variables and data (leaves with that label) of this graph.
        Gradients in between are forgotten; those of leaves stay, as `backward()` adds to them.

        Raises UnknownVariableError for a name the graph does not have exactly once, NotANumberError
        for what is no number, UnboundError if a variable is still without one; nothing changes then.

        >>> f = (Value(label="u") + Value(label="v")) * Value(label="w")
        >>> f.forward(u=2, v=3, w=4), f.forward(u=5)
        (20.0, 32.0)
        """
        recording.forbid("calls forward()")
        order = toposort(self)
        new = dict(zip(find_inputs(order, bindings), map(as_float, bindings.values())))
        if missing := [leaf for leaf in inputs(order) if leaf.primal is None and leaf not in new]:
            raise UnboundError(self, missing)
        _compute_again(order, new)
        return self.data

    @quick
    def backward(self, gradient: float = 1.0) -> None:
        """Add ∂self/∂x to `x.grad` for every leaf x, and set `.grad` of every node in between.

        The chain rule in reverse topological order, from the seed ∂self/∂self = 1. Leaves accumulate:
        two calls give exactly twice the gradient; `zero_grad()` starts anew. If anything fails on the way,
        all gradients are as they were. One graph belongs to one thread at a time.

        gradient: another seed, such as the derivative by self of what is computed elsewhere.

        Raises UnboundError if a variable has no number yet, NotANumberError if `gradient` is no number.
        """
        if self.primal is None:
            raise UnboundError(self)
        recording.forbid("calls backward()")
        order, seed = toposort(self), as_float(gradient)
        before = [node.adjoint for node in order]
        inputs = [node for node in order if not node.parents]
        earlier = [(leaf, leaf.adjoint) for leaf in inputs if leaf.adjoint]
        try:
            for node in order:
                node.adjoint = 0.0
            self.adjoint = seed
            for node in reversed(order):
                gradient = node.adjoint
                parents = node.parents
                if len(parents) == 2:  # most nodes; unrolled, a sweep takes a third less (CPython 3.11)
                    left, right = parents
                    by_left, by_right = node.partials
                    left.adjoint += by_left * gradient
                    right.adjoint += by_right * gradient
                else:
                    for parent, partial in zip(parents, node.partials):
                        parent.adjoint += partial * gradient
            if any(map(math.isnan, [leaf.adjoint for leaf in inputs])):
                _sweep_choices(order, seed)
            if watcher := recording.watcher():
                watcher.gradients(order)
            for leaf, sum_so_far in earlier:  # added whole: then two calls give twice to the last bit
                leaf.adjoint += sum_so_far
        except BaseException:  # Ctrl-C too: what leaves have gathered is not lost
            for node, adjoint in zip(order, before):
                node.adjoint = adjoint
            raise

    def forget(self) -> None:
        """Become a leaf: the number stays, how it was made does not."""
        self.rule = None
        self.parents = self.partials = ()

    def zero_grad(self) -> None:
        """Forget the gradient of every node of this graph: `.grad` reads 0.0 and its box is empty."""
        recording.forbid("calls zero_grad()")
        for node in toposort(self):
            node.adjoint = None

    # Comparisons look at numbers, so that code takes the same branch on floats and on Values. The hash stays
    # that of the object: dictionaries and sets tell Values apart by identity, since they look at == only
    # where two hashes are equal. `x in values` for a list compares numbers, as it does for floats.

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return compared(self) == compared(other)  # type: ignore[no-any-return]
        if is_number(other):
            return bool(self.data == other) if not recording.trace() else compared(self) == as_float(other)
        # What is no number compares itself with ours (pytest.approx), or each of its entries (an array).
        return NotImplemented if self.primal is None or is_array(other) else self.data == other

    # Of an array these are arrays of bools, as for floats.

    def __lt__(self, other: Value | float) -> bool:
        return compared(self) < compared(other)  # type: ignore[no-any-return]

    def __le__(self, other: Value | float) -> bool:
        return compared(self) <= compared(other)  # type: ignore[no-any-return]

    def __gt__(self, other: Value | float) -> bool:
        return compared(self) > compared(other)  # type: ignore[no-any-return]

    def __ge__(self, other: Value | float) -> bool:
        return compared(self) >= compared(other)  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        return bool(compared(self) != 0.0)

    def __float__(self) -> NoReturn:
        msg = (
            "a Value does not become a plain number by itself, as that would cut its gradient; write"
            " autograd_mini.exp(x), sin(x), ... in place of the functions of math and NumPy to differentiate,"
            " and x.data where the number alone is meant"
        )
        raise TypeError(msg)

    __int__ = __complex__ = __trunc__ = __floor__ = __ceil__ = __float__

    def __round__(self, digits: int | None = None) -> NoReturn:
        self.__float__()

    def __format__(self, specification: str) -> str:
        return format(self.data, specification) if specification else repr(self)

    def __repr__(self) -> str:
        data = self.primal
        parts = [] if data is None else [repr(data) if abs(data) < floats.exp(1000) else f"float('{data}')"]
        parts += [f"label={self.label!r}"] if self.label else []
        return f"{type(self).__name__}({', '.join(parts)})"

    def apply(self, rule: Rule, arguments: Sequence[Value | float]) -> Value:
        """What a primitive makes of arguments whose highest level is that of self."""
        return apply(rule, [lift(x) for x in arguments])

    # Copies and pickles

    def __copy__(self) -> Value:
        """Another node with the same rule, parents and numbers; inside a transform the number itself."""
        if self.level:  # a copy would be no input of the transform, and its gradient lost
            return self
        recording.forbid("copies a Value, number and all,")
        twin = _new(type(self))
        own = [slot for cls in type(self).__mro__ for slot in getattr(cls, "__slots__", ())]
        for slot in dict.fromkeys([*native.FIELDS, *own]):
            setattr(twin, slot, getattr(self, slot))
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """A copy of the whole graph below; nodes shared in the original are shared in the copy."""
        if self.level:
            return self
        for node in toposort(self):
            if id(node) not in memo:
                twin = memo[id(node)] = node.__copy__()
                twin.parents = tuple([memo[id(parent)] for parent in node.parents])
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce_ex__(self, protocol: Any) -> Any:
        """A leaf as what it holds: its kind, number, label, and gradient if it is known. No rule, no code."""
        if self.rule is not None or self.level:
            msg = f"cannot pickle {self!r}: a graph refers to rules, which are code; pickle its .data instead"
            raise TypeError(msg)
        recording.forbid("pickles a Value, number and all,")
        state = None if self.adjoint is None else (None, {"adjoint": self.adjoint})
        return type(self), (self.primal, self.label), state

    # What people who come from micrograd look for

    @property
    def _prev(self) -> tuple[Value, ...]:
        return self.parents

    @property
    def _op(self) -> str:
        return self.rule.symbol if self.rule else ""

    # Operators: one line each, made from the table below the class.

    if TYPE_CHECKING:

        def __add__(self, other: Value | float) -> Value: ...
        def __radd__(self, other: Value | float) -> Value: ...
        def __sub__(self, other: Value | float) -> Value: ...
        def __rsub__(self, other: Value | float) -> Value: ...
        def __mul__(self, other: Value | float) -> Value: ...
        def __rmul__(self, other: Value | float) -> Value: ...
        def __truediv__(self, other: Value | float) -> Value: ...
        def __rtruediv__(self, other: Value | float) -> Value: ...
        def __mod__(self, other: Value | float) -> Value: ...
        def __rmod__(self, other: Value | float) -> Value: ...
        def __floordiv__(self, other: Value | float) -> Value: ...
        def __rfloordiv__(self, other: Value | float) -> Value: ...
        def __divmod__(self, other: Value | float) -> tuple[Value, Value]: ...
        def __rdivmod__(self, other: Value | float) -> tuple[Value, Value]: ...
        def __pow__(self, other: Value | float) -> Value: ...
        def __rpow__(self, other: Value | float) -> Value: ...
        def __neg__(self) -> Value: ...
        def __abs__(self) -> Value: ...

        exp = exp2 = expm1 = log = log2 = log10 = log1p = sqrt = sin = cos = tan = __abs__
        arcsin = arccos = arctan = sinh = cosh = tanh = arcsinh = arccosh = arctanh = __abs__
        erf = erfc = floor = ceil = sign = heaviside = stop_gradient = __abs__
        sigmoid = softplus = relu = leaky_relu = elu = silu = gelu = softsign = hard_sigmoid = __abs__
        arctan2 = hypot = maximum = minimum = mod = floor_divide = __add__

        def clip(self, low: Value | float, high: Value | float) -> Value: ...

    def __pos__(self) -> Value:
        return self

    # What else a real number of Python has

    conjugate = __pos__
    real = property(__pos__)
    imag = 0.0


@quick
def _compute_again(order: Sequence[Value], bindings: dict[Value, float]) -> None:
    """Give leaves new numbers, and all nodes what follows from them. If anything fails, nothing has changed."""
    before = [(node.primal, node.partials, node.adjoint) for node in order]
    watcher = recording.watcher()
    try:
        for leaf, x in bindings.items():
            leaf.primal = x
        for node in order:
            if node.rule is not None:
                arguments = [parent.primal for parent in node.parents]
                node.primal = z = node.rule.forward(floats, *arguments)
                node.partials = node.rule.partials(floats, z, *arguments)
                node.adjoint = None
                if watcher:
                    watcher.number(node)
    except BaseException:  # Ctrl-C too: a graph is never half new
        for node, numbers in zip(order, before):
            node.primal, node.partials, node.adjoint = numbers
        raise


def _sweep_choices(order: Sequence[Value], seed: float) -> None:
    """The backward sweep where an input that was not chosen is no input: no 0 · inf reaches it."""
    reached: dict[Value, float] = {order[-1]: seed}
    for node in reversed(order):
        node.adjoint = gradient = reached.get(node, 0.0)
        if node.rule is not None and node in reached:
            for parent, partial in zip(node.parents, node.partials):
                if partial != 0.0 or not node.rule.choice:
                    reached[parent] = reached.get(parent, 0.0) + partial * gradient


numbers.Real.register(Value)  # code that asks for a number takes the same branch on floats and on Values


class Constant(Value):
    """A number that nobody differentiates by: a plain one such as the 3 in 3 * x or, with a label, data.

    written: how a plain number was computed from others, its rule and these; None if it was not.
    """

    __slots__ = ()
    is_constant = True
    written: tuple[Rule, tuple[Constant, ...]] | None = None


if native.core:
    Value.data, Value.grad = native.core.number(Value.data, False), native.core.number(Value.grad, True)  # type: ignore[method-assign]
    native.core.store_as(Value, Constant, recording.modes, budget.left)


class Folded(Constant):
    """A plain number that was computed from others, such as 1/2."""

    __slots__ = ("written",)

    def __init__(
        self, data: float, label: str = "", written: tuple[Rule, tuple[Constant, ...]] | None = None
    ) -> None:
        super().__init__(data, label)
        self.written = written


@quick
def lift(x: Value | float) -> Value:
    """`x` itself if it is a Value, else the Constant of that number."""
    if isinstance(x, Value):
        return x
    constant = _new(Constant)
    constant.primal = x if x.__class__ is float else as_float(x)
    constant.adjoint = constant.rule = None
    constant.label = ""
    constant.parents = constant.partials = ()
    return constant


def compared(x: Any) -> Any:
    """The number to compare with, in a trace a traced one; an array compares each of its entries."""
    if not isinstance(x, Value):
        return x if is_array(x) else as_float(x)
    trace = recording.trace() if recording.active else None
    return trace.captured(x) if trace else x.data


def data_of(x: Value | float) -> float:
    """The number of a Value, below all levels of transforms; a plain number is its own."""
    while isinstance(x, Value):
        x = x.primal
    return x


def variables(*unbound: str, **bound: float | None) -> tuple[Value, ...]:
    """Leaf Values with the given names, in order; a name alone, or with None, is unbound.

    >>> u, v, w = variables(u=2, v=3, w=4)
    >>> variables("x", y=1.0)
    (Value(label='x'), Value(1.0, label='y'))
    """
    for name in unbound:
        require(isinstance(name, str), "the name of a variable is text", name)
    named: dict[str, float | None] = {**dict.fromkeys(unbound), **bound}
    return tuple([Value(data, label=name) for name, data in named.items()])


@quick
def apply(rule: Rule, parents: Sequence[Value]) -> Value:
    """The Value that a primitive makes from its inputs: eager if all are bound, else unbound."""
    node = _new(Value)
    node.adjoint = None
    node.label = ""
    node.rule = rule
    node.parents = inputs = tuple(parents)
    arguments = [parent.primal for parent in inputs]
    if None in arguments:
        node.primal, node.partials = None, ()
    else:
        node.primal = z = rule.forward(floats, *arguments)
        node.partials = rule.partials(floats, z, *arguments)
    return recording.finish(node) if recording.active else node
