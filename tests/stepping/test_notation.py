"""One symbol, one meaning, wherever steps are read: every view of random graphs is read back and checked.

What a view says is turned into lines such as `∂f/∂t1 = ∂(t1 × w)/∂t1 · ∂f/∂f = 4 · 1 = 4`. In all of them together no
symbol has two numbers, and the sides of every line agree as far as the digits shown go. A local partial is found
anew, by differences of the expression on which it is written.
"""

import json
import math
import re
from collections import defaultdict
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from rich.console import Console
from test_random_graphs import inputs, named, programs, run, run_naive

import autograd_mini as am
from autograd_mini import draw, parse, steps, variables
from autograd_mini.engine.arithmetic import floats
from autograd_mini.stepping import sweeps
from autograd_mini.stepping.exercise import Asked, exercise_of
from autograd_mini.stepping.page import changes
from autograd_mini.stepping.slides import slides
from autograd_mini.stepping.terminal import view
from autograd_mini.viz.scene import Arrow
from autograd_mini.words.visible import RAISED, on_the_line, raised

# Views, as lines


def flat(text):
    """A text of a picture with its powers as small digits and its indices as ordinary ones."""
    pieces = [text.text or ""]
    for part in text:
        is_power = part.get("font-size") and float(part.get("dy")) < 0
        pieces.append(raised(part.text.replace("−", "-")) if is_power else part.text)
    return "".join(pieces)


def svg_lines(svg):
    """Of every card name = value and title = gradient, of every label title = local partial."""
    for group in ET.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', "")).iter("g"):
        texts = {part.get("class"): flat(part) for part in group if part.tag == "text"}
        for field in group:
            if field.get("class") in ("value", "gradient"):
                *title, number = map(flat, field.iter("text"))
                if not title:  # a compact card says it to the mouse
                    title = [on_the_line(flat(group.find("title")).split(", ")[-1].split(" = ")[0])]
                yield f"{texts['name'] if field.get('class') == 'value' else title[0]} = {number}"
        if group.get("class") == "partial" and "title" in texts:
            yield f"{texts['title']} = {texts['number']}"


def tree_text(tree):
    """A formula of a page, in text."""
    if isinstance(tree, str):
        return f" {tree[1:]} " if tree[0] == "o" and tree[1:] in "+×·=>≥" else tree[1:].replace("\xa0", " ")
    kind, *parts = tree
    if kind == "w":
        (_, x), _, (_, condition) = parts[0][1:]
        return f"{tree_text(x)} if {tree_text(condition)} else {tree_text(parts[1][1][1])}"
    inside = [tree_text(part) for part in parts]
    match kind, inside:
        case "r", ["−", x]:
            return f"−{x}"
        case "r", ["{", x]:
            return x
        case "r", _:
            return "".join([" − " if x == "−" else x for x in inside])
        case "f", [above, below]:
            return f"({above}) / ({below})"
        case "d", [above, below]:
            return f"∂{above}/∂{below}"
        case "b", ["1", condition]:
            return f"1_{{{condition}}}"
        case "p", ["10", power]:
            return f"10{raised(power.replace('−', '-'))}"
        case "p", ["e", power]:
            return f"exp({power})"
        case "p", [base, power]:
            return f"{base}^({power})"
        case "q", [x]:
            return f"(√({x}))"
        case "b", [letters, index]:
            return letters + index
        case "u", [x, _]:
            return x
    raise AssertionError(tree)


def block(page, name):
    return re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)[1]


def page_lines(trace):
    """The equations of a page, a step each; those that a script makes are read in tests/browser/test_alive.py."""
    return [" = ".join(map(tree_text, step[4])) for step in changes(trace)]


def exercise_lines(trace):
    """The equations of an exercise: those of its hints, and of its solution, which is what is printed."""
    asked = Asked(trace)
    digits = {key: digits for digits, key in asked.known.items()}

    def filled(part):
        if isinstance(part, str):
            return f"n{digits[part[1:]]}" if part[0] == "#" else part
        return [filled(each) for each in part]

    for question in json.loads(block(exercise_of(trace), "answers"))["questions"]:
        if question["b"] == 2:
            continue
        yield from [" = ".join(map(tree_text, filled(line))) for line in question["l"]]
        for hint in question.get("h", []):
            whole = [question["l"][line[0]][: line[1]] if isinstance(line[0], int) else line for line in hint]
            yield from [" = ".join([*map(tree_text, filled(line)), "…"]) for line in whole if len(line) > 1]


