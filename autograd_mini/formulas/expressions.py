"""How a node was made, as one formula down to the nodes that have names: what messages call it by.

Deep graphs stay short: a part that would be long is called by its name.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.value import Constant, Value
from autograd_mini.formulas.names import names
from autograd_mini.formulas.text import text
from autograd_mini.words.messages import ordinal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.engine.rule import Rule
    from autograd_mini.formulas.printing import Formula, Printed


LONGEST = 100  # characters: in the expression of a node, what is longer is called by its name


def expression_of(node: Value) -> str:
    """How a node was made, in text, down to the nodes with labels.

    >>> from autograd_mini import variables
    >>> u, v = variables(u=2, v=3)
    >>> expression_of((u + v) * u)
    '(u + v) × u'
    """
    return str(expressions(node)[node])


def expressions(node: Value) -> dict[Value, Formula]:
    """How a node and everything below it was made, in text; what has a label stands there by its label."""
    order = toposort(node)
    called = names(order)
    written: dict[Value, Formula] = {}
    for each in order:
        is_number = each.is_constant and not each.label
        name = constant(text, each) if is_number else text.symbol(called[each])
        whole = name
        if each.rule is not None and (each is node or not each.label):
            whole = text.applied(each.rule, *[written[parent] for parent in each.parents])
        written[each] = whole if each is node or len(str(whole)) <= LONGEST else name
    return written


def constant(xp: Printed, x: Value | float) -> Formula:
    """A number that stands in an expression, as it was written there: 1/2 as 1 / 2, and π as π."""
    if isinstance(x, Constant) and x.written:
        rule, numbers = x.written
        return xp.applied(rule, *[constant(xp, each) for each in numbers])
    number = x.data if isinstance(x, Value) else x
    return xp.pi if number == math.pi else xp.constant(number)


def repeated(node: Value) -> set[int]:
    """The places of those inputs that an operation takes more than once."""
    counts = Counter(map(id, node.parents))
    return {i for i, parent in enumerate(node.parents) if counts[id(parent)] > 1}


def held(order: Iterable[Value]) -> set[Value]:
    """The nodes that only shift others, as the largest score in a softmax does: what comes of it does not depend
    on them, so they count as constants.
    """
    shifts = [
        node for node in order if node.rule is not None and node.rule.name == "shift" and not node.rule.owner
    ]
    return {node.parents[1] for node in shifts}


def fixed(order: Iterable[Value]) -> set[Value]:
    """The nodes that depend on no variable: numbers, data, and what is computed from these alone. Nobody
    differentiates by them. Linear in nodes plus edges.
    """
    found: set[Value] = set()
    for node in order:
        if node.is_constant or (node.parents and found.issuperset(node.parents)):
            found.add(node)
    return found


ROLES = {"div": ("numerator", "denominator"), "pow": ("base", "exponent")}
KINDS = {"add": "term", "sub": "term", "sum": "term", "mul": "factor", "prod": "factor", "dot": "factor"}


def role(rule: Rule, position: int, count: int, xp: Printed) -> str:
    """What an operand in that place of so many is called: 1st factor, numerator, exponent."""
    if rule.name in ROLES:
        return xp.word(ROLES[rule.name][position])
    if rule.name == "dot":  # as one reads: x1 × y1 + x2 × y2
        position = position % (count // 2) * 2 + position // (count // 2)
    return f"{ordinal(position + 1, xp.language)} {xp.word(KINDS.get(rule.name, 'argument'))}"
