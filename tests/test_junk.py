"""Every public function and method, called with what it was not made for: what is said comes from us.

The names are found, not listed: a function, class, method or parameter that is new is in the test at once,
and if it needs an example of its own the test says so.
"""

import contextlib
import importlib
import inspect
import json
import linecache
import pkgutil
import signal
import sys
import types
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from threading import Event

import numpy as np
import pytest

import autograd_mini
from autograd_mini import Value, compile, draw, formula, gradcheck, lectures, parse, plots, steps
from autograd_mini.compiler.compiled import Compiled
from autograd_mini.data import Dataset, xor
from autograd_mini.derivatives.cost import Cost, cost
from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import AutogradError
from autograd_mini.experiments import EXPERIMENTS, Experiment, Trained
from autograd_mini.formulas.closed import ClosedFormula
from autograd_mini.losses import hinge, mse
from autograd_mini.nn import MLP, Dropout, Layer, Module, Neuron
from autograd_mini.optim import SGD, Adam, Optimizer
from autograd_mini.train import History, fit

pytestmark = pytest.mark.slow

PACKAGE = Path(autograd_mini.__file__).parent
HANGS_AFTER = 20  # seconds


# Junk. Made anew for each call, as some of it can be used only once.


class RaisesInRepr:
    def __repr__(self):
        raise ZeroDivisionError


class RaisesInFloat:
    def __float__(self):
        raise ZeroDivisionError


def containing_itself():
    circle = [1.0]
    circle.append(circle)
    return circle


def deep():
    nested = 1.0
    for _ in range(5000):
        nested = [nested]
    return nested


JUNK = {
    "None": lambda: None,
    "empty text": lambda: "",
    "text": lambda: "junk \x1b[31m",
    "long text": lambda: "x" * 100_000,
    "bytes": lambda: b"1",
    "complex": lambda: 1j,
    "Decimal": lambda: Decimal("1.5"),
    "Fraction": lambda: Fraction(1, 3),
    "array of dimension 0": lambda: np.array(2.0),
    "array": lambda: np.array([1.0, 2.0]),
    "array of objects": lambda: np.array([None, "x"]),
    "empty list": list,
    "ragged list": lambda: [[1.0], [2.0, 3.0]],
    "list of text": lambda: ["a", "b"],
    "list of None": lambda: [None],
    "empty dict": dict,
    "dict": lambda: {"a": None, 1: "x"},
    "set": lambda: {1.0, 2.0},
    "10**400": lambda: 10**400,
    "-10**400": lambda: -(10**400),
    "-1": lambda: -1,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "list containing itself": containing_itself,
    "deep list": deep,
    "class": lambda: int,
    "lambda": lambda: lambda *_: None,
    "generator": lambda: (x for x in (1.0, "x")),
    "raises in repr": RaisesInRepr,
    "raises in float": RaisesInFloat,
    "bool": lambda: True,
    "unbound": lambda: Value(label="q"),
    "module": lambda: sys,
    "object": object,
}

# Examples of what the other places of a call need: by callable and parameter, or by parameter alone. A tuple
# under a name with a star is what *arguments are.


def square(x):
    return x * x


def graph():
    return parse("f = (u + v) * w", u=2, v=3, w=4)


def network():
    return MLP(1, [2, 1], seed=0)


def line():
    return Dataset([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0])


def history():
    return fit(network(), line(), loss=mse, optimizer=SGD(), epochs=2, progress=False)


def table(path):
    Path(path).write_text("1,2\n3,4\n")
    return path


def lecture(path):
    Path(path).write_text('title = "t"\n[[example]]\nid = "e"\ntitle = "e"\ndefinitions = "f = 2 * x"\n')
    return path


