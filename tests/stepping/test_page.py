"""The page that steps, read as text: what is in it, how large it is, and what cannot get into it."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import Value, exp, opaque, parse, relu, sigmoid, steps, sum, tanh, variables
from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.mathml import mathml
from autograd_mini.formulas.text import Text
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import changes, heading
from autograd_mini.stepping.sweeps import VALUES
from autograd_mini.stepping.trees import LETTERS, tree
from autograd_mini.viz.dot import DENSE, crossings

NAMES = [
    "</script><script>alert(1)</script>",
    "</svg><img src=x onerror=alert(1)>",
    "<!--<script>",
    "a&b &lt; &#0; &nbsp;",
    "]]>",
    "' onload='alert(1)",
    '"><b>',
    "a\nb\0c\u2028\u202e\ud800",
    "{} %s ${x}",
    "-",
    "😀 é 漢字 שלום",
]


class Reader(HTMLParser):
    """The elements of a page with their attributes, and the text in each kind of element."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def inside(self, tag):
        return [text for where, text in self.texts if where == tag]

    def data(self, name):
        """The JSON of a block of data."""
        blocks = [a.get("id") for tag, a in self.elements if tag == "script"]
        return json.loads(self.inside("script")[blocks.index(name)])


def lecture(language="en", **more):
    return steps(parse("f = (u + v) * w", u=2, v=3, w=4), language, **more)


def network():
    """Two inputs, three tanh units and an output, as one writes it by hand."""
    x1, x2 = variables(x1=0.5, x2=-1.25)
    hidden = []
    for i in "123":
        w, v, b = Value(0.37, f"w[{i},1]"), Value(-0.81, f"w[{i},2]"), Value(0.12, f"b[{i}]")
        hidden.append(tanh(w * x1 + v * x2 + b))
    total = hidden[0] * Value(0.5, "v1") + hidden[1] * Value(-0.25, "v2") + hidden[2] * Value(0.75, "v3")
    return steps((total + Value(0.1, "c")) * 2)


def bytes_of(page):
    return len(page.encode())


@pytest.mark.parametrize("trace", [lecture(), lecture("fr"), lecture(by="u")])
def test_the_page_of_the_lecture_is_small(trace):
    """f = (u + v) w takes less than 38 kB in every language and mode, with numbers that can be changed and all."""
    assert bytes_of(trace.html()) < 38_000


def test_a_page_that_stays_still_is_smaller(forget):
    """What an opaque function keeps still takes less than 17 kB, and says why."""
    cube = opaque("cube_of_pages", lambda x: x**3, lambda x: 3 * x * x)
    page = steps(cube(Value(2.0, "u")) * 3).html()

    assert bytes_of(page) < 17_000
    assert "it would need a formula for cube_of_pages" in page
    assert "id=inputs" not in page


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "⊖: what flows along this arrow is negative."),
        ("fr", "⊖ : ce qui passe par cette flèche est négatif."),
    ],
)
def test_the_sign_of_what_is_negative_is_explained(lang, says):
    """Where a label has it the legend says what it means; elsewhere it waits until a changed number needs it."""
    legend = "<br><span id=negative{}>" + says + "</span></p></details>"
    assert legend.format("") in steps(parse("f = u * v - w", u=1, v=4, w=3), lang).html()
    assert legend.format(" hidden") in lecture(lang).html()


def test_the_page_of_a_network_is_small():
    """A network of 37 nodes and 78 steps or more takes less than 70 kB, its changing numbers included."""
    trace = network()

    assert len(trace.nodes) >= 37
    assert len(trace) >= 78
    assert bytes_of(trace.html()) < 70_000


