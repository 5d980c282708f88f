"""Structures of numbers: flattened, rebuilt, matched and named place by place."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value
from autograd_mini.derivatives.pytree import flatten, flatten_like, map_values, paths
from autograd_mini.errors import NotANumberError


class Pair(NamedTuple):
    """Two numbers with names."""

    a: float
    b: float


@dataclass
class Couple:
    """The same as a dataclass."""

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
        | st.dictionaries(st.integers(), inner, max_size=3).map(OrderedDict)
        | st.builds(Couple, inner, inner)
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
        return type(structure), [(key, outline(part)) for key, part in structure.items()]
    if isinstance(structure, Couple):
        return Couple, [outline(structure.a), outline(structure.b)]
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


@pytest.mark.parametrize(
    "x", [b"1", 1j, {1.0}, np.array([1j]), np.array([None]), np.ma.array([1.0]), object()]
)
def test_other_leaves_are_refused(x):
    """A leaf that is no number is an error that shows its type."""
    with pytest.raises(NotANumberError, match=r"expected a Value or a number .* got "):
        flatten([1.0, {"w": x}])


@dataclass
class Line:
    """Three fields, one of them no argument of its making."""

    slope: float
    name: str
    ends: list
    length: float = field(init=False, default=0.0)
    unit: ClassVar[float] = 1.0


def test_containers_are_rebuilt_as_what_they_were():
    """Dataclasses, ordered and default dicts keep their types, what else they hold, and text and None."""
    line = Line(2.0, "l", [3.0, None])
    line.note = "kept"
    leaves, rebuild = flatten([line, defaultdict(int, a=1.0), OrderedDict(b=1.0, a=2.0), Pair(1.0, "x")])
    new, default, ordered, pair = rebuild(10 * x for x in leaves)

    assert (20.0, "l", [30.0, None], 0.0, "kept") == (new.slope, new.name, new.ends, new.length, new.note)
    assert line.slope == 2.0
    assert (int, 10.0, 0) == (default.default_factory, default["a"], default["new"])
    assert OrderedDict(b=10.0, a=20.0) == ordered
    assert Pair(10.0, "x") == pair
    derivative = rebuild(leaves, keep=False)
    assert (None, [3.0, None], Pair(1.0, None)) == (derivative[0].name, derivative[0].ends, derivative[3])


def test_a_structure_may_change_after_it_was_flattened():
    """What is rebuilt is what was flattened."""
    structure = [1.0, defaultdict(list, a=2.0)]
    leaves, rebuild = flatten(structure)
    structure[1]["b"] = 3.0
    structure.append(4.0)

    assert [1.0, {"a": 2.0}] == rebuild(leaves)


@pytest.mark.parametrize("dtype", [float, np.float32, int, np.uint8, bool, object])
def test_arrays_are_opened_row_by_row(dtype):
    """The leaves of an array are floats, and what is rebuilt has its shape and float64, or objects."""
    leaves, rebuild = flatten({"a": np.array([[1, 0], [1, 1], [0, 1]], dtype)})

    assert [1.0, 0.0, 1.0, 1.0, 0.0, 1.0] == leaves
    assert {float} == set(map(type, leaves))
    again = rebuild(leaves)["a"]
    assert ((3, 2), np.float64) == (again.shape, again.dtype)
    values = rebuild([Value(x) for x in leaves])["a"]
    assert ((3, 2), object) == (values.shape, values.dtype)
    assert Value is type(values[2, 0])


def test_values_are_mapped_wherever_they_stand():
    """Values inside containers and arrays are replaced; all else is the same object, of the same type."""
    other, single = np.float32([1.0]), np.array([Value(1.0), 2], dtype=object)
    line = Line(Value(1.0), "l", [print])
    mapped = map_values(lambda x: x.data, {"line": line, "other": other, "array": single})

    assert Line(1.0, "l", [print]) == mapped["line"]
    assert mapped["line"].ends is line.ends
    assert mapped["other"] is other
    assert [1.0, 2] == mapped["array"].tolist()


def test_dicts_keep_the_order_of_their_keys():
    """Leaves go by the order of insertion, and the rebuilt dict has it too."""
    leaves, rebuild = flatten(OrderedDict(b=1.0, a=2.0))

    assert [1.0, 2.0] == leaves
    assert ["b", "a"] == list(rebuild(leaves))


def test_matching_goes_by_place():
    """Keys in another order, and a list or an array for a tuple, are the same shape; text and None are none."""
    model = {"a": (0.0, 0.0), "b": 0.0, "c": "text"}

    assert [1.0, 2.0, 3.0] == flatten_like({"b": 3.0, "a": [1.0, 2.0]}, model, "")
    assert [1.0, 2.0, 3.0] == flatten_like({"b": np.array(3.0), "a": np.array([1, 2]), "c": None}, model, "")


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