fresh = count()
GOOD = {
    "arguments": lambda: (2.0,),
    "cotangent": lambda: 1.0,
    "data": line,
    "direction": lambda: 1.0,
    "end": lambda: 0.1,
    "every": lambda: 2,
    "example": lambda: mse,
    "f": graph,
    "factor": lambda: 0.5,
    "figure": lambda: plots.loss_curve(history()),
    "forward": lambda: lambda xp, x: x * x * x,
    "function": lambda: square,
    "history": history,
    "id": lambda: "sum-times-w",
    "inputs": lambda: 2,
    "k": lambda: 1,
    "layer": lambda: "1",
    "loss": lambda: mse,
    "lr": lambda: 0.1,
    "model": network,
    "of_list": lambda: False,
    "optimizer": SGD,
    "other": lambda: 2.0,
    "outputs": lambda: 2,
    "parameters": lambda: [Value(1.0)],
    "partials": lambda: lambda xp, z, x: (3.0 * x * x,),
    "path": lambda: "out.svg",
    "primals": lambda: (2.0,),
    "scores": lambda: [0.5, 0.25],
    "source": lambda: "u * v",
    "start": lambda: 1.0,
    "steps": lambda: 3,
    "tangents": lambda: (1.0,),
    "target": lambda: [1, 0],
    "unit": lambda: 0,
    "X": lambda: [[0.0], [1.0]],
    "xs": lambda: [1.0, 2.0],
    "y": lambda: [0.0, 1.0],
    "ys": lambda: [3.0, 4.0],
    "*args": lambda: (2.0,),
    "*slopes": lambda: (lambda x: 2.0 * x,),
    "*xs": lambda: ([1.0, 2.0],),
    "*arguments": lambda: (2.0,),
    "*others": tuple,
    "*primals": lambda: (2.0,),
    "*unbound": lambda: ("u",),
    "accuracy.loss": lambda: hinge,
    "cross_entropy.target": lambda: 1,
    "decision_boundary.data": xor,
    "decision_boundary.model": lambda: MLP(2, [1], seed=0),
    "hvp.primals": lambda: 2.0,
    "MLP.outputs": lambda: [2, 1],
    "load.path": lambda: lecture("in.toml"),
    "multiclass_hinge.target": lambda: 1,
    "nll.target": lambda: 1,
    "opaque.name": lambda: f"square{next(fresh)}",
    "opaque.function": lambda: square,
    "custom_gradient.function": lambda: lambda x: (x * x, lambda g: 2.0 * x * g),
    "primitive.name": lambda: f"cube{next(fresh)}",
    "read_csv.path": lambda: table("in.csv"),
    "run.name": lambda: "xor",
}


# The same for what a public function returns, if that is a function itself.
RETURNED = {
    "compile()": lambda: (square,),
    "grad()": lambda: (2.0,),
    "hessian()": lambda: (2.0,),
    "jacobian()": lambda: (2.0,),
    "primitive()": lambda: (2.0,),
    "opaque()": lambda: (2.0,),
    "custom_gradient()": lambda: (2.0,),
    "value_and_grad()": lambda: (2.0,),
    "vjp()[1]": lambda: (1.0,),
    "cosine()": lambda: (1,),
    "exponential()": lambda: (1,),
    "linear()": lambda: (1,),
    "staircase()": lambda: (1,),
    "over_examples()": lambda: (lambda score, target: score - target,),
    "over_examples()()": lambda: (0.5, 1.0),
}

# An object of every public class, and of every class that a public function returns.
OBJECTS = {
    Value: lambda: Value(2.0, label="x"),
    ClosedFormula: lambda: formula(Value(2.0, label="x") * 3),
    MLP: network,
    Layer: lambda: Layer(1, 2, seed=0),
    Neuron: lambda: Neuron(1, seed=0),
    Dropout: Dropout,
    Module: Module,
    Optimizer: lambda: Optimizer(0.1),
    SGD: SGD,
    Adam: Adam,
    Dataset: line,
    History: history,
    Experiment: lambda: EXPERIMENTS["xor"],
    Trained: lambda: Trained(network(), line(), history()),
    Cost: lambda: cost(square, 2.0),
    type(lectures.all()[1]): lambda: lectures.all()[1],
    type(lectures.get("sum-times-w")): lambda: lectures.get("sum-times-w"),
    Compiled: lambda: compile(lambda x, u=1.0: x * x),
    type(draw(Value(1.0))): lambda: draw(graph()),
    type(steps(Value(1.0))): lambda: steps(graph()),
    type(steps(Value(1.0))[0]): lambda: steps(graph())[0],
    type(gradcheck(square, (2.0,))): lambda: gradcheck(square, (2.0,)),
}

NOT_FOR_USERS = {
    "cli", "compiler", "derivatives", "descent", "doctor", "engine", "errors", "expression", "files", "formulas", "functions", "rng",
    "stepping",
    "viz", "words",
}  # fmt: skip

NOT_CALLED = {
    "apply", "directed", "direction", "swept",  # hooks, which our own code calls with what it has checked
    "__array_function__", "__array_ufunc__",  # NumPy calls them with its own functions
    "__delattr__", "__format__", "__get__", "__getitem__", "__round__", "__setattr__", "__setstate__",  # Python calls them, and says itself what is wrong
    "__deepcopy__", "__getattr__", "__init__", "__init_subclass__", "__new__", "__reduce_ex__",
}  # fmt: skip