def pieces_of(tex, start):
    """What stands in the braces that follow there, one after the other."""
    depth, begin = 0, start
    for i in range(start, len(tex)):
        if tex[i] == "{":
            begin, depth = (i + 1, 1) if depth == 0 else (begin, depth + 1)
        elif tex[i] == "}":
            depth -= 1
            if depth == 0:
                yield tex[begin:i]
        elif depth == 0:
            return


def tex_text(tex):
    """A name, a derivative or a number in LaTeX, in text."""
    text = re.sub(r"\\frac\{(\\partial .*?)\}\{(\\partial .*)\}$", r"\1/\2", tex)
    text = re.sub(r"\\cdot 10\^\{(-?\d+)\}", lambda found: f"·10{raised(found[1])}", text)
    text = re.sub(r"^(-?)10\^\{(-?\d+)\}", lambda found: f"{found[1]}10{raised(found[2])}", text)
    text = re.sub(r"_\{(\w+)\}", r"\1", text).replace(r"\partial ", "∂").replace(" ·", "·").replace("-", "−")
    return (
        text.replace(r"\times", "×").replace(r"\left(", "(").replace(r"\right)", ")").replace(r"\square", "□")
    )


def tex_lines(document):
    """Of a still picture the cards and labels, of slides the names and numbers of the equations."""
    known = re.compile(r"\\known\{(.*)\}$")
    for found in re.finditer(r"^\\(card|slope)(?=\{)", document, re.MULTILINE):
        parts = [*pieces_of(document, found.end())]
        if found[1] == "slope" and parts[1]:
            yield tex_text(parts[1]) + " = " + tex_text(parts[2])
        elif found[1] == "card" and known.match(parts[6]):
            yield tex_text(parts[3]) + " = " + tex_text(known.match(parts[6])[1])
            if known.match(parts[8]):
                yield tex_text(parts[7]) + " = " + tex_text(known.match(parts[8])[1])
    for equation in re.findall(r"\\says\{(.*)\}\}%$", document, re.MULTILINE):
        first, *_, last = equation.split(" = ")
        if re.fullmatch(
            r"\w+(_\{\w+\})?|\\frac\{\\partial \w+(_\{\w+\})?\}\{\\partial \w+(_\{\w+\})?\}", first
        ):
            yield tex_text(first) + " = " + tex_text(last.split(r"\quad")[0])


def terminal_lines(trace):
    """The last table of a terminal, and the equation below it."""
    console = Console(width=400, height=200)
    with console.capture() as said:
        console.print(view(trace, len(trace), console, help_line=False))
    *rows, equation = said.get().rstrip().splitlines()
    yield equation.rstrip()
    for row in rows[2:]:
        cells = re.split(r"\s{2,}", row.replace("▶", " ").strip())
        if len(cells) > 2:
            yield f"{cells[0]} = {cells[2]}"


# Reading formulas

DIGITS = rf"\d+(?:[.]\d+)?(?:·10[{RAISED}]+)?"
NUMBER = re.compile(rf"(?<![\w.])(?:10[{RAISED}]+|{DIGITS}(?![\w.]))")
BRACKETS = r"\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)"
LOCAL = re.compile(rf"∂(\w*{BRACKETS}|\|[^|]*\|)/∂(\w+|□)")
GLOBAL = re.compile(r"∂(\w+)/∂(\w+)")
SYMBOL = re.compile(rf"(?:{LOCAL.pattern}|{GLOBAL.pattern}|[a-z]\w*)$")
FUNCTIONS = {
    name: getattr(floats, name)
    for name in ["exp", "sin", "cos", "tanh", "sigmoid", "softplus", "relu", "sign", "log", "sqrt"]
}
FUNCTIONS |= {"ln": floats.log, "σ": floats.sigmoid, "max": max, "min": min, "heaviside_of": float}


LETTER = "ʹ"  # a prime that Python takes for a letter


