"""Every example of the five documents is drawn, stepped at both levels, exported and exercised."""

from xml.etree import ElementTree as ET

import pytest

from autograd_mini import lectures
from autograd_mini.engine.value import Value
from autograd_mini.stepping.exercise import exercise_of
from autograd_mini.stepping.slides import slides
from autograd_mini.stepping.sweeps import VALUES

EXAMPLES = [example for document in lectures.all() for example in document.examples]
LEVELS = ("operations", "definitions")
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
pytestmark = pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")


def stepped(example, level):
    """Its steps at a level; those of operations lead to a number, in an array to its first entry."""
    is_number = level == "definitions" or isinstance(example.model[example.of], Value)
    return example.steps(by=None, of=example.of if is_number else f"{example.of}[1]", detail=level)


def gradients(trace):
    """What the backward pass finds for every name; an array is a list of its entries."""
    found = {}
    for step in trace:
        if step.sweep != VALUES:
            name = trace.nodes[step.node].label
            found[name] = [*flat(step.result)]
    return {name: numbers for name, numbers in found.items() if name}


def flat(numbers):
    if not isinstance(numbers, tuple):
        yield numbers
        return
    for each in numbers:
        yield from flat(each)


def test_there_are_78():
    assert len(EXAMPLES) == len({example.id for example in EXAMPLES}) == 78


@every_example
def test_drawn_and_exported(example):
    """The picture, as SVG, for Graphviz and in TeX, has all cards."""
    drawing = example.draw()
    names = [card.name for card in drawing.scene.cards]
    drawn = [
        group.get("data-name")
        for group in ET.fromstring(drawing.svg()).iter("{http://www.w3.org/2000/svg}g")
        if group.get("class", "").startswith("node")
    ]

    assert drawn == names
    assert drawing.source.count('label="') >= len(names)
    assert drawing.tex().rstrip().endswith(r"\end{document}")


@every_example
def test_stepped_at_both_levels(example):
    """Both levels find the same gradients of all that has a name at both."""
    single, lines = (gradients(stepped(example, level)) for level in LEVELS)
    compared = 0
    for name, numbers in lines.items():
        if len(numbers) == 1 and name in single and isinstance(example.model[example.of], Value):
            assert single[name] == pytest.approx(numbers, rel=1e-9, abs=1e-12, nan_ok=True)
            compared += 1

    assert lines
    assert compared or not isinstance(example.model[example.of], Value)


@every_example
def test_decimal_sign(example):
    """Pictures and steps write numbers as the document does, and as another language does if that is asked for."""
    assert {example.draw().scene.xp.point, example.steps().equations.text.point} == {example.document.point}
    english = example.speaking("en")
    assert {english.draw().scene.xp.point, english.steps().equations.text.point} == {"."}


def test_a_french_document_with_decimal_points(tmp_path):
    """Its words are French, its numbers have points, in every view; the command reads both signs."""
    example = lectures.get("two-layer-batch")
    assert (example.document.language, example.document.point) == ("fr", ".")
    text = str(example.steps())
    views = [
        example.draw().svg(),
        example.draw().tex(),
        text,
        *[example.steps().save(tmp_path / f"f.{suffix}").read_text("utf-8") for suffix in ("html", "tex")],
    ]

    assert "Passe forward" in text
    for view in views:
        assert "0.73" in view
        assert "0,73" not in view
    assert '<html lang="fr">' in views[3]
    assert '"point":"."' in example.exercise(tmp_path / "e.html").read_text("utf-8")


@pytest.mark.slow
@every_example
@pytest.mark.parametrize("level", LEVELS)
def test_pages_exercises_and_slides_at_both_levels(example, level):
    trace = stepped(example, level)

    assert trace.html().count("<li>") >= len(trace)
    assert exercise_of(trace).count("<input ") > 0
    assert slides(trace).count(r"\begin{frame}") > 0
