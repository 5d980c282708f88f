"""Pages whose numbers change: after every change they read what a fresh page with these numbers does."""

import json
import random
import unicodedata

import pytest
from rule_cases import POWERS, TABLE

from autograd_mini import Value, parse, steps
from autograd_mini.engine.value import apply
from autograd_mini.stepping.page import changes, signs_of
from browser.test_stepper import boxes_after, sides

pytestmark = pytest.mark.slow  # a real browser

BOXES = """[...document.querySelectorAll(".node:not(.constant)")].map((node) =>
  [".value", ".gradient"].map((kind) => node.querySelector(kind)?.lastChild.textContent ?? ""))"""
# All that a page says of its steps: their sides as mathematics and as words, what happens, boxes, labels and widths.
SAID = r"""(() => {
  const text = (id) => document.getElementById(id).textContent;
  const found = [];
  for (let i = 1; i <= +scrubber.max; i++) {
    scrubber.value = i;
    scrubber.oninput();
    found.push([text("line"), line.ariaLabel, text("what")]);
  }
  const edges = [...document.querySelectorAll(".edge")].map((edge) =>
    [+(edge.getAttribute("style")?.match(/: ?(\d)/)?.[1] ?? 0), edge.classList.contains("down"), edge.classList.contains("up")]);
  const labels = [...document.querySelectorAll(".partial")].map((label) => label.classList.contains("known") ? label.lastChild.textContent : "");
  list.open = true;
  return [found, edges, labels, negative.hidden];
})()"""


def spoken(trace, line):
    """A line in words, as the script says it."""
    signs = signs_of(trace.language)
    return " ".join("".join(f" {signs[c]} " if c in signs else c for c in line).split(" ")).split()


def plain(text):
    """Without what has to do with setting alone: spaces, and digits above or below the line."""
    return "".join(unicodedata.normalize("NFKC", text.replace("⏟", "")).replace("−", "-").split())


def expected(trace):
    """What it should say."""
    return [[plain(sides(step)), spoken(trace, step.line), step.meaning] for step in trace]


def differences(page, trace):
    """Where the page says something else than the trace: nothing, if all is well."""
    found, edges, labels, no_sign = page.evaluate(SAID)
    faults = []
    for i, ((line, words, what), (shown, speech, meaning)) in enumerate(
        zip(found, expected(trace), strict=True)
    ):
        for kind, one, other in (
            ("line", plain(line), shown),
            ("words", words.split(), speech),
            ("what", what, meaning),
        ):
            if one != other:
                faults.append((i + 1, kind, one, other))
    if [[plain(x) for x in row] for row in boxes_after(trace, len(trace))] != [
        [plain(x) for x in row] for row in page.evaluate(BOXES)
    ]:
        faults.append(("boxes", page.evaluate(BOXES), boxes_after(trace, len(trace))))
    flows, texts = {}, {}
    for change in changes(trace):
        if len(change) > 8:
            flows[change[5][0]] = change[9]
            texts[change[5][0]] = change[6]
    for edge, flow in flows.items():
        look = [abs(flow), flow < 0, flow >= 0]
        if edges[edge] != look:
            faults.append(("edge", edge, edges[edge], look))
    if len(labels) == len(flows) and [plain(x) for x in labels] != [
        plain(texts[edge]) for edge in sorted(texts)
    ]:
        faults.append(("labels", labels, texts))
    if no_sign == any(flow < 0 for flow in flows.values()):
        faults.append(("legend", no_sign))
    return faults


def fill(page, numbers, point="."):
    for name, x in numbers.items():
        text = "" if x is None else f"{x!r}".replace(".", point)
        page.evaluate(
            f"""(([name, text]) => {{
              const field = [...document.querySelectorAll("#inputs input")].find((field) => field.ariaLabel === name);
              field.value = text;
              field.oninput();
            }})({json.dumps([name, text])})"""
        )


