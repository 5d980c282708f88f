"""The arithmetic whose numbers are JavaScript: the table of primitives as a page carries it, to compute by itself.

    script = table_of([(RULES["add"], 2), (RULES["tanh"], 1)])

is the text of a constant `rules`, below the few functions it needs that JavaScript lacks (functions.js):

    const rules={add:{f:(x,y)=>x+y,p:()=>[1,1]},tanh:{f:x=>Math.tanh(x),p:z=>[1-z*z]}};

f gives the value and p(z, ...inputs) the partials; c marks a choice, whose partials of 0 carry nothing. A node names
its rule by `key_of`. The results are those of `floats` to the last bit, but for functions of Math, which differ there
between libraries. The text is made of numbers, our own names and keys, so that nothing in it can be anything else;
what is no formula, such as an opaque primitive, has none (`is_printable`), and its page stays still.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache, reduce
from importlib.resources import files
from operator import add, mul
from typing import TYPE_CHECKING

from autograd_mini.errors import RuleError
from autograd_mini.formulas.printing import ATOM, CHOICE, RELATION, SUM, Formula
from autograd_mini.formulas.python import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, NoReturn

    from autograd_mini.engine.rule import Rule


OTHERWISE = {  # what Math calls otherwise than NumPy
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
}  # fmt: skip
MATH = {
    "abs", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan",
    "sinh", "cosh", "tanh", "hypot", "floor", *OTHERWISE.values(),
}  # fmt: skip

# A rule of any number of inputs cannot be read without knowing how many, so those of the table are written here.
ANY_NUMBER = {
    "sum": ("(...x)=>x.reduce((s,a)=>s+a,0)", "(z,...x)=>x.map(()=>1)"),
    "dot": (
        "(...x)=>x.slice(x.length/2).reduce((s,a,i)=>s+x[i]*a,0)",
        "(z,...x)=>[...x.slice(x.length/2),...x.slice(0,x.length/2)]",
    ),
    "prod": (
        "(...x)=>x.reduce((s,a)=>s*a,1)",
        "(z,...x)=>x.map((a,i)=>x.slice(0,i).reduce((s,a)=>s*a,1)*x.slice(i+1).reduceRight((s,a)=>a*s,1))",
    ),
    "norm": ("(...x)=>x.reduce((s,a)=>Math.hypot(s,a),0)", "(z,...x)=>x.map(a=>z==0?0:a/z)"),
    "max": ("(...x)=>x.reduce((s,a)=>maximum(s,a))", "(z,...x)=>chosen(z,x)"),
    "min": ("(...x)=>x.reduce((s,a)=>minimum(s,a))", "(z,...x)=>chosen(z,x)"),
}
KINK_OF_NORM = "(...x)=>[x.reduce((s,a)=>Math.hypot(s,a),0)]"
AS_PRINTED = {
    "norm": "(z,...x)=>x.map(a=>a/z)",
    "max": "(z,...x)=>x.map(a=>+(a==z))",
    "min": "(z,...x)=>x.map(a=>+(a==z))",
}


class JavaScript(Source):
    """JavaScript that computes as `floats` does: functions are those of Math or of functions.js."""

    pi = property(lambda self: Formula("Math.PI", ATOM, self))

    def __init__(self) -> None:
        super().__init__()
        self.separator = ","

    def joined(self, contents: Sequence[Any], sign: str) -> str:
        return sign.join(contents)

    def head(self, name: str) -> str:
        return f"Math.{name}" if name in MATH else name

    def call(self, name: str, pieces: Sequence[Any]) -> Formula:
        name = OTHERWISE.get(name, name)
        if name not in MATH | set(_functions()):
            self._refuse(name)
        return super().call(name, pieces)

    def derivative(self, z: Any, x: Any) -> NoReturn:  # noqa: ARG002  what has no formula shows it so elsewhere
        self._refuse(str(z))

    def _refuse(self, name: str) -> NoReturn:
        msg = (
            f"{name} is no function that JavaScript can be told; a page with it shows numbers but stays still"
        )
        raise RuleError(msg)

    def constant(self, x: Any) -> Formula:
        digits = "Infinity" if abs(x) == math.inf else "NaN" if x != x else _shortest(abs(float(x)))
        return Formula(f"-{digits}", SUM, self) if math.copysign(1.0, x) < 0 else Formula(digits, ATOM, self)

    def raised(self, x: Any, y: Any) -> Formula:
        if isinstance(y, int | float) and math.isfinite(y):  # in brackets, as -x**2 is refused there
            return self.write("(%s**%s)", [x, y], ATOM, ATOM)
        return self.call("power", [x, y])

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        """A choice; as for floats nan is true, and only 0 is false."""
        condition = self.formula(condition)
        test = str(condition) if condition.strength == RELATION else f"{self.operand(condition, SUM)}!=0"
        return Formula(f"{test}?{self.formula(x)}:{self.formula(y)}", CHOICE, self)

    guard = where

    def sum(self, xs: Sequence[Any]) -> Formula:
        return reduce(add, xs, self.constant(0.0))  # 0 + -0 is 0

    def dot(self, xs: Sequence[Any], ys: Sequence[Any]) -> Formula:
        return self.sum([*map(mul, xs, ys)])

    def erf(self, x: Any) -> Formula:
        return self.call("erf", [x])

    def erfc(self, x: Any) -> Formula:
        return self.call("erfc", [x])

    def first(self, z: Any, xs: Sequence[Any]) -> tuple[Formula, ...]:
        pieces = ",".join([str(self.formula(x)) for x in xs])
        return tuple(
            [Formula(f"chosen({self.formula(z)},[{pieces}])[{i}]", ATOM, self) for i in range(len(xs))]
        )


def _shortest(x: float) -> str:
    """The digits of a number that is not negative, as short as JavaScript reads them.

    >>> _shortest(0.25), _shortest(3.0), _shortest(1e-05)
    ('.25', '3', '1e-5')
    """
    digits = repr(x).removesuffix(".0").replace("e-0", "e-").replace("e+", "e")
    return digits[1:] if digits.startswith("0.") else digits


class Literally(JavaScript):
    """JavaScript that computes what formulas say in print, without the steps around traps."""

    def guard(self, *condition_safe_plain: Any) -> Any:
        return condition_safe_plain[-1]


javascript, literally = JavaScript(), Literally()


@cache
def _functions() -> dict[str, str]:
    """The text of every function of functions.js by name."""
    text = files("autograd_mini").joinpath("formulas/functions.js").read_text("utf-8")
    return {
        found[1]: found[0]
        for found in re.finditer(r"^const (\w+) = (?:.*;|[^;][\s\S]*?\n};)$", text, re.MULTILINE)
    }


def key_of(rule: Rule, count: int) -> str:
    """What a rule is called in the table when it has so many inputs; a constant power carries its exponent.

    >>> from autograd_mini.engine.primitives import power
    >>> from autograd_mini.engine.rule import RULES
    >>> key_of(RULES["mul"], 2), key_of(RULES["sum"], 9), key_of(power(3.0), 1)
    ('mul', 'sum', '^3')
    """
    if rule.exponent is not None:
        return f"^{javascript.constant(rule.exponent)}"
    return rule.name if rule.arity is not None or _is_known(rule) else f"{rule.name} {count}"


def _is_known(rule: Rule) -> bool:
    """Whether it is one of the table that takes any number of inputs."""
    return rule.arity is None and rule.name in ANY_NUMBER and not rule.owner


def is_printable(rule: Rule, count: int | None = None) -> bool:
    """Whether the rule has a form in JavaScript: one made of formulas has, one made of other functions has not.

    count: how many inputs it has, if it takes any number.

    >>> from autograd_mini.engine.rule import RULES
    >>> is_printable(RULES["gelu"])
    True
    """
    try:
        _entry(rule, rule.arity or count or 2)
    except RuleError:
        return False
    return True


def table_of(applied: Iterable[tuple[Rule, int]], *, is_full: bool = False) -> str:
    """The script of the table `rules` of some rules, each with how many inputs it has, and what they call.

    is_full: with what a page needs that tells why: k, the terms of which one is 0 at a kink, and l, the partials as
    their formulas say, without the steps around traps, where these are others.

    Raises RuleError if one of them has no form in JavaScript.

    >>> from autograd_mini.engine.rule import RULES
    >>> print(table_of([(RULES["mul"], 2), (RULES["relu"], 1)]))
    const maximum = (x, y) => (x >= y || x !== x ? x : y);
    const rules={mul:{f:(x,y)=>x*y,p:(z,x,y)=>[y,x]},relu:{f:x=>maximum(x,0),p:(z,x)=>[x>0?1:x<=0?0:x],c:1}};
    """
    entries = {key_of(rule, count): _entry(rule, count, is_full=is_full) for rule, count in applied}
    fields = [f"{quoted(key)}:{entry}" for key, entry in entries.items()]
    table = f"const rules={{{','.join(fields)}}};"
    return "\n".join([*_called_in(table), table])


def functions_of(rules: Iterable[Rule], more: Mapping[str, str]) -> str:
    """The script of a constant `functions`: the values of rules by name, as far as they have a form, and more of them.

    >>> from autograd_mini.engine.rule import RULES
    >>> print(functions_of([RULES["exp"], RULES["arctan2"]], {"twice": "x=>2*x"}))
    const functions={exp:x=>Math.exp(x),arctan2:(x,y)=>Math.atan2(x,y),twice:x=>2*x};
    """
    fields = {
        rule.name: _value(rule, rule.arity or 0)
        for rule in rules
        if is_printable(rule) and (rule.arity or _is_known(rule))
    }
    table = f"const functions={{{','.join([f'{quoted(name)}:{text}' for name, text in (fields | {**more}).items()])}}};"
    return "\n".join([*_called_in(table), table])


def _called_in(script: str) -> list[str]:
    """The functions of functions.js that a script calls, and those that these call."""
    functions = _functions()
    needed: list[str] = []
    while needed != (
        needed := [
            text
            for name, text in functions.items()
            if re.search(rf"\b{name}\(", "\n".join([script, *needed]))
        ]
    ):
        pass
    return needed


def together(*programs: str) -> str:
    """Several scripts of tables as one, which has every function of functions.js that it calls once.

    >>> from autograd_mini.engine.rule import RULES
    >>> print(together(table_of([(RULES["minimum"], 2)]), table_of([(RULES["minimum"], 2)])).count("const minimum"))
    1
    """
    tables = "\n".join(programs)
    for text in _functions().values():
        tables = tables.replace(f"{text}\n", "")
    return "\n".join([*_called_in(tables), tables])


def quoted(key: str) -> str:
    """A key as it stands in a table of JavaScript."""
    return key if key.isascii() and key.isidentifier() else json.dumps(key)


def _names(count: int) -> list[str]:
    return [*"xy"[:count]] if count < 3 else [f"x{i + 1}" for i in range(count)]


def _value(rule: Rule, count: int) -> str:
    """The function that gives the value; it takes all inputs, so that its length says how many."""
    if _is_known(rule):
        return ANY_NUMBER[rule.name][0]
    names = _names(count)
    value = javascript.formula(rule.forward(javascript, *map(javascript.symbol, names)))
    return f"{_head(names)}=>{value}"


def _head(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({','.join(names)})"


def _entry(rule: Rule, count: int, *, is_full: bool = False) -> str:
    """One entry of the table."""
    names = _names(count)
    fields = {"f": _value(rule, count), "p": _partials(javascript, rule, count)}
    if rule.choice:
        fields["c"] = "1"
    if (
        is_full and rule.kinks is not None and (rule.name == "norm" or not _is_known(rule))
    ):  # max and min have ties
        terms = rule.kinks(javascript, *map(javascript.symbol, names))
        fields["k"] = KINK_OF_NORM if _is_known(rule) else f"{_head(names)}=>{_listed(terms)}"
    if is_full and not rule.owner and (literal := _partials(literally, rule, count)) != fields["p"]:
        fields["l"] = literal
    return _braced(fields)


def _partials(xp: JavaScript, rule: Rule, count: int) -> str:
    """The function of the value and the inputs that gives the partials; it takes no more of them than it needs."""
    if _is_known(rule):
        return (AS_PRINTED if xp is literally else {}).get(rule.name, ANY_NUMBER[rule.name][1])
    names = ["z", *_names(count)]
    result = _listed(rule.partials(xp, *map(xp.symbol, names)))
    used = [i for i, name in enumerate(names) if re.search(rf"\b{name}\b", result)]
    return f"{_head(names[: max(used, default=-1) + 1])}=>{result}"


def _listed(pieces: Sequence[Any]) -> str:
    return f"[{','.join([str(javascript.formula(x)) for x in pieces])}]"


def _braced(fields: Mapping[str, str]) -> str:
    return f"{{{','.join([f'{name}:{text}' for name, text in fields.items()])}}}"
