"""Numbers of students' own, their sheets and keys, and the site."""

import csv
import math
import re
from html.parser import HTMLParser

import pytest

from autograd_mini import lectures
from autograd_mini.cli import main
from autograd_mini.engine.graph import toposort
from autograd_mini.errors import LectureError
from autograd_mini.expression.arrays import entries
from autograd_mini.lectures.parts import Varied
from autograd_mini.lectures.questions import numbers_of
from autograd_mini.lectures.sheets import students_in, write_sheets
from autograd_mini.lectures.site import write_site
from autograd_mini.lectures.variants import NEAR, answers, draws, flat, variants, why_ugly

VARYING = [example for document in lectures.all() for example in document.examples if example.vary]
every_varying = pytest.mark.parametrize("example", VARYING, ids=lambda example: example.id)
CLASS = [f"student {i}" for i in range(200)]


def nodes_of(run):
    return toposort(*[node for each in run.model.values() for node in entries(each)])


@pytest.mark.parametrize("example", VARYING[::4], ids=lambda example: example.id)
def test_the_same_student_has_the_same_numbers(example):
    """Without any state, and others have others."""
    assert example.variant("alice") == example.variant("alice")
    assert example.variant("alice") != example.variant("bob")


@every_varying
@pytest.mark.slow
def test_two_hundred_students(example):
    """No two have one sheet; no number is nan, near a kink, tiny or huge; all lie in their ranges, on their steps."""
    drawn = variants(example.id, example.vary, example.run, CLASS)
    sheets = set()
    for numbers in drawn.values():
        run = example.run(numbers)
        sheets.add(tuple(round(x, 9) for x in answers(run)))
        assert why_ugly(run) == ""
        assert all(x == x and (x == 0 or 0.001 <= abs(x) <= 1000) for x in answers(run))
        for node in nodes_of(run):
            if node.rule is not None and node.rule.name in ("relu", "abs"):
                assert abs(node.parents[0].data) >= NEAR
        for name, x in numbers.items():
            varied = example.vary[name]
            for each in flat(x):
                count = (each - varied.least) / varied.step
                assert varied.least - 1e-9 <= each <= varied.most + 1e-9
                assert abs(count - round(count)) < 1e-6
                assert each not in (0, 1, -1)

    assert len(sheets) == len(CLASS)


@every_varying
def test_key_and_page_agree(example):
    """What the key says of a student's number is what the run gives, for every value that has a name of its own."""
    for student in ("alice", "bob"):
        numbers = example.variant(student)
        run = example.run(numbers)
        key = {each.name: each.exact for each in numbers_of(example.steps(numbers))}
        named = {name: x for name, x in run.values.items() if name in key and isinstance(x, float)}
        assert all(math.isfinite(x) for x in key.values())
        assert named == pytest.approx({name: key[name] for name in named})
        slopes = {f"∂{example.of}/∂{name}": x for name, x in run.gradients.items() if isinstance(x, float)}
        asked = {name: x for name, x in slopes.items() if name in key}
        assert asked == pytest.approx({name: key[name] for name in asked})
        assert named or asked


def test_ranges_that_are_too_small_are_said():
    """Where there are fewer draws than students, or none that is accepted, the author of the file is told why."""
    example = lectures.get("fan-out-addition")
    few = {"x": Varied(2.0, 3.0, 0.5)}
    with pytest.raises(LectureError, match="3 students have sheets of their own"):
        variants("fan-out-addition", few, example.run, CLASS)
    with pytest.raises(
        LectureError, match="none of 3000 draws is accepted, most for this: an input is 0 or ±1"
    ):
        next(draws("fan-out-addition", {"x": Varied(0.0, 1.0, 1.0)}, example.run, "alice"))
    with pytest.raises(LectureError, match="no number of saddle-point varies"):
        lectures.get("saddle-point", "en").variant("alice")
    with pytest.raises(LectureError, match="aucun nombre de saddle-point ne varie"):
        lectures.get("saddle-point").variant("alice")


