"""The lectures against the figures of the course, an oracle that the package does not see."""

import json
from pathlib import Path

import numpy as np
import pytest

from autograd_mini import lectures
from autograd_mini.lectures.checks import half_of_last_digit, number_in
from tests.test_figures_as_texts import is_close

DATA = Path(__file__).parents[1] / "data"
FIGURES = json.loads((DATA / "figures.json").read_text("utf-8"))
QUESTIONS = json.loads((DATA / "questions.json").read_text("utf-8"))
EXAMPLES = [example for document in lectures.all() for example in document.examples]


def flat(figures):
    """{name: array}, with names such as after_step_1.w1."""
    for name, x in figures.items():
        parts = {f"{name}.{key}": part for key, part in x.items()} if isinstance(x, dict) else {name: x}
        yield from ((key, np.array(part, float)) for key, part in parts.items())


def test_every_entry_is_an_example():
    assert {example.id for example in EXAMPLES} == FIGURES.keys()
    assert len(EXAMPLES) == 78


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_number(example):
    """Every value and every gradient of the file by its name, none left out."""
    run, entry = example.run(), FIGURES[example.id]
    for what, found in (("forward", run.values), ("grads", run.gradients)):
        for name, expected in flat(entry[what]):
            actual = np.array(found[name], float)
            assert actual.shape == expected.shape or actual.size == expected.size, name
            for i, (x, figure) in enumerate(zip(actual.ravel(), expected.ravel(), strict=True)):
                full = f"{what}.{name}[{i}]" if expected.shape else f"{what}.{name}"
                assert is_close(full, x, figure, entry), (full, x, figure)


def test_how_many_numbers():
    """As many as the catalogue counts, and inf and nan once each."""
    numbers = [x for entry in FIGURES.values() for what in ("forward", "grads") for _, x in flat(entry[what])]

    assert sum(x.size for x in numbers) == 1615
    assert sum(int(np.isfinite(x).sum()) for x in numbers) == 1613


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_every_printed_string(example):
    """What the documents print stands in the files, errata with the correction."""
    printed = {("forward" if p.what == "values" else "grads", p.name): p for p in example.printed}
    wanted = FIGURES[example.id].get("printed", {})

    assert len(printed) == len(wanted)
    for full, each in wanted.items():
        what, _, name = full.partition(".")
        name, bracket, index = name.partition("[")
        found = printed[what, f"{name}[{int(index[:-1]) + 1}]" if bracket else name]
        assert number_in(found.text) == each["value"]
        assert bool(found.erratum) == ("abs_tol" not in each)
        if not found.erratum:
            assert each["abs_tol"] <= half_of_last_digit(found.text) * (1 + 1e-9)


def test_every_question():
    """No question of the documents is missing, and each is answered by what the table says."""
    found = [
        [document.name, question.number, question.kind, [*question.examples]]
        for name in ("tp2", "exercices", "td1", "tp34", "glo4030")
        for document in lectures.all()
        if document.name == name
        for question in document.questions
    ]

    assert found == QUESTIONS
    assert len(found) == 149


def test_every_question_is_answered():
    """By examples that exist, by words, or by the reason why nothing can answer it."""
    for document in lectures.all():
        for question in document.questions:
            assert set(question.examples) <= FIGURES.keys()
            assert question.examples or question.answer or question.reason
            assert bool(question.reason) == (question.kind == "not-computable")
            assert set(question.errata) <= document.errata.keys()


def test_every_erratum():
    """All 54 errata, none of which belongs to another document, and all are attached to something."""
    for document in lectures.all():
        assert {erratum[2:5] for erratum in document.errata} == {document.source}
    assert sum(len(document.errata) for document in lectures.all()) == 54


@pytest.mark.parametrize("document", lectures.all(), ids=lambda document: document.name)
def test_both_languages(document):
    """Everything is said in both."""
    said = [document.titles, document.abouts]
    for example in document.examples:
        said += [example.titles, example.texts, example.questions, example.notes]
        said += [claim.said for claim in example.claims] + [example.why] * bool(example.program)
    for question in document.questions:
        said += [question.place, question.asks] + [x for x in (question.answer, question.reason) if x]
    said += [words for erratum in document.errata.values() for words in (erratum.place, erratum.right)]

    for words in said:
        assert words.keys() == {"fr", "en"}
        assert all(words.values())


@pytest.mark.parametrize("document", lectures.all(), ids=lambda document: document.name)
def test_french_typography(document):
    """No ordinary space where a line may not break, no straight apostrophe, no decimal point where the document has commas."""
    text = (Path(lectures.__file__).parent / f"{document.name}.toml").read_text("utf-8")
    for line in text.splitlines():
        for french in [part.partition('", en')[0] for part in line.split('fr = "')[1:]]:
            assert not any(f" {sign}" in french for sign in (":", ";", "?", "!", "»")), french
            assert "'" not in french, french