def number_of(text):
    """A number as it is written, and half of the last digit that a number of this size shows."""
    digits, ten, power = text.strip("()").replace("−", "-").partition("·10")
    if not ten and (found := re.fullmatch(rf"(-?)10([{RAISED}]+)", digits)):
        digits, power = f"{found[1]}1", found[2]
    x = float(digits) * 10.0 ** int(on_the_line(power).replace("−", "-") or 0)
    size = math.floor(math.log10(abs(x))) if x else -math.inf
    return x, 0.5001 * 10.0 ** (-min(4, 6 - size) if 0 <= size < 6 else size - 3)


class Reader:
    """What a side of an equation is worth, where these are the numbers of nodes and of gradients."""

    def __init__(self, values, gradients):
        self.values, self.gradients = values, gradients

    def python(self, side, numbers):
        """The side as Python, its numbers taken out."""

        def taken(found):
            numbers.append(number_of(found[0]))
            return f"N[{len(numbers) - 1}]"

        side = NUMBER.sub(taken, re.sub(r"1_\{(.*?)\}", r"heaviside_of(\1)", side))
        side = re.sub(r"(?<=\])(?=\(?√)", " * ", side)
        side = re.sub(r"√(\w[\w.\[\]]*)", r"sqrt(\1)", side).replace("√(", "sqrt(")
        side = re.sub(r"\|([^|]*)\|", r"abs(\1)", side)
        for sign, python in {
            "−": "-",
            "×": "*",
            "·": "*",
            "^": "**",
            "≥": ">=",
            "≤": "<=",
            "□": "box",
        }.items():
            side = side.replace(sign, python)
        return re.sub(r"(?<=[\w\])]) = ", " == ", side)

    def worth(self, side, **more):
        """Its number, and how far the digits shown leave it open."""
        numbers = []
        local = lambda found: f"L({self.partial(found[1], found[2], more)!r})"
        side = LOCAL.sub(local, side)
        partials = re.findall(r"L\((.*?)\)", side)
        side = re.sub(r"L\(.*?\)", lambda _: "P", side)
        side = GLOBAL.sub(lambda found: f"G_{found[1]}_{found[2]}", side)
        names = {f"G_{a}_{b}": x for (a, b), x in self.gradients.items()} | self.values | more | FUNCTIONS
        if partials:
            names["P"] = float(partials[0])
        code = compile(self.python(side, numbers).strip(), side, "eval")

        def at(shift, i):
            moved = [x + shift * error * (k == i) for k, (x, error) in enumerate(numbers)]
            return eval(
                code, names | {"N": moved}
            ).real  # a whole power, moved, of a negative number is complex

        middle = at(0.0, 0)
        open_ = sum(max(abs(at(sign, i) - middle) for sign in (-1, 1)) for i in range(len(numbers)))
        return middle, open_ + 1e-9 * (1 + abs(middle)) + (2e-4 * (1 + abs(middle)) if partials else 0.0)

    def partial(self, expression, name, more):
        """The derivative of an expression by one of its names, by differences; nan at a kink."""
        key = "box" if name == "□" else name
        x = {**self.values, **more}[key]
        h = 1e-5 * max(1.0, abs(x))
        here, left, right = (self.worth(expression, **{**more, key: x + shift})[0] for shift in (0.0, -h, h))
        slopes = (here - left) / h, (right - here) / h
        is_smooth = abs(slopes[0] - slopes[1]) < 1e-2 * (1 + abs(slopes[0]))
        return (slopes[0] + slopes[1]) / 2 if is_smooth else math.nan


def check_line(reader, line, box):
    """All sides of an equation agree; a remark in brackets at its end, and the path at its beginning, are words."""
    line = re.sub(r"^via [^:]*: ", "", re.sub(r" \([a-z][^()]*\)$", "", line))
    sides = re.split(r" = (?![^()]*\))", line)
    known = [(side, *reader.worth(side, box=box)) for side in sides if "…" not in side]
    *others, (_, result, error) = known
    for side, worth, open_ in others:
        if math.isfinite(worth) and math.isfinite(result):
            assert abs(worth - result) <= 1.5 * (open_ + error) + 1e-9, (
                f"{side} is {worth}, not {result}, in: {line}"
            )


def check_symbols(views):
    """No symbol has two numbers, in all that is said; a number may be written with more digits or fewer."""
    numbers = defaultdict(dict)
    for view_name, said in views.items():
        for line in said:
            first, *_, last = re.sub(r" \([a-z][^()]*\)$", "", line).split(" = ")
            if "…" not in line and SYMBOL.fullmatch(first) and re.fullmatch(rf"−?(?:{NUMBER.pattern})", last):
                numbers[first][last] = (view_name, line)
    for symbol, found in numbers.items():
        assert 1 == len(found), f"{symbol} has two numbers: {[*found.values()]}"
    assert numbers