def modules():
    """What users import: the package, and every module on its top floor that is for them."""
    found = [m.name for m in pkgutil.iter_modules([str(PACKAGE)]) if not m.name.startswith("_")]
    return ["autograd_mini", *(f"autograd_mini.{name}" for name in found if name not in NOT_FOR_USERS)]


def public(module):
    """The names and callables of a module that are for users."""
    names = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
    ]
    return [(name, thing) for name in names if callable(thing := getattr(module, name))]


FUNCTIONS = (types.FunctionType, type(toposort))  # with a native core some stand before others


def is_ours(thing):
    return getattr(thing, "__module__", "").partition(".")[0] == "autograd_mini"


def methods(cls):
    """The names of the public methods and operators of a class that can be called with something."""
    own = [name for base in cls.__mro__ if is_ours(base) for name in vars(base)]
    for name in dict.fromkeys(own):
        is_private = name.startswith("_") and not name.startswith("__")
        if not is_private and name not in NOT_CALLED and callable(getattr(cls, name)):
            yield name


def targets(name):
    """(what it is called, how to get the callable anew, its examples of *arguments) of all in a module."""
    for label, thing in public(importlib.import_module(name)) + [("cost", cost)] * (name == "autograd_mini"):
        yield from with_returned(label, lambda thing=thing: thing, arity(thing))
        if inspect.isclass(thing):
            yield from of_class(thing)
    if name == "autograd_mini":  # classes that nobody imports
        for cls in OBJECTS:
            if cls.__module__.split(".")[1] in NOT_FOR_USERS and cls is not Value:
                yield from of_class(cls)


def of_class(cls):
    assert cls in OBJECTS, f"OBJECTS lacks an example of a {cls.__name__}"
    make = OBJECTS[cls]
    for method in methods(cls):
        yield f"{cls.__name__}.{method}", lambda method=method: getattr(make(), method), ()
    for name, _ in inspect.getmembers(cls, lambda thing: isinstance(thing, property) and thing.fset):
        yield f"{cls.__name__}.{name} =", lambda name=name: lambda number: setattr(make(), name, number), ()


def with_returned(label, make, several):
    """The callable itself, and what it returns if that is a function."""
    yield label, make, several
    for end, part in parts(call(label, make(), several)):
        is_known = not is_ours(type(part)) or isinstance(part, (*OBJECTS, *FUNCTIONS))
        assert is_known, f"OBJECTS lacks an example of what {label} returns"
        if isinstance(part, FUNCTIONS):
            at = label + end
            assert at in RETURNED, f"RETURNED lacks arguments for {at}"
            again = lambda at=at, end=end: dict(parts(call(label, make(), several)))[end]
            yield from with_returned(at, again, RETURNED[at]())


def parts(result):
    """What a call gave, by how it is called: itself, or each part if it is a tuple."""
    if type(result) is not tuple:
        return [("()", result)]
    return [(f"()[{i}]", part) for i, part in enumerate(result)]


def arity(thing):
    """Examples of *arguments for a primitive; for anything else, none in particular."""
    rule = RULES.get(getattr(thing, "__name__", ""))
    return (0.5,) * rule.arity if rule and rule.arity else ()


def example(label, parameter):
    """A good argument."""
    make = GOOD.get(f"{label}.{parameter}") or GOOD.get(parameter)
    return make() if make else pytest.fail(f"GOOD lacks an example of {parameter}, as in {label}")


def places(function, several):
    """Where junk can go: names of parameters, and numbers for those of *arguments."""
    found = []
    for p in inspect.signature(function, follow_wrapped=False).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            found += range(len(several or example("", f"*{p.name}")))
        elif p.kind is not p.VAR_KEYWORD:
            found.append(p.name)
        elif hasattr(function, "__wrapped__"):  # they go to the function inside
            inside = inspect.signature(function).parameters.values()
            found += [q.name for q in inside if q.kind is q.KEYWORD_ONLY and q.name not in found]
        else:
            found.append("u")
    return found