def test_sheets_and_key(tmp_path, capsys):
    """A page for each student; the key holds the numbers that come out."""
    names = tmp_path / "list.csv"
    names.write_text("nom;groupe\nAlice É.;1\nBob;2\nbob;2\n=EVE();1\n", "utf-8")
    folder = tmp_path / "sheets"

    assert main(["lecture", "td1", "--students", str(names), "-o", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {
        "Alice-É.html", "Bob.html", "bob-2.html", "EVE.html", "key.csv", "key.html",
    }  # fmt: skip
    rows = [*csv.DictReader((folder / "key.csv").read_text("utf-8-sig").splitlines())]
    example = lectures.get("mlp-regression-td1")
    run = example.run(example.variant("Bob"))
    found = {
        row["nom"]: float(row["valeur"])
        for row in rows
        if row["étudiant"] == "Bob" and row["exemple"] == example.id
    }
    assert found["h_1"] == pytest.approx(run.values["h_1"])
    assert found["∂loss/∂w_31"] == pytest.approx(run.gradients["w_31"])
    assert {row["étudiant"] for row in rows} == {"Alice É.", "Bob", "bob", "'=EVE()"}
    page = (folder / "Bob.html").read_text("utf-8")
    assert f"w_31 = <span>{example.variant('Bob')['w_31']:g}</span>".replace(".", ",") in page
    assert "=EVE()" in (folder / "EVE.html").read_text("utf-8")


def test_lists_of_students(tmp_path):
    """With or without a heading, with commas or semicolons; none and twice are errors."""
    path = tmp_path / "list.csv"
    for text in ("Alice\nBob\n", "name,mail\nAlice,a\nBob,b\n", "\ufeffAlice;1\nBob;2"):
        path.write_text(text, "utf-8")
        assert students_in(path) == ["Alice", "Bob"]
    for text, said in (("", "no name"), ("Alice\nAlice", "Alice stands there twice")):
        path.write_text(text, "utf-8")
        with pytest.raises(LectureError, match=said):
            students_in(path)


def test_sheets_need_an_example_that_varies(tmp_path):
    with pytest.raises(LectureError, match="no number of saddle-point varies"):
        write_sheets([lectures.get("saddle-point", "en")], ["Alice"], tmp_path)


def test_an_exercise_of_a_student(tmp_path):
    """The page has the student's numbers."""
    example = lectures.get("sum-times-w")
    first, second = (
        example.exercise(tmp_path / f"{name}.html", student=name).read_text() for name in ("alice", "bob")
    )

    assert first != second


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("href", "src")]


def check_links(folder):
    for path in folder.rglob("*.html"):
        parser = Links()
        parser.feed(path.read_text("utf-8"))
        for link in parser.found:
            assert link.startswith("#") or (path.parent / link).is_file(), (path, link)


def test_site_of_one_document(tmp_path):
    """Pages, steps and exercises in both languages; every link leads somewhere, and none leaves."""
    write_site([lectures.all()[1]], tmp_path)

    assert len([*tmp_path.rglob("*.html")]) == 1 + 2 * (1 + 3 * 5)
    check_links(tmp_path)


def test_what_the_pages_of_a_site_share(tmp_path):
    """Scripts, styles, sentences and the looks of pictures lie beside the pages, once; no page repeats them."""
    write_site([lectures.all()[1]], tmp_path)
    assets = {path.name: path.read_text("utf-8") for path in (tmp_path / "assets").iterdir()}
    page, exercise, steps_ = (
        (tmp_path / f"fr/mlp-regression-td1{kind}.html").read_text("utf-8")
        for kind in ("", "-exercise", "-steps")
    )

    assert '"hint":"Indice"' in assets["words-fr.js"].replace('": "', '":"')
    assert "words-en.js" in assets
    assert not set(re.findall(r'class="(l\d+)"', page)) - set(
        re.findall(r"\.(l\d+){", assets["pictures.css"])
    )
    for text in (page, exercise, steps_):
        assert 'fill="#' not in text
        assert "querySelector" not in text
        assert "Indice" not in text
        assert "script-src 'self' 'sha256-" in text
    for name, text in assets.items():
        assert name.endswith(".css") or text.startswith(('"use strict"', "const words="))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_whole_site(tmp_path):
    """All 78 examples, in twelve megabytes."""
    paths = write_site(lectures.all(), tmp_path)

    assert len([*tmp_path.rglob("*.html")]) == 1 + 2 * (1 + 3 * 78)
    assert sum(path.stat().st_size for path in paths) < 12_000_000
    check_links(tmp_path)