@pytest.mark.parametrize("style", ["cards", "compact", "network"])
@pytest.mark.parametrize("sizes", [[2, 1], [11, 1]])
def test_every_line_is_one(sizes, style):
    """Whatever the look, and with tables or with small cards: a line begins, and goes on to its tip."""
    trace = steps(MLP(2, sizes, activation="tanh", seed=0)([1.0, -2.0]), style=style)
    lines = re.findall(r'<g class="edge"><path d="([^"]*)"', trace.html())

    assert lines
    assert [] == [
        line
        for line in lines
        if not re.fullmatch(r"M[-\d]+,[-\d]+(C([-\d]+,[-\d]+ ?)+|L[-\d]+,[-\d]+)", line)
    ]


def test_nothing_comes_from_elsewhere():
    """No address is in the page but the names of namespaces, and no element loads anything."""
    page = lecture().html()
    read = Reader(page)

    assert {"http://www.w3.org/1998/Math/MathML"} == set(re.findall(r"\w+://[^\s\"'<>]+", page))
    assert not [
        a for _, attributes in read.elements for a in attributes if a in ("src", "style", "srcset", "href")
    ]


def test_the_policy_allows_this_script_and_this_style_alone():
    """The hashes of the policy are those of the script and the style sheet as they stand in the page."""
    page = lecture().html()
    read = Reader(page)
    policy = next(a["content"] for _, a in read.elements if a.get("http-equiv") == "Content-Security-Policy")
    script, style = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1], read.inside("style")[0]

    def allowed(text):
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    rules = dict(rule.split(maxsplit=1) for rule in policy.split(";"))
    assert {
        "default-src": "'none'",
        "style-src": allowed(style),
        "script-src": allowed(script),
        "base-uri": "'none'",
        "form-action": "'none'",
    } == rules


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_a_name(name):
    """Whatever a variable is called, the page has the same elements and attributes, and shows the name."""
    plain, hostile = (
        steps(Value(2.0, label) * Value(3.0, "v")).html() for label in ("p" * min(len(name), 5), name)
    )

    def shape(page):
        return [(tag, sorted(a)) for tag, a in Reader(page).elements if tag != "title"]

    shown = name.encode("unicode_escape").decode() if "\0" in name else name
    read = Reader(hostile)
    assert shape(plain) == shape(hostile)
    assert shown.split("\\")[0] in read.inside("li")[0]
    assert ["i" + shown, shown] == read.data("trace")["alive"]["names"][0]


def test_steps_are_in_the_page_without_scripts():
    """Every step is a line of text in the list, below the heading of its sweep and counted on."""
    trace = lecture()
    read = Reader(trace.html())

    assert [step.line for step in trace] == read.inside("li")
    assert ["Forward pass", "Backward pass"] == read.inside("h2")[-2:]
    assert ["1", "6"] == [a["start"] for tag, a in read.elements if tag == "ol"]


def numbers_after(trace, count):
    """The boxes and the labels when the first steps are done, as the script fills them."""
    boxes, labels = {}, {}
    for kind, node, before, after, _, *more in changes(trace)[:count]:
        assert before == boxes.get((kind < 2, node), "")
        boxes[kind < 2, node] = after
        if len(more) > 1:
            _, number, label, _, _ = more
            labels[label] = number
    return boxes, labels


@pytest.mark.parametrize("language", ["en", "fr"])
def test_playing_all_changes_gives_what_the_engine_computes(language):
    """The numbers in the boxes at the end are the values and gradients of the graph; x * x adds up."""
    x, y = variables(x=0.5, y=-1.25)
    f = x * x * y + exp(y) * relu(x - 3.5) + sigmoid(sum([x, y, x]))
    trace = steps(f, language)
    f.backward()
    shown = Text(language).constant
    boxes, labels = numbers_after(trace, len(trace))
    variable = [(i, node) for i, node in enumerate(trace.nodes) if not node.is_constant]

    assert {(True, i): str(shown(node.data)) for i, node in variable} == {
        k: v for k, v in boxes.items() if k[0]
    }
    assert {(False, i): str(shown(node.grad)) for i, node in variable} == {
        k: v for k, v in boxes.items() if not k[0]
    }
    assert len(labels) == len([1 for node in trace.nodes for x in node.parents if not x.is_constant])