def call(label, function, several, place=None, junk=None):
    """What comes of a call with good arguments, and junk in a place if one is given."""
    signature = inspect.signature(function, follow_wrapped=False)
    filled = {}
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            filled[p.name] = tuple(several or example(label, f"*{p.name}"))
            if isinstance(place, int):
                filled[p.name] = (*filled[p.name][:place], junk, *filled[p.name][place + 1 :])
        elif p.kind is p.VAR_KEYWORD:
            if isinstance(place, str) and place not in signature.parameters:
                filled[p.name] = {place: junk}
        elif p.name == place:
            filled[p.name] = junk
        elif p.default is p.empty:
            given = several[len(filled) : len(filled) + 1]
            filled[p.name] = given[0] if given else example(label, p.name)
    arguments = inspect.BoundArguments(signature, filled)
    return function(*arguments.args, **arguments.kwargs)


class Hung(BaseException):
    pass


def stop(*_):
    raise Hung


def fault(label, make, several, place, junk):
    """What is wrong with the end of a call with junk: nothing (an empty text) if it worked or its message is ours."""
    try:
        function = make()
        signal.setitimer(signal.ITIMER_REAL, HANGS_AFTER)
        use(label, call(label, function, several, place, junk))
    except Hung:
        return "hung"
    except Exception as error:  # noqa: BLE001  # which one is what is asked
        signal.setitimer(signal.ITIMER_REAL, 0)
        return "" if is_from_us(error) else f"{type(error).__name__}: {said(error)[:100]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


def use(label, result):
    """What was accepted must work: functions are called, contexts entered, and our objects can be shown."""
    if isinstance(result, contextlib._GeneratorContextManager):
        with result:
            pass
    for end, part in parts(result):
        if isinstance(part, FUNCTIONS):
            use(label + end, part(*RETURNED[label + end]()))
        elif is_ours(type(part)) and not isinstance(part, tuple):  # which holds whatever it is given
            str(part)


def is_from_us(error):
    """Whether a message is one of ours, or what was raised comes from the caller's own code or names a file."""
    place = error.__traceback__
    while place.tb_next:
        place = place.tb_next
    file, name = place.tb_frame.f_code.co_filename, place.tb_frame.f_code.co_name
    line = linecache.getline(file, place.tb_lineno)
    raised = Path(file).is_relative_to(PACKAGE) and line.lstrip().startswith("raise")
    theirs = file == __file__ and name != "__repr__"  # a repr is only asked for by messages
    if isinstance(error, OSError):
        return error.filename is not None
    return (isinstance(error, AutogradError) or raised or theirs) and 0 < len(said(error)) < 2000


def said(error):
    """The message; empty if it cannot even be written."""
    with contextlib.suppress(Exception):
        return str(error)
    return ""


@pytest.fixture
def clean(tmp_path, monkeypatch):
    """A folder for what is written, and an alarm for what hangs; what was declared is forgotten after each call."""
    monkeypatch.chdir(tmp_path)
    before = signal.signal(signal.SIGALRM, stop)
    tables = [RULES, Arithmetic.definitions]
    kept = [dict(table) for table in tables]

    def forget():
        for table, old in zip(tables, kept, strict=True):
            table.clear()
            table.update(old)

    yield forget
    forget()
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("module", modules())
def test_junk(module, clean, capsys):
    """No call hangs, and of a hundred at most one ends in an error that is not explained by us."""
    faults, calls = {}, 0
    for label, make, several in targets(module):
        clean()
        for place in places(make(), several):
            for kind, junk in JUNK.items():
                calls += 1
                clean()
                if found := fault(label, make, several, place, junk()):
                    faults[label, place, kind] = found
    hung = [case for case, found in faults.items() if found == "hung"]
    raw = len(faults) - len(hung)
    with capsys.disabled():
        print(f"\n{module}: {calls} calls, {raw} raw errors, {len(hung)} hung")

    assert [] == hung
    assert raw <= calls / 100, "\n".join(f"{case}: {found}" for case, found in faults.items())


def test_harness(monkeypatch):
    """An error of Python's own is seen, and a call that hangs; an error of ours is none."""
    monkeypatch.setattr(sys.modules[__name__], "HANGS_AFTER", 0.2)
    before = signal.signal(signal.SIGALRM, stop)
    try:
        raw = fault("loads", lambda: json.loads, (), "s", None)
        hung = fault("sleep", lambda: Event().wait, (), "timeout", 60)
        ours = fault("Value", lambda: Value, (), "data", RaisesInRepr())
    finally:
        signal.signal(signal.SIGALRM, before)

    assert raw.startswith("TypeError: the JSON object must be str")
    assert ("hung", "") == (hung, ours)
