"""TeX: slides that show the steps, the still picture, and names that TeX shows but never obeys."""

import os
import re
import shutil
import subprocess

import pytest

from autograd_mini import Value, draw, maximum, parse, relu, sqrt, steps, sum, variables, where
from autograd_mini.errors import LayoutError
from autograd_mini.formulas.latex import Inline
from autograd_mini.nn import MLP
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.slides import EQUATION, LEAST_ZOOM, SLIDE, WINDOW_ZOOM, _cameras, slides
from autograd_mini.viz import tikz
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.scene import scene_of
from autograd_mini.viz.tex import ascii_maths, plain, sign
from autograd_mini.words.numbers import number

HOSTILE = (
    r"\input{/etc/passwd}", r"\write18{touch obeyed}", "$x$ & % # ~ ^^5cinput", r"}{\end{frame}", "\\catcode`\\{=12",
    "a\n\nb\0", "<7->", '"q" |x|', "[x]", "a,b=c", "--", "a'b`c", "\u202eabc", "θ_é", "中文🙂", "x₁²", "Ω", "É", "w[1,2]",
)  # fmt: skip


@pytest.fixture
def compiled(tmp_path):
    """A function that sets a document and returns its number of pages."""
    if not shutil.which("pdflatex"):
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no pdflatex; install texlive-latex-recommended and texlive-pictures")
        pytest.skip("pdflatex is not installed")

    def pages(document):
        (tmp_path / "f.tex").write_text(document, "ascii")
        command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "f.tex"]
        run = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, timeout=300)
        said = run.stdout.decode("latin-1")

        assert 0 == run.returncode, said[-2000:]
        assert "Missing character" not in said
        assert {"f"} == {file.stem for file in tmp_path.iterdir()}
        return int(re.search(r"Output written on f\.pdf \((\d+) page", said)[1])

    return pages


def boxes_on(document, overlay):
    """The numbers of both boxes of every card as that overlay shows them, "" for an empty box."""
    found = []
    for card in re.findall(r"^(?:\\only<[\d,-]+>\{)?\\card\{n\d+\}.*$", document, re.MULTILINE):
        shown = [
            content.removeprefix(r"\known{").rstrip("}").removeprefix(r"\unknown")
            for start, end, content in re.findall(
                r"\\only<(\d+)-(\d*)>\{(\\unknown|\\known\{[^{}]*\})\}", card
            )
            if int(start) <= overlay <= int(end or overlay)
        ]
        assert 2 == len(shown), "one state for each box on every overlay"
        found.append(tuple(shown))
    return found


@pytest.mark.parametrize(
    ("source", "by"), [("f = (u + v) * w", None), ("u * u + v * u - w", None), ("u*v/w", "u")]
)
def test_each_overlay_shows_the_boxes_after_its_step(source, by):
    """Overlay k + 1 holds exactly the numbers that the first k steps have found."""
    trace = steps(parse(source, u=2, v=3, w=4), by=by)
    document = slides(trace)
    for count in range(len(trace) + 1):
        cards = [card for card in scene_after(trace, count).cards if not card.is_constant]
        expected = [
            (
                number(card.value) if card.value is not None else "",
                card.gradient_text.replace(" …", r"\,\dots").replace("−", "-"),
            )
            for card in cards
        ]

        assert expected == boxes_on(document, count + 1)


def test_each_step_has_its_equation_its_card_and_its_arrow():
    """The equation is the record's LaTeX; the card and the arrow of a product are marked."""
    trace = steps(parse("f = (u + v) * w", u=2, v=3, w=4))
    document = slides(trace)
    for overlay, step in enumerate(trace, 2):
        assert rf"\only<{overlay}>{{\says{{{' = '.join(step.latex)}}}}}%" in document

    assert r"\card{n0}{" in document
    assert r"{input, on={<2,10>{current card}}}{u}" in document
    assert 4 == document.count("current arrow}}]")
    flow = r"on={<7-9>{pale}}, on={<10->{turned, flowing={gradientline}{5}}}"
    assert rf"\draw[arrow, {flow}, on={{<10>{{current arrow}}}}]" in document


def test_slides_in_french():
    """Headings, captions and numbers are French, and accents are written for TeX."""
    document = slides(steps(parse("f = u * 0.5", u=3), lang="fr"))

    assert r"\only<1-3>{Passe forward}\only<4->{Passe backward (r\'{e}tropropagation)}" in document
    assert r"\text{entr\'{e}e}" in document
    assert r"\known{1{,}5}" in document


