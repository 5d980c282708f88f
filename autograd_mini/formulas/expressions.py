"""How a node was made, as one formula down to the nodes that have names: what messages call it by.

Deep graphs stay short: a part that would be long is called by its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.names import names
from autograd_mini.formulas.text import text

if TYPE_CHECKING:
    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula


LONGEST = 100  # characters: in the expression of a node, what is longer is called by its name


def expression_of(node: Value) -> str:
    """How a node was made, in text, down to the nodes with labels (t1, t2, ... do not count as such).

    >>> from autograd_mini import variables
    >>> u, v = variables(u=2, v=3)
    >>> expression_of((u + v) * u)
    '(u + v) × u'
    """
    return str(expressions(node)[node])


def expressions(node: Value) -> dict[Value, Formula]:
    """How a node and everything below it was made, in text; what has a label stands there by its label.

    The t1, t2, ... that unnamed results are given are not such labels.
    """
    order = toposort(node)
    called = names(order)
    written: dict[Value, Formula] = {}
    for each in order:
        name = text.symbol(called[each])
        whole = name
        is_named = each.label and not re.fullmatch(r"t\d+", each.label)
        if each.rule is not None and (each is node or not is_named):
            whole = text.applied(each.rule, *[written[parent] for parent in each.parents])
        written[each] = whole if each is node or len(str(whole)) <= LONGEST else name
    return written
