"""The package twice in one process: with its native core, and without; programs that run on either; and what is seen.

A program is plain data, so that both engines get the same one; what is seen of its nodes is plain data too, floats as
bits, so that both can be compared. The sign and the payload of a nan are not compared: Python itself does not promise
them.
"""

import copy
import importlib
import operator
import os
import pickle
import struct
import sys
from contextlib import contextmanager, nullcontext, suppress
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from autograd_mini.engine import native

needs_core = pytest.mark.skipif(native.core is None, reason=native.status)
ROOM = "autograd_mini"


def modules():
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == ROOM}


class Engine:
    """One copy of the package. While it is entered, imports find this copy."""

    def __init__(self, kept):
        self.modules = kept
        self.own = None

    @contextmanager
    def entered(self):
        others = modules()
        for name in others:
            del sys.modules[name]
        sys.modules.update(self.modules)
        try:
            yield importlib.import_module(ROOM)
        finally:
            self.modules = modules()
            for name in self.modules:
                del sys.modules[name]
            sys.modules.update(others)

    def run(self, function, *arguments):
        """What the function makes of a view of this copy."""
        with self.entered() as am:
            engine = importlib.import_module(f"{ROOM}.engine.value")
            operations = importlib.import_module(f"{ROOM}.engine.operations")
            rules = importlib.import_module(f"{ROOM}.engine.rule")
            graph = importlib.import_module(f"{ROOM}.engine.graph")
            view = SimpleNamespace(
                am=am, Value=am.Value, Constant=engine.Constant, Folded=engine.Folded, apply=engine.apply,
                lift=engine.lift, call=operations.call, Operations=operations.Operations, RULES=rules.RULES,
                Rule=rules.Rule, toposort=graph.toposort, inputs=graph.inputs, native=engine.native.core,
            )  # fmt: skip
            table = dict(view.RULES)
            if self.own is None:
                self.own = declared(view)
            view.__dict__.update(self.own)
            try:
                return function(view, *arguments)
            finally:  # other tests shall not meet the primitives declared here
                view.RULES.clear()
                view.RULES.update(table)


def pure_engine():
    """A fresh copy of the package without its native core."""
    before = os.environ.get(native.PURE)
    os.environ[native.PURE] = "1"
    engine = Engine({})
    try:
        with engine.entered():
            pass
    finally:
        if before is None:
            del os.environ[native.PURE]
        else:
            os.environ[native.PURE] = before
    return engine


def both():
    """The copy that is imported here, with its native core, and one without."""
    engines = Engine(modules()), pure_engine()

    assert engines[0].run(lambda e: e.native is not None)
    assert engines[1].run(lambda e: e.native is None)
    return engines


def both_say(engines, function, *arguments):
    """What the native engine makes of it, which is what the pure one makes of it."""
    ours, pure = (engine.run(function, *arguments) for engine in engines)
    assert pure == ours, "\n".join(["they differ; pure and ours are", *map(str, difference(pure, ours))])
    return ours


def difference(pure, ours):
    """The innermost parts that differ first."""
    if type(pure) is type(ours) is dict and pure.keys() == ours.keys():
        pure, ours = [*pure.items()], [*ours.items()]
    if isinstance(pure, (list, tuple)) and isinstance(ours, (list, tuple)) and len(pure) == len(ours):
        inner = next(((a, b) for a, b in zip(pure, ours, strict=True) if a != b), None)
        if inner and not (isinstance(pure[0], str) and isinstance(inner[0], (str, bytes))):
            return difference(*inner)
    return pure, ours


# What both have besides: subclasses, and a user's primitives