def test_what_an_edge_of_a_change_is():
    """The edges of an operation are its inputs in order; a product names its edge and where it comes from."""
    short = changes(lecture())

    assert [[0, 1], [2, 3]] == [change[5] for change in short[3:5]]
    assert [([2], "4", 2, [4], 5), ([3], "5", 3, [4], 5), ([0], "1", 0, [2], 5), ([1], "1", 1, [2], 5)] == [
        tuple(change[5:]) for change in short[6:]
    ]
    assert [([0], [0]), ([2], [2])] == [(c[5], c[8]) for c in changes(lecture(by="u"))[6:]]


def test_a_constant_edge_has_no_label():
    """Labels are counted without the edges from constants, which have none."""
    short = changes(steps(3 * Value(2.0, "x") * 5))
    products = [change for change in short if len(change) > 8]

    assert [0, 1] == sorted(change[7] for change in products)


def markup(short):
    """The MathML of a tree, built as the script builds it."""
    tags = {letter: tag for tag, letter in LETTERS.items()}
    if isinstance(short, str):
        element = ET.Element(tags[short[0]])
        element.text = short[1:]
    elif short[0] == "d":
        return markup(["f", ["r", "i∂", short[1]], ["r", "i∂", short[2]]])
    else:
        element = ET.Element(tags[short[0]])
        element.extend(map(markup, short[1:]))
        if element.find(".//mfrac") is None:
            for part in element:
                if part.tag == "mo" and part.text in "()|":
                    part.set("stretchy", "false")
    return element


def test_a_tree_is_the_formula():
    """Every formula of a trace with all kinds of them, as a tree and back, is the MathML it was."""
    x, y, w = variables(x=0.5, y=-1.25e-9, w=2.0)
    w.label = "w[1,2]"
    f = abs(x) * exp(y) / (w - 3) + sigmoid(x) ** 2 - x**0.5 + relu(y)
    sides = [side for language in ("en", "fr") for step in steps(f, language) for side in step.sides(mathml)]

    assert len(sides) > 200
    for side in sides:
        expected = ET.fromstring(str(side))
        assert ET.tostring(expected) == ET.tostring(markup(tree(side.content)))


def test_the_script_knows_every_letter():
    """The tags of the trees are those of the script."""
    script = max(Reader(lecture().html()).inside("script"), key=len)
    tags = dict(re.findall(r'(\w):"(\w+)"', re.search(r'{(m:"ath",.*?)}', script)[1]))

    assert LETTERS == {"m" + tags.get(letter, letter): letter for letter in {*tags, *"ino"} - {"m"}}


def picture(trace):
    """The picture of the page, as XML."""
    return ET.fromstring(re.search(r"<svg.*?</svg>", trace.html(), re.DOTALL)[0])


def test_the_picture_is_there_and_empty():
    """Every node has its two boxes and every edge its label, without a number in them."""
    drawing = picture(lecture())
    groups = {kind: [g for g in drawing.iter("g") if kind in g.get("class", "").split()] for kind in (
        "node", "edge", "partial", "value", "gradient",
    )}  # fmt: skip

    assert {"node": 5, "edge": 4, "partial": 4, "value": 5, "gradient": 5} == {
        k: len(v) for k, v in groups.items()
    }
    assert {None} == {group[-1].text for kind in ("value", "gradient", "partial") for group in groups[kind]}
    assert ["u", "v", "t₁", "w", "f"] == [
        "".join(g.find("text[@class='name']").itertext()) for g in groups["node"]
    ]


def test_the_picture_speaks_french():
    """Captions, constants and the words for readers are in the language of the page."""
    drawing = picture(steps(parse("f = 0.5 * x + 1.25", x=2), "fr"))
    texts = [text.text for text in drawing.iter("text")]

    assert {"entrée", "0,5", "0,5 × x", "1,25"} <= set(texts)
    assert "Graphe de calcul de f" == drawing.get("aria-label")


