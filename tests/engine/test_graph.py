"""Topological order and names, on graphs of bare nodes: the module knows nothing of derivatives."""

from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value, variables
from autograd_mini.engine.graph import leaves, toposort
from autograd_mini.formulas.names import names


class Bare:
    """The least that a node is: a tuple of parents."""

    def __init__(self, *parents):
        self.parents = parents


@st.composite
def graphs(draw):
    """Lists of nodes, each made from some earlier ones; a parent may come twice."""
    nodes = [Bare()]
    for _ in range(draw(st.integers(0, 15))):
        picks = draw(st.lists(st.integers(0, len(nodes) - 1), max_size=3))
        nodes.append(Bare(*[nodes[i] for i in picks]))
    return nodes


def reachable(node):
    """All nodes below, found by looking again and again, however slow."""
    found = {node}
    while more := {parent for member in found for parent in member.parents} - found:
        found |= more
    return found


@given(graphs())
def test_toposort_is_a_topological_order(nodes):
    """Every node that the root is made from comes once, after its own inputs; the root comes last."""
    order = toposort(nodes[-1])
    place = {node: i for i, node in enumerate(order)}

    assert nodes[-1] is order[-1]
    assert reachable(nodes[-1]) == set(order)
    assert len(place) == len(order)
    assert all(place[parent] < place[node] for node in order for parent in node.parents)


@given(graphs())
def test_toposort_is_depth_first(nodes):
    """The order is that of the recursive definition: the inputs from first to last, then the node."""

    def visit(node):
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order.append(node)

    order = []
    visit(nodes[-1])

    assert order == toposort(nodes[-1])


@given(graphs())
def test_toposort_of_several_roots(nodes):
    """Several roots share one order, which holds what any of them is made from."""
    order = toposort(*nodes[-3:])
    place = {node: i for i, node in enumerate(order)}

    assert set().union(*map(reachable, nodes[-3:])) == set(order)
    assert len(place) == len(order)
    assert all(place[parent] < place[node] for node in order for parent in node.parents)


def test_toposort_of_nothing():
    """No roots, no nodes."""
    assert [] == toposort()


def test_toposort_of_a_deep_and_of_a_wide_graph():
    """Neither depth nor sharing costs more than nodes and edges: no recursion, no node walked twice."""
    deep = Bare()
    for _ in range(200_000):
        deep = Bare(deep, deep)  # 2^200,000 paths
    root = Bare(*[Bare() for _ in range(50_000)])

    assert 200_001 == len(toposort(deep))
    assert [*root.parents, root] == toposort(root)
    while (
        deep.parents
    ):  # taken apart from the top: one that frees itself all at once is not this test's subject
        deep = deep.parents[0]


def test_leaves_are_variables():
    """Leaves are what is made from nothing, without the numbers of the formula, in order."""
    u, v, w = variables("u", "v", "w")

    assert [u, v, w] == leaves(toposort((u + v) * w + 3 * u))


def named(root):
    return list(names(toposort(root)).values())


def test_names_of_the_lecture():
    """Inputs keep their names, results in between are t1, t2, ... and the last one is f."""
    u, v, w = variables("u", "v", "w")

    assert ["u", "v", "t1", "w", "f"] == named((u + v) * w)
    assert ["u", "v", "t1", "w", "t2", "t3", "f"] == named(-((u + v) * w) * w)


def test_names_of_unnamed_inputs():
    """Inputs without a name are x1, x2, ..."""
    assert ["x1", "x2", "f"] == named(Value(1.0) * Value(2.0))
    assert ["x1", "t1", "f"] == named(-Value().exp())


def test_constants_are_called_by_their_number():
    """A number in the formula is its own name."""
    (u,) = variables("u")

    assert ["3", "u", "t1", "0.5", "f"] == named(3 * u + 0.5)


def test_given_names_stay_and_are_not_repeated():
    """A label is kept wherever it stands, and no name is given that some label has already."""
    f, t1, x1 = variables("f", "t1", "x1")
    result = (t1 + x1) * Value(1.0) - f

    assert ["t1", "x1", "t2", "x2", "t3", "f", "t4"] == named(result)
    result.label = "loss"
    assert ["t1", "x1", "t2", "x2", "t3", "f", "loss"] == named(result)


def test_a_lone_variable():
    """A graph of one unnamed node has a name too."""
    assert ["f"] == named(Value(1.0))
    assert ["u"] == named(Value(label="u"))
