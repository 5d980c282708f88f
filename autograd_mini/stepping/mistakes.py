"""The numbers that typical mistakes give: what stands where a value, a local partial or a gradient should.

A table says for a primitive what its value and its partials become by mistakes with the rule itself; all others follow
from the way a gradient is made: the sum over its uses of a local partial times the gradient that arrives. The page
finds the same by stepping/assets/mistakes.js and `mistakes_program`, which prints the table in JavaScript.

Kinds are keys of words: "mistake path" says that the path through {} is left out. No mistake says who made it: other
ways may lead to the same number.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.arithmetic import floats
from autograd_mini.formulas.javascript import javascript, key_of, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule


class Mistake(NamedTuple):
    """What comes out by a mistake of a kind. place: of the node it is about; function: of the operation it is about."""

    kind: str
    place: int
    number: float
    function: int


# What a mistake with the rule makes of a value. Every value may also have the other sign, a unary function may be
# forgotten, and of a sum or a product one part: those are not listed.
VALUES: dict[str, Callable[..., list[tuple[str, Any]]]] = {
    "add": lambda _xp, x, y: [("operation", x * y), ("minus", x - y)],
    "sub": lambda _xp, x, y: [("order", y - x), ("minus", x + y)],
    "mul": lambda _xp, x, y: [("operation", x + y)],
    "div": lambda xp, x, y: [("order", xp.div(y, x)), ("operation", x * y)],
    "pow": lambda _xp, x, y: [("operation", x * y)],
    "exp": lambda xp, x: [("exponent", xp.exp(-x))],
    "log": lambda xp, x: [("log10", xp.log10(x))],
    "sigmoid": lambda xp, x: [("exponent", xp.sigmoid(-x)), ("other", xp.tanh(x)), ("other", xp.relu(x))],
    "tanh": lambda xp, x: [("other", xp.sigmoid(x)), ("other", xp.relu(x))],
    "relu": lambda xp, x: [("gate", x), ("other", xp.sigmoid(x)), ("other", xp.tanh(x))],
    "softplus": lambda xp, x: [("exponent", xp.softplus(-x)), ("other", xp.relu(x))],
    "heaviside": lambda xp, x: [("gate", 1.0 - xp.heaviside(x))],
    "sin": lambda xp, x: [("degrees", xp.sin(x * (xp.pi / 180.0))), ("other", xp.cos(x))],
    "cos": lambda xp, x: [("degrees", xp.cos(x * (xp.pi / 180.0))), ("other", xp.sin(x))],
    "tan": lambda xp, x: [("degrees", xp.tan(x * (xp.pi / 180.0)))],
    "maximum": lambda xp, x, y: [("largest", xp.minimum(x, y))],
    "minimum": lambda xp, x, y: [("largest", xp.maximum(x, y))],
}
# What takes the place of the partials, in the order of the inputs.
PARTIALS: dict[str, Callable[..., list[list[Any]]]] = {
    "sigmoid": lambda _xp, z, x: [[1.0 - z, z, x * (1.0 - x)]],
    "tanh": lambda _xp, z, x: [[1.0 - z, z * (1.0 - z), 1.0 - x * x, 1.0 + z * z]],
    "exp": lambda xp, z, x: [[x * xp.exp(x - 1.0)]],
    "log": lambda xp, z, x: [[xp.div(1.0, z), x, xp.div(1.0, x * xp.log(10.0))]],
    "div": lambda xp, _z, x, y: [[y], [xp.div(-x, y), xp.div(1.0, y * y)]],
    "sqrt": lambda xp, _z, x: [[xp.div(1.0, 2.0 * x)]],
}
NEUTRAL = {"add": 0.0, "sub": 0.0, "sum": 0.0, "dot": 0.0, "mul": 1.0, "div": 1.0, "prod": 1.0}
GATES = {"relu", "maximum", "minimum", "max", "min", "heaviside", "hard_sigmoid", "clip", "where"}
PRODUCTS = {"mul", "dot"}
FUNCTIONS = {"sigmoid", "tanh", "relu", "exp", "log", "softplus", "sin", "cos", "heaviside", "sqrt"}
KINDS = {  # all of them, and their words
    "upstream": "mistake upstream",
    "partial": "mistake partial",
    "inner": "mistake inner",
    "swap": "mistake swap",
    "value": "mistake value",
    "sign": "mistake sign",
    "path": "mistake path",
    "only": "mistake only",
    "twice": "mistake twice",
    "paths": "mistake paths",
    "added": "mistake added",
    "skipped": "mistake skipped",
    "gate": "mistake gate",
    "rule": "mistake rule",
    "activation": "mistake activation",
    "index": "mistake index",
    "update": "mistake update",
    "seed": "mistake seed",
    "product": "mistake product",
    "operation": "mistake operation",
    "part": "mistake part",
    "order": "mistake order",
    "minus": "mistake minus",
    "exponent": "mistake exponent",
    "log10": "mistake log10",
    "degrees": "mistake degrees",
    "other": "mistake other",
    "function": "mistake function",
    "largest": "mistake largest",
    "sign of value": "mistake sign of value",
}
RATES = (0.1, 1.0)  # of a step of descent by which weights may be changed too early


def slopes(rule: Rule, z: float, inputs: Sequence[float]) -> Sequence[float]:
    """The partials of a rule by what was typed: a choice compares its value with its inputs, so it takes the exact one."""
    return rule.partials(floats, rule.forward(floats, *inputs) if rule.choice else z, *inputs)


def of_values(rule: Rule, inputs: Sequence[float]) -> Iterator[tuple[str, float]]:
    """What mistakes with a rule make of its value, commonest first."""
    yield from _table_of_values(rule, floats, inputs)
    if rule.arity == 1 and rule.name != "neg":
        yield "function", inputs[0]
    if (neutral := NEUTRAL.get(rule.name)) is not None and not rule.owner:
        for i in range(len(inputs)):
            yield "part", rule.forward(floats, *inputs[:i], neutral, *inputs[i + 1 :])
    if rule.name in ("max", "min") and not rule.owner:
        yield "largest", (min if rule.name == "max" else max)(inputs)
    yield "sign of value", -rule.forward(floats, *inputs)


def of_partials(
    rule: Rule, z: float, inputs: Sequence[float], k: int, p: float
) -> Iterator[tuple[str, float]]:
    """What mistakes with a rule put in the place of its partial p by its input k, commonest first."""
    if len(inputs) == 2:
        yield "swap", slopes(rule, z, inputs)[1 - k]
    yield "value", z
    if rule.name != "mul":  # there that is what was swapped
        yield "value", inputs[k]
    if rule.name in GATES:
        yield "gate", 1.0 - p
    for x in _table_of_partials(rule, floats, z, inputs, k):
        yield "rule", x
    yield "sign", -p


def _table_of_values(rule: Rule, xp: Any, inputs: Sequence[Any]) -> list[tuple[str, Any]]:
    if rule.owner:
        return []
    if rule.exponent is not None:
        return [("operation", rule.exponent * inputs[0])]
    return VALUES[rule.name](xp, *inputs) if rule.name in VALUES else []


def _table_of_partials(rule: Rule, xp: Any, z: Any, inputs: Sequence[Any], k: int) -> list[Any]:
    if rule.owner:
        return []
    if (n := rule.exponent) is not None:
        x = inputs[0]
        return [n * xp.pow(x, n), n, xp.pow(x, n - 1.0)] if n != 1.0 else []
    return PARTIALS[rule.name](xp, z, *inputs)[k] if rule.name in PARTIALS else []


def mistakes_program(applied: Iterable[tuple[Rule, int]], words: Callable[[Rule, int], str]) -> str:
    """The script of the table `slips`: for every rule, by its key, what mistakes.js needs to know.

    words: how a rule is called in a sentence, given how many inputs it has.
    """
    entries = {key_of(rule, count): _entry(rule, count, words(rule, count)) for rule, count in applied}
    return f"const slips={{{','.join([f'{quoted(key)}:{entry}' for key, entry in entries.items()])}}};"


def _entry(rule: Rule, count: int, word: str) -> str:
    names = [*"xy"[:count]] if count < 3 else []
    symbols = [javascript.symbol(name) for name in names]
    head = ",".join(names)

    def listed(items: Sequence[Any]) -> str:
        return f"[{','.join([str(javascript.formula(x)) for x in items])}]"

    fields = [f"n:{json.dumps(word, ensure_ascii=False)}"]
    if values := _table_of_values(rule, javascript, symbols) if names else []:
        pairs = ",".join([f'["{kind}",{javascript.formula(x)}]' for kind, x in values])
        fields.append(f"v:({head})=>[{pairs}]")
    z = javascript.symbol("z")
    partials = [_table_of_partials(rule, javascript, z, symbols, k) for k in range(len(names))]
    if any(partials):
        fields.append(f"p:(z,{head})=>[{','.join(map(listed, partials))}]")
    own = not rule.owner
    if own and rule.name in NEUTRAL:
        fields.append(f"d:{javascript.constant(NEUTRAL[rule.name])}")
    fields += ["g:1"] * (rule.name in GATES)
    fields += ["u:1"] * (rule.arity == 1 and rule.name != "neg")
    fields += ["o:1"] * (own and rule.name in PRODUCTS)
    fields += ["h:1"] * (rule.name in FUNCTIONS)
    fields += [f"m:{int(rule.name == 'max')}"] * (own and rule.name in ("max", "min"))
    return f"{{{','.join(fields)}}}"