def test_boxes_of_forward_mode_are_titled_so():
    """With by=u every second box is that of ∂t/∂u."""
    titles = {"".join(text.itertext()) for text in picture(lecture(by="u")).iter("text")}

    assert {"∂u/∂u", "∂t₁/∂u", "∂f/∂u"} <= titles
    assert "∂f/∂f" not in titles


def test_what_is_too_long_for_a_box_is_kept_beside():
    """A node whose text was cut says all of it in its title, without its number."""
    long = "x" * 80
    titles = [title.text for title in picture(steps(Value(1.0, long) * 2)).iter("title")]

    assert [long, f"f = {long} × 2"] == titles


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f = (u + v) * w", "f = (u + v) × w"),
        ("u * 0.5", "f = u × 0,5"),
        ("u", "u"),
        ("u*v*" * 20 + "w", "f = "),
    ],
)
def test_the_heading_is_the_expression(source, expected):
    """Intermediate names are written out as long as that is short; numbers are in the language."""
    f = parse(source)
    f.forward(**{x.label: 1 for x in f.unbound()})
    heading = Reader(steps(f, "fr").html()).inside("h1")[0]

    assert heading.startswith(expected)
    assert len(heading) < 140


def test_the_heading_of_a_network_that_is_too_long():
    """Where a network has no room all of its results go by their names, and not some."""
    mlp, softmax = MLP(2, [3, 1], seed=0), Layer(2, 2, "softmax", seed=0)
    headings = [
        heading(steps(f))
        for f in ((mlp([1.0, 2.0]) - 1.0) ** 2, softmax([1.0, 2.0])[0].log(), mlp([1.0, 2.0]))
    ]

    assert ["f = (a⁽²⁾₁ − 1)²", "f = log(p₁)", "f = s⁽²⁾₁ + b⁽²⁾₁"] == headings
    assert "f = tanh(w₁ × x₁ + b)²" == heading(steps(Neuron(1, "tanh", seed=0)(1.0) ** 2))


def test_the_language_of_the_page():
    """A French page says that it is, and has no English words for people."""
    read = Reader(lecture("fr").html())
    words = {a.get("title") for tag, a in read.elements if tag == "button"}

    assert "fr" == next(a["lang"] for tag, a in read.elements if tag == "html")
    assert "Étape suivante (→)" in words
    headings = [
        "Petit déplacement",
        "Chemins",
        "Descente",
        "Passe forward",
        "Passe backward (rétropropagation)",
    ]
    assert headings == read.inside("h2")


def test_the_same_graph_gives_the_same_page():
    """Two graphs built alike give the same bytes, whatever number or gradient they hold by now."""
    trace, again = lecture(), lecture()
    again.nodes[-1].backward()
    again.nodes[-1].forward(u=7)

    assert trace.html() == again.html()


def test_nodes_of_a_trace_are_the_nodes_of_the_picture():
    """The script finds nodes by their order: it is the topological order of the trace."""
    trace = network()

    assert list(trace.nodes) == toposort(trace.nodes[-1])
    assert len(trace.nodes) == len(
        [g for g in picture(trace).iter("g") if "node" in g.get("class", "").split()]
    )
    assert {VALUES, "gradients"} == {step.sweep for step in trace}


def test_every_product_has_its_label_in_a_dense_graph():
    """Where the layout leaves no room for labels they stand on the arrows all the same, and steps find them."""
    xs = list(variables(u=1, v=2))
    while len(xs) < 60:
        xs.append(sum(xs[-30:]))
    trace = steps(xs[-1])
    assert crossings(scene_after(trace)) > DENSE

    labels = [change[7] for change in changes(trace) if len(change) > 7]
    assert [*range(len(labels))] == sorted(labels)
    assert len(labels) == trace.html().count('<g class="partial" ')