CASES = [
    ("f = (u + v) * w", [{"u": 2, "v": 3, "w": 4}, {"u": -2.5, "v": 3, "w": 1}, {"u": 0, "v": -1e-7, "w": 1e9}, {"u": 1, "v": 0, "w": -1}]),
    ("f = u * u * w - u / w", [{"u": 2, "w": 3}, {"u": -1, "w": 0.5}, {"u": 0, "w": 0}, {"u": 1, "w": 1}, {"u": 1e200, "w": 1e-200}]),
    ("f = relu(x) * max(x, y) + abs(y) + where(x, y, z)", [{"x": 1, "y": 2, "z": 3}, {"x": 0, "y": 0, "z": -1}, {"x": -1, "y": -1, "z": 0}, {"x": 3, "y": 1, "z": 0}]),
    ("f = exp(-x) / (x + 1/2) + sqrt(x) ** y", [{"x": 2, "y": 3}, {"x": 0.25, "y": -1}, {"x": 0, "y": 0}, {"x": -1, "y": 2}]),
    ("f = sin(x) * x + hypot(x, y) ** 3", [{"x": 1, "y": 2}, {"x": 0, "y": 0}, {"x": -3, "y": 0.125}]),
    ("h = tanh(w * x + b); f = (y - h)**2 / 2", [{"w": 1, "x": 0.5, "y": 0, "b": 0}, {"w": -2, "x": 3, "y": 0.5, "b": 1}]),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("source", "points"), CASES)
def test_after_a_change_the_page_reads_as_a_fresh_one(open_page, source, points, lang):
    """Every line, box, label and width is that of the new numbers, also where a choice takes another branch."""
    page = open_page(steps(parse(source, data=["x"] if "tanh" in source else [], **points[0]), lang).html())
    for numbers in [*points, *points[::-1]]:
        fill(page, numbers, "," if lang == "fr" else ".")
        trace = steps(parse(source, data=["x"] if "tanh" in source else [], **numbers), lang)

        assert [] == differences(page, trace)


@pytest.mark.parametrize("by", ["u", "v"])
def test_forward_mode_follows(open_page, by):
    """So do the tangents."""
    source = "f = u * v * u + exp(v) * w"
    page = open_page(steps(parse(source, u=1, v=2, w=3), by=by).html())
    for numbers in ({"u": 2, "v": 0, "w": -1}, {"u": 0, "v": 1, "w": 0.5}):
        fill(page, numbers)

        assert [] == differences(page, steps(parse(source, **numbers), by=by))


@pytest.mark.parametrize(
    "source", ["f = (u + v) * w", "f = u * v * u - relu(w)", "f = -u * exp(v) + (w + u) / v"]
)
def test_unknown_inputs_can_be_given_and_taken(open_page, source):
    """A page begins with formulas; every number that comes makes more of them numbers, and an empty field fewer."""
    page = open_page(steps(parse(source)).html())
    given = {}
    for change in [
        {},
        {"u": 2},
        {"w": -1},
        {"v": 1},
        {"u": None},
        {"w": None},
        {"v": None},
        {"u": 1, "v": 1},
        {"w": 0.5},
    ]:
        fill(page, change)
        given |= change
        trace = steps(parse(source, **{name: x for name, x in given.items() if x is not None}))

        assert [] == differences(page, trace)


def bound(rule, at):
    return apply(rule, [Value(x, f"x{i + 1}") for i, x in enumerate(at)])


NUMBERS = [0.0, 1.0, -1.0, 2.0, 0.5, -0.75, 3.0, 1e-6, -2e7]


@pytest.mark.parametrize(("rule", "arity"), [*TABLE, *POWERS], ids=str)
def test_every_primitive(open_page, rule, arity):
    """Each one at ten places, among them ties and kinks."""
    rng = random.Random(arity)
    page = open_page(steps(bound(rule, [0.25] * arity)).html())
    for _ in range(10):
        at = rng.choices(NUMBERS, k=arity)
        fill(page, {f"x{i + 1}": x for i, x in enumerate(at)})

        assert [] == differences(page, steps(bound(rule, at)))


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs(open_page, seed):
    """Graphs of thirty operations, where nodes are used several times and with constants, at five points each."""
    rng = random.Random(seed)
    # Without those that make much of a last bit, in which functions of the browser differ from those of Python.
    wild = {"exp", "exp2", "expm1", "sinh", "cosh", "pow", "mod", "floor", "ceil", "floor_divide"}
    rules = [(rule, arity) for rule, arity in TABLE if rule.name not in wild]
    nodes = [Value(0.5, name) for name in "uvwz"]
    while len(nodes) < 34:
        rule, arity = rng.choice(rules)
        nodes.append(apply(rule, rng.choices(nodes, weights=range(1, len(nodes) + 1), k=arity)))
    f = nodes[-1] + nodes[-2] * 0.5 - nodes[-3] ** 2
    page = open_page(steps(f).html())
    names = {name for name in "uvwz" if page.locator(f"#inputs input[aria-label={name}]").count()}
    for _ in range(5):
        numbers = {name: rng.choice([rng.gauss(0, 2), *NUMBERS]) for name in names}
        fill(page, numbers)
        f.forward(**numbers)

        assert [] == differences(page, steps(f))