def declared(e):
    class Sub(e.Value):
        """With a dictionary."""

    class Slotted(e.Value):
        __slots__ = ("note",)

        def __copy__(self):  # an empty slot cannot be copied
            with suppress(AttributeError):
                return super().__copy__()
            self.note = None
            return super().__copy__()

    class Declines(e.Value):
        """Leaves + and ** to the other side."""

        __slots__ = ()

        def __add__(self, other):
            return NotImplemented

        def __pow__(self, other):
            return NotImplemented

    class Reflects(e.Value):
        __slots__ = ()

        def __rmul__(self, other):
            return "reflected", repr(other)

    return {
        "kinds": [e.Value, e.Value, e.Value, e.Constant, Sub, Slotted, Declines, Reflects],
        "users": [
            e.am.primitive(
                "own_swish", lambda xp, x: x * xp.sigmoid(x), lambda xp, z, x: (xp.sigmoid(x) + z,)
            ),
            e.am.primitive(
                "own_choice",
                lambda xp, x, y: xp.maximum(x, y),
                lambda xp, z, x, y: (xp.where(x >= y, 1.0, 0.0), xp.where(x >= y, 0.0, 1.0)),
                choice=True,
            ),
            e.am.opaque("own_inverse", lambda x: 1.0 / x, lambda x: -1.0 / x / x),
        ],
        "alike": e.Rule("alike", e.RULES["exp"].forward, lambda xp, z, x: (7.0,)),
    }


# What is seen


def bits(x):
    """Plain data that differs whenever x does."""
    if isinstance(x, float):
        return type(x).__name__, "nan" if x != x else struct.pack(">d", x)
    if isinstance(x, (list, tuple)):
        return type(x).__name__, [bits(y) for y in x]
    return type(x).__name__, attempt(repr, x)


def attempt(function, *arguments):
    """What it returns, or the error as text, or why it has none: what is set by hand may break it."""
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001
        try:
            return f"{type(error).__name__}: {error}"
        except Exception as trouble:  # noqa: BLE001
            return f"{type(error).__name__}, and {trouble}"


def seen(e, nodes):
    """All there is to see of these nodes and of what they are made from, in topological order."""
    order = attempt(e.toposort, *nodes)
    if isinstance(order, str):
        return order
    place = {id(node): i for i, node in enumerate(order)}

    def node(v):
        parents = v.parents
        places = [place.get(id(x), bits(x)) for x in parents] if isinstance(parents, (list, tuple)) else ()
        rule = v.rule
        return (
            type(v).__name__, bits(v.primal), bits(v.adjoint), bits(v.label), repr(rule), getattr(rule, "symbol", ""),
            repr(getattr(rule, "frame", None)), bits(getattr(rule, "exponent", None)), type(parents).__name__, places,
            bits(v.partials), attempt(repr, v), bits(attempt(lambda: v.data)), bits(attempt(lambda: v.grad)),
        )  # fmt: skip

    named = attempt(lambda: [place[id(x)] for x in e.inputs(order)])
    return [node(v) for v in order], [place[id(v)] for v in nodes], named


# Programs

SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, -3.0, 0.1, 5e-324, -5e-324, 1e-320, 2.2250738585072014e-308, 1e-8, 1e8,
    1e300, -1e300, 1.7976931348623157e308, float("inf"), -float("inf"), float("nan"), 709.8, 710.0, -745.2, 4.5e15, 2.0**53,
]  # fmt: skip
OTHERS = [
    0, 1, -2, 3, 2**53 + 1, 10**400, -(10**400), True, False, None, "a", "", b"b", 1j, [1.0], (), {}, object,
    Fraction(1, 3), Decimal("0.5"), np.float64(2.0), np.float64("nan"), np.float64(-0.0), np.float32(0.1), np.float16(3),
    np.int64(-2), np.uint8(200), np.bool_(True), np.complex128(1j), np.array(2.0), np.array([1.0, -2.0]), np.zeros((2, 1)),
    np.array([]), np.str_("a"),
]  # fmt: skip
OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.floordiv, divmod,
]  # fmt: skip
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
TABLE = [
    name for name, rule in importlib.import_module(f"{ROOM}.engine.rule").RULES.items() if not rule.owner
]
STEPS = [
    *["binary"] * 8, *["number"] * 6, *["reflected"] * 5, "unary", *["function"] * 4, *["method"] * 4, *["n-ary"] * 4,
    *["call"] * 3, "apply", "frame", "user", "alike", "composed", "power", "power", "sum", "no_grad", "compare", "new",
]  # fmt: skip
DEEDS = [
    *["backward"] * 4, "seeded", "forward", "forward", "zero_grad", "set data", "set grad", "set label", "forget", "copy",
    "deepcopy", "pickle", "known", "unbound", "inputs", "read", "format",
]  # fmt: skip
BY_HAND = [
    "set parents", "set partials", "set rule", "set primal", "set adjoint", "set any label", "own rule", "delete", "initialize",
]  # fmt: skip
COMPOSED = ["mean", "logsumexp", "softmax", "log_softmax"]


