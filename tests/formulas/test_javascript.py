"""The table of primitives in JavaScript: what is printed, and what cannot be. Browsers compute with it in tests/browser."""

import math
import re

import pytest
from rule_cases import POWERS, TABLE

import autograd_mini as am
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import RuleError
from autograd_mini.formulas.javascript import is_printable, javascript, key_of, table_of
from autograd_mini.stepping.live import graph_of, program_of


def test_the_lecture():
    """f = (u + v) w needs a table of two rules, of about a hundred bytes."""
    nodes = toposort(am.parse("(u + v) * w", u=2, v=3, w=4))

    assert "const rules={add:{f:(x,y)=>x+y,p:()=>[1,1]},mul:{f:(x,y)=>x*y,p:(z,x,y)=>[y,x]}};" == program_of(
        nodes
    )
    assert [2.0, 3.0, ["add", 0, 1], 4.0, ["mul", 2, 3]] == graph_of(nodes)


def test_every_rule_is_printed():
    """The whole table has a form, each rule once, and constant powers one for each exponent."""
    script = table_of([*TABLE, *POWERS])

    assert all(is_printable(rule, arity) for rule, arity in [*TABLE, *POWERS])
    assert all(
        1 == len(re.findall(rf"[{{,]{name}:{{f:", script)) for name in {rule.name for rule, _ in TABLE}
    )
    assert '"^3":{f:x=>(x**3),p:(z,x)=>[3*(x**2)]}' in script
    assert '"^-.5":{f:x=>(x**(-.5))' in script


@pytest.mark.parametrize(
    ("rule", "functions"),
    [("relu", ["maximum"]), ("erf", ["erf", "erfc"]), ("mod", ["mod", "floor_divide"]), ("max", ["maximum", "chosen"]), ("tanh", [])],
)  # fmt: skip
def test_only_what_is_called_is_carried(rule, functions):
    """Of the functions that JavaScript lacks a table brings those that its rules call, and those that these call."""
    script = table_of([(RULES[rule], RULES[rule].arity or 3)])

    assert sorted(functions) == sorted(
        line.split()[1] for line in script.splitlines() if line.startswith("const ") and " = " in line
    )


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.0, "0"), (-0.0, "-0"), (0.1, ".1"), (1e-05, "1e-5"), (1e22, "1e22"), (math.inf, "Infinity"), (-math.inf, "-Infinity"), (math.nan, "NaN"), (1e-10, "1e-10")],
)  # fmt: skip
def test_numbers(x, expected):
    """Numbers are short, and none loses a digit or its sign."""
    assert expected == str(javascript.constant(x))


def test_conditions():
    """As for floats nan is true where a number is the condition; a comparison needs no more."""
    c, x = javascript.symbol("c"), javascript.symbol("x")

    assert "c!=0?x:0" == str(javascript.where(c, x, 0.0))
    assert "c>x?1:x" == str(javascript.where(c > x, 1.0, x))
    assert "(c>x)*(x>0)!=0?1:2" == str(javascript.where((c > x) * (x > 0.0), 1.0, 2.0))


def test_what_is_no_formula(forget):
    """Functions of Python have no form: an opaque primitive, a custom gradient, a function that xp lacks."""
    bell = am.opaque("bell", lambda x: math.exp(-x * x), lambda x: -2 * x * am.exp(-x * x))
    own = am.primitive("own", lambda xp, x: xp.unheard_of(x), lambda xp, z, x: (1.0,))

    @am.custom_gradient
    def clipped(x):
        return x, lambda cotangent: cotangent

    x = am.Value(0.5)

    assert [False, False] == [is_printable(RULES["bell"]), is_printable(RULES["own"])]
    assert callable(own)
    assert program_of(toposort(bell(x) * clipped(x))) is None
    assert program_of(toposort(clipped(x))) is None
    with pytest.raises(RuleError, match="stays still"):
        table_of([(clipped(x).rule, 1)])


def test_names_of_users(forget):
    """A name that is no plain word of JavaScript is a text there, and says how many inputs a rule of any number has."""
    am.primitive("σ2", lambda xp, x: 2 * x, lambda xp, z, x: (2.0,))
    am.primitive("total", lambda xp, *xs: xp.sum(xs), lambda xp, z, *xs: (1.0,) * len(xs))

    assert 'const rules={"\\u03c32":{f:x=>2*x,p:()=>[2]}};' == table_of([(RULES["σ2"], 1)])
    assert "total 3" == key_of(RULES["total"], 3)
    assert '"total 2":{f:(x,y)=>0+x+y,' in table_of([(RULES["total"], 2)])


def test_numbers_that_json_lacks():
    """nan and infinities travel as text, an unknown number as null."""
    leaves = [am.Value(x) for x in (math.nan, math.inf, -math.inf, None, 2.5)]

    assert ["NaN", "Infinity", "-Infinity", None, 2.5] == graph_of(leaves)
