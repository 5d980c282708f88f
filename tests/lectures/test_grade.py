"""Results of exercises: what is tabulated, and what is said of files that are none."""

import csv
import json

import pytest

from autograd_mini.cli import main
from autograd_mini.errors import LectureError
from autograd_mini.lectures.grade import LARGEST, result_in, results_in

QUESTIONS = [
    {"name": "h_1", "answer": "0,731", "verdict": "right", "wrong_tries": 0, "hints": 0},
    {"name": "h_2", "answer": "0,75", "verdict": "right", "wrong_tries": 2, "hints": 0},
    {"name": "∂f/∂h_2", "answer": "0,1", "verdict": "given", "wrong_tries": 0, "hints": 2},
    {"name": "∂f/∂h_1", "answer": "", "verdict": "", "wrong_tries": 0, "hints": 0},
]
RESULTS = {
    "format": "autograd-mini results", "version": 1, "language": "fr", "exercise": "Exercice: f", "document": "td1",
    "example": "mlp", "student": "Zoé", "variant": "Zoé", "date": "2026-11-27T01:09:15.912Z", "asked": 4, "found": 2,
    "at_once": 1, "wrong_tries": 2, "shown": 1, "questions": QUESTIONS,
}  # fmt: skip


@pytest.fixture
def saved(tmp_path):
    """A file of results, with some of them changed."""

    def write(name="results.json", **changed):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(RESULTS | changed), "utf-8")
        return str(path)

    return write


def graded(capsys, *words):
    code = main(["lecture", "grade", *words])
    said = capsys.readouterr()
    return code, said.out.splitlines(), said.err.splitlines()


def test_the_table(saved, capsys):
    """A row for each file, by students, in the language of the pages or another; nothing signs them, and that is said."""
    paths = [saved(), saved("b.json", student="alice", date="2026-11-28T10:00:00Z")]
    code, (heading, first, second), said = graded(capsys, *paths)

    assert code == 0
    assert heading.split("  ")[0] == "étudiant"
    assert first.split() == ["alice", "td1", "mlp", "2/4", "1", "2", "1", "2026-11-28", "10:00", "∂f/∂h_2,", "∂f/∂h_1"]  # fmt: skip
    assert second.startswith("Zoé ")
    assert said == ["Rien ne signe ces fichiers\u00a0: qui en a enregistré un peut aussi l’avoir écrit."]
    code, (heading, *_), said = graded(capsys, *paths, "--lang", "en")
    assert heading.startswith("student  ")
    assert said == ["Nothing signs these files: whoever saved one can also have written it."]


def test_a_folder(saved, capsys, tmp_path):
    """All files .json in it, and in folders in it, each once."""
    saved("in/a.json")
    saved("in/b.json", student="Bob")
    (tmp_path / "in" / "list.txt").write_text("other")
    code, lines, _ = graded(capsys, str(tmp_path / "in"), str(tmp_path / "in" / "a.json"), str(tmp_path))

    assert (code, len(lines)) == (0, 3)


def test_csv(saved, capsys, tmp_path):
    """The table for table programs; a name is no formula there."""
    path = tmp_path / "out.csv"
    assert main(["lecture", "grade", saved(student="=1+1"), "--csv", str(path)]) == 0
    (row,) = csv.DictReader(path.read_text("utf-8-sig").splitlines())

    assert (row["student"], row["found"], row["asked"]) == ("'=1+1", "2", "4")
    assert row["pas trouvés"] == "∂f/∂h_2, ∂f/∂h_1"


BAD = {
    "no JSON": ("not json", "cannot be read as JSON"),
    "not whole": (json.dumps(RESULTS)[:200], "cannot be read as JSON"),
    "nan": (json.dumps(RESULTS | {"found": float("nan")}), "NaN is no finite number"),
    "deep": ("[" * 10**5, "nested more than"),
    "twice": ('{"a": 1, "a": 2}', "stands twice"),
    "a list": ("[1, 2]", "these are no results"),
    "another format": ('{"format": "else"}', "these are no results"),
    "another version": (json.dumps(RESULTS | {"version": 2}), "version 2, and this program reads 1"),
    "a text for a number": (json.dumps(RESULTS | {"found": "2"}), "needed at found, got '2'"),
    "a flag for a number": (json.dumps(RESULTS | {"found": True}), "needed at found, got True"),
    "below zero": (json.dumps(RESULTS | {"shown": -1}), "needed at shown, got -1"),
    "no day": (json.dumps(RESULTS | {"date": "yesterday"}), "needed at date, got 'yesterday'"),
    "no question": (json.dumps(RESULTS | {"questions": [1]}), r"needed at questions[1], got 1"),
    "half a question": (json.dumps(RESULTS | {"questions": [{"name": "h"}]}), "questions[1].answer, got –"),
    "a better score": (json.dumps(RESULTS | {"found": 4}), "found is 4, and its questions give 2"),
    "too large": (" " * LARGEST + json.dumps(RESULTS), "more than 2 MB"),
    "no text": (b"\xff\xfe\x00", "cannot be read as JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD)
def test_a_bad_file_has_one_line(saved, capsys, tmp_path, content, said):
    """And exit code 1, while the good ones are still tabulated."""
    bad = tmp_path / "bad.json"
    bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, lines, (complaint, _) = graded(capsys, str(bad), saved(), "--lang", "en")

    assert (code, len(lines)) == (1, 2)
    assert complaint.startswith(f"{bad}: ")
    assert said in complaint


@pytest.mark.parametrize("key", [*RESULTS])
def test_no_field_may_be_missing(saved, key, tmp_path):
    """The error names it."""
    path = tmp_path / "part.json"
    path.write_text(json.dumps({k: x for k, x in RESULTS.items() if k != key}), "utf-8")

    with pytest.raises(LectureError, match="no results" if key == "format" else key):
        result_in(path)


def test_a_file_that_is_not_there(saved, capsys, tmp_path):
    code, lines, said = graded(capsys, str(tmp_path / "none.json"), saved())

    assert (code, len(lines)) == (1, 2)
    assert said[0] == f"cannot read {tmp_path / 'none.json'}: No such file or directory"


def test_complaints_in_french(saved, tmp_path):
    """In the language of the results beside it."""
    path = tmp_path / "bad.json"
    path.write_text("{}", "utf-8")
    _, (complaint,), language = results_in([path, saved()])

    assert language == "fr"
    assert "ce ne sont pas des résultats\u202f; enregistrez-les par le bouton" in complaint


def test_no_file(capsys):
    assert main(["lecture", "grade", "--lang", "fr"]) == 2
    assert "dites quels fichiers" in capsys.readouterr().err


def test_names_do_nothing_to_a_terminal(saved, capsys):
    """What cannot be shown is written out."""
    _, (_, row), _ = graded(capsys, saved(student="\x1b[2J[red]x"))

    assert row.startswith(r"\x1b[2J[red]x ")
