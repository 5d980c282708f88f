"""A document as a notebook: for each example a question, a cell to try, the answer in a fold, and a picture."""

import re
from pathlib import Path

import pytest

from autograd_mini import lectures
from autograd_mini.cli import main
from autograd_mini.lectures.notebook import notebook

nbformat = pytest.importorskip("nbformat", reason="needs the extra notebook")

README = Path(__file__).parents[2] / "README.md"
COURSE = re.search(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[1]
LANGUAGES = ("fr", "en")
every_book = pytest.mark.parametrize("language", LANGUAGES)
every_document = pytest.mark.parametrize("document", lectures.all(), ids=lambda document: document.name)


def cells(text):
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    return [(cell.cell_type, cell.source) for cell in book.cells]


@pytest.fixture
def folder(tmp_path):
    """A folder with a teacher's file in it, and one below it."""
    (tmp_path / "my-course.toml").write_text(COURSE, "utf-8")
    (tmp_path / "books").mkdir()
    return tmp_path


def test_a_teachers_file(folder, capsys):
    """It needs no text of its own: question, cell to try, answer and picture of every example, in their order."""
    assert main(["lecture", str(folder / "my-course.toml"), "--notebook", str(folder / "books/c.ipynb")]) == 0
    made = cells((folder / "books" / "c.ipynb").read_text("utf-8"))

    assert [kind for kind, _ in made] == ["markdown", "code", "markdown", "code", "markdown", "code"]
    title, load, question, exercise, answer, picture = [source for _, source in made]
    assert title.startswith("# A course\n")
    assert load == 'from autograd_mini import lectures\n\ncourse = lectures.load("../my-course.toml")'
    assert "y = sigmoid(w * x)" in question
    assert exercise == 'ex = course["neuron"]\nex.exercise()'
    assert answer.startswith("<details><summary><b>Answer</b></summary>\n<p>The gradient of a weight")
    assert "<td>0.7311</td><td>0.73</td>" in answer
    assert "true: The weight has to grow." in answer
    assert picture == "ex.draw()"


def test_the_code_of_a_teachers_notebook_runs(folder, monkeypatch):
    """From the folder of the notebook, in another language than that of the file, too."""
    monkeypatch.chdir(folder / "books")
    document = lectures.load(folder / "my-course.toml")
    code = [
        source for kind, source in cells(notebook(document, "fr", file="../my-course.toml")) if kind == "code"
    ]
    known = {}
    for source in code:
        exec(source, known)

    assert 'ex = course["neuron"].speaking("fr")' in code[1]
    assert known["ex"].language == "fr"


def test_what_a_file_says_stays_text(folder):
    """Markup, formulas and fences in a teacher's words do not become those of the notebook."""
    path = folder / "my-course.toml"
    path.write_text(
        COURSE.replace("The gradient of a weight", "</details><script>x</script>\\n\\n# w < 1"), "utf-8"
    )
    (answer,) = [
        source for _, source in cells(notebook(lectures.load(path), file="c")) if "<details>" in source
    ]

    assert "<script" not in answer
    assert "\n\n" not in answer
    assert answer.count("</details>") == 1


@pytest.mark.parametrize("words", [["td1", "ex2"], ["td1", "w_31=1"]])
def test_a_notebook_is_of_a_document(words, capsys):
    assert main(["lecture", *words, "--notebook", "x.ipynb"]) == 2
    assert words[1] in capsys.readouterr().err


# The notebooks of the five documents, as they are stored

STORED = Path(__file__).parents[2] / "notebooks"
MOST_BYTES = 1_500_000


@every_book
@every_document
def test_what_is_stored_is_what_is_written(document, language):
    """Cell for cell; python notebooks/make.py writes them anew."""
    path = STORED / language / f"{document.name}.ipynb"

    assert cells(notebook(document, language)) == cells(path.read_text("utf-8"))
    assert path.stat().st_size < MOST_BYTES


@every_book
@every_document
def test_every_stored_cell_shows_something_without_trust(document, language):
    """Every cell was run, without an error; what a viewer that takes frames away leaves of it is a picture or words."""
    book = nbformat.read(STORED / language / f"{document.name}.ipynb", as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            assert cell.execution_count
            assert all(output.output_type != "error" for output in cell.outputs)
            assert cell.outputs or cell.source == "from autograd_mini import lectures"
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", ""))
            assert "<iframe" not in html or "<noscript><img" in html


@every_document
def test_the_question_comes_first(document):
    """In every part the question stands above the first cell of code, and the answer below it, in a fold."""
    kinds = []
    for kind, source in cells(notebook(document, "fr"))[2:]:
        if "Réponse</b>" in source:
            kinds.append("A")
        elif kind == "markdown":
            kinds.append("Q" if "**Question" in source else "T")
        else:
            kinds.append("c")

    assert re.fullmatch("(Qc+Ac*)+", "".join(kinds))


@every_document
def test_french_has_its_spaces(document):
    """Before : ; ? and ! stands a space at which no line breaks, but in what a document is quoted with."""
    for kind, source in cells(notebook(document, "fr")):
        if kind == "markdown":
            text = re.sub(
                r"\(imprimé.*?\)</li>|```.*?```|`.*?`|<p>[^<]* = .*?</p>|<table>.*?</table>|&\w+;|\]\(.*?\)",
                "",
                source,
                flags=re.DOTALL,
            )
            assert re.findall(r".{0,20}(?:[^\u202f\d][;?!]|[^\u00a0:]:)(?=\s|$).{0,9}", text) == []


@every_document
def test_languages_are_twins(document):
    """French and English have the same cells, and the same code but for the language they ask for."""
    french, english = (cells(notebook(document, language)) for language in LANGUAGES)

    assert [kind for kind, _ in french] == [kind for kind, _ in english]
    for (kind, one), (_, other) in zip(french, english, strict=True):
        if kind == "code":
            assert one.replace('"fr"', '"en"') == re.sub(r'(lectures\.get\("[\w-]+"), "en"\)', r"\1)", other)