def number_from(pick):
    """Half of them special, one in eight no float, the others between -4 and 4."""
    where, which = pick % 8, pick // 8
    if where == 0:
        return OTHERS[which % len(OTHERS)]
    return SPECIAL[which % len(SPECIAL)] if where < 5 else (which * 7919 % 8001 - 4000) / 1000


def run(e, leaves, steps):
    """What is seen of a program: errors and other results on the way, and its nodes at the end."""
    nodes, log = [], []
    for kind, pick, label in leaves:
        number = number_from(pick)
        made = attempt(e.kinds[kind % len(e.kinds)], number if pick % 13 else None, label)
        nodes.append(e.Value(1.5, label) if isinstance(made, str) else made)
    for name, a, b, c in steps:
        result = attempt(step, e, nodes, name, a, b, c)
        for x in result if isinstance(result, tuple) else [result]:
            if isinstance(x, e.Value):
                nodes.append(x)
            elif x is not None:
                log.append((name, x.shape if isinstance(x, np.ndarray) else bits(x)))
                nodes += [y for y in x.flat if isinstance(y, e.Value)] if isinstance(x, np.ndarray) else []
    log.append(bits([attempt(nodes[-1].backward), attempt(nodes[len(nodes) // 2].backward)]))
    log.append(seen(e, nodes))
    bindings = {v.label: 0.75 for v in nodes[: len(leaves)] if type(v.label) is str and v.label}
    log.append(bits(attempt(lambda: nodes[-1].forward(**bindings))))
    log.append(bits(attempt(nodes[-1].backward, 2.0)))
    log.append(seen(e, nodes))
    return log


def step(e, nodes, name, a, b, c):
    """One operation on earlier nodes, or one deed."""
    x, y, number = nodes[a % len(nodes)], nodes[b % len(nodes)], number_from(c)
    some = [nodes[(a * i + b) % len(nodes)] for i in range([0, 1, 2, 3, 4, 5, 6, 100][c % 8])]
    mixed = [number_from(c + i) if (a + i) % 5 == 0 else v for i, v in enumerate(some)]
    operation, rule = OPERATORS[c % len(OPERATORS)], e.RULES[TABLE[c % len(TABLE)]]
    arguments = (x, y if a % 3 else number_from(b), number_from(a) if c % 3 else x)[: rule.arity]
    match name:
        case "binary":
            return operation(x, y)
        case "number":
            return OPERATORS[b % len(OPERATORS)](x, number)
        case "reflected":
            return OPERATORS[b % len(OPERATORS)](number, x)
        case "unary":
            return [operator.neg, operator.abs, operator.pos, round, float, int, bool][c % 7](x)
        case "function":
            return getattr(e.am, rule.name, e.am.exp)(*arguments)
        case "method":
            return getattr(x, rule.name, x.exp)(*arguments[1:])
        case "n-ary":
            function = [e.am.sum, e.am.prod, e.am.norm, e.am.max, e.am.min, e.am.mean, e.am.dot][b % 7]
            return function(mixed, mixed[::-1]) if function is e.am.dot else function(mixed)
        case "call":
            return e.call(rule, mixed if rule.arity is None else arguments)
        case "apply":
            return e.apply(rule, some[: rule.arity])
        case "frame":
            return e.Operations(("frame", a % 2))[rule](*(mixed if rule.arity is None else arguments))
        case "user":
            return e.users[c % 3](*arguments[: 1 + (c % 3 == 1)])
        case "alike":
            return e.call(e.alike, (x,))
        case "composed":
            return getattr(e.am, COMPOSED[c % len(COMPOSED)])(mixed)
        case "power":
            return (
                x
                ** [2, 3.0, -1, 0, 0.0, -0.0, 0.5, -2.5, float("inf"), float("nan"), 2**80, True, number][
                    c % 13
                ]
            )
        case "sum":
            return sum(mixed)
        case "no_grad":
            with [e.am.no_grad(), nullcontext()][b % 2], [e.am.detect_anomaly(), nullcontext()][a % 2]:
                other = STEPS[c % len(STEPS)]
                return step(e, nodes, "binary" if other == name else other, a, b, c)
        case "compare":
            return COMPARISONS[b % 6](x, y if a % 2 else number)
        case "new":
            return [
                e.Value, lambda: e.Value(number), lambda: e.Value(number, "n"), lambda: e.Value(label="m"),
                lambda: e.Value(data=number), lambda: e.Value(number, label=number_from(a)), lambda: e.Value(1, "a", 2),
                lambda: e.Value(1, lable="a"), lambda: e.lift(number), lambda: e.Constant(number, "data"),
                lambda: e.Folded(2.0), lambda: e.Value(number, "x", label="y"),
            ][b % 12]()  # fmt: skip
        case "backward":
            return x.backward()
        case "seeded":
            return x.backward(number) if b % 2 else x.backward(gradient=number)
        case "forward":
            return x.forward(**{v.label: number_from(a + i) for i, v in enumerate(nodes[: b % 4]) if v.label})
        case "zero_grad":
            return x.zero_grad()
        case "set data":
            x.data = number
        case "set grad":
            x.grad = number
        case "set label":
            x.label = ["", "l", "x0", "x1"][c % 4]
        case "forget":
            return x.forget()
        case "copy":
            return copy.copy(x)
        case "deepcopy":
            return tuple(copy.deepcopy([x, y]))
        case "pickle":
            return pickle.loads(pickle.dumps(x)) if type(x) is e.Value else None
        case "known":
            return x.known(["data", "grad", "else"][c % 3])
        case "unbound":
            return [nodes.index(v) for v in x.unbound() if any(v is w for w in nodes)]
        case "inputs":
            return repr(e.inputs(e.toposort(x, y)))
        case "read":
            return x.data, x.grad
        case "format":
            return f"{x}", f"{x:.3f}"
        case "set parents":
            earlier = nodes[: next(i for i, v in enumerate(nodes) if v is x)] or [e.Value(0.5)]  # no cycles
            y, *some = (earlier[i % len(earlier)] for i in (b, a, b, c))
            x.parents = [(), (y,), (y, y), (y, *some[:2]), [y], [*some], (y, 1.0), (y, *some), None][c % 9]
        case "set partials":
            x.partials = [
                (),
                (2.0,),
                (2.0, -1.0),
                (1.0, 2.0, 3.0),
                [2.0],
                (1,),
                (float("inf"), 0.0),
                (y, 1.0),
            ][c % 8]
        case "set rule":
            x.rule = [None, rule, e.alike, e.users and y.rule][c % 4]
        case "set primal":
            x.primal = number if c % 2 else None
        case "set adjoint":
            x.adjoint = number if c % 2 else None
        case "set any label":
            x.label = number
        case "own rule":
            x.rule = e.Rule(
                "own",
                lambda xp, *xs: xs[0],
                lambda xp, z, *xs: (1.0,) + (0.0,) * (len(xs) - 1),
                choice=c % 2 == 0,
            )
        case "delete":
            delattr(x, ["nothing", "data", "grad"][c % 3])
        case "initialize":
            return x.__init__(number, "again")
    return None
