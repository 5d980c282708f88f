"""A file of one's own: it is read as the five are, and what is wrong in it is said with its line and its key."""

import re
from pathlib import Path

import pytest

from autograd_mini import lectures
from autograd_mini.cli import main
from autograd_mini.errors import LectureError

README = Path(__file__).parents[2] / "README.md"
COURSE = re.search(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture
def course(tmp_path):
    """A file in which some text is replaced by another."""

    def write(old="", new=""):
        assert old in COURSE
        path = tmp_path / "my-course.toml"
        path.write_text(COURSE.replace(old, new, 1), "utf-8")
        return path

    return write


def test_the_file_of_the_readme(course):
    """It is read, runs, and agrees with what it says is printed."""
    document = lectures.load(course())
    (example,) = document.examples
    run = example.run()

    assert run.values["y"] == pytest.approx(0.7310585786300049)
    assert run.gradients["w"] == pytest.approx(-0.10575418556853343)
    assert [*document.errata] == ["E-1"]


def test_the_command_takes_a_file(course, capsys):
    path = str(course())

    assert main(["lecture", path]) == 0
    assert main(["lecture", path, "ex1"]) == 0
    assert main(["lecture", "--check", path]) == 0
    out = capsys.readouterr().out
    assert "0.73" in out
    assert "0 are not as they should be" in out


def test_a_wrong_number_is_found(course, capsys):
    """What differs from the computed number by more than half of its last digit makes the check fail."""
    assert main(["lecture", "--check", str(course('y = "0.73"', 'y = "0.74"'))]) == 1
    assert "differs" in capsys.readouterr().out


def test_an_erratum_that_is_none_is_found(course):
    """A known mistake that is right after all, or whose correction is wrong, makes the check fail."""
    for old, new in [('right = "0.036"', 'right = "0.063"'), ('text = "0.360"', 'text = "0.036"')]:
        assert main(["lecture", "--check", str(course(old, new))]) == 1


WRONG = [
    ("id = ", "idd = ", r"line 6, example\[1\]: the key id is missing"),
    ('title = "A neuron"', "title = 3", r"line 8, example\[1\].title: a text is needed, .* got 3"),
    ("text = ", "txt = ", r"line 9, example\[1\].txt: no key is called so here; did you mean text\?"),
    ("y = sigmoid(w * x)", "y = sigmoid(w * x", r"line 10, example\[1\].definitions: .*"),
    ("y = sigmoid(w * x)", "y = sigmiod(w * x)", r"definitions: .*did you mean sigmoid"),
    ("w = 0.5", 'w = "a"', r"line 14, example\[1\].inputs: the number for w: 'a' is text"),
    ("x = 2, t = 1", "x = 2, t = 1, u = 3", r"line 10, example\[1\].definitions: no variable is called 'u'"),
    ('data = ["x", "t"]', 'data = ["z"]', r"data 'z': no input is called so"),
    ('data = ["x", "t"]', 'data = "x"', r"line 15, example\[1\].data: a list of names is needed"),
    (
        'y = "0.73"',
        'yy = "0.73"',
        r"line 18, example\[1\].printed.values.yy: nothing here is called yy; did you mean",
    ),
    (
        'y = "0.73"',
        'y = "seven"',
        r"line 18, .*values.y: a number as it is printed is needed, .* got 'seven'",
    ),
    (
        'right = "0.036"',
        'right = ""',
        r"line 19, .*values.L.right: a number as it is printed is needed, .* got ''",
    ),
    ('title = "A neuron"', 'title = " "', r"line 8, example\[1\].title: a text that is not empty is needed"),
    (
        "inputs = ",
        "input = ",
        r"line 14, example\[1\].input: no key is called so here; did you mean inputs\?",
    ),
    ("number = ", 'by = "z"\nnumber = ', r"line 16, example\[1\].by: nothing here is called 'z'; w, x, t"),
    (
        'examples = ["neuron"]',
        'examples = ["neurone"]',
        r"question\[1\].examples: nothing here is called neurone; did you",
    ),
    ("to = 0.9", "to = inf", r"line 26, example\[1\].vary.w: from has to be below to"),
    ("to = 0.9", 'to = "a"', r"line 26, example\[1\].vary.w.to: a number is needed, got 'a'"),
    ("from = 0.1, ", "", r"line 26, example\[1\].vary.w: the key from is missing"),
    ('y = "0.73"', "y = 0.73", r"line 18, example\[1\].printed.values.y: what is printed is text"),
    ('erratum = "E-1"', 'erratum = "E-7"', r"line 19, .*no erratum has the id E-7; there are: E-1"),
    ("∂/w < 0", "∂/v < 0", r"line 22, example\[1\].claim\[1\].claim: there is no gradient of 'v'"),
    ("∂/w < 0", "w", r"claim\[1\].claim: a claim compares"),
    ("for all x in 1, 2", "for all x in many", r"claim\[1\].claim: cannot read 'x in many'"),
    ("to = 0.9", "to = 0.1", r"line 26, example\[1\].vary.w: from has to be below to"),
    ("w = {from", "u = {from", r"line 26, example\[1\].vary.u: nothing here is called u; "),
    ('language = "en"', 'language = "de"', r"line 2, language: the language is \"en\" or \"fr\", got 'de'"),
    ('examples = ["neuron"]', "", r"question\[1\]: a question needs examples, an answer, or a reason"),
    ("[[example]]", "[[example", r"my-course.toml: this cannot be read as TOML: .*at line 6"),
    ("[[question]]", "[[exercise]]", r"exercise: no key is called so here"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG, ids=[new or "nothing" for _, new, _ in WRONG])
def test_what_is_wrong_is_said(course, old, new, said):
    """The file, the line and the key, what was expected, and what stands there."""
    with pytest.raises(LectureError, match=said) as caught:
        lectures.load(course(old, new))
    assert "my-course.toml" in str(caught.value)


def test_errors_in_french(course):
    """A file in French gets its errors in French."""
    path = course('language = "en"', 'language = "fr"')
    path.write_text(path.read_text("utf-8").replace("text = ", "txt = ", 1), "utf-8")

    with pytest.raises(LectureError, match=r"ligne 9, example\[1\].txt: aucune clé n’a ce nom ici"):
        lectures.load(path)


def test_nothing_is_executed(course, tmp_path):
    """Definitions and claims are read, never run."""
    for old in ("y = sigmoid(w * x)", "∂/w < 0"):
        with pytest.raises(LectureError):
            lectures.load(course(old, f"y = open('{tmp_path / 'made'}', 'w')"))
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["lecture", str(tmp_path / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().err


def test_no_utf8(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes("language = 'fr'\ntitle = 'é'".encode("latin-1"))

    with pytest.raises(LectureError, match=r"latin.toml, line 2: this is no UTF-8"):
        lectures.load(path)


def test_an_example_by_its_id(course):
    """A document knows its examples by their ids, and says which there are."""
    document = lectures.load(course())

    assert document["neuron"] is document.examples[0]
    with pytest.raises(LectureError, match="my-course has no example 'neuron2'; did you mean neuron"):
        document["neuron2"]