def test_a_large_graph_is_followed_through_a_window():
    """The whole graph comes first; then every card is drawn only where the window shows some of it."""
    x = Value(1.0, label="x")
    f = x
    for _ in range(20):
        f = f * x
    trace = steps(f, style="cards")
    document = slides(trace)
    zooms = set(re.findall(r"\\newcommand\\zoom\{([\d.]+)\}", document))

    assert f"{WINDOW_ZOOM:.4f}" in zooms
    assert 1 == len([zoom for zoom in map(float, zooms) if zoom < LEAST_ZOOM])
    assert max(map(float, zooms)) == WINDOW_ZOOM
    assert 15 < len(re.findall(r"^\\only<1,[\d,-]+>\{\\card", document, re.MULTILINE))


@pytest.mark.parametrize("by", [None, "x"])
def test_the_card_of_a_step_is_on_its_slide(by):
    """All of it, and all of the card at the other end of its arrow if both are large enough to read then."""
    x, y = variables(x=0.5, y=2)
    f = x
    for _ in range(12):
        f = f * y + x
    trace = steps(f, by=by)
    layout = layout_of(scene_after(trace))
    cameras = _cameras(trace, layout)
    ids, room = list(layout.cards), (SLIDE[0], SLIDE[1] - EQUATION)
    with_both = 0

    def is_inside(card, zoom, corner):
        places = [corner[k] + zoom * point[k] for point in layout.corners(card) for k in (0, 1)]
        return all(-0.01 <= place <= room[i % 2] + 0.01 for i, place in enumerate(places))

    for (zoom, corner), step in zip(cameras[1:-1], trace, strict=True):
        assert zoom >= LEAST_ZOOM
        assert is_inside(ids[step.node], zoom, corner)
        if step.edge:
            with_both += is_inside(ids[trace.equations.place[trace.equations.source(step)]], zoom, corner)
    assert with_both > 10
    assert cameras[0] == cameras[-1]


def test_the_finished_graph_comes_last():
    """After the last step nothing is marked any more, and the title has the expression."""
    trace = steps(parse("f = (u + v) * w", u=2, v=3, w=4))
    document = slides(trace)

    assert r"\only<11-12>{10/10}" in document
    assert not re.search(r"<12>\{current", document)
    assert r"{\normalsize$f = " in document


def test_the_still_picture_has_what_is_known():
    """Cards, arrows, local partials; before the backward pass the boxes for gradients are empty."""
    f = parse("f = (u + v) * w", u=2, v=3, w=4)

    assert 5 == draw(f).tex().count(r"{\unknown}")
    f.backward()
    document = draw(f).tex()
    assert 0 == document.count(r"{\unknown}")
    assert 4 == document.count("\n\\slope{")
    assert r"{f}{${\times}$}{t_{1} \times w}{\known{20}}{\partial f/\partial f}{\known{1}}" in document


def test_both_documents_can_be_saved(tmp_path):
    """The suffix .tex means slides of steps and a still picture of a drawing."""
    f = parse("f = u * v", u=2, v=3)

    assert steps(f).save(tmp_path / "s.tex").read_text("ascii") == slides(steps(f))
    assert draw(f).save(tmp_path / "d.tex").read_text("ascii") == draw(f).tex()


def test_what_tex_cannot_draw_is_an_error(monkeypatch):
    """A picture beyond the largest length of TeX is refused, with its size."""
    monkeypatch.setattr(tikz, "LARGEST", 300)
    with pytest.raises(LayoutError, match=r"points long and TeX can draw 300; save as \.svg"):
        draw(parse("(u + v) * w")).tex()


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_name_is_obeyed(name):
    """Text and formulas are ASCII in one line, with balanced braces, and only commands of ours."""
    ours = r"\\(?:text\w*|ensuremath|math\w+|operatorname|backslash|dots|hat|sim|sigma|theta|Omega|times|[{}$&#%_ '])"
    for written in (
        plain(name),
        sign(name).strip("$"),
        ascii_maths(steps(Value(1.0, label=name))[0].latex[0]),
    ):
        bare = re.sub(ours, "", written)

        assert written.isascii()
        assert written.isprintable()
        assert "\\" not in bare
        assert not set(bare) & set("$&#%~")