def check_everything(f):
    """Every view of the graph, in every way it can be read."""
    trace = steps(f)
    f.backward()
    page = page_lines(trace)
    exercise = [*exercise_lines(trace)]
    text = [step.line for step in trace]
    terminal = [*terminal_lines(trace)]
    views = {"text": text, "page": page, "exercise": exercise, "terminal": terminal}
    views |= {
        "svg": [*svg_lines(draw(f).svg())],
        "tex": [*tex_lines(draw(f).tex())],
        "slides": [*tex_lines(slides(trace))],
    }
    views = {name: [line.replace("′", LETTER) for line in said] for name, said in views.items()}
    called = {node: name.replace("′", LETTER) for node, name in trace.equations.names.items()}
    values = {called[node]: node.data for node in trace.nodes if not node.is_constant}
    gradients = {
        (called[f], called[trace.nodes[s.node]]): s.result
        for s in trace
        if s.sweep == "gradients" and s.after is not None
    }
    as_set = {name: re.sub(rf"(?:_?(\d+))({LETTER}+)$", r"\2\1", name) for name in called.values()}
    values |= {as_set[name]: x for name, x in values.items()}
    gradients |= {(a, as_set[b]): x for (a, b), x in gradients.items()}
    reader = Reader(values | {"π": math.pi}, gradients)

    assert text[-1] == terminal[0]
    assert all(
        any(known.startswith(line.removesuffix("…")) for known in page) for line in exercise if "via" in line
    )
    for said in (views["text"], views["page"]):
        for step, line in zip(trace, said, strict=True):
            check_line(reader, line, trace.nodes[step.node].data)
    check_symbols(views)
    return views


def check_lines(f):
    """Every view of the definitions of a graph of numbers; ∂h/∂w is the derivative of the line of h."""
    trace = steps(f, detail="definitions")
    called = {node: node.label.replace("′", LETTER) for node in trace.nodes}
    values = {called[node]: node.data for node in trace.nodes}
    start = called[trace.result]
    gradients = {
        (called[node], called[x]): slope
        for node in trace.nodes
        for x, slope in zip(node.parents, node.slopes() if node.rule else [], strict=True)
    }
    gradients |= {(start, called[trace.nodes[s.node]]): s.result for s in trace if s.sweep == "gradients"}
    reader = Reader(values | {"π": math.pi}, gradients)
    text = [step.line for step in trace]
    views = {"text": text, "page": page_lines(trace), "terminal": [*terminal_lines(trace)]}
    views["slides"] = [*tex_lines(slides(trace))]
    views["inside"] = [step.line for inside in trace.inside.values() for step in inside.steps]
    views = {name: [line.replace("′", LETTER) for line in said] for name, said in views.items()}
    for said in (views["text"], views["page"]):
        for step, line in zip(trace, said, strict=True):
            plain = SIDE_BY_SIDE.sub(" × ", re.sub(r" \([a-z][^()]*\)$", "", line.replace(THIN, " ")))
            if not re.search(
                r"if [^=]* = [^=]* else", plain
            ):  # whose equation in a condition divides no sides
                check_line(reader, plain, trace.nodes[step.node].data)
    check_symbols(views)
    return views


THIN = "\u2009"  # the space between factors without a sign
SIDE_BY_SIDE = re.compile(r"(?<=[\w)])(?<!if)(?<!else) (?=\(?[\w(√|])(?!if |else )")  # such as h (1 − h), 2 a


@settings(max_examples=25, deadline=None)
@given(inputs, programs)
def test_lines_of_random_graphs_in_every_view(numbers, wanted):
    """Some of the results have names: these are lines."""
    _, taken = run_naive(numbers, wanted)
    nodes = run(named(numbers), taken)
    for i, node in enumerate(nodes[len(numbers) :: 2]):
        node.label = node.label or f"d{i}"
    check_lines(nodes[-1])


