"""Structures of numbers: flattened, rebuilt, matched and named place by place."""

from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value
from autograd_mini.derivatives.pytree import flatten, flatten_like, paths
from autograd_mini.errors import NotANumberError


class Pair(NamedTuple):
    """Two numbers with names."""

    a: float
    b: float


numbers = st.floats(allow_nan=False) | st.integers(-5, 5) | st.booleans()
structures = st.recursive(
    numbers,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.tuples(inner, inner).map(Pair._make)
        | st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(structures)
def test_rebuilding_gives_the_structure_back(structure):
    """The leaves put back in their places give an equal structure, of the same types, with floats in it."""
    leaves, rebuild = flatten(structure)
    again = rebuild(leaves)

    assert structure == again
    assert {float} >= {type(leaf) for leaf in leaves}
    assert outline(structure) == outline(again)


def outline(structure):
    """The types of the containers of a structure."""
    if isinstance(structure, dict):
        return dict, [(key, outline(part)) for key, part in structure.items()]
    if isinstance(structure, list | tuple):
        return type(structure), [outline(part) for part in structure]
    return float


@given(structures)
def test_every_leaf_has_a_path(structure):
    """Each path, written behind the name of the structure, is Python that finds the leaf."""
    leaves, _ = flatten(structure)
    found = [eval(f"s{path}", {"s": structure}) for path in paths(structure)]

    assert leaves == found


@given(structures)
def test_flatten_like_itself(structure):
    """A structure matched with itself gives its leaves in order."""
    assert flatten(structure)[0] == flatten_like(structure, structure, "")


def test_values_are_leaves():
    """A Value comes out as it is, and others may take its place."""
    x = Value(2.0)
    leaves, rebuild = flatten({"x": [x], "n": 1})

    assert leaves[0] is x
    assert {"x": ["first"], "n": "second"} == rebuild(iter(["first", "second"]))


@pytest.mark.parametrize("x", [3, 3.0, np.float32(3), np.int8(3)])
def test_plain_numbers_come_out_as_floats(x):
    """Ints, floats and NumPy scalars come out as floats."""
    ((leaf,), _) = flatten([x])

    assert (float, 3.0) == (type(leaf), leaf)


@pytest.mark.parametrize("x", [None, "1", 1j, {1.0}, np.array([1.0]), object()])
def test_other_leaves_are_refused(x):
    """A leaf that is no number is an error that shows its type."""
    with pytest.raises(NotANumberError, match=f"expected a Value or a number .* got {type(x).__name__}"):
        flatten([1.0, {"w": x}])


def test_dicts_keep_the_order_of_their_keys():
    """Leaves go by the order of insertion, and the rebuilt dict has it too."""
    leaves, rebuild = flatten(OrderedDict(b=1.0, a=2.0))

    assert [1.0, 2.0] == leaves
    assert ["b", "a"] == list(rebuild(leaves))


def test_matching_goes_by_place():
    """Keys in another order, and a list for a tuple, are the same shape."""
    model = {"a": (0.0, 0.0), "b": 0.0}

    assert [1.0, 2.0, 3.0] == flatten_like({"b": 3.0, "a": [1.0, 2.0]}, model, "")


@pytest.mark.parametrize(
    ("structure", "complaint"),
    [
        ([1.0, [2.0]], r"missing at \[1\]\[1\]; expected 3 numbers, got 2"),
        ([1.0, [2.0, 3.0], 4.0], r"one is too many at \[2\]; expected 3 numbers, got 4"),
        ([[1.0, 2.0], 3.0], r"missing at \[0\], one is too many at \[0\]\[0\]; expected 3 numbers, got 3"),
        (1.0, r"missing at \[0\], one is too many at there; expected 3 numbers, got 1"),
        ({"a": 1.0}, r"missing at \[0\], one is too many at \['a'\]"),
    ],
)
def test_another_shape_is_refused(structure, complaint):
    """The message begins with what was asked for, and names the first place at fault."""
    with pytest.raises(ValueError, match=f"^the tangent must fit: .*{complaint}"):
        flatten_like(structure, [0.0, [0.0, 0.0]], "the tangent must fit")