def test_captions_are_formulas_of_one_line():
    """Captions are mathematics: indices below, powers above, a fraction with a stroke, a choice in words."""
    f = parse("f = x**2 - tanh(w_A) / t1", x=1, w_A=2, t1=3)
    captions = [card.formula for card in scene_of(f, xp=Inline()).cards]

    assert [r"\tanh\left(w_{A}\right)", r"t_{3}/t_{1}"] == [
        captions[3].replace(" ", ""),
        captions[5].replace(" ", ""),
    ]
    assert {r"x^{2}"} < set(captions)
    one = Inline("fr").where(Inline("fr").symbol("x") >= 0.5, 1.0, 0.0)
    assert r"1\text{ si }x \ge 0{,}5\text{ sinon }0" == str(one)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_slides_compile(compiled, lang):
    """A page for the start and one for each step."""
    trace = steps(parse("f = maximum(u, 0.5)**2 * v", u=2, v=3), lang=lang)

    assert len(trace) + 2 == compiled(slides(trace))


@pytest.mark.slow
def test_hostile_names_compile(compiled):
    """Whatever names hold, the picture compiles, and no command in them is run."""
    f = Value(1.0, label=HOSTILE[-1])
    for i, name in enumerate(HOSTILE[:-1]):
        f = f * Value(i + 0.5, label=name)
    f.backward()
    scene = scene_of(f)

    assert 1 == compiled(draw(f).tex())
    assert len(HOSTILE) == len([card for card in scene.cards if card.kind == "input"])


@pytest.mark.slow
def test_slides_with_a_hostile_name_compile(compiled):
    """One name with everything in it, on slides."""
    trace = steps(Value(2.0, label=" ".join(HOSTILE)) * Value(3.0, label="θ"), lang="fr")

    assert 8 == compiled(slides(trace))


@pytest.mark.slow
@pytest.mark.parametrize("style", ["cards", "compact"])
def test_a_collapsed_network_compiles(compiled, style):
    """Boxes of neurons with what comes out of them, and the frames of their layers, in French."""
    f = MLP(2, [8, 8, 1], seed=0)([1.0, 2.0])
    f.backward()
    document = draw(f, lang="fr", style=style).tex()

    assert 17 == document.count("{box}{")
    assert r"neurone\ 3" in document
    assert 1 == compiled(document)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[3, 1], [16, 16, 1]])
def test_a_network_compiles(compiled, sizes):
    """Its tables, or its lines that tell gradients, as a picture."""
    f = MLP(2, sizes, activation="tanh", seed=0)([1.0, -2.0]) ** 2
    f.backward()

    assert 1 == compiled(draw(f).tex())


@pytest.mark.slow
@pytest.mark.parametrize("style", ["compact", "network"])
def test_slides_of_a_network_compile(compiled, style):
    """In both small looks, with the rows of its tables marked in turn."""
    trace = steps(MLP(2, [2, 1], activation="tanh", seed=0)([1.0, -2.0]), style=style)

    assert len(trace) + 2 == compiled(slides(trace))


@pytest.mark.slow
def test_slides_of_a_batch_compile(compiled):
    """Nothing in them is called as something of beamer is."""
    model = MLP(1, [1], activation="tanh", seed=0)
    trace = steps(model([1.0]) * model([-2.0]), style="network")

    assert len(trace) + 2 == compiled(slides(trace))


@pytest.mark.slow
def test_many_steps_compile(compiled):
    """More than sixty steps are one document all the same."""
    x = Value(1.1, label="x")
    f = x
    for i in range(20):
        f = f * x if i % 2 else f + x
    trace = steps(f)

    assert len(trace) > 60
    assert len(trace) + 2 == compiled(slides(trace))


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_outdated_numbers_compile(compiled, lang):
    """A drawing whose numbers no longer follow is one page, and so is the smallest with a long note."""
    f = parse("f = u * v", u=2, v=3)
    f.backward()
    f.parents[0].data = 5
    (x,) = f.parents[:1]
    small = x.exp()
    x.data = 6

    assert 1 == compiled(draw(f, lang=lang).tex()) == compiled(draw(small, lang=lang).tex())


@pytest.mark.slow
def test_a_masked_step_and_cut_formulas_compile(compiled):
    """Remarks in words, in French too, and formulas of very many operands are set."""
    x = Value(-1.0, label="x")
    trace = steps(where(x > 0, sqrt(x), relu(x) * sqrt(relu(x))) + sqrt(maximum(x, 0.0)), lang="fr")
    crowd = sum([Value(float(i), label=f"x{i}") for i in range(130)])

    assert r"\text{ (rien ne passe par }" in slides(trace)
    assert len(trace) + 2 == compiled(slides(trace))
    assert 1 == compiled(draw(crowd, lang="fr").tex())