LINES = {
    "a neuron": lambda: parse("h = sigmoid(w*x + b); f = (y - h)**2 / 2", w=1, x=2, b=0, y=1),
    "several uses": lambda: parse("h = a*a + sin(a); f = h*a + h / 3", a=2),
    "a quotient": lambda: parse("p = 1 / (1 + exp(-x)); q = p / (1 - p); f = ln(q) * sqrt(p)", x=0.3),
    "kinks": lambda: parse("h = relu(x) + abs(y); f = 2 * max(h, x)", x=1, y=-2),
    "a constant": lambda: parse("h = pi * x**2; f = 0.00004479 * h - h / 3e9", x=2),
}


@pytest.mark.parametrize("graph", LINES.values(), ids=LINES)
def test_each_kind_of_line_in_every_view(graph):
    check_lines(graph())


@settings(max_examples=25, deadline=None)
@given(inputs, programs)
def test_random_graphs_in_every_view(numbers, wanted):
    """Whatever is computed, all that is said of it is true, and said of one thing by one name."""
    _, taken = run_naive(numbers, wanted)
    check_everything(run(named(numbers), taken)[-1])


GRAPHS = {
    "the lecture": lambda: parse("f = (u + v) * w", u=2, v=3, w=4),
    "several uses": lambda: parse("a*a + 3*a", a=-2),
    "one operand in every place": lambda: parse("x/x + x**x - x - x + sqrt(x)*ln(x)", x=2),
    "ties and kinks": lambda: parse("max(x, y, 1) * max(x, y) + relu(z) + abs(z)", x=1, y=1, z=0),
    "choices": lambda: parse("where(c, x, y) * heaviside(x) + min(x, y)", c=1, x=0.3, y=2),
    "small numbers": lambda: parse("0.00004479 * x - y / 3e9 + pi * x", x=-1e-5, y=2),
    "a softmax": lambda: am.logsumexp(variables(z1=1.4, z2=1.7, z3=-1.3)),
    "names alike": lambda: am.sum([x * x for x in named_alike()]),
}


def named_alike():
    return [am.Value(float(i), label=label) for i, label in enumerate(["x1", "x_1", "x1"], 2)]


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_each_kind_of_step_in_every_view(graph):
    """Sums, ties, kinks, choices, powers of ten, and names that look alike."""
    check_everything(graph())


FAULTS = {  # what the steps said once: a part of a sum called by the name of the sum, ...
    "a part is called ∂f/∂a": (sweeps.Equations, "_arriving", lambda said, xp, step, sides: [
        said.derivative(xp, said.nodes[step.node]), *sides]),
    "a*a is differentiated by a twice": (sweeps, "repeated", lambda node: set()),
    "the condition of a tie is said": (sweeps.Application, "says", lambda known, position, local: True),
    "an edge is called ∂f/∂a": (Arrow, "label", property(lambda arrow: f"∂{arrow.head.name}/∂{arrow.tail.name}")),
}  # fmt: skip


@pytest.mark.parametrize(("place", "name", "fault"), FAULTS.values(), ids=FAULTS)
def test_an_old_fault_is_found(monkeypatch, place, name, fault):
    """The check fails with any one of the faults that steps once had."""
    monkeypatch.setattr(place, name, fault)
    with pytest.raises(AssertionError):
        check_everything(parse("max(a, b, 2) + a*a + a", a=2, b=2))


def test_what_only_shifts_is_a_constant():
    """Nothing is said of a derivative by the largest score of a softmax, and its card says that it is constant."""
    f = am.logsumexp(variables(z1=1.4, z2=1.7, z3=-1.3))
    said = check_everything(f)

    assert not [line for lines in said.values() for line in lines if re.search(r"∂t1\b", line)]
    assert (
        "t1 = max(z1, z2, z3) = max(1.4, 1.7, −1.3) = 1.7 (t1 only shifts: no gradient passes)"
        in said["text"]
    )
    assert "(constant)" in str(draw(f))
    assert ["∂f/∂z1 = 0.4137", "∂f/∂z2 = 0.5585"] == [
        line for line in said["svg"] if re.match("∂f/∂z[12]", line)
    ]


def test_no_derivative_by_a_constant():
    """No title, no tooltip and no step has one."""
    f = parse("2 * x + pi", x=3)
    f.backward()
    shown = draw(f).svg() + steps(f).html() + str(steps(f))

    assert "∂x" in shown
    assert not re.search(r"/∂[\dπ]", shown)
